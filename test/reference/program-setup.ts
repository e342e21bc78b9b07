/**
 * The beginning of a random program: everything that makes a device work, drawn by the program's mood.
 * Source: docs/registers.md.
 */

import { bigEndian16, itemAt, littleEndian32 } from "./bytes";
import { PAGE_BYTES } from "./memory";
import { GUEST_PAGES } from "./mood";
import * as pf from "./pf-registers";
import { groupAddress, poolAddress, VLANS } from "./program-frames";
import { postReceive } from "./program-receive";
import { HEADS_PAGE, type ProgramWriter } from "./program-writer";
import * as vf from "./vf-registers";

const ENABLE = 1 << vf.QUEUE_ENABLE_BIT;

function bit(index: number, isSet: boolean): number {
  return isSet ? 2 ** index : 0;
}

export function writeSetUp(writer: ProgramWriter): void {
  setUpPort(writer);
  setUpPools(writer);
  setUpAddresses(writer);
  if (writer.mood.hasVlans || writer.mood.hasVlanFilter) setUpVlans(writer);
  for (const pool of writer.pools) setUpPool(writer, pool);
}

function writePf(writer: ProgramWriter, offset: number, value: number): void {
  writer.add({ kind: "writePf", offset, value: value >>> 0 });
}

function setUpPort(writer: ProgramWriter): void {
  const { random, mood } = writer;
  const filters = bit(3, random.chance(20)) + bit(4, random.chance(20)) + bit(18, mood.hasVlanFilter);
  writePf(writer, pf.RCTL, 2 + filters + bit(5, mood.hasLongFrames && random.chance(70)));
  writePf(writer, pf.TCTL, 2);
  const hashes = random.chance(60) ? 0x1ff : random.below(512);
  const mode = mood.isVmdqOff ? random.pick([0, 1, 2, 4]) : mood.hasRss ? 5 : 3;
  writePf(writer, pf.MRQC, mode + hashes * 0x10000);
  const defaultPool = random.pick([...writer.pools, random.below(8)]);
  writePf(writer, pf.VT_CTL, defaultPool * 128 + bit(29, random.chance(30)) + bit(30, random.chance(70)));
  const spoofing = mood.isSpoofChecked ? random.below(0x10000) | (random.chance(50) ? 0xff : 0) : 0;
  const reflecting = random.chance(30) ? random.below(256) * 0x10000 : 0;
  writePf(writer, pf.DTXSWC, bit(31, mood.isLooping) + reflecting + spoofing);
  const sums = random.pick([0x300, 0x300, 0, 0x100, 0x200]);
  writePf(writer, pf.RXCSUM, sums + bit(13, mood.hasRss && random.chance(60)));
  writePf(writer, pf.RPLOLR, bit(30, random.chance(40)) + bit(31, random.chance(60)));
  if (mood.hasLongFrames) writePf(writer, pf.RLPML, random.pick([1518, 1600, 9000, 9600]));
  if (random.chance(30)) writePf(writer, pf.CTRL_EXT, 1 << 14);
  if (random.chance(20)) writePf(writer, pf.IMS, 0x100);
  if (mood.hasRss) {
    const words = random.chance(80) ? 32 : 0;
    for (let word = 0; word < words; word++) writePf(writer, pf.RETA + word * 4, random.word() & 0x01010101);
    for (let word = 0; word < 10; word++) writePf(writer, pf.RSSRK + word * 4, random.word());
  }
}

function setUpPools(writer: ProgramWriter): void {
  const { random, mood } = writer;
  for (const pool of writer.pools) {
    const longest = random.pick([1518, 1522, 1600, 9600]);
    const casting = bit(25, random.chance(50)) + bit(26, random.chance(30)) + bit(27, random.chance(80));
    const more = bit(17, mood.hasRss && random.chance(85)) + bit(24, random.chance(70)) + bit(28, random.chance(30));
    const strips = bit(30, random.chance(50)) + bit(31, random.chance(70));
    const longs = bit(16, mood.hasLongFrames && random.chance(60));
    writePf(writer, pf.VMOLR + pool * 4, longest + longs + casting + more + strips);
    if (mood.hasVlans && random.chance(30)) {
      const action = random.pick([0x40000000, 0x80000000, 0xc0000000, 0]);
      writePf(writer, pf.VMVIR + pool * 4, action + random.pick(VLANS) + random.below(8) * 0x2000);
    }
  }
  if (random.chance(10)) writePf(writer, pf.VMOLR + random.below(8) * 4, random.word());
  if (random.chance(15)) writePf(writer, pf.VFRE, random.below(256));
  if (random.chance(8)) writePf(writer, pf.VFTE, random.below(256));
}

export function writeAddress(writer: ProgramWriter, entry: number, address: Uint8Array, pools: number): void {
  writePf(writer, pf.ral(entry), littleEndian32(address, 0));
  const high = itemAt([...address], 4) + itemAt([...address], 5) * 256;
  writePf(writer, pf.rah(entry), high + (pools & 0xff) * 2 ** 18 + 0x80000000);
}

function setUpAddresses(writer: ProgramWriter): void {
  const { random } = writer;
  for (const pool of writer.pools) {
    const entry = random.chance(80) ? pool : 23 - pool;
    const others = random.chance(5) ? random.below(256) : 0;
    if (random.chance(95)) writeAddress(writer, entry, poolAddress(pool), (1 << pool) | others);
  }
  if (random.chance(40)) writeAddress(writer, random.between(8, 15), groupAddress(1), random.below(256));
  for (let count = random.below(4); count > 0; count--) {
    const address = groupAddress(random.below(8));
    const hash = (bigEndian16(address, 4) >> 4) & 0xf;
    const full = ((itemAt([...address], 5) << 4) | hash) & 0xfff;
    writePf(writer, pf.MTA + (full >> 5) * 4, 2 ** (full & 31));
  }
  if (random.chance(20)) for (let word = 0; word < 4; word++) writePf(writer, pf.MTA + word * 4, random.word());
  if (random.chance(20)) writePf(writer, pf.UTA + 0x3b * 4, 0xffffffff);
}

