/**
 * What the records of a state image consist of, as a table: each kind of record lists its fields, with where they lie,
 * what they may be, and how people write them. Registers come from the register table, so no offset stands here.
 */
import {
  NOTE_FLAG_BITS,
  NOTE_FLAGS,
  NOTE_HASH_COUNT,
  NOTE_HASH_COUNT_MAX,
  NOTE_HASHES,
  NOTE_MAC,
  VMVIR_BITS,
} from "../../assembly/layout/physical-function";
import {
  COLUMN_COUNT,
  COLUMN_OFFSET,
  COLUMN_RECORD,
  COLUMN_WRITABLE,
  ROW_CELLS,
} from "../../assembly/layout/register-table";
import {
  BASE_BYTES,
  BASE_CRC,
  BASE_EPOCH,
  BASE_KEPT,
  CONTROL_BYTES,
  CONTROL_MAIL,
  CONTROL_TIMER,
  CONTROL_TURN,
  FILTERS_BYTES_MIN,
  IDENTITY_BYTES,
  IDENTITY_MAC,
  IDENTITY_TABLE_VERSION,
  INTERRUPT_BYTES,
  MSIX_BYTES,
  OUTBOUND_BYTES_MIN,
  POLICY_BIT_COUNT,
  POLICY_BITS,
  POLICY_BYTES,
  POLICY_NOTES,
  POLICY_VMOLR,
  POLICY_VMVIR,
  RX_QUEUE_BYTES,
  STATISTICS_BYTES,
  TABLE_VERSION,
  THROTTLE_BYTES,
  THROTTLE_ENTRY_BYTES,
  THROTTLE_LEFT,
  THROTTLE_REMEMBERED,
  THROTTLE_US_MAX,
  TX_CONTEXTS,
  TX_FETCHED,
  TX_QUEUE_BYTES,
  TYPE_BASE,
  TYPE_CONTROL,
  TYPE_FILTERS,
  TYPE_IDENTITY,
  TYPE_INTERRUPT,
  TYPE_MSIX,
  TYPE_OUTBOUND,
  TYPE_POLICY,
  TYPE_RX_QUEUE,
  TYPE_STATISTICS,
  TYPE_THROTTLE,
  TYPE_TX_QUEUE,
} from "../../assembly/layout/state-image";
import { PS_PER_US } from "../../assembly/layout/time";
import { VF_REGISTER_NAMES } from "../../assembly/layout/vf-register-names";
import { VF_REGISTERS, VFMAILBOX } from "../../assembly/layout/vf-registers";
import {
  CONTEXT_BYTES,
  CONTEXT_COUNT,
  MAIL_BITS,
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  MSIX_FUNCTION_MASKED,
  MSIX_TABLE_BYTES,
  MSIX_VECTOR_MASKED,
  QUEUE_COUNT,
  RING_COUNT_MAX,
  VECTOR_COUNT,
} from "../../assembly/layout/virtual-function";
import { numbersTo } from "../sim/numbers";
import {
  ADDRESS_MAX,
  bitNumbers,
  decimal,
  hex,
  mac,
  namesOf,
  type Payload,
  picoseconds,
  type RecordField,
  word,
  yesNo,
} from "./vf-image-field";
import { filterBytes, filterFields, outboundBytes, outboundFields } from "./vf-image-lists";

/** A type of record. */
export interface RecordKind {
  readonly name: string;
  /** How many instances there may be. */
  readonly instanceCount: number;
  readonly bytesMin: number;
  /** A whole image has every instance. */
  readonly isMandatory: boolean;
  /** Returns the fields in their order; of lists that are longer or shorter than the payload, what is there of them. */
  readonly fields: (payload: Payload) => readonly RecordField[];
  /** Returns the exact length that a payload with lists needs. */
  readonly exactBytes?: (payload: Payload) => number;
}

const ANY_NUMBER = 65_536;
const WORD_BYTES = 4;

const NAMES = VF_REGISTER_NAMES.split(" ");

/** The registers that a record carries, in the order of the register table; of a queue's, the queue's own. */
function registersOf(type: number, queue?: number): RecordField[] {
  const registers = NAMES.flatMap((name, row) => {
    const cell = (column: number) => VF_REGISTERS[row * ROW_CELLS + column] ?? 0;
    if (cell(COLUMN_RECORD) !== type) return [];
    const bits = (cell(COLUMN_OFFSET) === VFMAILBOX ? MAIL_BITS : cell(COLUMN_WRITABLE)) >>> 0;
    const count = cell(COLUMN_COUNT);
    const instances = queue === undefined ? numbersTo(count) : [queue];
    return instances.map((i) => ({ name: count > 1 ? `${name}${i}` : name, bits }));
  });
  // A register that no write reaches counts, and may have any value.
  return registers.map(({ name, bits }, index) => word(name, index * WORD_BYTES, bits ? { bits } : {}));
}

function throttleFields(): RecordField[] {
  return numbersTo(VECTOR_COUNT).flatMap((vector) => {
    const at = vector * THROTTLE_ENTRY_BYTES;
    const max = BigInt(THROTTLE_US_MAX) * BigInt(PS_PER_US);
    return [
      { name: `vector ${vector} time left`, at: at + THROTTLE_LEFT, bytes: 8, show: picoseconds, max },
      word(`vector ${vector} remembered`, at + THROTTLE_REMEMBERED, { show: yesNo, max: 1 }),
    ];
  });
}

function contextFields(): RecordField[] {
  return numbersTo(CONTEXT_COUNT).flatMap((slot) => {
    const at = TX_CONTEXTS + slot * CONTEXT_BYTES;
    return numbersTo(CONTEXT_BYTES / WORD_BYTES).map((dw) => word(`context ${slot} dw${dw}`, at + dw * WORD_BYTES));
  });
}

