/** Migrations that cannot be: each is refused at its place, with what would be right. */
import { expect, it } from "vitest";
import { parseScenario } from "../../src/config/parse";
import { InputError } from "../../src/sim/input-error";

const LINK = "link: { rate: 1Gbps, latency: 20us }";

function scenario(migrations: string, { io = "renic", vfs = 1, protect = "" } = {}): string {
  return `
version: 1
duration: 1s
hosts:
  - { name: one, cores: 3, clock: 2.6GHz, nics: [{ rate: 1Gbps, vfs: 1 }] }
  - { name: two, cores: 3, clock: 2.6GHz, nics: [{ rate: 1Gbps, vfs: ${vfs} }] }
clients: []
vms:
  - { name: web, host: one, memory: 4MiB, io: ${io}, workload: { kind: server } }
  - { name: other, host: two, memory: 4MiB, io: paravirtual, workload: { kind: server } }
migrations: [${migrations}]
${protect}
`;
}

function problemsOf(text: string): string {
  try {
    parseScenario(text, "move.yaml");
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

it("one that can be, no problem", () => {
  expect(problemsOf(scenario(`{ vm: web, to: two, at: 100ms, ${LINK} }`))).toBe("");
});

it("a bond to a host whose virtual functions are all taken, no problem", () => {
  const text = scenario(`{ vm: web, to: two, at: 100ms, hotPlug: native, ${LINK} }`, { io: "teaming" });
  expect(problemsOf(text.replace("io: paravirtual", "io: vf"))).toBe("");
});

it("a bond on a host without a virtual function for it, refused", () => {
  const text = scenario("", { io: "teaming" }).replace(
    "host: two, memory: 4MiB, io: paravirtual",
    "host: one, memory: 4MiB, io: vf",
  );
  expect(problemsOf(text)).toContain('expected at least 2 vfs, one each for VM "web", VM "other", got 1');
});

it.each([
  ["to where it is", scenario(`{ vm: web, to: one, at: 1ms, ${LINK} }`), "expected another host than that on which"],
  ["to a host that there is not", scenario(`{ vm: web, to: tow, at: 1ms, ${LINK} }`), "expected the name of a host"],
  [
    "of a machine with a plain virtual function",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`, { io: "vf" }),
    "can be neither read nor written",
  ],
  [
    "of a machine twice",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }, { vm: web, to: two, at: 1ms, ${LINK} }`),
    'expected a VM that moves once, got "web", which is at migrations.0.vm already',
  ],
  [
    "of a machine that is protected",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`, {
      vfs: 2,
      protect: `protect: [{ vm: web, to: two, interval: 25ms, ${LINK} }]`,
    }),
    "expected a VM without a backup",
  ],
  [
    "of three machines to a host with two virtual functions less",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`).replace(
      "vms:\n",
      "vms:\n  - { name: more, host: two, memory: 4MiB, io: renic, workload: { kind: server } }\n",
    ),
    "expected at least 2 vfs",
  ],
  ["behind the end", scenario(`{ vm: web, to: two, at: 2s, ${LINK} }`), "expected a time within the run of 1s"],
  [
    "called off before it begins",
    scenario(`{ vm: web, to: two, at: 100ms, cancel: 50ms, ${LINK} }`),
    "expected no time before it begins at 100ms",
  ],
  [
    "to a host without room beside who stays there",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`).replace("name: two, ", "name: two, memory: 6MiB, "),
    'expected a host with 4MiB free for the VM "web", got "two", which has 2MiB of 6MiB beside VM "other" with 4MiB',
  ],
  [
    "over a link of its own without one",
    scenario("{ vm: web, to: two, at: 1ms }"),
    "expected link with the rate and latency of the migration's own link, or via: ports, got neither",
  ],
  [
    "over ports and a link",
    scenario(`{ vm: web, to: two, at: 1ms, via: ports, ${LINK} }`),
    "expected nothing, because with via: ports it goes over the hosts' NICs",
  ],
  [
    "over ports that are to be cut",
    `${scenario("{ vm: web, to: two, at: 1ms, via: ports }")}protect: []\nevents: [{ at: 2ms, cut: web }]`,
    "expected a VM with a link of its own",
  ],
  [
    "compressed over several connections",
    scenario(`{ vm: web, to: two, at: 1ms, streams: 2, compression: delta, ${LINK} }`),
    "expected 1, because with compression: delta",
  ],
  [
    "compressed without content",
    scenario(`{ vm: web, to: two, at: 1ms, compression: delta, ${LINK} }`).replace(
      "clients",
      "content: false\nclients",
    ),
    "compares the bytes of pages",
  ],
  [
    "of a bond to a host without a NIC",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`, { io: "teaming" }).replace(
      "nics: [{ rate: 1Gbps, vfs: 1 }] }\nclients",
      "nics: [] }\nclients",
    ),
    "expected a NIC for dom0's bridge",
  ],
  [
    "unplugged as PCI Express has it, without anything to unplug",
    scenario(`{ vm: web, to: two, at: 1ms, hotPlug: native, ${LINK} }`),
    'expected acpi, because "web" has io: renic and nothing to unplug, got native',
  ],
  [
    "of a bond that is protected",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`, {
      io: "teaming",
      protect: `protect: [{ vm: web, to: two, interval: 25ms, ${LINK} }]`,
    }),
    'expected a VM with io: renic, paravirtual or emulated, got "web" with io: teaming',
  ],
  [
    "of a driver that takes part, of a VM that is protected",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`, {
      io: "compsc",
      protect: `protect: [{ vm: web, to: two, interval: 25ms, ${LINK} }]`,
    }),
    'expected a VM with io: renic, paravirtual or emulated, got "web" with io: compsc',
  ],
  [
    "of a driver that takes part, to a host without a virtual function",
    scenario(`{ vm: web, to: two, at: 1ms, ${LINK} }`, { io: "compsc" }).replace(
      "nics: [{ rate: 1Gbps, vfs: 1 }] }\nclients",
      "nics: [] }\nclients",
    ),
    'expected at least 1 vfs, one each for migrated VM "web", got 0',
  ],
  [
    "with a downtime that its policy does not have",
    scenario(`{ vm: web, to: two, at: 1ms, downtime: 10ms, ${LINK} }`),
    "only the policies",
  ],
])("%s, refused with the reason", (_, text, reason) => {
  expect(problemsOf(text)).toContain(reason);
});

