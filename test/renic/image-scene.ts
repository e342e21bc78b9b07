/** A virtual function whose every register has seen use, and another one to restore it into. */
import { DESCRIPTOR_BYTES, TX_DEXT, TX_TYPE_CONTEXT } from "../../assembly/layout/descriptor";
import { PAGE_BYTES, POOL_COUNT } from "../../assembly/layout/limits";
import { PFS, VFS } from "../../assembly/layout/memory-map";
import { PF_DTXSWC_AT, PF_VMVIR_AT } from "../../assembly/layout/pf-registers";
import { PF_BYTES } from "../../assembly/layout/physical-function";
import {
  QUEUE_STRIDE,
  RDBAH,
  RDBAL,
  RDLEN,
  RDT,
  RXCTL,
  RXDCTL,
  SRRCTL,
  TDBAH,
  TDBAL,
  TDLEN,
  TDT,
  TDWBAH,
  TDWBAL,
  TXCTL,
  TXDCTL,
  VECTOR_STRIDE,
  VFMAILBOX,
  VMBMEM,
  VTEIAC,
  VTEIAM,
  VTEICS,
  VTEIMS,
  VTEITR,
  VTIVAR,
  VTIVAR_MISC,
  VTPSRTYPE,
} from "../../assembly/layout/vf-registers";
import {
  MAIL_ACK,
  MAIL_REQ,
  MAIL_VFU,
  MAIL_WORD_COUNT,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  QUEUE_ENABLE,
  VECTOR_COUNT,
  VF_BYTES,
} from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { addFurtherAddress, joinVlan, setMulticastHashes } from "../../src/device/pf-pool";
import { setVfTrust } from "../../src/device/physical-function";
import { bootGuest, pfPort } from "../../src/device/port-driver";
import { writeGuest } from "../support/guest-pages";
import type { Server } from "../support/network";
import { REGISTERS } from "../support/register-rows";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { testFrame } from "../support/test-frame";
import { encodeTransmitDescriptor } from "../support/transmit-ring";
import { ImageStore } from "./image-store";

export interface ImageScene {
  readonly world: World;
  /** Ten requests answered; quiesced at 2.1 ms. */
  readonly source: Server;
  /** The second virtual function of another host's port, as after power-up; quiesced too. */
  readonly target: Server;
  readonly store: ImageStore;
}

/** What the driver has told its device of datagrams: UDP over IPv4, 14 and 20 bytes of headers, in slot 1. */
export const DATAGRAM_CONTEXT = Uint8Array.of(0x14, 0x1c, 0, 0, 0, 0, 0, 0, 0, 4, 0x20, 0x20, 0x10, 0, 0, 0);

/** Further receive addresses of the source, VLANs and multicast hashes. */
export const FURTHER_ADDRESSES = [
  { low: 0x00005e02, high: 0x0100 },
  { low: 0xffffff02, high: 0xffff },
];
export const VLANS = [0, 5, 4094];
export const HASHES = [0x000, 0x123, 0xfff];
/** Contexts that the source's second transmit queue has loaded, as their descriptors were. */
export const CONTEXTS: readonly Uint8Array[] = [contextOf(0), contextOf(1)];

/** Room for frames that wait at the target. */
const OUTBOUND_BYTES = 4096;

/** Makes the scene. */
export function createImageScene(module: WebAssembly.Module): ImageScene {
  const { world, network, server: source, client } = createServiceScene(10, { world: { module } });
  const other = network.addServer({ vfCount: 2 });
  const target = network.addNeighbour(other, 1);
  const store = new ImageStore(world);
  world.plane.createOutbound(target.vf, OUTBOUND_BYTES);
  bootGuest(world, other.guest);
  world.plane.announce(other.vf);
  runTo(world, 2_000_000);
  sendFromSecondQueue(world, source, testFrame(1, 60, client.mac, source.mac));
  runTo(world, 2_100_000);
  leaveTraces(world, source.vf);
  leavePortTraces(world, source);
  world.plane.quiesce(source.vf);
  world.plane.quiesce(target.vf);
  return { world, source, target, store };
}

/** The scene with an image of its source, and a check that the target's port is what it was. */
export function createRestoreScene(module: WebAssembly.Module) {
  const scene = createImageScene(module);
  const { world, source, target, store } = scene;
  const image = store.save(source.vf);
  const before = portRecords(world, target.port);
  return {
    ...scene,
    image,
    restore: (bytes: Uint8Array): number => store.restore(target.vf, bytes),
    isUnchanged: (): boolean => portRecords(world, target.port).equals(before),
  };
}

/** A context for a slot, with every word in use. */
function contextOf(slot: number): Uint8Array {
  const words = [0x00051c14 + slot, 0x01020304 + slot, TX_TYPE_CONTEXT | TX_DEXT | 0x400, 0x05a81400 | (slot << 4)];
  const bytes = new Uint8Array(DESCRIPTOR_BYTES);
  words.forEach((word, index) => {
    new DataView(bytes.buffer).setUint32(index * 4, word, true);
  });
  return bytes;
}