function transmitFields({ instance }: Payload): RecordField[] {
  const fetched = word("fetched up to", TX_FETCHED, { show: decimal, max: RING_COUNT_MAX });
  return [...registersOf(TYPE_TX_QUEUE, instance), fetched, ...contextFields()];
}

function msixFields(): RecordField[] {
  const entries = numbersTo(VECTOR_COUNT).flatMap((vector): RecordField[] => {
    const at = vector * MSIX_ENTRY_BYTES;
    return [
      { name: `entry ${vector} address`, at, bytes: 8, show: hex },
      word(`entry ${vector} data`, at + 8),
      word(`entry ${vector} control`, at + MSIX_ENTRY_CONTROL, { bits: MSIX_VECTOR_MASKED }),
    ];
  });
  const pending = word("pending", MSIX_TABLE_BYTES, { bits: 2 ** VECTOR_COUNT - 1 });
  const bits = MSIX_ENABLE | MSIX_FUNCTION_MASKED;
  return [...entries, pending, word("message control", MSIX_TABLE_BYTES + WORD_BYTES, { bits })];
}

function controlFields(): RecordField[] {
  return [
    ...registersOf(TYPE_CONTROL),
    word("mail", CONTROL_MAIL, { show: namesOf("request", "acknowledgement", "reset"), bits: 7 }),
    word("turn", CONTROL_TURN, { show: decimal, max: QUEUE_COUNT - 1 }),
    { name: "timer", at: CONTROL_TIMER, bytes: 8, show: picoseconds },
  ];
}

function policyFields({ view, at }: Payload): RecordField[] {
  const switches = namesOf("VFRE", "VFTE", "address anti-spoofing", "VLAN anti-spoofing", "own frames come back");
  const flags = namesOf("clear to send", "fixed address", "trusted", "port VLAN");
  const hashCount = Math.min(view.getUint32(at + POLICY_NOTES + NOTE_HASH_COUNT, true), NOTE_HASH_COUNT_MAX);
  return [
    word("VMOLR", POLICY_VMOLR),
    word("VMVIR", POLICY_VMVIR, { bits: VMVIR_BITS }),
    word("switches", POLICY_BITS, { show: switches, bits: 2 ** POLICY_BIT_COUNT - 1 }),
    { name: "noted address", at: POLICY_NOTES + NOTE_MAC, bytes: 8, show: mac, max: ADDRESS_MAX },
    word("noted flags", POLICY_NOTES + NOTE_FLAGS, { show: flags, bits: NOTE_FLAG_BITS }),
    word("hashes", POLICY_NOTES + NOTE_HASH_COUNT, { show: decimal, max: NOTE_HASH_COUNT_MAX }),
    ...numbersTo(hashCount).map((i): RecordField => {
      return { name: `hash ${i}`, at: POLICY_NOTES + NOTE_HASHES + i * 2, bytes: 2, show: hex };
    }),
  ];
}

function baseFields(): RecordField[] {
  return [
    word("epoch", BASE_EPOCH, { show: decimal }),
    word("CRC", BASE_CRC),
    { name: "kept records", at: BASE_KEPT, bytes: 8, show: bitNumbers },
  ];
}

function kind(
  name: string,
  bytesMin: number,
  fields: RecordKind["fields"],
  more: Partial<RecordKind> = {},
): RecordKind {
  return { name, bytesMin, fields, instanceCount: 1, isMandatory: true, ...more };
}

const IDENTITY_FIELDS: readonly RecordField[] = [
  { name: "MAC", at: IDENTITY_MAC, bytes: 8, show: mac, max: ADDRESS_MAX },
  word("table version", IDENTITY_TABLE_VERSION, { show: decimal, min: TABLE_VERSION, max: TABLE_VERSION }),
];
const QUEUES = { instanceCount: QUEUE_COUNT };
const HELD = { instanceCount: ANY_NUMBER, isMandatory: false, exactBytes: outboundBytes };

/** Every type of record but END. */
export const RECORD_KINDS: ReadonlyMap<number, RecordKind> = new Map([
  [TYPE_IDENTITY, kind("IDENTITY", IDENTITY_BYTES, () => IDENTITY_FIELDS)],
  [TYPE_INTERRUPT, kind("INTERRUPT", INTERRUPT_BYTES, () => registersOf(TYPE_INTERRUPT))],
  [TYPE_THROTTLE, kind("THROTTLE", THROTTLE_BYTES, throttleFields)],
  [TYPE_RX_QUEUE, kind("RX_QUEUE", RX_QUEUE_BYTES, ({ instance }) => registersOf(TYPE_RX_QUEUE, instance), QUEUES)],
  [TYPE_TX_QUEUE, kind("TX_QUEUE", TX_QUEUE_BYTES, transmitFields, QUEUES)],
  [TYPE_STATISTICS, kind("STATISTICS", STATISTICS_BYTES, () => registersOf(TYPE_STATISTICS))],
  [TYPE_MSIX, kind("MSIX", MSIX_BYTES, msixFields)],
  [TYPE_CONTROL, kind("CONTROL", CONTROL_BYTES, controlFields)],
  [TYPE_FILTERS, kind("FILTERS", FILTERS_BYTES_MIN, filterFields, { exactBytes: filterBytes })],
  [TYPE_POLICY, kind("POLICY", POLICY_BYTES, policyFields)],
  [TYPE_OUTBOUND, kind("OUTBOUND", OUTBOUND_BYTES_MIN, outboundFields, HELD)],
  [TYPE_BASE, kind("BASE", BASE_BYTES, baseFields, { isMandatory: false })],
]);
