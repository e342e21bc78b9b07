/**
 * State machines as tables: for each state and event the next state, or null where the event is refused.
 *
 * Ten lines drive every machine; a test walks each table: every cell present, every state reachable, every state that
 * is not an end with a way out.
 */
import { InternalError } from "../core/load";

export type StateTable<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Record<Event, State | null>>>
>;

/** Returns the state after an event; throws InternalError when the table refuses it. */
export function follow<State extends string, Event extends string>(
  table: StateTable<State, Event>,
  state: State,
  event: Event,
): State {
  const next = table[state][event];
  if (next === null) throw new InternalError(`state ${state} refuses ${event}`);
  return next;
}
