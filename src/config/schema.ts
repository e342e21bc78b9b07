/**
 * The form in which a user writes a scenario, and what each of its fields means.
 *
 * Every field says its meaning, unit and default here and nowhere else: the JSON Schema for editors and the reference
 * in the documentation are made from these texts. Values come out in base units under the user's names; `resolve.ts`
 * gives them the names of `Scenario`. Rules that need more than one value are in `check.ts`.
 */

import type * as z from "zod";
import { COST_PRESET_NAMES } from "../host/cost-row";
import { COST_NAMES, costRow } from "../host/cost-table";
import { INTERRUPT_DELIVERIES } from "../host/interrupt-delivery";
import { BYTES, CLOCK, DURATION, RATE } from "../sim/units";
import { againForm } from "./again-form";
import { checkpointFields } from "./checkpoint-form";
import { diskForm } from "./disk-form";
import { eventForm } from "./event-form";
import {
  amount,
  amountOrNever,
  choice,
  cost,
  factor,
  filePath,
  flag,
  fraction,
  framesAmount,
  list,
  map,
  nameOf,
  newName,
  only,
  whole,
} from "./fields";
import { flowForm } from "./flow-form";
import * as limits from "./limits";
import { migrationForm } from "./migration-form";
import { ABILITIES, COMPRESSIONS, IO_MODELS, MODERATIONS, PLACEMENTS, SERVER_KINDS } from "./scenario";

const seed = whole(limits.WHOLE_NUMBER)
  .default(1) // Fixed, as in ns-3: a run without a seed must repeat as well.
  .meta({ description: "Start of every random stream. Default 1.", examples: [1] });

const duration = amount(DURATION, limits.RUN_DURATION).meta({
  description: "Simulated time after which the run ends, 1us to 1h.",
  examples: ["8s"],
});

const rate = amount(RATE, limits.LINK_RATE).meta({
  description: "Bits per second in each direction, 1Mbps to 400Gbps.",
  examples: ["10Gbps"],
});

export const nicForm = map({
  rate,
  latency: amount(DURATION, limits.ANY_DURATION)
    .prefault("1us") // assumed: PHY and MAC of a 10 Gbit/s port, both ways, stay below it.
    .meta({ description: "Delay from the port to the switch, 0s to 1h. Default 1us.", examples: ["1us"] }),
  vfs: whole(limits.VF_COUNT).meta({
    description: "Virtual functions that are enabled, 1 to 7: the physical function keeps the last of eight pools.",
    examples: [7],
  }),
}).meta({ description: "A port of a NIC with SR-IOV: one physical function and its virtual functions." });

const placement = choice(PLACEMENTS)
  .default("own") // A processor for each vCPU, so that whatever waits was made to.
  .meta({
    description:
      'Processors of the vCPUs: "own", one for each, or "shared", those of the host that are nobody\'s own. Default own.',
    examples: ["own", "shared"],
  });

const weight = whole(limits.WEIGHT)
  .default(256) // Xen's default.
  .meta({
    description: "Share of shared processors, relative to other domains', 1 to 65535. Default 256.",
    examples: [256],
  });

export const dom0Form = map({
  vcpus: whole(limits.VCPU_COUNT)
    .optional() // A row of the cost model.
    .meta({ description: "Virtual processors of dom0, 1 to 32. Default the cost dom0VcpuCount, 1.", examples: [1] }),
  cpus: choice(PLACEMENTS)
    .optional() // A row of the cost model.
    .meta({
      description:
        'Processors of dom0\'s vCPUs: "own", one for each, or "shared", those of the host that are nobody\'s own. Default own, or shared if the cost dom0Shared is 50 or more.',
      examples: ["own", "shared"],
    }),
  weight,
  moderation: choice(MODERATIONS)
    .default("conservative") // What igb does unless it is told otherwise.
    .meta({
      description:
        'Interrupts of the ports that dom0 bridges: "fixed" at interruptRateStart a second; by packets, "conservative" from interruptRateBulk to interruptRateLow, "full" up to interruptRateLowest; "throughput" by bytes a second. Default conservative.',
      examples: ["conservative", "throughput"],
    }),
  merging: flag()
    .default(true) // How many at most is a row of the cost model, and none with the preset of the paper's years.
    .meta({
      description: "Segments that a port receives one behind the other are bridged as one packet. Default true.",
      examples: [false],
    }),
})
  .prefault({})
  .meta({ description: "The host's control VM. Default one vCPU on a processor of its own." });

