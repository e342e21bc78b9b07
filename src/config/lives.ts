/**
 * Hosts that fail and are repaired: what is there then is another machine of the same make, with nothing of what was there
 * before. So a host has as many lives as it is repaired, and one more, and each is a host of its own from here on.
 *
 *     user's file                                  what runs
 *     hosts: [a, b]                                hosts: [a, b, "a (repaired)"]
 *     events: [fail: a, repair: a, fail: a]        events: [fail: a, repair: "a (repaired)", fail: "a (repaired)"]
 *     vm on a, to b, again to a                    vm on a, to b, again to "a (repaired)"
 *
 * A copy of a machine that is named on a host once more is in the host's next life: there is nothing to go back to in one
 * that had the machine before.
 */
import type { EventScenario, ProtectScenario, Scenario } from "./scenario";

/** Returns of each name how often it has occurred before it. */
function livesOf(names: readonly (string | undefined)[]): number[] {
  return names.map((name, index) => names.slice(0, index).filter((each) => each === name).length);
}

/** The hosts of a machine's copies, in their order: its own, its backup's, those of protections that follow. */
interface Copies {
  readonly home: string | undefined;
  readonly to: string | undefined;
  readonly again: readonly ({ readonly to?: string | undefined } | undefined)[];
}

/** Returns in which life of its host each protection that follows has its backup. */
export function livesOfAgain({ home, to, again }: Copies): number[] {
  return livesOf([home, to, ...again.map((next) => next?.to)]).slice(2);
}

/** Returns how many protections that follow have their backup in a life of a host. */
export function nextCountOn(copies: Copies, host: string, life: number): number {
  const lives = livesOfAgain(copies);
  return copies.again.filter((next, at) => next?.to === host && lives[at] === life).length;
}

/** Returns how many lives a host has. */
export function lifeCountOf(
  events: readonly ({ readonly repair?: string | undefined } | undefined)[],
  host: string,
): number {
  return 1 + events.filter((event) => event?.repair === host).length;
}

/** Returns a scenario in which each life of a host is a host. */
export function withLives(scenario: Scenario): Scenario {
  const { hosts, vms, protect, events } = scenario;
  const repaired = events.flatMap((event) => ("repair" in event ? [event.repair] : []));
  if (repaired.length === 0) return scenario;
  const next = hosts.flatMap((host) => {
    const count = repaired.filter((name) => name === host.name).length;
    return Array.from({ length: count }, (_, life) => ({ ...host, name: nameOf(host.name, life + 1) }));
  });
  const homeOf = (name: string) => vms.find((vm) => vm.name === name)?.host;
  return {
    ...scenario,
    hosts: [...hosts, ...next],
    protect: protect.map((entry) => ({ ...entry, again: livingAgain(entry, homeOf(entry.vm)) })),
    events: livingEvents(events),
  };
}

function livingAgain({ to, again }: ProtectScenario, home: string | undefined): ProtectScenario["again"] {
  const lives = livesOfAgain({ home, to, again });
  return again.map((next, at) => ({ ...next, to: nameOf(next.to, lives[at] ?? 0) }));
}

/** Events keep their places; who is meant goes by their times. */
function livingEvents(events: readonly EventScenario[]): EventScenario[] {
  const living = [...events];
  const lives = new Map<string, number>();
  const inTime = events
    .map((event, index) => ({ event, index }))
    .sort((one, other) => one.event.atNs - other.event.atNs);
  for (const { event, index } of inTime) {
    if ("repair" in event) {
      const life = (lives.get(event.repair) ?? 0) + 1;
      lives.set(event.repair, life);
      living[index] = { ...event, repair: nameOf(event.repair, life) };
    } else if ("fail" in event) {
      living[index] = { ...event, fail: nameOf(event.fail, lives.get(event.fail) ?? 0) };
    }
  }
  return living;
}

/** No name of the user's has a blank. */
function nameOf(host: string, life: number): string {
  if (life === 0) return host;
  return life === 1 ? `${host} (repaired)` : `${host} (repaired ${life} times)`;
}
