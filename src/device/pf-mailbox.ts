/**
 * What the driver of the physical function does when its interrupt comes: virtual functions that were reset lose what
 * they had asked for, and each that has sent a message is answered.
 *
 *     VF: words, REQ --> PF: takes the lock, reads, ACK; does what is asked; writes its answer, STS --> VF: reads, ACK
 *
 * Invariant: a message changes nothing but the sender's own notes, options and entries (MTA and VFTA by what all
 * have), and one that is refused changes nothing. A call answers at most one message of each virtual function, so a
 * flood of them ends. Left out: igb answers a VF that is not clear to send every two seconds only; it tells VFs of
 * changes of the link. Read first: docs/device.md, "Mailbox"; igb_main.c of Linux, igb_msg_task.
 */
import {
  LONGEST_FRAME_BYTES_MAX,
  LONGEST_FRAME_BYTES_MIN,
  MAC_FILTER_ADD,
  MAC_FILTER_CLEAR,
  MESSAGE_ACK,
  MESSAGE_CTS,
  MESSAGE_INFO_MASK,
  MESSAGE_INFO_SHIFT,
  MESSAGE_NACK,
  MESSAGE_RESET,
  MESSAGE_SET_LPE,
  MESSAGE_SET_MAC,
  MESSAGE_SET_MULTICAST,
  MESSAGE_SET_PROMISC,
  MESSAGE_SET_VLAN,
  MESSAGE_TYPE_MASK,
  MULTICAST_HASH_MASK,
  PROMISC_MULTICAST,
  PROMISC_UNICAST,
  VLAN_JOIN,
  VLAN_LAST,
  VLAN_LEAVE,
} from "../../assembly/layout/mailbox";
import {
  PF_ICR_AT,
  PF_MBVFICR_AT,
  PF_P2VMAILBOX_AT,
  PF_VFLRE_AT,
  PF_VFRE_AT,
  PF_VFTE_AT,
} from "../../assembly/layout/pf-registers";
import {
  MBVFICR_ACK_SHIFT,
  NOTE_CLEAR_TO_SEND,
  NOTE_FIXED_MAC,
  NOTE_HASH_COUNT_MAX,
  NOTE_PORT_VLAN,
  NOTE_TRUSTED,
  P2V_ACK,
  P2V_PFU,
  P2V_RVFU,
  P2V_STS,
  VMOLR_ALL_MULTICAST,
  VMOLR_LENGTH_MASK,
  VMOLR_LONG,
  VMOLR_STRIP_VLAN,
  VMOLR_UNICAST_HASH,
} from "../../assembly/layout/physical-function";
import { VMBMEM } from "../../assembly/layout/vf-registers";
import { MAIL_VFU, MAIL_WORD_COUNT } from "../../assembly/layout/virtual-function";
import { InternalError } from "../core/load";
import { VF_REGISTER_LIST } from "../core/registers";
import { numbersTo } from "../sim/numbers";
import {
  addFurtherAddress,
  changeFlags,
  changeOptions,
  clearFurtherAddresses,
  flagsOf,
  isStation,
  joinVlan,
  leaveVlan,
  ownAddressOf,
  type PfPort,
  setDefaults,
  setMulticastHashes,
  setOwnAddress,
} from "./pf-pool";

/** A message as it stands in the shared words. */
interface Message {
  readonly info: number;
  readonly words: readonly number[];
}

/** Does what a message asks and returns true, or changes nothing and returns false. */
type Reaction = (port: PfPort, vf: number, message: Message) => boolean;

const REACTIONS: ReadonlyMap<number, Reaction> = new Map<number, Reaction>([
  [MESSAGE_SET_MAC, setMac],
  [MESSAGE_SET_MULTICAST, setMulticast],
  [MESSAGE_SET_VLAN, setVlan],
  [MESSAGE_SET_LPE, setLongestFrame],
  [MESSAGE_SET_PROMISC, setPromiscuous],
]);

