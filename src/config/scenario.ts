/**
 * The scenario after every default is filled in: what a run is a pure function of.
 *
 * Plain data, numbers only in the unit that the name ends with, names resolved to indices nowhere: the composition
 * root does that. `parse.ts` makes it from YAML, `format.ts` writes it back so that the file beside a result can be
 * run again.
 */

import type { SuspendChannel } from "../host/checkpoint-pause";
import type { CostPreset } from "../host/cost-row";
import type { Costs } from "../host/cost-table";
import type { InterruptDelivery } from "../host/interrupt-delivery";
import type { MigrationScenario } from "./migration-scenario";

/** The three abilities that ReNIC adds to a virtual function; each can be taken away to show what it buys. */
export interface Abilities {
  /** Device state can be written on the backup, heads included; without it only ordinary register writes remain. */
  readonly stateWrite: boolean;
  /** The device logs the frames that its DMA writes; without it only the processor's log-dirty is collected. */
  readonly dmaLog: boolean;
  /** Outbound frames wait for the commit of their epoch; without it they leave at once. */
  readonly hold: boolean;
}

export type Ability = keyof Abilities;

export const ABILITIES: readonly Ability[] = ["stateWrite", "dmaLog", "hold"];

/** A port of a NIC: one physical function, up to seven virtual functions. */
export interface NicScenario {
  readonly rateBitsPerSecond: number;
  readonly latencyNs: number;
  /** How many virtual functions are enabled, 1 to 7: the physical function keeps the last of eight pools. */
  readonly vfCount: number;
}

/** Which processors vCPUs run on: each on one of its own, or all on those of the host that are nobody's own. */
export type Placement = "own" | "shared";

export const PLACEMENTS: readonly Placement[] = ["own", "shared"];

/** Who gets how much of the processors. */
export interface CpuScenario {
  readonly vcpuCount: number;
  readonly placement: Placement;
  /** Share of shared processors, relative to the other domains'. */
  readonly weight: number;
}

/** A host's dom0: its processors, and how its drivers of the ports moderate interrupts. */
export interface Dom0Scenario extends CpuScenario {
  readonly moderation: Moderation;
  /** Segments that a port receives one behind the other are bridged as one packet. */
  readonly merging: boolean;
}

export interface HostScenario {
  readonly name: string;
  /** Hardware threads. */
  readonly coreCount: number;
  readonly clockHz: number;
  /** What it has for guests; null for enough. */
  readonly memoryBytes: number | null;
  readonly dom0: Dom0Scenario;
  readonly nics: readonly NicScenario[];
}

/** An external machine: a protocol endpoint on a link of its own, with no processor model. */
export interface ClientScenario {
  readonly name: string;
  readonly link: LinkScenario;
}

export interface LinkScenario {
  readonly rateBitsPerSecond: number;
  readonly latencyNs: number;
  /** Chance that a frame is lost, 0 to 1. */
  readonly loss: number;
}

/** What a VM serves: recorded requests out of a table in its memory, or what flows ask of it. */
export type ServerKind = "replay-server" | "server";

export const SERVER_KINDS: readonly ServerKind[] = ["replay-server", "server"];

/** The service of a VM, and what a request of it costs. */
export interface ServerScenario {
  readonly kind: ServerKind;
  /** Processor cycles that the application takes for a request, network stack excluded. */
  readonly cyclesPerRequest: number;
  /** Memory that each request makes the application write, beside a table of replies. */
  readonly dirtyPerRequestBytes: number;
  /** Size of the region those writes go round in. */
  readonly workingSetBytes: number;
  /** What each request writes to the disk before it is answered, in whole blocks. */
  readonly diskPerRequestBytes: number;
}

/** A recorded trace of the pages that a job writes. */
export interface DirtyTraceScenario {
  /** Path of a CSV file, relative to the scenario's folder. */
  readonly path: string;
  /** It begins again behind its end. */
  readonly isRepeating: boolean;
}

/** A job that computes in the background, on every vCPU of its VM, and writes memory as it goes. */
export interface JobScenario {
  readonly burstCycles: number;
  /** Two regions that its writes go round in. */
  readonly hotBytes: number;
  readonly coldBytes: number;
  /** Pages of each that a burst writes. */
  readonly hotWrites: number;
  readonly coldWrites: number;
  /** What it writes besides; null for nothing. */
  readonly trace: DirtyTraceScenario | null;
}

/** A disk that dom0 serves. */
export interface DiskScenario {
  readonly byteCount: number;
}

/** What a guest's TCP leaves to others: both for the path of its NIC, whichever that is. */
export interface OffloadScenario {
  /** Several segments go to the driver as one packet, which is cut behind it. */
  readonly segmentation: boolean;
  /** Segments that came one behind the other are received as one. */
  readonly merging: boolean;
}

/** How the guest's driver sets the interval between interrupts (assembly/guest/moderation.ts). */
export type Moderation = "fixed" | "conservative" | "full" | "throughput";

export const MODERATIONS: readonly Moderation[] = ["fixed", "conservative", "full", "throughput"];