export const hostForm = map({
  name: newName().meta({ description: "Name of the host, unique in the scenario.", examples: ["primary"] }),
  cores: whole(limits.CORE_COUNT).meta({
    description: "Hardware threads. Dom0, VMs and backups take one for each vCPU that has one of its own.",
    examples: [8],
  }),
  clock: amount(CLOCK, limits.CLOCK_RATE).meta({
    description: "Cycles per second of each hardware thread, 100MHz to 10GHz.",
    examples: ["2.6GHz"],
  }),
  memory: amount(BYTES, limits.HOST_BYTES)
    .optional() // Who does not ask about memory is not refused for want of it.
    .meta({
      description:
        "Memory for VMs, backups and those that move here, dom0's own not counted; up to 64TiB. Default enough for all.",
      examples: ["32GiB"],
    }),
  dom0: dom0Form,
  nics: list(nicForm, "NICs").meta({ description: "Ports of the host; it needs one if it carries or backs a VM." }),
}).meta({ description: "A machine that runs VMs." });

export const clientForm = map({
  name: newName().meta({ description: "Name of the client, unique in the scenario.", examples: ["visitor"] }),
  link: map({
    rate,
    latency: amount(DURATION, limits.ANY_DURATION).meta({
      description: "Delay from the client to the switch, 0s to 1h.",
      examples: ["50us"],
    }),
    loss: fraction()
      .prefault(0) // A clean link, so that whatever is lost was lost by the system under study.
      .meta({
        description: "Chance that a frame is lost, 0 to 1 or in percent. Default 0.",
        examples: ["0.1%", 0.001],
      }),
  }).meta({ description: "The client's own link to the switch." }),
}).meta({ description: "An external machine: a protocol endpoint with no processor model." });

export const abilitiesForm = map({
  stateWrite: flag()
    .default(true)
    .meta({
      description: "Device state can be written on the backup, heads included. Default true.",
      examples: [false],
    }),
  dmaLog: flag()
    .default(true)
    .meta({ description: "The device logs the frames that its DMA writes. Default true.", examples: [false] }),
  hold: flag()
    .default(true)
    .meta({ description: "Outbound frames wait for the commit of their epoch. Default true.", examples: [false] }),
})
  .prefault({}) // All three: what is taken away is the exception that a user writes down.
  .meta({ description: "What ReNIC adds to the VM's virtual function. Default all." });

export const offloadsForm = map({
  segmentation: flag()
    .default(true)
    .meta({
      description: "TCP hands its driver several segments at once, which are cut behind it. Default true.",
      examples: [false],
    }),
  merging: flag()
    .default(true)
    .meta({
      description: "TCP receives segments that came one behind the other as one. Default true.",
      examples: [false],
    }),
})
  .prefault({}) // How many segments at most are rows of the cost model; this takes a path's offload away.
  .meta({ description: "What the VM's TCP leaves to others. Default all." });

export const workloadForm = map({
  kind: choice(SERVER_KINDS).meta({
    description:
      "replay-server: answers each recorded request with the recorded reply; server: does what flows ask of it.",
    examples: ["replay-server", "server"],
  }),
  cyclesPerRequest: whole(limits.WHOLE_NUMBER)
    .default(60_000) // assumed: 23 us at 2.6 GHz, an authoritative name server's lookup and answer.
    .meta({
      description: "Processor cycles of the application for a request, network stack excluded. Default 60000.",
      examples: [60_000],
    }),
  dirtyPerRequest: amount(BYTES, limits.WORKING_SET_BYTES)
    .prefault("0B") // A lookup changes nothing by itself.
    .meta({ description: "Memory that a request makes the application write. Default 0B.", examples: ["8KiB"] }),
  workingSet: amount(BYTES, limits.WORKING_SET_BYTES)
    .prefault("1MiB") // Leaves room in a VM of 4MiB.
    .meta({ description: "Size of the region that these writes go round in. Default 1MiB.", examples: ["8MiB"] }),
  diskPerRequest: amount(BYTES, limits.DISK_WRITE_BYTES)
    .prefault("0B") // A lookup changes nothing by itself.
    .meta({
      description:
        "What a request writes to the VM's disk before it is answered, in whole blocks of 4KiB, up to 16MiB. Default 0B.",
      examples: ["4KiB"],
    }),
}).meta({ description: "What the VM does." });

