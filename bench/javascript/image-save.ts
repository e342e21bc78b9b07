/** Saving: the records in order, each sealed when its payload stands. Every `put` returns where the next byte goes. */
import { crc32c, crc32cContinued } from "./crc32c";
import {
  CONTROL,
  END,
  FILTERS,
  HEADER_CRC,
  HEADER_FEATURES,
  HEADER_LENGTH,
  HEADER_MAJOR,
  HEADER_MODEL,
  HEADER_RECORDS,
  IDENTITY,
  IMAGE_HEADER_BYTES,
  IMAGE_MAJOR,
  IMAGE_MODEL,
  type ImageBytes,
  INTERRUPT,
  instanceCount,
  MAGIC_HIGH,
  MAGIC_LOW,
  MSIX,
  POLICY,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_INSTANCE,
  RECORD_LENGTH,
  RECORD_VERSION,
  RX_QUEUE,
  STATISTICS,
  TABLE_VERSION,
  THROTTLE,
  TX_QUEUE,
} from "./image-format";
import {
  CONTEXT_BYTES,
  DTXSWC_SELF_SHIFT,
  DTXSWC_VLAN_SHIFT,
  HASH_COUNT_MAX,
  type ImageQueue,
  type ImageState,
  MBVFICR_ACK_SHIFT,
  RAH_ADDRESS,
  RAH_POOLS_SHIFT,
  RAH_VALID,
  RECEIVE_ADDRESS_COUNT,
  type VfState,
  VLAN_FILTER_COUNT,
  VLAN_MASK,
  VLVF_ENABLE,
  VLVF_POOLS_SHIFT,
} from "./image-state";

/** Writes an image to the start of `image`; returns its bytes. */
export function saveImage(state: ImageState, image: ImageBytes): number {
  let record = IMAGE_HEADER_BYTES;
  let count = 1;
  for (let type = IDENTITY; type <= POLICY; type++) {
    for (let instance = 0; instance < instanceCount(type); instance++, count++) {
      const payload = record + RECORD_HEADER_BYTES;
      const byteCount = putPayload(state, type, instance, image, payload) - payload;
      record = sealRecord(image, record, type, instance, byteCount);
    }
  }
  const byteCount = sealRecord(image, record, END, 0, 0);
  image.put32(0, MAGIC_LOW);
  image.put32(4, MAGIC_HIGH);
  image.put16(HEADER_MAJOR, IMAGE_MAJOR);
  image.put16(HEADER_MAJOR + 2, 0);
  image.put32(HEADER_MODEL, IMAGE_MODEL);
  image.put32(HEADER_FEATURES, 0);
  image.put32(HEADER_RECORDS, count);
  image.put32(HEADER_LENGTH, byteCount);
  image.put32(HEADER_CRC, crc32c(image.view, 0, HEADER_CRC));
  return byteCount;
}

/** Writes a record whose payload of so many bytes stands. */
function sealRecord(image: ImageBytes, record: number, type: number, instance: number, byteCount: number): number {
  const payload = record + RECORD_HEADER_BYTES;
  image.put16(record, type);
  image.put16(record + RECORD_FLAGS, 0);
  image.put32(record + RECORD_LENGTH, byteCount);
  image.put16(record + RECORD_INSTANCE, instance);
  image.put16(record + RECORD_VERSION, 1);
  for (let i = byteCount; i & 7; i++) image.bytes[payload + i] = 0;
  const header = crc32cContinued(-1, image.view, record, RECORD_CRC);
  image.put32(record + RECORD_CRC, ~crc32cContinued(header, image.view, payload, byteCount));
  return image.next(record);
}

