/**
 * Protections of a scenario while the world is composed, and those that may follow them: each gets a backup's place, a link,
 * a staging buffer of its own, and every place whose output may be held gets room for it.
 */
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { type ReplicaBehind, stagingBytes } from "../checkpoint/replica";
import { createStream } from "../checkpoint/stream";
import type { ProtectScenario, Scenario, VmScenario } from "../config/scenario";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Place } from "../host/place";
import { createProtection, type Protection } from "../remus/protection";
import { type Succession, waitingSuccession } from "../remus/succession";
import { numbersTo } from "../sim/numbers";
import { mirrorBlocks } from "../workload/disk";
import type { VmControl } from "./control";
import { guestMemoryOf } from "./memories";
import { addCopy, type Site } from "./site";

type SiteOf = (name: string) => Site;

/** Makes the protection of an entry of the scenario; nothing of it begins. */
export function makeProtection(
  world: World,
  siteOf: SiteOf,
  scenario: Scenario,
  vms: readonly VmControl[],
  index: number,
): Protection {
  const { wanted, vm, number } = entryOf(scenario, index);
  const primary = vms[number]?.place;
  if (!primary) throw new InternalError(`VM ${vm.name} was made before what protects it`);
  const backup = addCopy(world, siteOf(wanted.to), scenario, number);
  makeRoom(world, primary, wanted);
  const replica = { primary, ...makeReplica(world, scenario, vm, wanted, backup) };
  const arbiterWayNs = arbiterWayOf(scenario, vm.host);
  return createProtection({ index, vm, wanted, replica, costs: scenario.costs, arbiterWayNs });
}

/** Makes what may follow the protection of an entry, each from the place of any copy before it. */
export function makeSuccessions(
  world: World,
  siteOf: SiteOf,
  scenario: Scenario,
  protections: readonly Protection[],
  entry: number,
): Succession[] {
  const { wanted, vm, number } = entryOf(scenario, entry);
  let before = protections[entry]?.replica.backup;
  return wanted.again.map(({ to, afterNs }) => {
    if (before) makeRoom(world, before, wanted);
    const backup = addCopy(world, siteOf(to), scenario, number);
    before = backup;
    const replica = makeReplica(world, scenario, vm, wanted, backup);
    return waitingSuccession({ vm: vm.name, entry, to, afterNs, replica });
  });
}

/** Returns an entry of the scenario, its VM, and the VM's number. */
export function entryOf({ protect, vms }: Scenario, entry: number) {
  const wanted = protect[entry];
  const number = vms.findIndex(({ name }) => name === wanted?.vm);
  const vm = vms[number];
  if (!wanted || !vm) throw new InternalError("the scenario was checked for names");
  return { wanted, vm, number };
}

/** Returns how long a message takes from a host to a third party on the network, whose port is like the host's own. */
export function arbiterWayOf({ hosts, switchDelayNs }: Scenario, host: string): number {
  const nics = hosts.find(({ name }) => name === host)?.nics ?? [];
  return 2 * (nics[0]?.latencyNs ?? 0) + switchDelayNs;
}

/** Gives a place room for the output that waits there. */
function makeRoom({ plane }: World, { front, vf }: Place, { outboundBytes, full }: ProtectScenario): void {
  if (front) plane.createHold(front.vif, outboundBytes);
  else {
    plane.createOutbound(vf, outboundBytes);
    plane.setOutboundDropping(vf, full === "drop" ? 1 : 0);
  }
}

function makeReplica(
  world: World,
  scenario: Scenario,
  vm: VmScenario,
  wanted: ProtectScenario,
  backup: Place,
): ReplicaBehind {
  const { plane } = world;
  const { link, epochCount, compression, cacheBytes, compressionRatio: statedRatio } = wanted;
  const { pageCount: stagingPages, framePages } = guestMemoryOf(scenario, vm);
  const wire = plane.addReplicationLink(link.rateBitsPerSecond, link.latencyNs);
  const rooms = numbersTo(epochCount).map(
    () => plane.reserveBytes(stagingBytes(stagingPages, framePages, compression)) >>> 0,
  );
  const backupImageAt = plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
  // All copies of a machine have equally many pages.
  const stream = compression === "delta" ? createStream(world, backup.guest, cacheBytes, backupImageAt) : null;
  const mirrorAt = vm.disk ? plane.createMirror(mirrorBlocks(wanted)) >>> 0 : 0;
  return { backup, wire, rooms, stagingPages, backupImageAt, mirrorAt, stream, statedRatio };
}
