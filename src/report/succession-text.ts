/** What became of protections that may follow others, as text: a line for each. */
import type { SuccessionAccount } from "./succession-account";
import { milliseconds } from "./text";

const ENDS: Readonly<Record<string, string>> = {
  waiting: "was not needed",
  "host-down": "that host was down when its turn came",
  lost: "no copy was left to protect",
};

/** Returns a line of text about an entry. */
export function successionText({ vm, to, state, exposedAtNs, ...times }: SuccessionAccount): string {
  const { begunAtNs, protectedAtNs, unprotectedNs } = times;
  const head = `again        ${vm} to ${to}: `;
  if (begunAtNs === null) return head + (ENDS[state] ?? `without a backup from ${milliseconds(exposedAtNs ?? 0)}`);
  const begun = `without a backup from ${milliseconds(exposedAtNs ?? 0)}, copied from ${milliseconds(begunAtNs)}`;
  if (protectedAtNs === null || unprotectedNs === null) return `${head}${begun}, never whole there`;
  return `${head}${begun}, whole there at ${milliseconds(protectedAtNs)}: ${milliseconds(unprotectedNs)} unprotected`;
}