export const jobForm = map({
  burst: whole(limits.BURST_CYCLES)
    .default(50_000) // 19 us at 2.6 GHz: an interrupt does not wait long for a suspend.
    .meta({ description: "Cycles of a burst, 1000 to 1000000. Default 50000.", examples: [50_000] }),
  hot: framesAmount(BYTES, limits.WORKING_SET_BYTES, limits.FRAME_BYTES)
    .prefault("16MiB") // assumed: 4,000 pages, the middle of what compute jobs keep warm.
    .meta({
      description: "Region that is written all the time, a multiple of 4KiB. Default 16MiB.",
      examples: ["16MiB"],
    }),
  cold: framesAmount(BYTES, limits.WORKING_SET_BYTES, limits.FRAME_BYTES)
    .prefault("0B")
    .meta({ description: "Region that is written now and then, a multiple of 4KiB. Default 0B.", examples: ["64MiB"] }),
  hotWrites: whole(limits.BURST_WRITES)
    .optional() // 1: with the default burst 52,000 pages a second at 2.6 GHz.
    .meta({
      description: "Pages of the hot region that a burst writes, up to 1024. Default 1, with a trace 0.",
      examples: [1],
    }),
  coldWrites: whole(limits.BURST_WRITES)
    .default(0)
    .meta({ description: "Pages of the cold region that a burst writes, up to 1024. Default 0.", examples: [0] }),
  trace: filePath()
    .optional()
    .meta({
      description: "A CSV file of pages written over time, relative to the folder of the scenario; played besides.",
      examples: ["recordings/pages.csv"],
    }),
  repeat: flag()
    .default(true)
    .meta({
      description: "Whether the trace begins again behind its end. Default true.",
      examples: [true],
    }),
}).meta({ description: "A job that computes in the background on every vCPU and writes memory as it goes." });

export const vmForm = map({
  name: newName().meta({ description: "Name of the VM, unique in the scenario.", examples: ["web"] }),
  host: nameOf("a host").meta({ description: "Host that the VM starts on.", examples: ["primary"] }),
  memory: framesAmount(BYTES, limits.GUEST_BYTES, limits.FRAME_BYTES).meta({
    description:
      "Guest memory, a multiple of 4KiB up to 4GiB (64GiB without content) and at least workingSet, job's hot and cold, and 2MiB.",
    examples: ["64MiB"],
  }),
  vcpus: whole(limits.VCPU_COUNT)
    .default(1)
    .meta({
      description: "Virtual processors, 1 to 32; the first one drives the network, the others have the job. Default 1.",
      examples: [1],
    }),
  cpus: placement,
  weight,
  io: choice(IO_MODELS).meta({
    description:
      "How the VM reaches the network: a virtual function with ReNIC, a plain one (vf), through dom0 (paravirtual, emulated), a bond of a plain one and a paravirtual NIC (teaming), or a plain one whose driver takes part in migrations (compsc).",
    examples: ["renic", "paravirtual", "emulated", "teaming", "compsc"],
  }),
  abilities: abilitiesForm,
  offloads: offloadsForm,
  moderation: choice(MODERATIONS)
    .default("fixed") // What today's driver comes to.
    .meta({
      description:
        'Interrupts: "fixed" at interruptRateStart a second; by packets, "conservative" from interruptRateBulk to interruptRateLow, "full" up to interruptRateLowest; "throughput" by bytes a second. Default fixed.',
      examples: ["fixed", "conservative"],
    }),
  workload: workloadForm,
  job: jobForm.optional(),
  disk: diskForm.optional(),
}).meta({
  description:
    "A virtual machine. It takes one virtual function of its host, unless dom0 serves its NIC (paravirtual, emulated).",
});

