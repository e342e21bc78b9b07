/**
 * What a migration asks of a device.
 *
 * | verb     | when                                          | must                                                     |
 * |----------|-----------------------------------------------|----------------------------------------------------------|
 * | begin    | the source, before the first round            | start its logs                                           |
 * | collect  | the source, behind each round and at the stop | add the pages it wrote to the guest's log                |
 * | end      | the source, when the machine does not move    | end its logs                                             |
 * | quiesce  | each side, once; the guest stands still       | stop changing memory; true when it has, else the data    |
 * |          |                                               | plane says so (REASON_QUIESCED)                          |
 * | save     | the source, quiesced                          | write its state; returns the bytes                       |
 * | restore  | the target, quiesced, before its vCPU runs    | become what the image says, still quiet                  |
 * | activate | right after restore                           | go on                                                    |
 * | connect  | where the machine runs, when its network is   | be reached again                                         |
 * |          | to be back                                    |                                                          |
 * | announce | there, from then on                           | tell the network where the machine is                    |
 * | goOn     | either side, when the machine does not move   | be as before the quiesce                                 |
 * | leave    | the source, when the machine is the target's  | let go of address and guest; what waits for it is lost   |
 */
import type { World } from "../core/world";
import type { Place } from "../host/place";
import { compscMigration } from "./compsc-migration";
import { emulatedMigration } from "./emulated-migration";
import type { Migration } from "./migration";
import { paravirtualMigration } from "./paravirtual-migration";
import { renicMigration } from "./renic-migration";
import { teamingMigration } from "./teaming-migration";

export interface MigrationDevice {
  begin(world: World, place: Place): void;
  collect(world: World, place: Place): void;
  end(world: World, place: Place): void;
  quiesce(world: World, place: Place): boolean;
  save(world: World, place: Place, imageAt: number): number;
  restore(world: World, place: Place, imageAt: number, imageBytes: number): void;
  activate(world: World, place: Place): void;
  connect(world: World, place: Place): void;
  announce(world: World, place: Place): void;
  goOn(world: World, place: Place): void;
  leave(world: World, place: Place): void;
}

/** Returns the device of a machine that moves. */
export function deviceOf({
  io,
  abilities,
  bond,
  mac,
}: Pick<Migration, "io" | "abilities" | "bond" | "mac">): MigrationDevice {
  if (bond) return teamingMigration(bond);
  if (io === "compsc") return compscMigration(mac);
  if (io === "paravirtual") return paravirtualMigration;
  return io === "emulated" ? emulatedMigration : renicMigration(abilities);
}