/** No software of a guest uses these pages (layout/guest-software.ts). */
const SECOND_RING_PAGE = 11;
const SECOND_BUFFER_PAGE = 12;

/** Starts the second pair of queues, and sends two contexts and a frame. */
function sendFromSecondQueue(world: World, { guest, vf }: Server, frame: Uint8Array): void {
  const address = SECOND_BUFFER_PAGE * PAGE_BYTES;
  writeGuest(world, guest, address, frame);
  const packet = encodeTransmitDescriptor({ address, bytes: frame.length });
  [...CONTEXTS, packet].forEach((descriptor, index) => {
    writeGuest(world, guest, SECOND_RING_PAGE * PAGE_BYTES + index * DESCRIPTOR_BYTES, descriptor);
  });
  const write = (offset: number, value: number) => world.plane.writeRegister(vf, offset + QUEUE_STRIDE, value);
  write(TDBAL, SECOND_RING_PAGE * PAGE_BYTES);
  write(TDLEN, 128);
  write(TXDCTL, QUEUE_ENABLE | 0x050403);
  write(TDT, 3);
  write(RDBAL, 0xd000);
  write(RDLEN, 256);
  write(RXDCTL, QUEUE_ENABLE | 0x030201);
  write(RDT, 15);
}

/** Writes registers that a driver leaves alone, so that no word of an image is zero by chance. */
function leaveTraces(world: World, vf: number): void {
  const write = (offset: number, value: number) => world.plane.writeRegister(vf, offset, value);
  write(VTIVAR, 0x81828080);
  write(VTIVAR_MISC, 0x82);
  write(VTEIAC, 5);
  write(VTEIAM, 4);
  for (let vector = 0; vector < VECTOR_COUNT; vector++) {
    write(VTEITR + vector * VECTOR_STRIDE, ((vector + 1) * 100) << 2);
    world.plane.writeMsix(vf, vector * MSIX_ENTRY_BYTES, 0xfee00000 + vector);
    world.plane.writeMsix(vf, vector * MSIX_ENTRY_BYTES + 4, 0x10 + vector);
    world.plane.writeMsix(vf, vector * MSIX_ENTRY_BYTES + 8, 0x4020 + vector);
  }
  // Of vector 1 one message pends, because it is masked, and one request waits for the interval's end.
  world.plane.writeMsix(vf, MSIX_ENTRY_BYTES + MSIX_ENTRY_CONTROL, 1);
  write(VTEIMS, 2);
  write(VTEICS, 2);
  write(VTEICS, 6);
  write(VTPSRTYPE, 0x3aa);
  for (let queue = 0; queue < 2; queue++) {
    const at = queue * QUEUE_STRIDE;
    write(RDBAH + at, 0x11 + queue);
    write(TDBAH + at, 0x22 + queue);
    write(TDWBAL + at, 0x44 + queue * 4);
    write(TDWBAH + at, 0x66 + queue);
    write(RXCTL + at, 0x1234 + queue);
  }
  write(SRRCTL + QUEUE_STRIDE, 0x80000405);
  write(TXCTL, 0x2200);
  for (let index = 0; index < MAIL_WORD_COUNT; index++) write(VMBMEM + index * 4, 0xabc00000 + index);
  write(VFMAILBOX, MAIL_VFU | MAIL_REQ | MAIL_ACK);
}

/** What the driver of the source's port has been asked for, and an administrator has told it. */
function leavePortTraces(world: World, { port, vf }: Server): void {
  const pool = vf - world.plane.firstVf(port);
  const driver = pfPort(world, port);
  setVfTrust(driver, pool, { isTrusted: true });
  for (const mac of FURTHER_ADDRESSES) addFurtherAddress(driver, pool, mac);
  for (const vlan of VLANS) joinVlan(driver, pool, vlan);
  setMulticastHashes(driver, pool, HASHES);
  driver.write(PF_VMVIR_AT + 4 * pool, 0x80006005);
  driver.write(PF_DTXSWC_AT, driver.read(PF_DTXSWC_AT) | (0x010100 << pool));
}

/** Returns every register that is part of an image, by name, read without side effects. */
export function imageRegisters(world: World, vf: number): Map<string, number> {
  const rows = REGISTERS.filter(({ record }) => record !== 0);
  return new Map(rows.map(({ name, offset }) => [name, world.plane.peekRegister(vf, offset) >>> 0]));
}

/**
 * Returns all that a port's device is, byte for byte: the record of the physical function and those of all pools, with
 * what no register shows.
 */
export function portRecords(world: World, port: number): Buffer {
  const pools = world.view(VFS + world.plane.firstVf(port) * VF_BYTES, POOL_COUNT * VF_BYTES);
  return Buffer.concat([pools, world.view(PFS + port * PF_BYTES, PF_BYTES)]);
}
