/** Restoring: everything is checked and has a place before anything is applied. */
import { checkImage } from "./image-check";
import {
  CONTROL,
  END,
  FILTERS,
  IMAGE_HEADER_BYTES,
  type ImageBytes,
  INTERRUPT,
  MSIX,
  NO_ROOM,
  OK,
  OUTBOUND,
  POLICY,
  RECORD_HEADER_BYTES,
  RX_QUEUE,
  STATISTICS,
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
  POOLS_MASK,
  type PortState,
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

/** Where the pool's filters would be. */
const placed = {
  low: new Int32Array(RECEIVE_ADDRESS_COUNT),
  high: new Int32Array(RECEIVE_ADDRESS_COUNT),
  vlans: new Int32Array(VLAN_FILTER_COUNT),
} as const;

/** Restores an image and returns OK, or why not, and changes nothing. */
export function restoreImage(state: ImageState, image: ImageBytes, byteCount: number): number {
  const problem = checkImage(image, byteCount);
  if (problem !== OK) return problem;
  if (!outboundFits(image) || !placeFilters(state, image, findPayload(image, FILTERS))) return NO_ROOM;
  forgetQueues(state.vf);
  for (let record = IMAGE_HEADER_BYTES; image.typeOf(record) !== END; record = image.next(record)) {
    if (image.isKnown(record)) takePayload(state, image, record);
  }
  return OK;
}

/** There is no outbound buffer here: frames that wait have no room. */
function outboundFits(image: ImageBytes): boolean {
  for (let record = IMAGE_HEADER_BYTES; image.typeOf(record) !== END; record = image.next(record)) {
    if (image.typeOf(record) === OUTBOUND && image.get32(record + RECORD_HEADER_BYTES) !== 0) return false;
  }
  return true;
}

function findPayload(image: ImageBytes, type: number): number {
  let record = IMAGE_HEADER_BYTES;
  while (image.typeOf(record) !== type) record = image.next(record);
  return record + RECORD_HEADER_BYTES;
}

/** What the queues had under way is not the image's. */
function forgetQueues({ rx, tx }: VfState): void {
  for (const queue of rx) queue.pending = 0;
  for (const queue of tx) {
    queue.pending = 0;
    queue.heldCount = 0;
  }
}

function placeFilters({ pool, port }: ImageState, image: ImageBytes, from: number): boolean {
  placed.low.set(port.addressesLow);
  placed.high.set(port.addressesHigh);
  placed.vlans.set(port.vlans);
  leaveFilters(pool);
  const addressCount = image.get32(from);
  const vlanCount = image.get32(from + 4);
  let at = from + 8;
  for (let i = 0; i < addressCount; i++, at += 8) {
    if (!placeAddress(pool, image.get32(at) | 0, image.get32(at + 4))) return false;
  }
  for (let i = 0; i < vlanCount; i++, at += 4) {
    if (!placeVlan(pool, image.get32(at))) return false;
  }
  return true;
}

/** Takes the pool out of every entry; one that no pool has any more is free. */
function leaveFilters(pool: number): void {
  const addressBit = 1 << (RAH_POOLS_SHIFT + pool);
  for (let i = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    const high = placed.high[i] ?? 0;
    if (!(high & addressBit)) continue;
    const left = high & ~addressBit;
    const isFree = ((left >>> RAH_POOLS_SHIFT) & POOLS_MASK) === 0;
    placed.high[i] = isFree ? 0 : left;
    if (isFree) placed.low[i] = 0;
  }
  const vlanBit = 1 << (VLVF_POOLS_SHIFT + pool);
  for (let i = 0; i < VLAN_FILTER_COUNT; i++) {
    const word = placed.vlans[i] ?? 0;
    if (!(word & vlanBit)) continue;
    const left = word & ~vlanBit;
    placed.vlans[i] = (left >>> VLVF_POOLS_SHIFT) & POOLS_MASK ? left : 0;
  }
}

/** An entry that equals the address, else the highest invalid one. */
function placeAddress(pool: number, low: number, high: number): boolean {
  const bit = 1 << (RAH_POOLS_SHIFT + pool);
  let vacant = -1;
  for (let i = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    const word = placed.high[i] ?? 0;
    if (!(word & RAH_VALID)) {
      vacant = i;
    } else if ((word & RAH_ADDRESS) === high && placed.low[i] === low) {
      placed.high[i] = word | bit;
      return true;
    }
  }
  if (vacant < 0) return false;
  placed.low[vacant] = low;
  placed.high[vacant] = high | RAH_VALID | bit;
  return true;
}

/** An enabled entry of the VLAN, else the lowest that is not enabled. */
function placeVlan(pool: number, vlan: number): boolean {
  const bit = 1 << (VLVF_POOLS_SHIFT + pool);
  let vacant = -1;
  for (let i = 0; i < VLAN_FILTER_COUNT; i++) {
    const word = placed.vlans[i] ?? 0;
    if (!(word & VLVF_ENABLE)) {
      if (vacant < 0) vacant = i;
    } else if ((word & VLAN_MASK) === vlan) {
      placed.vlans[i] = word | bit;
      return true;
    }
  }
  if (vacant < 0) return false;
  placed.vlans[vacant] = VLVF_ENABLE | bit | vlan;
  return true;
}

function takePayload(state: ImageState, image: ImageBytes, record: number): void {
  const { vf } = state;
  const from = record + RECORD_HEADER_BYTES;
  const isFirst = image.instanceOf(record) === 0;
  switch (image.typeOf(record)) {
    case INTERRUPT:
      takeInterrupt(vf, image, from);
      break;
    case THROTTLE:
      takeThrottles(state, image, from);
      break;
    case RX_QUEUE:
      takeRxQueue(isFirst ? vf.rx[0] : vf.rx[1], image, from);
      break;
    case TX_QUEUE:
      takeTxQueue(isFirst ? vf.tx[0] : vf.tx[1], image, from);
      break;
    case STATISTICS:
      takeStatistics(vf, image, from);
      break;
    case MSIX:
      takeMsix(vf, image, from);
      break;
    case CONTROL:
      takeControl(state, image, from);
      break;
    case FILTERS:
      takeFilters(state.port, image, from);
      break;
    case POLICY:
      takePolicy(state, image, from);
  }
}

function takeInterrupt(vf: VfState, image: ImageBytes, from: number): void {
  vf.eims = image.word(from);
  vf.eiac = image.word(from + 4);
  vf.eiam = image.word(from + 8);
  vf.eicr = image.word(from + 12);
  const at = takeWords(vf.eitr, image, from + 16);
  vf.ivar = image.word(at);
  vf.ivarMisc = image.word(at + 4);
}

function takeWords(words: Int32Array, image: ImageBytes, from: number): number {
  for (let i = 0; i < words.length; i++) words[i] = image.word(from + 4 * i);
  return from + 4 * words.length;
}

function takeThrottles({ now, vf }: ImageState, image: ImageBytes, from: number): void {
  let at = from;
  for (const throttle of vf.throttles) {
    const left = image.get64(at);
    throttle.nextAt = left > 0 ? now + left : 0;
    throttle.armed = Number.POSITIVE_INFINITY;
    throttle.isRemembered = image.word(at + 8);
    at += 16;
  }
}

function takeRxQueue(queue: ImageQueue, image: ImageBytes, from: number): void {
  queue.baseLow = image.word(from);
  queue.baseHigh = image.word(from + 4);
  queue.length = image.word(from + 8);
  queue.options = image.word(from + 12);
  queue.head = image.word(from + 16);
  queue.cache = image.word(from + 20);
  queue.tail = image.word(from + 24);
  queue.control = image.word(from + 28);
  queue.dropped = image.word(from + 32);
}

/** No frame waits in an outbound buffer, so what was fetched beyond the head is fetched again. */
function takeTxQueue(queue: ImageQueue, image: ImageBytes, from: number): void {
  queue.baseLow = image.word(from);
  queue.baseHigh = image.word(from + 4);
  queue.length = image.word(from + 8);
  queue.head = image.word(from + 12);
  queue.options = image.word(from + 16);
  queue.tail = image.word(from + 20);
  queue.control = image.word(from + 24);
  queue.dropped = image.word(from + 28);
  queue.cache = image.word(from + 32);
  queue.fetched = queue.head;
  for (let i = 0; i < CONTEXT_BYTES; i++) queue.hidden[i] = image.bytes[from + 40 + i] ?? 0;
}

function takeStatistics(vf: VfState, image: ImageBytes, from: number): void {
  vf.gprc = image.word(from);
  vf.gptc = image.word(from + 4);
  vf.gorc = image.word(from + 8);
  vf.gotc = image.word(from + 12);
  vf.mprc = image.word(from + 16);
  vf.gprlbc = image.word(from + 20);
  vf.gptlbc = image.word(from + 24);
  vf.gorlbc = image.word(from + 28);
  vf.gotlbc = image.word(from + 32);
}

function takeMsix(vf: VfState, image: ImageBytes, from: number): void {
  const at = takeWords(vf.msix, image, from);
  vf.msixPending = image.word(at);
  vf.msixControl = image.word(at + 4);
}

function withBit(word: number, number: number, value: number): number {
  return (word & ~(1 << number)) | ((value & 1) << number);
}

function takeControl({ now, pool, port, vf }: ImageState, image: ImageBytes, from: number): void {
  vf.mailbox = image.word(from);
  const at = takeWords(vf.mail, image, from + 4);
  vf.psrtype = image.word(at);
  const mail = image.word(at + 4);
  port.mbvficr = withBit(withBit(port.mbvficr, pool, mail), pool + MBVFICR_ACK_SHIFT, mail >>> 1);
  port.vflre = withBit(port.vflre, pool, mail >>> 2);
  vf.turn = image.word(at + 8);
  vf.timerStart = now - image.get64(at + 12);
}

function setBit(table: Int32Array, number: number): void {
  table[number >>> 5] = (table[number >>> 5] ?? 0) | (1 << (number & 31));
}

function takeFilters(port: PortState, image: ImageBytes, from: number): void {
  port.addressesLow.set(placed.low);
  port.addressesHigh.set(placed.high);
  port.vlans.set(placed.vlans);
  let at = from + 8 + 8 * image.get32(from);
  for (let left = image.word(from + 4); left > 0; left--, at += 4) setBit(port.vfta, image.get32(at));
}

function takePolicy({ pool, port }: ImageState, image: ImageBytes, from: number): void {
  const { notes } = port;
  port.vmolr[pool] = image.word(from);
  port.vmvir[pool] = image.word(from + 4);
  const bits = image.word(from + 8);
  port.vfre = withBit(port.vfre, pool, bits);
  port.vfte = withBit(port.vfte, pool, bits >>> 1);
  port.dtxswc = withBit(port.dtxswc, pool, bits >>> 2);
  port.dtxswc = withBit(port.dtxswc, DTXSWC_VLAN_SHIFT + pool, bits >>> 3);
  port.dtxswc = withBit(port.dtxswc, DTXSWC_SELF_SHIFT + pool, bits >>> 4);
  notes.mac = image.get64(from + 16);
  notes.flags = image.word(from + 24);
  notes.hashCount = image.word(from + 28);
  for (let i = 0; i < HASH_COUNT_MAX; i++) notes.hashes[i] = image.get16(from + 32 + 2 * i);
  for (let i = 0; i < notes.hashCount; i++) setBit(port.mta, (notes.hashes[i] ?? 0) & 0xfff);
}
