/** The part of docs/model.md that is made from the table of costs. */
import { costDocument } from "../../src/host/cost-document";
import { withMadePart } from "./made-part";

export const MODEL_DOCUMENT = "docs/model.md";

/** Returns the text with that part as the table has it now. */
export function withCosts(text: string): string {
  return withMadePart(text, "documents", costDocument());
}
