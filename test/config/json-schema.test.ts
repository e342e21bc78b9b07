import { describe, expect, test } from "vitest";
import { scenarioJsonSchema } from "../../src/scenario";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: boolean;
  readonly items?: Node;
}

const schema: Node = JSON.parse(JSON.stringify(scenarioJsonSchema()));

function* nodesIn(node: Node, path: string): Generator<[string, Node]> {
  yield [path, node];
  if (node.items) yield* nodesIn(node.items, `${path}[]`);
  for (const [key, child] of Object.entries(node.properties ?? {})) yield* nodesIn(child, `${path}.${key}`);
}

describe("scenarioJsonSchema", () => {
  const nodes = [...nodesIn(schema, "$")];

  test("the whole form, exported, draft 7 with what a user must write", () => {
    expect(schema).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      title: "renic scenario",
      required: ["version", "duration", "hosts", "clients", "vms"],
    });
  });

  test.each(nodes)("%s, exported, says what it means", (_, node) => {
    expect(node.description).toMatch(/\.$/);
    if (node.type === "object") expect(node.additionalProperties).toBe(false);
    else if (node.type !== "array") expect(node.examples?.length).toBeGreaterThan(0);
  });

  test("amounts, exported, a pattern that their examples and defaults match", () => {
    const amounts = nodes.filter(([, node]) => node.pattern?.includes("ms|us") || node.pattern?.includes("bps"));
    expect(amounts.length).toBeGreaterThan(10);
    for (const [, node] of amounts)
      for (const example of node.examples ?? []) expect(example).toMatch(new RegExp(node.pattern ?? "^$", "u"));
  });

  test("a field with a default, exported, the default as a user would write it", () => {
    expect(schema.properties?.switch?.properties?.delay).toMatchObject({ type: "string", default: "1us" });
    expect(schema.properties?.seed).toMatchObject({ type: "integer", default: 1, minimum: 0 });
  });
});
