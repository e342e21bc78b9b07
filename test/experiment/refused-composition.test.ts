/** Scenarios that parse and still do not fit a world: refused before anything is made, in the name of their file. */
import { describe, expect, it } from "vitest";
import { compose } from "../../src/experiment/compose";
import { smallInput, withScenario } from "../support/failover-scenario";

describe("compose", () => {
  it("more clients than the table holds, how many there may be", async () => {
    const input = withScenario(await smallInput(), (scenario) => {
      const clients = Array.from({ length: 65 }, (_, index) => {
        return { name: `client${index}`, link: { rateBitsPerSecond: 1e9, latencyNs: 1000, loss: 0 } };
      });
      return { ...scenario, clients, traffic: [] };
    });
    expect(() => compose({ ...input, source: "many.yaml" })).toThrow(
      "many.yaml: clients: are 65; one world holds at most 64",
    );
  });

  it("a recorded datagram that no frame carries, its length and the limit", async () => {
    const input = await smallInput();
    const exchange = { timeNs: 0, sourcePort: 5000, request: new Uint8Array(40), reply: new Uint8Array(1473) };
    const replays = new Map([["dns.pcapng", [exchange]]]);
    expect(() => compose({ ...input, replays, source: "jumbo.yaml" })).toThrow(
      "jumbo.yaml: vm web: replay: a recorded datagram carries 1473 bytes, and a frame has room for 1472",
    );
  });

  it("more memory than 4 GiB, what is needed", async () => {
    const input = withScenario(await smallInput(), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => ({ ...vm, memoryBytes: 2 * 1024 ** 3 })),
    }));
    expect(() => compose({ ...input, source: "large.yaml" })).toThrow(
      /^large\.yaml: memory: the simulated world needs 6\.\d\d GiB, and 3\.98 GiB can be addressed/,
    );
  });
});
