/** Protections that may follow another: written both ways, and those that can never be are refused at their place. */
import { describe, expect, it } from "vitest";
import { formatScenario } from "../../src/config/format";
import { parseScenario } from "../../src/config/parse";
import { changed, problemsIn } from "./failover-text";

const THIRD = "  - { name: third, cores: 8, clock: 2.6GHz, nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }] }\n";

function withAgain(again: string, ...changes: readonly (readonly [string, string])[]): string {
  return changed(["clients:", `${THIRD}clients:`], ["timeout: 1s }", `timeout: 1s, again: ${again} }`], ...changes);
}

describe("protections that follow", () => {
  it("read, with a second each unless they say otherwise, and written again", () => {
    const scenario = parseScenario(withAgain("[{ to: third, after: 100ms }]"), "a.yaml");
    expect(scenario.protect[0]?.again).toEqual([{ to: "third", afterNs: 100_000_000 }]);
    expect(parseScenario(formatScenario(scenario), "b.yaml")).toEqual(scenario);
    expect(parseScenario(withAgain("[{ to: third }]"), "a.yaml").protect[0]?.again[0]?.afterNs).toBe(1_000_000_000);
  });

  it.each([
    [
      "a host that there is not",
      "[{ to: thrid }]",
      'again.0.to: expected the name of a host ("primary", "backup", "third"), got "thrid"; did you mean "third"?',
    ],
    [
      "the machine's own host",
      "[{ to: primary }]",
      'again.0.to: expected a host without a copy of "web", got "primary", on which it starts',
    ],
    [
      "the backup's host",
      "[{ to: backup }]",
      'again.0.to: expected a host without a copy of "web", got "backup", which is at protect.0.to already',
    ],
    [
      "a host twice",
      "[{ to: third }, { to: third }]",
      'again.1.to: expected a host without a copy of "web", got "third", which is at protect.0.again.0.to already',
    ],
    ["later than the run", "[{ to: third, after: 9s }]", "again.0.after: expected a time within the run of 8s, got 9s"],
    ["no time", "[{ to: third, after: 1 }]", "again.0.after: expected a duration"],
    ["a key that there is not", "[{ host: third }]", "again.0.host: unknown key"],
    ["no list", "{ to: third }", "again: expected a list of protections anew"],
  ])("%s, refused with what would be right", (_, again, problem) => {
    expect(problemsIn(withAgain(again)).join("\n")).toContain(`protect.0.${problem}`);
  });

  it("a host once more, where an event repairs it", () => {
    const repaired = changed(
      ["timeout: 1s }", "timeout: 1s, again: [{ to: primary }] }"],
      ["fail: primary }", "fail: primary }\n  - { at: 5s, repair: primary }"],
    );
    const scenario = parseScenario(repaired, "a.yaml");
    expect(scenario.events).toEqual([
      { atNs: 4_000_000_000, fail: "primary" },
      { atNs: 5_000_000_000, repair: "primary" },
    ]);
    expect(parseScenario(formatScenario(scenario), "b.yaml")).toEqual(scenario);
    // Its own VM, and dom0, are not there any more.
    const small = repaired.replace("primary, cores: 8", "primary, cores: 2").replace("vfs: 7", "vfs: 1");
    expect(problemsIn(small)).toEqual([]);
    expect(
      problemsIn(repaired.replace("again: [{ to: primary }]", "again: [{ to: primary }, { to: primary }]")),
    ).toEqual([
      expect.stringContaining(
        'again.1.to: expected a host without a copy of "web", got "primary", on which it starts; name another host, or have an event repair this one',
      ),
    ]);
  });

  it.each([
    [
      "that never failed",
      "repair: backup",
      'events.1.repair: expected a host that is down by then, got "backup"; let it fail before',
    ],
    [
      "twice",
      "repair: primary }\n  - { at: 6s, repair: primary",
      "events.2.repair: expected a host that is down by then",
    ],
    [
      "that fails later",
      "repair: backup }\n  - { at: 6s, fail: backup",
      "events.1.repair: expected a host that is down by then",
    ],
    ["that there is not", "repair: prim", "events.1.repair: expected the name of a host"],
    [
      "which fails again before",
      "repair: primary }\n  - { at: 4500ms, fail: primary",
      'events.2.fail: expected a host that still runs, got "primary", which is at events.0.fail already',
    ],
  ])("repair of a host %s, refused", (_, event, problem) => {
    expect(problemsIn(changed(["fail: primary }", `fail: primary }\n  - { at: 5s, ${event} }`])).join("\n")).toContain(
      problem,
    );
  });

  it("failed, repaired, failed again, no problem", () => {
    const events = "fail: primary }\n  - { at: 6s, fail: primary }\n  - { at: 5s, repair: primary }";
    expect(problemsIn(changed(["fail: primary }", events]))).toEqual([]);
  });

  it("a host without room for the next backup, refused with who needs what", () => {
    const small = [THIRD, THIRD.replace("cores: 8", "cores: 1").replace("vfs: 7", "vfs: 1")] as const;
    expect(problemsIn(withAgain("[{ to: third }]", small))).toEqual([
      'failover.yaml:7:27: hosts.2.cores: expected at least 2, one for each vCPU of dom0, next backup of "web", got 1',
    ]);
    const none = [THIRD, THIRD.replace("nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }]", "nics: []")] as const;
    expect(problemsIn(withAgain("[{ to: third }]", none))).toEqual([
      'failover.yaml:7:51: hosts.2.nics: expected at least 1 vfs, one each for next backup of "web", got 0; add a NIC',
    ]);
  });

  it("a host without memory for the next backup, in the life that it is for, refused", () => {
    const small = [THIRD, THIRD.replace("cores: 8", "cores: 8, memory: 63MiB")] as const;
    expect(problemsIn(withAgain("[{ to: third }]", small)).join()).toContain(
      'hosts.2.memory: expected at least 64MiB, for next backup of "web" with 64MiB, got 63MiB',
    );
    const repaired = ["fail: primary }", "fail: primary }\n  - { at: 5s, repair: primary }"] as const;
    const twice = ["name: primary, cores: 8", "name: primary, memory: 64MiB, cores: 8"] as const;
    expect(problemsIn(withAgain("[{ to: primary }]", repaired, twice))).toEqual([]);
  });

  it("more memory than the simulator has for three copies, refused", () => {
    const problems = problemsIn(withAgain("[{ to: third }]", ["memory: 64MiB", "memory: 700MiB"]));
    expect(problems.join()).toContain(
      "each protected or migrated VM counted twice and once more for each protection anew, got 2100MiB",
    );
  });
});
