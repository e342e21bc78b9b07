/**
 * One connection over which pages go, and the process of dom0 that feeds it: plain data.
 *
 *     dom0 reads a batch, and works for it --> it waits for its connection --> it leaves --> it is applied at the target
 *                                    reading                                  leaving
 *
 * While a batch leaves the next one is read, into another room, so that the slower of processor and link decides how fast
 * pages go. Over ports two may be on their way, because one has arrived only when the other side says so, and a socket that
 * waits for that is idle for a round trip.
 */
import { PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { streamRoomBytes, type WrittenStream } from "../checkpoint/stream";

/** Pages of one batch. Xen's has 1,024; smaller ones let a limit of the rate be kept, and cost no time on a link. */
export const BATCH_PAGES = 256;
export const RECORD_BYTES = PAGE_RECORD_HEADER_BYTES + PAGE_BYTES;

/** Bytes of a room: records as they are read, and behind them what crosses, where that is something else. */
const RECORD_ROOM_BYTES = BATCH_PAGES * RECORD_BYTES;
const ROOM_BYTES = RECORD_ROOM_BYTES + streamRoomBytes(BATCH_PAGES);
const ROOM_COUNT = 3;
/** Bytes of all rooms. */
export const SENDER_BYTES = ROOM_COUNT * ROOM_BYTES;

/** Pages on their way. */
export interface Batch {
  readonly at: number;
  readonly pageCount: number;
  /** Of their records, as they were read, and of what crosses. */
  readonly recordBytes: number;
  readonly byteCount: number;
  /** What crosses, where that is not the records. */
  readonly stream: WrittenStream | null;
}

export interface Sender {
  /** The task of the source's dom0. */
  readonly task: number;
  /** Where its rooms are, and which of them the next batch goes into. */
  readonly roomsAt: number;
  roomNext: number;
  /** What dom0 works for, and whether it has; null for nothing. */
  reading: Batch | null;
  isRead: boolean;
  /** What the connection has, in its order, and how much it may have. */
  leaving: Leaving[];
  readonly leavingMax: number;
}

/** A batch that the connection has. */
export interface Leaving {
  readonly batch: Batch;
  /** The connection takes so long for it, whatever the link carries. */
  readonly streamedAtNs: number;
}

/** Returns a sender that has nothing. */
export function idleSender(task: number, roomsAt: number, leavingMax: number): Sender {
  return { task, roomsAt, roomNext: 0, reading: null, isRead: false, leaving: [], leavingMax };
}

/** Takes the room for the next batch. */
export function takeRoom(sender: Sender): number {
  const at = sender.roomsAt + sender.roomNext * ROOM_BYTES;
  sender.roomNext = (sender.roomNext + 1) % ROOM_COUNT;
  return at;
}

/** Returns where in a room the stream is written. */
export function streamAt(room: number): number {
  return room + RECORD_ROOM_BYTES;
}

export function isBusy({ reading, leaving }: Sender): boolean {
  return reading !== null || leaving.length > 0;
}

/** Forgets what it has. */
export function emptySender(sender: Sender): void {
  sender.reading = null;
  sender.isRead = false;
  sender.leaving = [];
}
