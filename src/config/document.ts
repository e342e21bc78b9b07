/**
 * Reads YAML into plain values that know where they stand, with bounds on what a hostile file can cost.
 *
 * The library's own conversion is not used: it loses places, resolves aliases without a bound of ours, and compares
 * the keys of a map pairwise. Left out on purpose: tags, merge keys, several documents, keys that are not words. The
 * invariant: a value is a string, number, boolean, null, list or map, and no walk over it can run away.
 *
 * Read first: YAML 1.2.2 chapter 3 (nodes, anchors, aliases) and the `yaml` package's documentation of `Composer`.
 */

import { Composer, type CST, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type YAMLMap } from "yaml";
import { cut, formatBytes, printable, quote } from "../sim/units";
import { found } from "./found";

export const TEXT_BYTES_MAX = 1024 * 1024;
/** Words, brackets, spaces and line ends; a scenario with the most rows of each kind has fewer. */
export const LEXEME_COUNT_MAX = 200_000;
/** Maps and lists inside each other; a scenario needs five. */
export const DEPTH_MAX = 32;
export const ALIAS_COUNT_MAX = 100;
/** Messages of the library may repeat the text that they are about. */
const MESSAGE_LENGTH_MAX = 120;
const NUMBER_LENGTH_MAX = 40;

/** A value and where it begins, with the same for everything inside it. */
export interface Located {
  readonly value: unknown;
  /** Characters from the start of the text. */
  readonly offset: number;
  /** Entries of a map by key, of a list by index. */
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly keyOffset: number;
  readonly located: Located;
}

/** From the whole scenario to a value inside it. */
export type Path = readonly (string | number)[];

/** Something wrong at a place of the text, or with the whole text. */
export interface Finding {
  readonly offset: number | undefined;
  readonly path: Path;
  readonly reason: string;
}

export interface ScenarioDocument {
  /** Nothing if the text is not YAML at all. */
  readonly root: Located | undefined;
  readonly findings: readonly Finding[];
  /** Returns line and column, 1-based, such as `3:12`. */
  readonly placeOf: (offset: number) => string;
}

/** Returns the first document of a text; whatever is wrong with the text is among the findings. */
export function readDocument(text: string): ScenarioDocument {
  const lines = new LineCounter();
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const { tokens, finding } = tokenize(text, lines);
  if (finding !== undefined) return { root: undefined, findings: [finding], placeOf };

  const [document, second] = new Composer({ schema: "core", resolveKnownTags: false, uniqueKeys: false }).compose(
    tokens,
    true,
    text.length,
  );
  const findings = [...(document?.errors ?? []), ...(document?.warnings ?? [])].map(({ pos, message }) => {
    return { offset: pos[0], path: [], reason: `not valid YAML: ${printable(cut(message, MESSAGE_LENGTH_MAX))}` };
  });
  if (second !== undefined) findings.push({ offset: second.range[0], path: [], reason: "one file holds one scenario" });
  if (document === undefined || findings.length > 0) return { root: undefined, findings, placeOf };

  const reader = new Reader();
  const root = reader.read(document.contents, [], document.range[0]);
  return { root, findings: reader.findings, placeOf };
}

/** Returns what stands at a path, or the closest thing around it. */
export function locate(root: Located, path: Path): Located {
  let located = root;
  for (const step of path) {
    const entry = located.entries.get(String(step));
    if (entry === undefined) break;
    located = entry.located;
  }
  return located;
}

interface Tokenized {
  readonly tokens: CST.Token[];
  /** Why reading ended early. */
  readonly finding?: Finding;
}

/** Stops before the recursive part of the library sees anything too long or too deep. */
function tokenize(text: string, lines: LineCounter): Tokenized {
  const whole = (reason: string) => ({ tokens: [], finding: { offset: undefined, path: [], reason } });
  if (text.length > TEXT_BYTES_MAX || new TextEncoder().encode(text).length > TEXT_BYTES_MAX)
    return whole(`the file is longer than ${formatBytes(TEXT_BYTES_MAX)}, the most that a scenario may have`);

  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemeCount = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    lexemeCount += 1;
    if (lexemeCount > LEXEME_COUNT_MAX)
      return whole(`the file has more than ${LEXEME_COUNT_MAX} words and signs, the most that a scenario may have`);
    if (parser.stack.filter((token) => "items" in token).length > DEPTH_MAX)
      return { tokens, finding: { offset: parser.offset - lexeme.length, path: [], reason: TOO_DEEP } };
  }
  tokens.push(...parser.end());
  return { tokens };
}

