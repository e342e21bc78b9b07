/** The records of a state image that are lists: what they need depends on the counts that they begin with. */
import { FRAME_BYTES_MAX, FRAME_BYTES_MIN } from "../../assembly/layout/limits";
import { VLAN_TAG_BYTES } from "../../assembly/layout/packet";
import { RECEIVE_ADDRESS_COUNT, VLAN_FILTER_COUNT, VLAN_MASK } from "../../assembly/layout/physical-function";
import {
  FILTERS_ADDRESS_BYTES,
  FILTERS_ADDRESS_COUNT,
  FILTERS_BYTES_MIN,
  FILTERS_VLAN_BYTES,
  FILTERS_VLAN_COUNT,
  OUTBOUND_BYTES_MIN,
  OUTBOUND_COUNT,
  OUTBOUND_ENTRY_BYTES,
  OUTBOUND_ENTRY_DESCRIPTORS,
  OUTBOUND_ENTRY_EPOCH,
  OUTBOUND_ENTRY_LENGTH,
  OUTBOUND_ENTRY_QUEUE,
  OUTBOUND_EPOCH,
  OUTBOUND_FLAGS,
  OUTBOUND_HOLDS,
  OUTBOUND_PROTECTS,
  OUTBOUND_RELEASED,
} from "../../assembly/layout/state-image";
import { QUEUE_COUNT, RING_COUNT_MAX } from "../../assembly/layout/virtual-function";
import { numbersTo } from "../sim/numbers";
import { ADDRESS_MAX, decimal, mac, namesOf, type Payload, type RecordField, word } from "./vf-image-field";

/** Fields of FILTERS. */
export function filterFields(payload: Payload): RecordField[] {
  const { view, at } = payload;
  const { addressCount, vlanCount } = filterCounts(view, at);
  const counts = [
    word("addresses", FILTERS_ADDRESS_COUNT, { show: decimal, max: RECEIVE_ADDRESS_COUNT }),
    word("VLANs", FILTERS_VLAN_COUNT, { show: decimal, max: VLAN_FILTER_COUNT }),
  ];
  if (payload.length !== filterBytes(payload)) return counts;
  const addresses = numbersTo(addressCount).map((i): RecordField => {
    const offset = FILTERS_BYTES_MIN + i * FILTERS_ADDRESS_BYTES;
    // Lists ascend.
    const min = i ? view.getBigUint64(at + offset - FILTERS_ADDRESS_BYTES, true) + 1n : 0n;
    return { name: `address ${i}`, at: offset, bytes: 8, show: mac, min, max: ADDRESS_MAX };
  });
  const vlans = numbersTo(vlanCount).map((i) => {
    const offset = FILTERS_BYTES_MIN + addressCount * FILTERS_ADDRESS_BYTES + i * FILTERS_VLAN_BYTES;
    const min = i ? view.getUint32(at + offset - FILTERS_VLAN_BYTES, true) + 1 : 0;
    return word(`VLAN ${i}`, offset, { show: decimal, min, max: VLAN_MASK });
  });
  return [...counts, ...addresses, ...vlans];
}

function filterCounts(view: DataView, at: number) {
  return {
    addressCount: view.getUint32(at + FILTERS_ADDRESS_COUNT, true),
    vlanCount: view.getUint32(at + FILTERS_VLAN_COUNT, true),
  };
}

/** Returns the bytes that the lists of FILTERS need. */
export function filterBytes({ view, at }: Payload): number {
  const { addressCount, vlanCount } = filterCounts(view, at);
  return FILTERS_BYTES_MIN + addressCount * FILTERS_ADDRESS_BYTES + vlanCount * FILTERS_VLAN_BYTES;
}

const FRAME_LENGTHS = { min: FRAME_BYTES_MIN, max: FRAME_BYTES_MAX + VLAN_TAG_BYTES };

/** Where each frame's entry lies in a payload, up to one that is cut off or whose length is impossible. */
function* entriesOf({ view, at, length }: Payload): Generator<{ entry: number; end: number }> {
  let entry: number = OUTBOUND_BYTES_MIN;
  for (let left = view.getUint32(at + OUTBOUND_COUNT, true); left; left--) {
    if (entry + OUTBOUND_ENTRY_BYTES > length) return;
    const frameBytes = view.getUint32(at + entry + OUTBOUND_ENTRY_LENGTH, true);
    const end = entry + OUTBOUND_ENTRY_BYTES + Math.ceil(frameBytes / 8) * 8;
    yield { entry, end };
    if (frameBytes < FRAME_LENGTHS.min || frameBytes > FRAME_LENGTHS.max) return;
    entry = end;
  }
}

/** Fields of OUTBOUND. */
export function outboundFields(payload: Payload): RecordField[] {
  const state = namesOf("holding", "protected");
  const frames = [...entriesOf(payload)].flatMap(({ entry }, number): RecordField[] => {
    const name = (what: string) => `frame ${number} ${what}`;
    return [
      word(name("epoch"), entry + OUTBOUND_ENTRY_EPOCH, { show: decimal }),
      word(name("bytes"), entry + OUTBOUND_ENTRY_LENGTH, { show: decimal, ...FRAME_LENGTHS }),
      word(name("descriptors"), entry + OUTBOUND_ENTRY_DESCRIPTORS, { show: decimal, max: RING_COUNT_MAX }),
      word(name("queue"), entry + OUTBOUND_ENTRY_QUEUE, { show: decimal, max: QUEUE_COUNT - 1 }),
    ];
  });
  return [
    word("frames", OUTBOUND_COUNT, { show: decimal }),
    word("open epoch", OUTBOUND_EPOCH, { show: decimal }),
    word("released below", OUTBOUND_RELEASED, { show: decimal }),
    word("state", OUTBOUND_FLAGS, { show: state, bits: OUTBOUND_HOLDS | OUTBOUND_PROTECTS }),
    ...frames,
  ];
}

/** Returns the bytes that the frames of OUTBOUND need; those whose entries are cut off need what the shortest would. */
export function outboundBytes(payload: Payload): number {
  const entries = [...entriesOf(payload)];
  const missing = payload.view.getUint32(payload.at + OUTBOUND_COUNT, true) - entries.length;
  return (entries.at(-1)?.end ?? OUTBOUND_BYTES_MIN) + missing * (OUTBOUND_ENTRY_BYTES + FRAME_LENGTHS.min);
}