function setUpVlans(writer: ProgramWriter): void {
  const { random } = writer;
  VLANS.forEach((vlan, index) => {
    if (random.chance(75)) {
      const pools = random.chance(50) ? 0xff : random.below(256);
      const entry = random.chance(90) ? index : random.below(32);
      writePf(writer, pf.VLVF + entry * 4, vlan + pools * 0x1000 + bit(31, random.chance(95)));
    }
    if (random.chance(80)) writePf(writer, pf.VFTA + (vlan >> 5) * 4, 2 ** (vlan & 31));
  });
}

/** What a driver does to a pool that it takes into use. */
export function setUpPool(writer: ProgramWriter, pool: number): void {
  const { random, mood } = writer;
  const first = writer.firstDevicePage(pool);
  if (first !== 0) {
    for (let page = 0; page < GUEST_PAGES; page++) {
      writer.add({ kind: "mapPage", pool, devicePage: first + page, guestPage: page, access: 3 });
    }
  }
  if (pool !== 7) setUpVectors(writer, pool);
  if (mood.isSplit && pool !== 7)
    writer.writePool(pool, vf.VTPSRTYPE, random.chance(50) ? 0x38e : random.below(0x4000));
  for (let queue = 0; queue < 2; queue++) {
    setUpTransmit(writer, pool, queue);
    setUpReceive(writer, pool, queue);
  }
}

function setUpVectors(writer: ProgramWriter, pool: number): void {
  const { random, mood } = writer;
  const entry = () => (random.chance(90) ? 0x80 + random.below(3) : random.below(256));
  writer.writePool(pool, vf.VTIVAR, entry() + entry() * 0x100 + entry() * 0x10000 + entry() * 0x1000000);
  writer.writePool(pool, vf.VTIVAR_MISC, entry());
  for (let vector = 0; vector < 3; vector++) {
    const isThrottled = mood.isThrottled || mood.hasThresholds;
    const interval = isThrottled ? random.pick([1, 2, 8, 10, 20, 50, 125]) : 0;
    writer.writePool(pool, vf.VTEITR + vector * 4, interval * 4);
    if (random.chance(90)) writer.add({ kind: "writeMsix", pool, word: vector * 4 + 3, value: 0 });
  }
  writer.writePool(pool, vf.VTEIAC, random.pick([0, 7, 7, 5]));
  writer.writePool(pool, vf.VTEIAM, random.pick([0, 0, 7, 2]));
  writer.writePool(pool, vf.VTEIMS, random.pick([7, 7, 7, 3, 0]));
  if (random.chance(92)) writer.add({ kind: "writeMsixControl", pool, value: 0x8000 });
}

function threshold(writer: ProgramWriter): number {
  return writer.mood.hasThresholds ? writer.random.pick([0, 1, 2, 3, 4, 8, 20]) * 0x10000 : 0;
}

export function setUpTransmit(writer: ProgramWriter, pool: number, queue: number): void {
  const { random, mood } = writer;
  const ring = writer.ring(pool, queue, false);
  ring.count = random.pick([16, 32, 64, 128]);
  ring.tail = 0;
  const [low, high] = writer.deviceWords(pool, ring.page * PAGE_BYTES);
  writer.writeQueue(pool, vf.TDBAL, queue, low);
  writer.writeQueue(pool, vf.TDBAH, queue, high);
  writer.writeQueue(pool, vf.TDLEN, queue, ring.count * 16);
  const hasHead = mood.hasHeadWriteBack && random.chance(70);
  const [headLow, headHigh] = writer.deviceWords(pool, HEADS_PAGE * PAGE_BYTES + queue * 64);
  writer.writeQueue(pool, vf.TDWBAL, queue, hasHead ? headLow + 1 : 0);
  if (hasHead) writer.writeQueue(pool, vf.TDWBAH, queue, headHigh);
  writer.writeQueue(pool, vf.TXDCTL, queue, ENABLE + threshold(writer));
}

export function setUpReceive(writer: ProgramWriter, pool: number, queue: number): void {
  const { random, mood } = writer;
  const ring = writer.ring(pool, queue, true);
  ring.count = random.pick(queue === 0 ? [16, 64, 128, 128, 256, 256] : [16, 64, 128]);
  ring.tail = 0;
  const [low, high] = writer.deviceWords(pool, ring.page * PAGE_BYTES);
  writer.writeQueue(pool, vf.RDBAL, queue, low);
  writer.writeQueue(pool, vf.RDBAH, queue, high);
  writer.writeQueue(pool, vf.RDLEN, queue, ring.count * 16);
  const split = mood.isSplit ? random.pick([2, 2, 5]) : random.pick([1, 1, 1, 4, 7]);
  const type = mood.isLegacy && random.chance(60) ? 0 : split;
  const kibibytes = random.pick([0, 1, 1, 2, 2, 4]);
  const headers = mood.isSplit ? random.pick([0, 1, 2, 4, 16]) : random.below(64);
  writer.writeQueue(pool, vf.SRRCTL, queue, kibibytes + headers * 0x100 + type * 2 ** 25);
  writer.writeQueue(pool, vf.RXDCTL, queue, ENABLE + threshold(writer));
  postReceive(writer, pool, queue, random.chance(15) ? ring.count - 1 : Math.floor(ring.count * 0.75));
}