/**
 * Answers the interrupt of the physical function: resets first, then messages, then acknowledgements. Returns how many
 * of them there were. What is pending is what MBVFICR and VFLRE say, whether ICR has a cause or not: a state image
 * brings a pool's bits without one.
 */
export function service(port: PfPort): number {
  port.read(PF_ICR_AT);
  const resets = take(port, PF_VFLRE_AT);
  const vfs = numbersTo(port.vfCount);
  const reset = vfs.filter((vf) => resets & (1 << vf));
  for (const vf of reset) forget(port, vf);
  // Taken before the words are read, so that a request that comes later counts anew; and its upper half asks nothing.
  const mail = take(port, PF_MBVFICR_AT);
  const asking = vfs.filter((vf) => mail & (1 << vf));
  for (const vf of asking) answer(port, vf);
  return reset.length + asking.length + vfs.filter((vf) => (mail >>> MBVFICR_ACK_SHIFT) & (1 << vf)).length;
}

/** Reads a register whose bits a written 1 clears, and clears what was read. */
function take(port: PfPort, offset: number): number {
  const bits = port.read(offset);
  port.write(offset, bits);
  return bits;
}

/** The virtual function was reset: it is as if it had never asked for anything. */
function forget(port: PfPort, vf: number): void {
  const control = controlOf(vf);
  // One that held its lock will not let go of it any more. Done only then, because this takes a waiting request along.
  if (port.read(control) & MAIL_VFU) port.write(control, P2V_RVFU);
  clearFurtherAddresses(port, vf);
  if (!(flagsOf(port, vf) & NOTE_FIXED_MAC)) setOwnAddress(port, vf, null);
  restart(port, vf);
}

function restart(port: PfPort, vf: number): void {
  changeFlags(port, vf, { clear: NOTE_CLEAR_TO_SEND });
  setDefaults(port, vf);
  setMulticastHashes(port, vf, []);
}

function answer(port: PfPort, vf: number): void {
  const control = controlOf(vf);
  port.write(control, P2V_PFU);
  if (!(port.read(control) & P2V_PFU)) {
    // It asks and yet goes on writing: what stands there is no message, and as with igb it has to begin anew.
    changeFlags(port, vf, { clear: NOTE_CLEAR_TO_SEND });
    return;
  }
  const memory = memoryOf(vf);
  const words = numbersTo(MAIL_WORD_COUNT).map((index) => port.read(memory + 4 * index));
  const request = words[0] ?? 0;
  if (request & (MESSAGE_ACK | MESSAGE_NACK)) {
    // An answer of this driver, which nothing has overwritten. The lock is let go of.
    port.write(control, P2V_ACK);
    return;
  }
  port.write(control, P2V_PFU | P2V_ACK);
  answerTo(port, vf, request, words).forEach((word, index) => {
    port.write(memory + 4 * index, word);
  });
  port.write(control, P2V_STS);
}

/** Returns the words of the answer. */
function answerTo(port: PfPort, vf: number, request: number, words: readonly number[]): number[] {
  if (request === MESSAGE_RESET) return grantReset(port, vf);
  if (!(flagsOf(port, vf) & NOTE_CLEAR_TO_SEND)) return [request | MESSAGE_NACK];
  const react = REACTIONS.get(request & MESSAGE_TYPE_MASK);
  const info = (request >>> MESSAGE_INFO_SHIFT) & MESSAGE_INFO_MASK;
  const isGranted = react?.(port, vf, { info, words }) ?? false;
  return [request | MESSAGE_CTS | (isGranted ? MESSAGE_ACK : MESSAGE_NACK)];
}

/** Lets a virtual function begin. One without an address is refused one, but may send: it goes on to choose its own. */
function grantReset(port: PfPort, vf: number): number[] {
  restart(port, vf);
  port.write(PF_VFTE_AT, port.read(PF_VFTE_AT) | (1 << vf));
  port.write(PF_VFRE_AT, port.read(PF_VFRE_AT) | (1 << vf));
  changeFlags(port, vf, { set: NOTE_CLEAR_TO_SEND });
  const mac = ownAddressOf(port, vf);
  // It is among the receive addresses already, unless the port itself was reset since it was given.
  if (mac) setOwnAddress(port, vf, mac);
  return mac ? [MESSAGE_RESET | MESSAGE_ACK, mac.low, mac.high] : [MESSAGE_RESET | MESSAGE_NACK, 0, 0];
}

