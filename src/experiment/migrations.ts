/** Migrations of a scenario: made with the world, found again by the guests and hosts that they are about. */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { createStream, streamEndsBytes } from "../checkpoint/stream";
import type { MigrationScenario } from "../config/migration-scenario";
import type { Scenario, VmScenario } from "../config/scenario";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Place } from "../host/place";
import type { Simulation } from "../host/simulation";
import type { Purpose } from "../host/timers";
import { carryingBond } from "../migration/bond-state";
import { loseSource, loseTarget } from "../migration/ending";
import { cutMigrationLink, mendMigrationLink } from "../migration/link";
import { type Migration, placeOf, waitingMigration } from "../migration/migration";
import { makePortsPath, takeArrived } from "../migration/ports-path";
import { onWorked } from "../migration/precopy";
import { wayOverPorts } from "../migration/scenario-plan";
import { idleSender, SENDER_BYTES } from "../migration/sender";
import { stepsOf, VF_REFUSAL } from "../migration/stop-steps";
import { onQuiesced, onSuspended } from "../migration/switchover";
import { onMigrationTimer } from "../migration/timers";
import type { Station } from "../workload/station";
import type { Control } from "./control";
import { shortageFor } from "./host-memory";
import { vcpusOf } from "./site";

/**
 * Adds each migration's guest at its target, in their order; bonds last, which can do without a virtual function, so that
 * they take none that another machine needs.
 */
export function addTargets({ migrations, vms }: Scenario, add: (number: number, to: string) => Place): Place[] {
  const targets: Place[] = [];
  for (const isBondsTurn of [false, true]) {
    migrations.forEach(({ vm: name, to }, index) => {
      const number = vms.findIndex((vm) => vm.name === name);
      if ((vms[number]?.io === "teaming") === isBondsTurn) targets[index] = add(number, to);
    });
  }
  return targets;
}

/** Makes a migration of a VM whose places are known; nothing of it begins. */
export function makeMigration(
  world: World,
  scenario: Scenario,
  index: number,
  vm: VmScenario,
  whereabouts: Pick<Migration, "mac" | "source" | "target">,
  tasks: readonly number[],
  stations: readonly [Station, Station] | null,
): Migration {
  const wanted = scenario.migrations[index];
  if (!wanted) throw new InternalError(`migration ${index} is none of the scenario's`);
  if (vm.io === "vf") throw new InternalError(`the scenario was checked: ${VF_REFUSAL}`);
  const { plane } = world;
  const way = wanted.link ?? wayOverPorts(scenario, vm.host, wanted.to);
  const { guest } = whereabouts.source;
  plane.createRoundLog(guest);
  const imageAt = plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
  return {
    index,
    vm: vm.name,
    io: vm.io,
    abilities: vm.abilities,
    ...whereabouts,
    sourceVcpus: vcpusOf(world, guest, vm),
    policy: wanted.policy,
    zeroPages: wanted.zeroPages,
    steps: stepsOf(vm.io, wanted),
    bond: vm.io === "teaming" ? carryingBond(scenario.costs.bondPoll, scenario.seed, index) : null,
    costs: scenario.costs,
    ports: stations && makePortsPath(world, index, wanted.streamCount, stations, way),
    wire: stations ? -1 : plane.addReplicationLink(way.rateBitsPerSecond, way.latencyNs),
    latencyNs: way.latencyNs,
    senders: tasks.map((task) => idleSender(task, plane.reserveBytes(SENDER_BYTES) >>> 0, stations ? 2 : 1)),
    stream: wanted.compression === "delta" ? createStream(world, guest, wanted.cacheBytes, imageAt) : null,
    imageAt,
    ...waitingMigration(),
  };
}

/**
 * Returns the memory that a migration takes beside its guests', at most: buffers, the logs of the round and of the device,
 * both ends of the compression.
 */
export function migrationBytes(
  { streamCount, compression, cacheBytes }: Pick<MigrationScenario, "streamCount" | "compression" | "cacheBytes">,
  pageCount: number,
): number {
  const stream = compression === "delta" ? streamEndsBytes(pageCount, cacheBytes) : 0;
  return streamCount * SENDER_BYTES + IMAGE_BYTES_MAX + Math.ceil(pageCount / 4) + PAGE_BYTES + stream;
}

/** Returns where a VM that moves, or has moved, is by now; null for one that does not. */
export function placeOfMigrated({ migrations }: Pick<Control, "migrations">, vm: string): Place | null {
  const m = migrations.find((candidate) => candidate.vm === vm);
  return m ? placeOf(m) : null;
}

/** A guest stands still; tells whether that is a migration's. */
export function suspendedForMigration(simulation: Simulation, { migrations }: Control, guest: number): boolean {
  const m = migrations.find(({ source }) => source.guest === guest);
  if (m) onSuspended(simulation, m);
  return m !== undefined;
}

/** A device stands still; tells whether that is a migration's. Only the source's is waited for. */
export function quiescedForMigration(
  simulation: Simulation,
  { migrations }: Control,
  isMeant: (place: Place) => boolean,
): boolean {
  const m = migrations.find(({ source, target }) => isMeant(source) || isMeant(target));
  if (m && isMeant(m.source) && m.state === "quiescing") onQuiesced(simulation, m);
  return m !== undefined;
}

/** A sink of dom0's has read up to a mark: what has arrived of any migration is taken. */
export function arrivedForMigrations(simulation: Simulation, control: Control): void {
  for (const m of control.migrations) {
    if (!m.ports) continue;
    for (const purpose of takeArrived(simulation.world, m.ports)) migrationTimer(simulation, control, purpose);
  }
}

/** A timer of a migration has fired. */
export function migrationTimer(simulation: Simulation, control: Control, purpose: Purpose): void {
  const m = control.migrations[purpose.subject];
  if (!m) {
    throw new InternalError(`a timer of kind ${purpose.kind} is for migration ${purpose.subject}, which there is not`);
  }
  const isAlive = (index: number) => control.hosts.some((host) => host.index === index && host.isAlive);
  const [isSourceAlive, isTargetAlive] = [isAlive(m.source.host), isAlive(m.target.host)];
  const shortage = m.state === "waiting" ? shortageFor(control, m) : null;
  const alive = { isSourceAlive, isTargetAlive, shortage };
  onMigrationTimer(simulation, m, purpose, alive);
}

/** A task of dom0 has worked off what it was given; tells whether that is a migration's. */
export function workedForMigration(simulation: Simulation, { migrations }: Control, task: number): boolean {
  for (const m of migrations) {
    const part = m.senders.findIndex((sender) => sender.task === task);
    if (part < 0) continue;
    onWorked(simulation, m, part);
    return true;
  }
  return false;
}

/** The link of a machine's migration is cut or mended; tells whether there is one. */
export function migrationLinkEvent(simulation: Simulation, { migrations }: Control, event: LinkEvent): boolean {
  const m = migrations.find(({ vm }) => vm === ("cut" in event ? event.cut : event.mend));
  if (!m) return false;
  if ("cut" in event) cutMigrationLink(simulation, m);
  else mendMigrationLink(m);
  return true;
}

type LinkEvent = { readonly cut: string } | { readonly mend: string };

/** A host is gone. */
export function hostLostForMigrations(simulation: Simulation, { migrations }: Control, host: number): void {
  for (const m of migrations) {
    if (m.source.host === host) loseSource(simulation, m);
    if (m.target.host === host) loseTarget(simulation, m);
  }
}