export const trafficForm = map({
  from: nameOf("a client").meta({ description: "Client that sends; it has one entry at most.", examples: ["visitor"] }),
  to: nameOf("a VM").meta({ description: "VM that answers.", examples: ["web"] }),
  kind: only("replay").meta({
    description: "Sends the requests of a capture at their recorded times.",
    examples: ["replay"],
  }),
  capture: filePath().meta({
    description: "A pcap or pcapng file, relative to the folder of the scenario.",
    examples: ["recordings/dns/dns.pcapng"],
  }),
  port: whole(limits.PORT).meta({ description: "UDP port of the recorded service, 1 to 65535.", examples: [53] }),
  scale: factor(limits.SCALE_MAX)
    .default(1) // As recorded.
    .meta({ description: "Factor for recorded times, above 0 and up to 1000; 4 is slower. Default 1.", examples: [4] }),
  start: amount(DURATION, limits.ANY_DURATION)
    .prefault("0s") // The recording begins with the run.
    .meta({ description: "When the first request is sent. Default 0s.", examples: ["100ms"] }),
  timeout: amount(DURATION, limits.TIMEOUT)
    .prefault("1s") // assumed: between the half second and the five seconds of common resolvers.
    .meta({ description: "How long the client waits before it sends a request again. Default 1s.", examples: ["1s"] }),
  tries: whole(limits.TRY_COUNT)
    .default(5) // Long enough, with a timeout of one second, to live through a failover.
    .meta({ description: "How often a request is sent in all, 1 to 10. Default 5.", examples: [5] }),
}).meta({ description: "Traffic of one client." });

export const protectForm = map({
  vm: nameOf("a VM").meta({ description: "VM that is checkpointed; it has one entry at most.", examples: ["web"] }),
  to: nameOf("a host").meta({ description: "Host that holds the backup, not the VM's own.", examples: ["backup"] }),
  interval: amount(DURATION, limits.INTERVAL).meta({
    description: "From one suspend to the next, at least 1ms.",
    examples: ["25ms"],
  }),
  link: map({
    rate,
    latency: amount(DURATION, limits.ANY_DURATION).meta({
      description: "Delay from host to host, 0s to 1h.",
      examples: ["20us"],
    }),
  }).meta({ description: "The replication link, which carries nothing else." }),
  heartbeat: amount(DURATION, limits.HEARTBEAT)
    .prefault("100ms") // assumed: ten in the default timeout, so that no single loss counts.
    .meta({ description: "From one sign of life to the next, at least 100us. Default 100ms.", examples: ["100ms"] }),
  timeout: amount(DURATION, limits.TIMEOUT)
    .prefault("1s") // assumed: as long as a client waits, so that its first retry can find the backup.
    .meta({
      description: "Silence after which the backup takes over; longer than the heartbeat. Default 1s.",
      examples: ["1s"],
    }),
  outbound: amount(BYTES, limits.OUTBOUND_BYTES)
    .optional() // Where output waits says how much there is; limits.ts has both defaults.
    .meta({
      description:
        "Room for held frames, 2KiB to 256MiB: the outbound buffer on the NIC, default 8MiB; of a NIC that dom0 serves, its hold queue, default 32MiB.",
      examples: ["8MiB"],
    }),
  compression: choice(COMPRESSIONS)
    .default("none") // What Remus does unless it is told otherwise.
    .meta({
      description:
        'Whether a page that was sent before is sent again whole, "none", or as what has changed, "delta". Default none.',
      examples: ["none", "delta"],
    }),
  cache: amount(BYTES, limits.CACHE_BYTES)
    .prefault("8MiB") // assumed: a quarter of the 8,192 pages that Xen's sender keeps, for guests of this size.
    .meta({
      description: "Memory of dom0 for pages as they were sent last, with delta; 4KiB to 1GiB. Default 8MiB.",
      examples: ["8MiB"],
    }),
  compressionRatio: factor(limits.COMPRESSION_RATIO_MAX)
    .min(1, { error: `expected a number from 1 to ${limits.COMPRESSION_RATIO_MAX}` })
    .default(1) // Bytes that are not there cannot be compressed; who knows how well theirs can says so.
    .meta({
      description:
        "Without content: how many times fewer bytes pages take on the link than whole, 1 to 100, as measured elsewhere; dom0 compares each page. Default 1, not compressed.",
      examples: [2.5],
    }),
  diskBuffer: amount(BYTES, limits.DISK_BUFFER_BYTES)
    .prefault("8MiB") // assumed: 25 ms of a disk that is written at 300 MB/s, as much as the NIC's outbound buffer.
    .meta({
      description:
        "Room for writes to the VM's disk that are on their way or held until their commit, 64KiB to 1GiB; beyond it the VM's requests wait. Default 8MiB.",
      examples: ["8MiB"],
    }),
  driverReset: amountOrNever(DURATION, limits.ANY_DURATION)
    .prefault("never") // The device state is meant to make it unnecessary.
    .meta({
      description: "When the guest resets its driver, counted from activation on the backup, or never. Default never.",
      examples: ["never", "1s"],
    }),
  ...checkpointFields,
  again: againForm,
}).meta({ description: "Remus protection of one VM. It takes one core of the backup host and what its NIC takes." });

