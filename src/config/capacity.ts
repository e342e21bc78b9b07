/**
 * Whether hosts can carry what is put on them, and whether the memory of all guests fits into the simulator's own.
 *
 * A VM takes a core for each vCPU, unless it shares those that are nobody's own, and one virtual function where it runs,
 * and the same again on the host of its backup, which must be able to run it at any moment, or on that which it moves to. Holes in the draft count as
 * nothing: what is known already may be too much. So does a dom0 while its defaults are in a file that is yet to be read.
 */

import type { CostOverrides, Costs } from "../host/cost-table";
import { numbersTo } from "../sim/numbers";
import { formatBytes } from "../sim/units";
import { type CpusInput, costsOf, dom0Cpus } from "./cost-defaults";
import type { Complaint, Draft } from "./draft";
import { listed } from "./found";
import { ALL_GUESTS_BYTES_MAX } from "./limits";
import { lifeCountOf } from "./lives";
import { type Resident, residentsOf } from "./residents";
import { BRIDGED_IO_MODELS, VF_IO_MODELS } from "./scenario";

/**
 * Returns every host that carries too much, and the sum of all memory if it is too much.
 *
 * @param file what the file of costs says that the scenario names; undefined while it has not been read
 */
export function checkCapacity(draft: Draft, file?: CostOverrides): readonly Complaint[] {
  return [...checkHosts(draft, file), ...checkTotalMemory(draft)];
}

function checkHosts(draft: Draft, file: CostOverrides | undefined): readonly Complaint[] {
  const isKnown = file !== undefined || draft.costs?.file === undefined;
  const costs = draft.costs && isKnown ? costsOf(draft.costs, file ?? {}) : undefined;
  return (draft.hosts ?? []).flatMap((host, index) => {
    if (host?.name === undefined) return [];
    const { name } = host;
    const dom0 = dom0Of(host.dom0 ?? {}, costs);
    return numbersTo(lifeCountOf(draft.events ?? [], name)).flatMap((life) => {
      const guests = residentsOf(draft, name, life).map(domainOf);
      const names = guests.filter(({ hasVf }) => hasVf).map(({ what }) => what);
      return [
        ...checkCores([...dom0, ...guests], host.cores, index),
        ...checkVfs(names, host.nics, index),
        ...checkBridged(guests, host.nics, index),
      ];
    });
  });
}

/** What needs processors. */
interface Domain {
  /** As a reader of the scenario would name it. */
  readonly what: string;
  readonly vcpuCount: number;
  readonly isShared: boolean;
  /** It has a NIC that dom0 serves. */
  readonly isBridged: boolean;
  /** It cannot do without a virtual function. */
  readonly hasVf: boolean;
}

/** Returns dom0, or nothing while it is not known. */
function dom0Of(written: CpusInput, costs: Costs | undefined): readonly Domain[] {
  if (costs === undefined) return [];
  const { vcpus, cpus } = dom0Cpus(written, costs);
  return [{ what: "dom0", isBridged: false, hasVf: false, vcpuCount: vcpus, isShared: cpus === "shared" }];
}

/** Returns what a guest needs. */
function domainOf({ what, vm, kind }: Resident): Domain {
  const needsVf = vm?.io === undefined || VF_IO_MODELS.includes(vm.io);
  return {
    what,
    vcpuCount: vm?.vcpus ?? 1,
    isShared: vm?.cpus === "shared",
    isBridged: vm?.io !== undefined && BRIDGED_IO_MODELS.includes(vm.io),
    // A bond begins with its virtual function, and stays with its other NIC where it finds none.
    hasVf: needsVf || (kind === "own" && vm.io === "teaming"),
  };
}

function checkCores(domains: readonly Domain[], coreCount: number | undefined, host: number): readonly Complaint[] {
  const owners = domains.filter(({ isShared }) => !isShared);
  const sharers = domains.filter(({ isShared }) => isShared);
  const least = owners.reduce((sum, { vcpuCount }) => sum + vcpuCount, 0) + (sharers.length > 0 ? 1 : 0);
  if (coreCount === undefined || coreCount >= least) return [];
  const shares = sharers.length > 0 ? [`one to share for ${listed(sharers.map(({ what }) => what))}`] : [];
  const reason = `expected at least ${least}, ${[ownText(owners), ...shares].filter(Boolean).join(", and ")}, got ${coreCount}`;
  return [{ path: ["hosts", host, "cores"], reason }];
}

/** Says who needs a processor of its own, and how many where that is more than one. */
function ownText(owners: readonly Domain[]): string {
  if (owners.length === 0) return "";
  const list = owners.map(({ what, vcpuCount }) => (vcpuCount > 1 ? `${what} with ${vcpuCount} vcpus` : what));
  return `one for each vCPU of ${listed(list)}`;
}

type Nics = NonNullable<NonNullable<Draft["hosts"]>[number]>["nics"];

/** Stays silent about a host with a NIC whose number of virtual functions is not known. */
function checkVfs(guests: readonly string[], nics: Nics, host: number): readonly Complaint[] {
  const counts = nics?.flatMap((nic) => nic?.vfs ?? []);
  if (nics === undefined || counts?.length !== nics.length) return [];
  const vfCount = counts.reduce((sum, count) => sum + count, 0);
  if (vfCount >= guests.length) return [];
  const reason = `expected at least ${guests.length} vfs, one each for ${listed(guests)}, got ${vfCount}`;
  const path = nics.length === 1 ? ["hosts", host, "nics", 0, "vfs"] : ["hosts", host, "nics"];
  return [{ path, reason: nics.length === 0 ? `${reason}; add a NIC` : reason }];
}

/** A NIC that dom0 serves is bridged to a port of the host. */
function checkBridged(guests: readonly Domain[], nics: Nics, host: number): readonly Complaint[] {
  const bridged = guests.filter(({ isBridged }) => isBridged).map(({ what }) => what);
  if (bridged.length === 0 || nics === undefined || nics.length > 0) return [];
  return [
    {
      path: ["hosts", host, "nics"],
      reason: `expected a NIC for dom0's bridge, which carries ${listed(bridged)}; add one`,
    },
  ];
}

/** Without content a guest's memory takes a few bytes a page: whether they fit is seen when the world is planned. */
function checkTotalMemory({ content, vms, protect, migrations }: Draft): readonly Complaint[] {
  if (content === false) return [];
  const moved = new Set([...(protect ?? []), ...(migrations ?? [])].map((entry) => entry?.vm));
  const sum = (vms ?? []).reduce((bytes, vm) => {
    if (vm?.name === undefined) return bytes + (vm?.memory ?? 0);
    const nextCount = protect?.find((entry) => entry?.vm === vm.name)?.again?.length ?? 0;
    const copyCount = (moved.has(vm.name) ? 2 : 1) + nextCount;
    return bytes + (vm.memory ?? 0) * copyCount;
  }, 0);
  if (sum <= ALL_GUESTS_BYTES_MAX) return [];
  const limit = formatBytes(ALL_GUESTS_BYTES_MAX);
  const next = protect?.some((entry) => entry?.again?.length) ? " and once more for each protection anew" : "";
  const why = "wasm32 ends at 4GiB, and the rest is needed for rings, staging and traces";
  const reason = `expected at most ${limit} of guest memory in all, each protected or migrated VM counted twice${next}, got ${formatBytes(sum)}`;
  return [{ path: ["vms"], reason: `${reason}; ${why}` }];
}
