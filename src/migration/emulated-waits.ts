/**
 * What an emulated NIC takes from work that is bound by its processors: each access to a register stops the guest's vCPU
 * until a process of dom0 has answered, so that the work rests (docs/emulated.md).
 *
 * A packet that comes alone, and its answer, make twelve accesses: the packet's interrupt and that for what was sent read ICR,
 * write IMC and read STATUS, and when the driver has polled in vain write IMS and read STATUS; between them are RDT and TDT.
 * Three of them come after a turn of the work, in which dom0's processor has slept: behind the poll, and of either IMS.
 *
 *     guest's vCPU   | exit |  . . . . . . . . . . . .  | wakes |        exit: vmExit, its cold caches, emulatedInstruction
 *     dom0's           wakes | event, switch, access, answer |           either wakes after a third of what it slept
 *
 * In a train of accesses dom0 sleeps while the guest wakes and leaves again, behind a turn of the work as long as
 * `wakeLatency` lets it, which takes a turn of three times that. Packets that come closer than they can be served share
 * interrupts, and work still has its turns between two of them; each packet then takes its TDT, and a sixteenth of an RDT:
 *
 *     rest = the lesser of   packets x (F + c)   and   1 - turn x (1 - packets x c) / (F + turn)        F + c: alone, c: one more
 *
 * Assumed: one answer for each packet, and turns of the work that are just long enough for dom0 to sleep as deeply as it
 * does. Left out: dom0's other work.
 */
import type { Costs } from "../host/cost-table";

const ACCESS_COUNT = 12;
/** Of them, behind a turn of the guest's work. */
const RESTED_COUNT = 3;
/** Of a packet more that is polled: TDT, and RDT for sixteen buffers at once. */
const POLLED_COUNT = 1 + 1 / 16;
/** A processor wakes after this part of the time that it was idle (docs/model.md, Processors). */
const WAKE_PART = 1 / 3;

/** Returns the part of its time, 0 to 1, that the work of a guest's vCPU rests at a rate of packets. */
export function emulatedRest(costs: Costs, clockHz: number, packetsPerSecond: number): number {
  const { trainNs, restedNs } = accessTimes(costs, clockHz);
  const moreNs = POLLED_COUNT * trainNs;
  const fixedNs = (ACCESS_COUNT - RESTED_COUNT) * trainNs + RESTED_COUNT * restedNs - moreNs;
  const turnNs = costs.wakeLatency / WAKE_PART;
  const perNs = packetsPerSecond / 1e9;
  const alone = perNs * (fixedNs + moreNs);
  const together = 1 - (turnNs * (1 - perNs * moreNs)) / (fixedNs + turnNs);
  return Math.min(alone, together, 1);
}

/** Returns what an access takes from the work: in a train of them, and behind a turn of the work. */
function accessTimes(costs: Costs, clockHz: number): { readonly trainNs: number; readonly restedNs: number } {
  const ns = (cycles: number) => (cycles * 1e9) / clockHz;
  const { vmExit, exitIndirect, emulatedInstruction, eventDelivery, deviceModelSwitch, deviceModelAccess } = costs;
  const exitNs = ns(vmExit * (1 + exitIndirect / 100) + emulatedInstruction);
  const answerNs = ns(eventDelivery + deviceModelSwitch + deviceModelAccess);
  const takenNs = (waitNs: number) => exitNs + waitNs + Math.min(waitNs * WAKE_PART, costs.wakeLatency);
  // dom0 sleeps while the guest wakes and exits, the guest while dom0 wakes and answers: w = answer + (w / 3 + exit) / 3.
  const trainWaitNs = (answerNs + exitNs * WAKE_PART) / (1 - WAKE_PART * WAKE_PART);
  return { trainNs: takenNs(trainWaitNs), restedNs: takenNs(answerNs + costs.wakeLatency) };
}