/** How a checkpoint crosses the link: every page whole, or as docs/checkpoint-stream.md says. */
export type Compression = "none" | "delta";

export const COMPRESSIONS: readonly Compression[] = ["none", "delta"];

/**
 * How a VM reaches the network: a virtual function with ReNIC's abilities, a plain one, netfront and netback, a NIC that a
 * device model in dom0 emulates, a bond of a plain virtual function and netfront, or a plain one whose driver takes part in
 * migrations.
 */
export type IoModel = "renic" | "vf" | "paravirtual" | "emulated" | "teaming" | "compsc";

export const IO_MODELS: readonly IoModel[] = ["renic", "vf", "paravirtual", "emulated", "teaming", "compsc"];

/**
 * Where an ability is: dom0 holds the output of the NICs that it serves, and a driver that takes part in migrations marks
 * what its device writes.
 */
export const ABILITY_MODELS: Readonly<Record<Ability, readonly IoModel[]>> = {
  stateWrite: ["renic"],
  dmaLog: ["renic", "compsc"],
  hold: ["renic", "paravirtual", "emulated"],
};

/** Those with a NIC that dom0 serves, and bridges to a port. */
export const BRIDGED_IO_MODELS: readonly IoModel[] = ["paravirtual", "emulated", "teaming"];

/** Those that need a virtual function wherever they run. */
export const VF_IO_MODELS: readonly IoModel[] = ["renic", "vf", "compsc"];

/** Those whose device can be taken along to another host, or left behind. */
export const MIGRATED_IO_MODELS: readonly IoModel[] = ["renic", "paravirtual", "emulated", "teaming", "compsc"];

export interface VmScenario extends CpuScenario {
  readonly name: string;
  readonly host: string;
  readonly memoryBytes: number;
  readonly moderation: Moderation;
  readonly job: JobScenario | null;
  /** Null for none. */
  readonly disk: DiskScenario | null;
  readonly io: IoModel;
  readonly offloads: OffloadScenario;
  readonly abilities: Abilities;
  readonly workload: ServerScenario;
}

/** A client that replays the requests of a capture and tries again when an answer is late. */
export interface ReplayScenario {
  readonly kind: "replay";
  readonly from: string;
  readonly to: string;
  /** Path of a pcap or pcapng file, relative to the scenario's folder. */
  readonly capture: string;
  /** UDP port of the recorded service. */
  readonly port: number;
  /** Recorded times are multiplied by this. */
  readonly scale: number;
  readonly startNs: number;
  readonly timeoutNs: number;
  /** How often a request is sent in all. */
  readonly tryCount: number;
}

/** Kinds of traffic that machines make. */
export type FlowKind = "bulk" | "requests" | "replay" | "datagrams" | "probe";

export const FLOW_KINDS: readonly FlowKind[] = ["bulk", "requests", "replay", "datagrams", "probe"];

