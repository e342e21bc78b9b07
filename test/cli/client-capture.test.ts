/** The capture of a run's clients: those with TCP under their own names, and no more of a frame than was asked for. */
import { beforeAll, describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import { captureFile } from "../../src/cli/outputs";
import type { RunInput } from "../../src/experiment/input";
import { runScenario } from "../../src/experiment/run";
import { readPcapng } from "../../src/format/pcapng";
import { exampleInput } from "../support/flow-scenario";
import { dissect, IS_TSHARK_MISSING } from "../support/tshark";

const SNAP_BYTES = 96;
const ALL_BYTES = 65_536;

/** 120 ms of an example, in which the second client has begun its stream. */
async function shortInput(): Promise<RunInput> {
  const input = await exampleInput("requests-vf.yaml");
  return { ...input, scenario: { ...input.scenario, durationNs: 120_000_000 } };
}

function captured(input: RunInput) {
  const { outcome, frames } = runJudged(input);
  return { digest: outcome.digest, ...readPcapng(captureFile(outcome.control.clients, frames), "clients.pcapng") };
}

describe("clients with TCP", () => {
  let input: RunInput;
  beforeAll(async () => {
    input = await shortInput();
  });

  it("not asked for, nothing captured", () => {
    expect(captured(input).packets).toEqual([]);
  });

  it("tapped, the same run, each on an interface of its name", () => {
    const { digest, interfaces, packets } = captured({ ...input, snapBytes: SNAP_BYTES });
    expect(digest).toBe(runScenario(input).digest);
    expect(interfaces.map(({ name }) => name)).toEqual(["ann", "ben"]);
    for (const interfaceIndex of [0, 1]) {
      expect(packets.filter((packet) => packet.interfaceIndex === interfaceIndex).length).toBeGreaterThan(500);
    }
  });

  it("tapped with a limit, frames cut there and their lengths told", () => {
    const whole = captured({ ...input, snapBytes: ALL_BYTES }).packets;
    const cut = captured({ ...input, snapBytes: SNAP_BYTES }).packets;
    expect(whole.some(({ bytes }) => bytes.length > 1500)).toBe(true);
    expect(cut.map(({ bytes }) => bytes.length)).toEqual(whole.map(({ bytes }) => Math.min(bytes.length, SNAP_BYTES)));
    expect(cut.map(({ originalBytes }) => originalBytes)).toEqual(whole.map(({ bytes }) => bytes.length));
  });

  it.skipIf(IS_TSHARK_MISSING)("tapped whole, tshark finds every checksum good", () => {
    const { packets } = captured({ ...input, snapBytes: ALL_BYTES });
    const sums = ["ip.checksum.status", "tcp.checksum.status", "_ws.malformed"];
    const frames = packets.slice(0, 4000).map(({ bytes }) => ({ bytes, timeNs: 0 }));
    const seen = new Set(dissect(frames, [...sums, "tcp.port"]).map((field) => sums.map(field).join("/")));
    expect([...seen]).toEqual(["1/1/"]);
  });
});
