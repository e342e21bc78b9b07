/**
 * What a run has to have tried, by name, and whether it has: each register, each descriptor type, each status and error bit
 * and each reason for a drop once in ten thousand cases, and three descriptors of ten that moved a frame.
 *
 * Left out: reasons that only switches, cut wires and dead hosts have.
 */
import {
  DESCRIPTOR_RX,
  DESCRIPTOR_TX_CONTEXT,
  DESCRIPTOR_TX_DATA,
  DESCRIPTOR_TX_IC,
  DESCRIPTOR_TX_IXSM,
  DESCRIPTOR_TX_LEGACY,
  DESCRIPTOR_TX_RESERVED,
  DESCRIPTOR_TX_TSO,
  DESCRIPTOR_TX_TXSM,
  DESCRIPTOR_TX_VLE,
  ROW_CASES,
  ROW_DESCRIPTORS,
  ROW_DROPS,
  ROW_PF_ACCESSES,
  ROW_RX_MOVED,
  ROW_RX_POSTED,
  ROW_STATUS,
  ROW_TX_MOVED,
  ROW_TX_POSTED,
  ROW_VF_READS,
  ROW_VF_WRITES,
} from "../../assembly/fuzz/rows";
import { PF_REGISTER_NAMES } from "../../assembly/layout/pf-register-names";
import {
  DROP_DISCARDED,
  DROP_DMA_FAULT,
  DROP_MALFORMED,
  DROP_NO_DESCRIPTOR,
  DROP_NO_POOL,
  DROP_OVERSIZE,
  DROP_QUEUE_DISABLED,
  DROP_QUIESCE_FULL,
  DROP_REASON_NAMES,
  DROP_RESET,
  DROP_SPOOFED,
  DROP_TOO_LONG,
} from "../../assembly/layout/trace";
import { VF_REGISTER_NAMES } from "../../assembly/layout/vf-register-names";
import { countOf, type Totals } from "./totals";

export interface CoverageRow {
  readonly name: string;
  readonly count: number;
}

export interface CoverageGroup {
  readonly title: string;
  readonly rows: readonly CoverageRow[];
}

/** Below so many cases, chance decides too much for a demand. */
export const JUDGED_CASES_MIN = 5_000_000;
/** Each row is wanted once in so many cases. */
const CASES_PER_OCCURRENCE = 10_000;
const MOVED_SHARE_MIN = 0.3;

const DESCRIPTOR_NAMES: readonly (readonly [number, string])[] = [
  [DESCRIPTOR_TX_LEGACY, "tx legacy"],
  [DESCRIPTOR_TX_IC, "tx legacy, IC"],
  [DESCRIPTOR_TX_CONTEXT, "tx context"],
  [DESCRIPTOR_TX_DATA, "tx data"],
  [DESCRIPTOR_TX_TSO, "tx data, TSE"],
  [DESCRIPTOR_TX_IXSM, "tx data, IXSM"],
  [DESCRIPTOR_TX_TXSM, "tx data, TXSM"],
  [DESCRIPTOR_TX_VLE, "tx, VLE"],
  [DESCRIPTOR_TX_RESERVED, "tx reserved type"],
  ...Array.from({ length: 8 }, (_, type): readonly [number, string] => [DESCRIPTOR_RX + type, `rx type ${type}`]),
];

/** In the order of STATUS_ constants. */
const STATUS_NAMES = (
  "tx DD,DD,EOP,VP,UDPCS,L4CS,IPCS,PIF,UDPV,LB,HBO,L4E,IPE,RXE,SPH,legacy DD,legacy VP,legacy L4E,legacy IPE,legacy RXE," +
  "IPv4,IPv4 options,IPv6,IPv6 extensions,TCP,UDP,SCTP," +
  "RSS TCP/IPv4,RSS IPv4,RSS TCP/IPv6,RSS IPv6ex,RSS IPv6,RSS TCP/IPv6ex,RSS UDP/IPv4,RSS UDP/IPv6,RSS UDP/IPv6ex"
).split(",");

const DROPS = [
  DROP_NO_DESCRIPTOR,
  DROP_QUEUE_DISABLED,
  DROP_NO_POOL,
  DROP_DMA_FAULT,
  DROP_QUIESCE_FULL,
  DROP_OVERSIZE,
  DROP_DISCARDED,
  DROP_RESET,
  DROP_MALFORMED,
  DROP_SPOOFED,
  DROP_TOO_LONG,
];

export function coverageOf(totals: Totals): CoverageGroup[] {
  const rowsFrom = (first: number, names: readonly string[]) =>
    names.map((name, index) => ({ name, count: countOf(totals, first + index) }));
  const reasons = DROP_REASON_NAMES.split(",");
  return [
    {
      title: "descriptors written",
      rows: DESCRIPTOR_NAMES.map(([kind, name]) => ({ name, count: countOf(totals, ROW_DESCRIPTORS + kind) })),
    },
    { title: "bits and types written back", rows: rowsFrom(ROW_STATUS, STATUS_NAMES) },
    {
      title: "frames dropped",
      rows: DROPS.map((reason) => ({ name: reasons[reason] ?? "", count: countOf(totals, ROW_DROPS + reason) })),
    },
    { title: "registers of virtual functions, written", rows: rowsFrom(ROW_VF_WRITES, VF_REGISTER_NAMES.split(" ")) },
    { title: "registers of virtual functions, read", rows: rowsFrom(ROW_VF_READS, VF_REGISTER_NAMES.split(" ")) },
    {
      title: "registers of the physical function, read",
      rows: rowsFrom(ROW_PF_ACCESSES, PF_REGISTER_NAMES.split(" ")),
    },
  ];
}

/** Returns how often each row is wanted. */
export function wantedOf(totals: Totals): number {
  return Math.floor(countOf(totals, ROW_CASES) / CASES_PER_OCCURRENCE);
}

/** Returns the share of descriptors that moved a frame. */
export function movedShareOf(totals: Totals): number {
  const posted = countOf(totals, ROW_TX_POSTED) + countOf(totals, ROW_RX_POSTED);
  return posted ? (countOf(totals, ROW_TX_MOVED) + countOf(totals, ROW_RX_MOVED)) / posted : 0;
}

/** Says what a run has tried too little of; nothing for one that is too short to say. */
export function gapsOf(totals: Totals): string[] {
  if (countOf(totals, ROW_CASES) < JUDGED_CASES_MIN) return [];
  const wanted = wantedOf(totals);
  const gaps = coverageOf(totals).flatMap(({ title, rows }) =>
    rows
      .filter(({ count }) => count < wanted)
      .map(({ name, count }) => `${title}: ${name} ${count} times, wanted ${wanted}`),
  );
  const share = movedShareOf(totals);
  if (share >= MOVED_SHARE_MIN) return gaps;
  return [...gaps, `descriptors that moved a frame: ${percent(share)}, wanted ${percent(MOVED_SHARE_MIN)}`];
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
