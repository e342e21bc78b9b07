/** What became of a client's requests, read from its table (layout: assembly/layout/request.ts). */
import {
  REQUEST_ANSWERED,
  REQUEST_ANSWERED_AT,
  REQUEST_BYTES,
  REQUEST_FAILED,
  REQUEST_FIRST_SENT_AT,
  REQUEST_PENDING,
  REQUEST_REPEAT_COUNT,
  REQUEST_SENT,
  REQUEST_STATE,
  REQUEST_TRIES,
  REQUEST_WRONG_COUNT,
} from "../../assembly/layout/request";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { ClientControl } from "./control";

/** One request of a client. */
export interface RequestOutcome {
  readonly state: "pending" | "waiting" | "answered" | "failed";
  readonly tryCount: number;
  /** When it was first sent and when it was answered, in picoseconds; 0 for not yet. */
  readonly firstSentAtPs: number;
  readonly answeredAtPs: number;
  /** Answers that differed from the recorded one. */
  readonly wrongCount: number;
  /** Right answers after the first. */
  readonly repeatCount: number;
}

const STATES = new Map<number, RequestOutcome["state"]>([
  [REQUEST_PENDING, "pending"],
  [REQUEST_SENT, "waiting"],
  [REQUEST_ANSWERED, "answered"],
  [REQUEST_FAILED, "failed"],
]);

/** Reads every request of a client, in the order of their planned times. */
export function readRequests(world: World, client: ClientControl): RequestOutcome[] {
  return Array.from({ length: client.requestCount }, (_, index) => {
    const words = world.words(client.requestsAt + index * REQUEST_BYTES, REQUEST_BYTES);
    const time = (at: number) => words.getUint32(at, true) + words.getUint32(at + 4, true) * 2 ** 32;
    const state = STATES.get(words.getUint16(REQUEST_STATE, true));
    if (!state) throw new InternalError(`request ${index} of client ${client.name} is in no known state`);
    return {
      state,
      tryCount: words.getUint16(REQUEST_TRIES, true),
      firstSentAtPs: time(REQUEST_FIRST_SENT_AT),
      answeredAtPs: time(REQUEST_ANSWERED_AT),
      wrongCount: words.getUint32(REQUEST_WRONG_COUNT, true),
      repeatCount: words.getUint32(REQUEST_REPEAT_COUNT, true),
    };
  });
}
