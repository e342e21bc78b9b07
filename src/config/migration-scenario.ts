/** What a scenario says of a live migration, resolved: plain data, times from the start of the run. */
import type { MigrationPolicy } from "./migration-policy";
import type { Compression, LinkScenario } from "./scenario";

/** How a page of zeros crosses: whole, as Xen sends every page, or as a mark, as QEMU does. */
export type ZeroPages = "whole" | "marked";

export const ZERO_PAGES: readonly ZeroPages[] = ["whole", "marked"];

/** Over a link of its own, or over the ports of both hosts. */
export const MIGRATION_WAYS: readonly ("link" | "ports")[] = ["link", "ports"];

export type BackendTime = "in-stop" | "before-stop";

export const BACKEND_TIMES: readonly BackendTime[] = ["in-stop", "before-stop"];

export type HotPlug = "acpi" | "native";

export const HOT_PLUGS: readonly HotPlug[] = ["acpi", "native"];

export interface MigrationScenario {
  readonly vm: string;
  /** The host that it goes to. */
  readonly to: string;
  readonly atNs: number;
  readonly policy: MigrationPolicy;
  /** A link that carries nothing else; null for the ports of both hosts, which carry everything. */
  readonly link: Omit<LinkScenario, "loss"> | null;
  /** Connections over which pages go at once. */
  readonly streamCount: number;
  readonly zeroPages: ZeroPages;
  readonly compression: Compression;
  /** Pages that the sender remembers, to compare the next version with; of no use without compression. */
  readonly cacheBytes: number;
  /** When dom0 of the target sets up the backend of a NIC that it serves: while the guest stands still, or before. */
  readonly backend: BackendTime;
  /** How the virtual function of a bond is unplugged: by ACPI, or as PCI Express has it. */
  readonly hotPlug: HotPlug;
  /** A process of dom0 plays the guest's chipset, as for every HVM guest; its state moves, too. */
  readonly hasDeviceModel: boolean;
  /** When the user calls it off, or has the guest stopped whatever is dirty; null for never. */
  readonly cancelNs: number | null;
  readonly forceNs: number | null;
}
