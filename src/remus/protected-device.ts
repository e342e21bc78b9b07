/**
 * The device of a protected machine: the one place that chooses among the I/O models.
 *
 * Made anew for each use, because a protection is plain data: written down and read back, it must find its device again
 * from what it says of itself.
 */
import type { CheckpointDevice } from "../device/checkpoint-device";
import { emulatedDevice } from "../device/protected-emulated";
import { paravirtualDevice } from "../device/protected-paravirtual";
import { renicDevice } from "../device/renic";
import type { Protection } from "./protection";

/** Returns what a checkpoint of this machine asks of its NIC; the same on the primary and on the backup. */
export function deviceOf({ abilities, replica }: Protection): CheckpointDevice {
  const { front } = replica.primary;
  if (!front) return renicDevice(abilities);
  return front.kind === "emulated" ? emulatedDevice(abilities.hold) : paravirtualDevice(abilities.hold);
}