function putPayload(state: ImageState, type: number, instance: number, image: ImageBytes, to: number): number {
  const { vf } = state;
  const isFirst = instance === 0;
  switch (type) {
    case IDENTITY:
      return putIdentity(state, image, to);
    case INTERRUPT:
      return putInterrupt(vf, image, to);
    case THROTTLE:
      return putThrottles(state, image, to);
    case RX_QUEUE:
      return putRxQueue(isFirst ? vf.rx[0] : vf.rx[1], image, to);
    case TX_QUEUE:
      return putTxQueue(isFirst ? vf.tx[0] : vf.tx[1], image, to);
    case STATISTICS:
      return putStatistics(vf, image, to);
    case MSIX:
      return putMsix(vf, image, to);
    case CONTROL:
      return putControl(state, image, to);
    case FILTERS:
      return putFilters(state, image, to);
    default:
      return putPolicy(state, image, to);
  }
}

function putIdentity({ port }: ImageState, image: ImageBytes, to: number): number {
  image.put64(to, port.notes.mac);
  image.put32(to + 8, TABLE_VERSION);
  image.put32(to + 12, 0);
  return to + 16;
}

function putInterrupt(vf: VfState, image: ImageBytes, to: number): number {
  image.put32(to, vf.eims);
  image.put32(to + 4, vf.eiac);
  image.put32(to + 8, vf.eiam);
  image.put32(to + 12, vf.eicr);
  const at = putWords(vf.eitr, image, to + 16);
  image.put32(at, vf.ivar);
  image.put32(at + 4, vf.ivarMisc);
  return at + 8;
}

function putWords(words: Int32Array, image: ImageBytes, to: number): number {
  for (let i = 0; i < words.length; i++) image.put32(to + 4 * i, words[i] ?? 0);
  return to + 4 * words.length;
}

function putThrottles({ now, vf }: ImageState, image: ImageBytes, to: number): number {
  let at = to;
  for (const { nextAt, isRemembered } of vf.throttles) {
    image.put64(at, nextAt > now ? nextAt - now : 0);
    image.put32(at + 8, isRemembered);
    image.put32(at + 12, 0);
    at += 16;
  }
  return at;
}

function putRxQueue(queue: ImageQueue, image: ImageBytes, to: number): number {
  image.put32(to, queue.baseLow);
  image.put32(to + 4, queue.baseHigh);
  image.put32(to + 8, queue.length);
  image.put32(to + 12, queue.options);
  image.put32(to + 16, queue.head);
  image.put32(to + 20, queue.cache);
  image.put32(to + 24, queue.tail);
  image.put32(to + 28, queue.control);
  image.put32(to + 32, queue.dropped);
  return to + 36;
}

function putTxQueue(queue: ImageQueue, image: ImageBytes, to: number): number {
  image.put32(to, queue.baseLow);
  image.put32(to + 4, queue.baseHigh);
  image.put32(to + 8, queue.length);
  image.put32(to + 12, queue.head);
  image.put32(to + 16, queue.options);
  image.put32(to + 20, queue.tail);
  image.put32(to + 24, queue.control);
  image.put32(to + 28, queue.dropped);
  image.put32(to + 32, queue.cache);
  image.put32(to + 36, queue.fetched);
  image.bytes.set(queue.hidden, to + 40);
  return to + 40 + CONTEXT_BYTES;
}

function putStatistics(vf: VfState, image: ImageBytes, to: number): number {
  image.put32(to, vf.gprc);
  image.put32(to + 4, vf.gptc);
  image.put32(to + 8, vf.gorc);
  image.put32(to + 12, vf.gotc);
  image.put32(to + 16, vf.mprc);
  image.put32(to + 20, vf.gprlbc);
  image.put32(to + 24, vf.gptlbc);
  image.put32(to + 28, vf.gorlbc);
  image.put32(to + 32, vf.gotlbc);
  return to + 36;
}

function putMsix(vf: VfState, image: ImageBytes, to: number): number {
  const at = putWords(vf.msix, image, to);
  image.put32(at, vf.msixPending);
  image.put32(at + 4, vf.msixControl);
  return at + 8;
}