it("to a host whose VM leaves, nothing is said: only a run knows whether it has left by then", () => {
  const moves = `{ vm: web, to: two, at: 100ms, ${LINK} }, { vm: other, to: one, at: 50ms, ${LINK} }`;
  const tight = scenario(moves).replaceAll(/name: (one|two), /g, "name: $1, memory: 6MiB, ");
  expect(problemsOf(tight)).toBe("");
});

it("a host with less memory than its VMs, refused with the sum", () => {
  const text = scenario("").replace("name: two, ", "name: two, memory: 3MiB, ");
  expect(problemsOf(text)).toContain('expected at least 4MiB, for VM "other" with 4MiB, got 3MiB');
});

it("cut of a VM that moves, allowed; given up, refused, because it has no backup", () => {
  const moving = scenario(`{ vm: web, to: two, at: 100ms, ${LINK} }`);
  expect(problemsOf(`${moving}protect: []\nevents: [{ at: 1ms, cut: web }, { at: 2ms, mend: web }]`)).toBe("");
  expect(problemsOf(`${moving}protect: []\nevents: [{ at: 1ms, abandon: web }]`)).toContain("a VM that protect names");
  expect(problemsOf(`${moving}protect: []\nevents: [{ at: 1ms, cut: other }]`)).toContain(
    "a VM that protect or migrations name",
  );
});
