/** Catches what a reader refuses, so that a test can compare the whole message. */

import { InputError } from "../../src/sim/input-error";

/** Returns the message of the InputError that `read` throws, or `no error`; any other error is let through. */
export function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "no error";
}