const TOO_DEEP = `lists and maps are more than ${DEPTH_MAX} levels deep, and a scenario needs five`;

/** Turns nodes into located values; each anchor is read once and shared by its aliases. */
class Reader {
  readonly findings: Finding[] = [];
  private readonly anchors = new Map<string, Located>();
  private aliasCount = 0;
  private openAnchorCount = 0;

  /** Absent nodes take the offset given. */
  read(node: unknown, path: Path, offset: number): Located {
    if (isAlias(node)) return this.readAlias(node.source, path, node.range?.[0] ?? offset);
    if (isScalar(node))
      return this.remember(node.anchor, this.readScalar(node.value, node.source, path, at(node, offset)));
    if (!isMap(node) && !isSeq(node)) return { value: null, offset, entries: new Map() };
    // An alias inside an anchored value could make the value contain itself, or double with every further anchor.
    this.openAnchorCount += node.anchor === undefined ? 0 : 1;
    const located = isMap(node)
      ? this.readMap(node, path, at(node, offset))
      : this.readList(node.items, path, at(node, offset));
    this.openAnchorCount -= node.anchor === undefined ? 0 : 1;
    return this.remember(node.anchor, located);
  }

  private readMap(node: YAMLMap, path: Path, offset: number): Located {
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) {
        const keyOffset = isAlias(key) || isMap(key) || isSeq(key) ? at(key, offset) : offset;
        this.refuse(path, keyOffset, "a key has to be a word");
        continue;
      }
      const name = String(key.value);
      const keyOffset = at(key, offset);
      const located = this.read(value, [...path, name], keyOffset);
      if (entries.has(name)) this.refuse([...path, name], keyOffset, "the same key again; keep one of the two");
      else entries.set(name, { keyOffset, located });
    }
    const value = Object.fromEntries([...entries].map(([name, entry]) => [name, entry.located.value]));
    return { value, offset, entries };
  }

  private readList(items: readonly unknown[], path: Path, offset: number): Located {
    const rows = items.map((item, index) => this.read(item, [...path, index], offset));
    const entries = new Map(rows.map((located, index) => [String(index), { keyOffset: located.offset, located }]));
    return { value: rows.map((row) => row.value), offset, entries };
  }

  private readScalar(value: unknown, source: string | undefined, path: Path, offset: number): Located {
    // The library has rounded such a number already; only its source tells what was written.
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const written = source === undefined ? found(value) : printable(cut(source, NUMBER_LENGTH_MAX));
      this.refuse(path, offset, `expected a number up to ${Number.MAX_SAFE_INTEGER}, got ${written}`);
    }
    return { value, offset, entries: new Map() };
  }

  private readAlias(name: string, path: Path, offset: number): Located {
    const target = this.anchors.get(name);
    this.aliasCount += 1;
    if (this.openAnchorCount > 0)
      this.refuse(path, offset, "an anchored value must not contain an alias; write it out");
    else if (target === undefined) this.refuse(path, offset, `no anchor ${quote(name)} stands before this alias`);
    else if (this.aliasCount === ALIAS_COUNT_MAX + 1)
      this.refuse(path, offset, `more than ${ALIAS_COUNT_MAX} aliases; write the values out`);
    else if (this.aliasCount <= ALIAS_COUNT_MAX) return { ...target, offset };
    return { value: null, offset, entries: new Map() };
  }

  private remember(anchor: string | undefined, located: Located): Located {
    if (anchor !== undefined) this.anchors.set(anchor, located);
    return located;
  }

  private refuse(path: Path, offset: number, reason: string): void {
    this.findings.push({ offset, path, reason });
  }
}

function at(node: { readonly range?: readonly number[] | null }, offset: number): number {
  return node.range?.[0] ?? offset;
}
