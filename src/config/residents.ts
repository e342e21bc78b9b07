/** Who is on a host of a scenario: VMs, backups of others, now and later, and VMs that move there. */
import { numbersTo } from "../sim/numbers";
import { quote } from "../sim/units";
import { type Draft, findVm, type VmDraft } from "./draft";
import { nextCountOn } from "./lives";

/** A guest of a host. */
export interface Resident {
  /** As a reader of the scenario would name it. */
  readonly what: string;
  /** Undefined where the draft does not say which it is. */
  readonly vm: VmDraft | undefined;
  readonly kind: "own" | "backup" | "arriving";
}

/** Returns the guests of a host in one of its lives: repaired, it has only what is named on it once more. */
export function residentsOf(draft: Draft, host: string, life: number): readonly Resident[] {
  const { vms = [], protect = [], migrations = [] } = draft;
  const own = vms.flatMap((vm): Resident[] => {
    return vm?.host === host ? [{ what: nameOf("VM", vm.name), vm, kind: "own" }] : [];
  });
  const backups = protect.flatMap((entry): Resident[] => {
    const { to, again = [] } = entry ?? {};
    const vm = findVm(draft, entry?.vm);
    const next = numbersTo(nextCountOn({ home: vm?.host, to, again }, host, life)).map(() => "next backup of");
    const nouns = [...(to === host && life === 0 ? ["backup of"] : []), ...next];
    return nouns.map((noun) => ({ what: nameOf(noun, entry?.vm), vm, kind: "backup" }));
  });
  const arriving = migrations.flatMap((entry): Resident[] => {
    if (entry?.to !== host) return [];
    return [{ what: nameOf("migrated VM", entry.vm), vm: findVm(draft, entry.vm), kind: "arriving" }];
  });
  return life === 0 ? [...own, ...backups, ...arriving] : backups;
}

function nameOf(noun: string, name: string | undefined): string {
  return name === undefined ? `${noun} no name` : `${noun} ${quote(name)}`;
}
