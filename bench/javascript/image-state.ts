/**
 * What a state image is made of, as a JavaScript program would keep it: a virtual function's registers and hidden
 * state, and what the physical function has for its pool. One virtual function, pool 0 of a port.
 *
 * Addresses are whole numbers and times whole picoseconds, both exact below 2^53.
 */

export const VECTOR_COUNT = 3;
export const QUEUE_COUNT = 2;
export const MAIL_WORD_COUNT = 16;
export const CONTEXT_BYTES = 32;
export const RECEIVE_ADDRESS_COUNT = 24;
export const VLAN_FILTER_COUNT = 32;
export const HASH_COUNT_MAX = 30;
const POOL_COUNT = 8;

// Bits of a receive address's high word, and of a VLAN filter.
export const RAH_VALID = 0x80000000;
export const RAH_POOLS_SHIFT = 18;
export const RAH_ADDRESS = 0xffff;
export const VLVF_ENABLE = 0x80000000;
export const VLVF_POOLS_SHIFT = 12;
export const VLAN_MASK = 0xfff;
/** Pools of an entry, once shifted down. */
export const POOLS_MASK = 0xff;
export const MBVFICR_ACK_SHIFT = 16;
export const DTXSWC_VLAN_SHIFT = 8;
export const DTXSWC_SELF_SHIFT = 16;

export class ImageQueue {
  baseLow = 0;
  baseHigh = 0;
  length = 0;
  head = 0;
  tail = 0;
  control = 0;
  options = 0;
  /** RQDPC, or TDWBAL. */
  dropped = 0;
  /** RXCTL, or TDWBAH. */
  cache = 0;
  fetched = 0;
  pending = 0;
  heldCount = 0;
  /** A transmit queue's contexts. */
  readonly hidden = new Uint8Array(CONTEXT_BYTES);
}

export class ImageThrottle {
  nextAt = 0;
  armed = Number.POSITIVE_INFINITY;
  isRemembered = 0;
}

export class VfState {
  timerStart = 0;
  turn = 0;
  readonly throttles = Array.from({ length: VECTOR_COUNT }, () => new ImageThrottle());
  eicr = 0;
  eims = 0;
  eiac = 0;
  eiam = 0;
  readonly eitr = new Int32Array(VECTOR_COUNT);
  ivar = 0;
  ivarMisc = 0;
  mailbox = 0;
  psrtype = 0;
  gprc = 0;
  gptc = 0;
  gorc = 0;
  gotc = 0;
  mprc = 0;
  gprlbc = 0;
  gptlbc = 0;
  gorlbc = 0;
  gotlbc = 0;
  /** Entries of four words. */
  readonly msix = new Int32Array(4 * VECTOR_COUNT);
  msixPending = 0;
  msixControl = 0;
  readonly mail = new Int32Array(MAIL_WORD_COUNT);
  readonly rx = [new ImageQueue(), new ImageQueue()] as const;
  readonly tx = [new ImageQueue(), new ImageQueue()] as const;
}

/** The driver's notes about a pool. */
export class PoolNotes {
  mac = 0;
  flags = 0;
  hashCount = 0;
  readonly hashes = new Uint16Array(HASH_COUNT_MAX);
}

export class PortState {
  mbvficr = 0;
  vflre = 0;
  vfre = 0;
  vfte = 0;
  dtxswc = 0;
  readonly vmolr = new Int32Array(POOL_COUNT);
  readonly vmvir = new Int32Array(POOL_COUNT);
  readonly addressesLow = new Int32Array(RECEIVE_ADDRESS_COUNT);
  readonly addressesHigh = new Int32Array(RECEIVE_ADDRESS_COUNT);
  readonly vlans = new Int32Array(VLAN_FILTER_COUNT);
  readonly mta = new Int32Array(128);
  readonly vfta = new Int32Array(128);
  readonly notes = new PoolNotes();
}

export class ImageState {
  now = 0;
  readonly pool = 0;
  readonly vf = new VfState();
  readonly port = new PortState();
}