export const ablateForm = map({
  abilities: list(choice(ABILITIES).meta({ description: "An ability of ReNIC.", examples: ["hold"] }), "abilities")
    .default([]) // No further runs.
    .meta({ description: "One more run for each, without it. Default none.", examples: [["hold"]] }),
  driverReset: amountOrNever(DURATION, limits.ANY_DURATION)
    .prefault("never") // No further run.
    .meta({
      description: "Where the service stays away, one more run resets the guest's driver then. Default never.",
      examples: ["never", "1s"],
    }),
})
  .prefault({})
  .meta({ description: "Runs beside the main one, each with one ability taken away. Default none." });

/** One key for each cost, so that editors know them all. */
const costKeys = Object.fromEntries(
  COST_NAMES.map((name) => {
    const { meaning, unit, range, era, now } = costRow(name);
    const text = `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}`;
    const description = `${text}; ${range.join(" to ")} ${unit}. In the presets ${era} (era) and ${now} (now).`;
    return [
      name,
      cost(name)
        .optional()
        .meta({ description, examples: [now] }),
    ];
  }),
);

export const costsForm = map({
  preset: choice(COST_PRESET_NAMES)
    .default("now") // What a user has at hand.
    .meta({
      description: "Machine whose costs are taken: era, the paper's years, or now. Default now.",
      examples: ["era"],
    }),
  file: filePath()
    .optional()
    .meta({
      description: "A CSV file with costs, relative to the folder of the scenario. Default none.",
      examples: ["costs.csv"],
    }),
  set: map(costKeys)
    .default({}) // The preset's and the file's.
    .meta({ description: "Costs in place of the preset's and the file's. Default none." }),
})
  .prefault({})
  .meta({ description: "What things cost; `renic costs` prints the table." });

const content = flag()
  .default(true) // What makes every byte of a run comparable.
  .meta({
    description:
      "Whether payload has its bytes. Without, times, marks and counts are the same, guests may have up to 64GiB, and frames end behind their headers. Default true.",
    examples: [false],
  });

/** The whole file. */
export const scenarioForm = map({
  version: only(1).meta({ description: "Version of this form.", examples: [1] }),
  seed,
  duration,
  content,
  hosts: list(hostForm, "hosts")
    .min(1, "expected at least one host, got an empty list")
    .meta({ description: "Machines that run VMs, at least one." }),
  clients: list(clientForm, "clients").meta({ description: "External machines; the list may be empty." }),
  switch: map({
    delay: amount(DURATION, limits.ANY_DURATION)
      .prefault("1us") // assumed: a store-and-forward switch of a rack, transmission excluded.
      .meta({ description: "Store-and-forward delay, 0s to 1h. Default 1us.", examples: ["1us"] }),
  })
    .prefault({})
    .meta({ description: "The learning switch that joins every port and client." }),
  vms: list(vmForm, "VMs").meta({ description: "Virtual machines; the list may be empty." }),
  traffic: list(trafficForm, "traffic entries")
    .default([])
    .meta({ description: "What clients send. Default nothing." }),
  flows: list(flowForm, "flows").default([]).meta({ description: "Traffic that machines make. Default none." }),
  protect: list(protectForm, "protections").default([]).meta({ description: "VMs with a backup. Default none." }),
  migrations: list(migrationForm, "migrations")
    .default([])
    .meta({ description: "VMs that move to another host. Default none." }),
  events: list(eventForm, "events").default([]).meta({ description: "What goes wrong. Default nothing." }),
  ablate: ablateForm,
  interrupts: choice(INTERRUPT_DELIVERIES)
    .optional()
    .meta({
      description:
        "How interrupts of virtual functions reach guests: through exits, or posted to those that run. Default: exits with the preset era, posted with now.",
      examples: ["exits", "posted"],
    }),
  costs: costsForm,
}).meta({ title: "renic scenario", description: "A run of renic is a pure function of this file and its captures." });

/** What a user writes. */
export type ScenarioInput = z.input<typeof scenarioForm>;

/** The same with values in base units and every default filled in. */
export type ScenarioForm = z.output<typeof scenarioForm>;