function putControl({ now, pool, port, vf }: ImageState, image: ImageBytes, to: number): number {
  const asks = (port.mbvficr >>> pool) & 1;
  const acknowledges = (port.mbvficr >>> (pool + MBVFICR_ACK_SHIFT)) & 1;
  const hasReset = (port.vflre >>> pool) & 1;
  image.put32(to, vf.mailbox);
  const at = putWords(vf.mail, image, to + 4);
  image.put32(at, vf.psrtype);
  image.put32(at + 4, asks | (acknowledges << 1) | (hasReset << 2));
  image.put32(at + 8, vf.turn);
  image.put64(at + 12, now - vf.timerStart);
  return at + 20;
}

function putFilters({ pool, port }: ImageState, image: ImageBytes, to: number): number {
  const addresses = to + 8;
  let addressCount = 0;
  for (let i = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    const high = port.addressesHigh[i] ?? 0;
    if (!(high & RAH_VALID) || !((high >>> (RAH_POOLS_SHIFT + pool)) & 1)) continue;
    const address = (high & RAH_ADDRESS) * 2 ** 32 + ((port.addressesLow[i] ?? 0) >>> 0);
    addressCount = insertAddress(image, addresses, addressCount, address);
  }
  const vlans = addresses + 8 * addressCount;
  let vlanCount = 0;
  for (let i = 0; i < VLAN_FILTER_COUNT; i++) {
    const word = port.vlans[i] ?? 0;
    if (!(word & VLVF_ENABLE) || !((word >>> (VLVF_POOLS_SHIFT + pool)) & 1)) continue;
    vlanCount = insertVlan(image, vlans, vlanCount, word & VLAN_MASK);
  }
  image.put32(to, addressCount);
  image.put32(to + 4, vlanCount);
  return vlans + 4 * vlanCount;
}

/** Inserts into an ascending list, unless it is there; returns the new length. */
function insertAddress(image: ImageBytes, list: number, count: number, address: number): number {
  let i = count;
  while (i > 0 && image.get64(list + 8 * (i - 1)) > address) i--;
  if (i > 0 && image.get64(list + 8 * (i - 1)) === address) return count;
  image.bytes.copyWithin(list + 8 * (i + 1), list + 8 * i, list + 8 * count);
  image.put64(list + 8 * i, address);
  return count + 1;
}

function insertVlan(image: ImageBytes, list: number, count: number, vlan: number): number {
  let i = count;
  while (i > 0 && image.get32(list + 4 * (i - 1)) > vlan) i--;
  if (i > 0 && image.get32(list + 4 * (i - 1)) === vlan) return count;
  image.bytes.copyWithin(list + 4 * (i + 1), list + 4 * i, list + 4 * count);
  image.put32(list + 4 * i, vlan);
  return count + 1;
}

function putPolicy({ pool, port }: ImageState, image: ImageBytes, to: number): number {
  const { notes } = port;
  image.put32(to, port.vmolr[pool] ?? 0);
  image.put32(to + 4, port.vmvir[pool] ?? 0);
  const enables = ((port.vfre >>> pool) & 1) | (((port.vfte >>> pool) & 1) << 1);
  const checks = ((port.dtxswc >>> pool) & 1) | (((port.dtxswc >>> (DTXSWC_VLAN_SHIFT + pool)) & 1) << 1);
  const returns = (port.dtxswc >>> (DTXSWC_SELF_SHIFT + pool)) & 1;
  image.put32(to + 8, enables | (checks << 2) | (returns << 4));
  image.put32(to + 12, 0);
  image.put64(to + 16, notes.mac);
  image.put32(to + 24, notes.flags);
  image.put32(to + 28, notes.hashCount);
  for (let i = 0; i < HASH_COUNT_MAX; i++) image.put16(to + 32 + 2 * i, notes.hashes[i] ?? 0);
  image.put32(to + 32 + 2 * HASH_COUNT_MAX, 0);
  return to + 36 + 2 * HASH_COUNT_MAX;
}
