/** The parts of a document that a tool makes, between two comments that no reader sees. */

/** Returns the text with the part that `node scripts/tool.mjs TOOL` makes replaced. */
export function withMadePart(text: string, tool: string, part: string): string {
  const begin = `<!-- made by \`node scripts/tool.mjs ${tool}\`: begin -->`;
  const end = `<!-- made by \`node scripts/tool.mjs ${tool}\`: end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has lost the comments around what ${tool} makes`);
  return `${text.slice(0, from)}${begin}\n\n${part}\n\n${text.slice(to)}`;
}
