/** The part of docs/model.md that is made from the table of costs, between two comments that no reader sees. */
import { costDocument } from "../../src/host/cost-document";

export const MODEL_DOCUMENT = "docs/model.md";

const BEGIN = "<!-- made by `node scripts/tool.mjs documents`: begin -->";
const END = "<!-- made by `node scripts/tool.mjs documents`: end -->";

/** Returns the text with that part as the table has it now. */
export function withCosts(text: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${MODEL_DOCUMENT} has lost the comments around its tables of costs`);
  return `${text.slice(0, from)}${BEGIN}\n\n${costDocument()}\n\n${text.slice(to)}`;
}