function setMac(port: PfPort, vf: number, { info, words }: Message): boolean {
  // It only gives up what it had, so nobody is refused (igb before Linux 5.17; later it refuses the empty address).
  if (info === MAC_FILTER_CLEAR) {
    clearFurtherAddresses(port, vf);
    return true;
  }
  const mac = { low: words[1] ?? 0, high: (words[2] ?? 0) & 0xffff };
  if (!isStation(mac)) return false;
  const own = ownAddressOf(port, vf);
  if (info === 0 && own?.low === mac.low && own.high === mac.high) return true;
  // A trusted virtual function may have others than the administrator's (igb since Linux 4.16).
  if ((flagsOf(port, vf) & (NOTE_FIXED_MAC | NOTE_TRUSTED)) === NOTE_FIXED_MAC) return false;
  if (info === 0) return setOwnAddress(port, vf, mac);
  return info === MAC_FILTER_ADD && addFurtherAddress(port, vf, mac);
}

/** igb takes all multicast frames for a VF that says it has more hashes than the words hold; here it is refused. */
function setMulticast(port: PfPort, vf: number, { info, words }: Message): boolean {
  if (info > NOTE_HASH_COUNT_MAX) return false;
  const hashes = numbersTo(info).map((index) => {
    const word = words[1 + (index >>> 1)] ?? 0;
    return (index & 1 ? word >>> 16 : word) & MULTICAST_HASH_MASK;
  });
  setMulticastHashes(port, vf, hashes);
  return true;
}

function setVlan(port: PfPort, vf: number, { info, words }: Message): boolean {
  const vlan = words[1] ?? 0;
  if (flagsOf(port, vf) & NOTE_PORT_VLAN || vlan > VLAN_LAST) return false;
  if (info === VLAN_JOIN) {
    if (!joinVlan(port, vf, vlan)) return false;
  } else if (info === VLAN_LEAVE) {
    // VLAN 0 is what frames without a VLAN but with a priority have; like igb, nobody is taken out of it.
    if (vlan === 0) return true;
    leaveVlan(port, vf, vlan);
  } else return false;
  changeOptions(port, vf, vlan ? { set: VMOLR_STRIP_VLAN } : { clear: VMOLR_STRIP_VLAN });
  return true;
}

function setLongestFrame(port: PfPort, vf: number, { words }: Message): boolean {
  const bytes = words[1] ?? 0;
  if (bytes < LONGEST_FRAME_BYTES_MIN || bytes > LONGEST_FRAME_BYTES_MAX) return false;
  changeOptions(port, vf, { clear: VMOLR_LENGTH_MASK, set: VMOLR_LONG | bytes });
  return true;
}

function setPromiscuous(port: PfPort, vf: number, { info }: Message): boolean {
  if (info & ~(PROMISC_UNICAST | PROMISC_MULTICAST)) return false;
  if (info && !(flagsOf(port, vf) & NOTE_TRUSTED)) return false;
  const set = (info & PROMISC_UNICAST ? VMOLR_UNICAST_HASH : 0) | (info & PROMISC_MULTICAST ? VMOLR_ALL_MULTICAST : 0);
  changeOptions(port, vf, { clear: VMOLR_UNICAST_HASH | VMOLR_ALL_MULTICAST, set });
  return true;
}

function controlOf(vf: number): number {
  return PF_P2VMAILBOX_AT + 4 * vf;
}

/** Where the physical function sees the words that it shares with a virtual function: the register table says it. */
function memoryOf(vf: number): number {
  if (!MEMORY?.view) throw new InternalError("the physical function does not see the mailbox memory");
  return MEMORY.view.offset + vf * MEMORY.view.poolStride;
}

const MEMORY = VF_REGISTER_LIST.find(({ offset }) => offset === VMBMEM);