interface AnyFlowScenario {
  /** A client or a VM, each; one of them is a VM. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly startNs: number;
}

/** What flows over TCP have. */
interface TcpFlowScenario extends AnyFlowScenario {
  readonly connectionCount: number;
  /** Bytes that a connection buffers in either direction. */
  readonly windowBytes: number;
}

/** A stream on each connection; `byteCount` null for one without end. */
export interface BulkScenario extends TcpFlowScenario {
  readonly kind: "bulk";
  readonly byteCount: number | null;
}

/** Requests and replies, one outstanding on each connection. */
export interface RequestsScenario extends TcpFlowScenario {
  readonly kind: "requests";
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly thinkNs: number;
  /** A connection for each request. */
  readonly isReconnecting: boolean;
}

/** A recorded TCP conversation: who opens connections plays the client, who listens the server. */
export interface ReplayFlowScenario extends TcpFlowScenario {
  readonly kind: "replay";
  /** Path of a pcap or pcapng file, relative to the scenario's folder. */
  readonly capture: string;
  /** TCP port of the recorded service. */
  readonly recordedPort: number;
  /** Recorded times are multiplied by this. */
  readonly scale: number;
}

/** UDP datagrams at a fixed rate, from a VM to a VM. */
export interface DatagramsScenario extends AnyFlowScenario {
  readonly kind: "datagrams";
  readonly frameBytes: number;
  readonly tickNs: number;
  readonly countPerTick: number;
}

/** UDP datagrams of a client's that a VM sends back, one each period: the longest time without one is told. */
export interface ProbeScenario extends AnyFlowScenario {
  readonly kind: "probe";
  readonly periodNs: number;
}

export type FlowScenario = BulkScenario | RequestsScenario | ReplayFlowScenario | DatagramsScenario | ProbeScenario;

/** When an interval between checkpoints begins: with the checkpoint before, or with its acknowledgement. */
export type Timing = "fixed-rate" | "after-commit";

export const TIMINGS: readonly Timing[] = ["fixed-rate", "after-commit"];

/** What a checkpoint does that is due while no place in flight is free: its epoch goes on, or the guest waits. */
export type LatePolicy = "extend" | "stall";

export const LATE_POLICIES: readonly LatePolicy[] = ["extend", "stall"];

/** What a device does whose outbound buffer has no room: it fetches nothing more, or drops what it fetches. */
export type FullPolicy = "stop-fetching" | "drop";

export const FULL_POLICIES: readonly FullPolicy[] = ["stop-fetching", "drop"];

/** What becomes of a guest whose backup is lost: it goes on and its output flows, or it stops. */
export type BackupLostPolicy = "release" | "stop";

export const BACKUP_LOST_POLICIES: readonly BackupLostPolicy[] = ["release", "stop"];

/** How checkpoints of a protection are taken (checkpoint-form.ts). */
export interface CheckpointScenario {
  readonly timing: Timing;
  /** Epochs that may be captured and not committed at once. */
  readonly epochCount: number;
  readonly late: LatePolicy;
  /** Of the outbound buffer. */
  readonly full: FullPolicy;
  /** What the guest does without a backup. */
  readonly backupLost: BackupLostPolicy;
  /** A third party says which of two hosts that do not hear each other goes on. */
  readonly hasArbiter: boolean;
  /** How the guest is asked to suspend itself, if it has paravirtual drivers. */
  readonly suspendChannel: SuspendChannel;
  /** A device model stands behind the guest, whatever its NIC. */
  readonly hasDeviceModel: boolean;
}

/** Where a machine that runs without a backup is protected next, and after how long. */
export interface AgainScenario {
  readonly to: string;
  readonly afterNs: number;
}

export interface ProtectScenario extends CheckpointScenario {
  readonly vm: string;
  /** Host that holds the backup. */
  readonly to: string;
  /** From one suspend to the next (fixed rate). */
  readonly intervalNs: number;
  readonly link: Omit<LinkScenario, "loss">;
  readonly heartbeatNs: number;
  /** The backup declares the primary dead after this long without a sign of life. */
  readonly timeoutNs: number;
  /** Room for held frames: on the NIC of the VM's virtual function, or in dom0's hold queue. */
  readonly outboundBytes: number;
  readonly compression: Compression;
  /** Pages that the sender remembers, to compare the next version with; of no use without compression. */
  readonly cacheBytes: number;
  /** Without content: how many times fewer bytes pages take on the link than whole; 1 for those that are not compressed. */
  readonly compressionRatio: number;
  /** Room for writes to the VM's disk that are on their way or held; of no use without one. */
  readonly diskBufferBytes: number;
  /** Reset of the guest's VF driver, counted from activation on the backup; null for never. */
  readonly driverResetNs: number | null;
  /** Protections that follow, by the same policies, each in its turn (again-form.ts). */
  readonly again: readonly AgainScenario[];
}

export interface FailScenario {
  readonly atNs: number;
  readonly fail: string;
}

/** A host that has failed is there again, empty (lives.ts). */
export interface RepairScenario {
  readonly atNs: number;
  readonly repair: string;
}

/** Something happens to the replication link of a protected VM, or its backup is given up. */
export interface CutScenario {
  readonly atNs: number;
  readonly cut: string;
}

export interface MendScenario {
  readonly atNs: number;
  readonly mend: string;
}

export interface AlterScenario {
  readonly atNs: number;
  readonly alter: string;
  /** Null for as it is. */
  readonly rateBitsPerSecond: number | null;
  readonly loss: number | null;
}

export interface AbandonScenario {
  readonly atNs: number;
  readonly abandon: string;
}

export type EventScenario =
  | FailScenario
  | RepairScenario
  | CutScenario
  | MendScenario
  | AlterScenario
  | AbandonScenario;

/** Runs beside the main one, each with one ability taken away. */
export interface AblateScenario {
  readonly abilities: readonly Ability[];
  /** Where the service stays away, one more run resets the guest's driver this long after activation; null for none. */
  readonly driverResetNs: number | null;
}

export interface Scenario {
  readonly version: 1;
  readonly seed: number;
  readonly durationNs: number;
  /** Whether payload has its bytes; without, it has versions and lengths (assembly/memory/payload.ts). */
  readonly hasContent: boolean;
  readonly hosts: readonly HostScenario[];
  readonly clients: readonly ClientScenario[];
  /** Store-and-forward delay of the learning switch that joins every port and client. */
  readonly switchDelayNs: number;
  readonly vms: readonly VmScenario[];
  readonly traffic: readonly ReplayScenario[];
  readonly flows: readonly FlowScenario[];
  readonly protect: readonly ProtectScenario[];
  readonly migrations: readonly MigrationScenario[];
  readonly events: readonly EventScenario[];
  readonly ablate: AblateScenario;
  /** The machine whose costs those of the scenario started from. */
  /** How interrupts of virtual functions reach their guests, on every host. */
  readonly interruptDelivery: InterruptDelivery;
  readonly costPreset: CostPreset;
  /** What everything costs: the preset, then the file of costs, then what the scenario sets itself. */
  readonly costs: Costs;
}
