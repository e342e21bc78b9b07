/**
 * Where everything lies in the one memory of a world. Tables first, each behind the one before it, then the arena,
 * from which page tables, buffers and pools are reserved once while a world is set up. Nothing lives outside: saving
 * a world is copying [WORLD, arena's end).
 *
 *      0x0      0x400           0x10000 = WORLD
 *     +--------+---------------+--------+--------+-----+--------+-------------------------+
 *     | unused | static data   | world  | events | ... | timers | arena ...               |
 *     +--------+---------------+--------+--------+-----+--------+-------------------------+
 */
import {
  CLIENT_COUNT_MAX,
  DISK_COUNT_MAX,
  GUEST_COUNT_MAX,
  HOST_COUNT_MAX,
  MACHINE_COUNT_MAX,
  PORT_COUNT_MAX,
  PROCESSOR_COUNT_MAX,
  SWITCH_COUNT_MAX,
  TASK_COUNT_MAX,
  TIMER_COUNT_MAX,
  VCPU_COUNT_MAX,
  VF_COUNT_MAX,
  VIF_COUNT_MAX,
  WIRE_COUNT_MAX,
} from "./limits";
import { PF_BYTES } from "./physical-function";
import { VF_BYTES } from "./virtual-function";

/** Static data of the module ends below this; checked when a world is made. */
export const WORLD: u32 = 0x10000;
export const WORLD_BYTES: u32 = 1024;

/** The event wheel: 11 levels of 64 slots, since 11 x 6 bits cover 64. */
export const WHEEL: u32 = WORLD + WORLD_BYTES;
export const WHEEL_LEVEL_COUNT: u32 = 11;
export const WHEEL_SLOT_COUNT: u32 = 64;
export const WHEEL_BYTES: u32 = WHEEL_LEVEL_COUNT * WHEEL_SLOT_COUNT * 8 + 128;

/** A page that is never written: what an absent page reads as. */
export const ZERO_PAGE: u32 = 0x14000;
/** Tables for CRC-32C, eight of 256 words. */
export const CRC_TABLE: u32 = ZERO_PAGE + 4096;
export const CRC_TABLE_BYTES: u32 = 8192;

/** Which words of the state image's records are registers (renic/image-words.ts). */
export const IMAGE_WORDS: u32 = CRC_TABLE + CRC_TABLE_BYTES;
export const IMAGE_WORDS_BYTES: u32 = 1024;

export const COSTS: u32 = IMAGE_WORDS + IMAGE_WORDS_BYTES;
export const COSTS_BYTES: u32 = 256;

export const HOSTS: u32 = COSTS + COSTS_BYTES;
export const HOST_BYTES: u32 = 64;

export const PROCESSORS: u32 = HOSTS + HOST_COUNT_MAX * HOST_BYTES;
export const PROCESSOR_BYTES: u32 = 160;

export const VCPUS: u32 = PROCESSORS + PROCESSOR_COUNT_MAX * PROCESSOR_BYTES;
export const VCPU_BYTES: u32 = 128;

export const TASKS: u32 = VCPUS + VCPU_COUNT_MAX * VCPU_BYTES;
export const TASK_BYTES: u32 = 64;

export const GUESTS: u32 = TASKS + TASK_COUNT_MAX * TASK_BYTES;
export const GUEST_BYTES: u32 = 256;

export const PORTS: u32 = GUESTS + GUEST_COUNT_MAX * GUEST_BYTES;
export const PORT_BYTES: u32 = 192;

export const VFS: u32 = PORTS + PORT_COUNT_MAX * PORT_BYTES;

export const PFS: u32 = VFS + VF_COUNT_MAX * VF_BYTES;

export const WIRES: u32 = PFS + PORT_COUNT_MAX * PF_BYTES;
export const WIRE_BYTES: u32 = 192;

export const SWITCHES: u32 = WIRES + WIRE_COUNT_MAX * WIRE_BYTES;
export const SWITCH_BYTES: u32 = 4096;

export const CLIENTS: u32 = SWITCHES + SWITCH_COUNT_MAX * SWITCH_BYTES;
export const CLIENT_BYTES: u32 = 128;

export const MACHINES: u32 = CLIENTS + CLIENT_COUNT_MAX * CLIENT_BYTES;
export const MACHINE_BYTES: u32 = 128;

export const TIMERS: u32 = MACHINES + MACHINE_COUNT_MAX * MACHINE_BYTES;
export const TIMER_BYTES: u32 = 8;

/** dom0's network of each port, and the paravirtual NICs. */
export const DOM0_PORTS: u32 = TIMERS + TIMER_COUNT_MAX * TIMER_BYTES;
export const DOM0_PORT_BYTES: u32 = 128;

export const VIFS: u32 = DOM0_PORTS + PORT_COUNT_MAX * DOM0_PORT_BYTES;
export const VIF_BYTES: u32 = 256;

/** What the device model of each vif that is an emulated NIC's tap keeps. */
export const EMULATED_NICS: u32 = VIFS + VIF_COUNT_MAX * VIF_BYTES;
export const EMULATED_BYTES: u32 = 256;

/** The disks of guests, with what their backends keep. */
export const DISKS: u32 = EMULATED_NICS + VIF_COUNT_MAX * EMULATED_BYTES;
export const DISK_BYTES: u32 = 1024;

/** What each port's bridge has decided (nic/known-destinations.ts). */
export const KNOWN_DESTINATIONS: u32 = DISKS + DISK_COUNT_MAX * DISK_BYTES;
export const KNOWN_DESTINATIONS_BYTES: u32 = 512;

/** The arena begins on a page boundary. */
export const ARENA: u32 = (KNOWN_DESTINATIONS + PORT_COUNT_MAX * KNOWN_DESTINATIONS_BYTES + 4095) & ~4095;
