/** Several segments at once: what a guest hands its NIC as one packet is cut behind it, and what comes may be merged. */
import { describe, expect, it } from "vitest";
import { CAPTURE_MACHINE } from "../../assembly/layout/capture";
import {
  ACTIVITY_BACKEND,
  ACTIVITY_BRIDGE,
  ACTIVITY_DRIVER,
  ACTIVITY_GRANT,
  ACTIVITY_STACK,
  LIMIT_MERGED_SEGMENTS,
  LIMIT_SENT_SEGMENTS,
} from "../../assembly/layout/cost";
import { DOM0_RECEIVED, GRANT_TX_FIRST, VIF_FROM_GUEST, VIF_TO_GUEST } from "../../assembly/layout/paravirtual";
import { CUTS_SEGMENTS, MERGES_SEGMENTS } from "../../assembly/layout/tcp";
import { Dom0Scene } from "../support/dom0-scene";
import { GuestStack, STACK_GUEST_PAGES } from "../support/guest-stack";
import { ALL_OPTIONS, Machine, setFaults } from "../support/machines";
import { NOW } from "../support/now";
import { SharedRings } from "../support/shared-rings";
import { CHECKSUM_GOOD, dissect, IS_TSHARK_MISSING } from "../support/tshark";
import { BUILDS } from "../support/wasm-builds";

const PORT = 40_000;
const MS = 1_000_000;
const MIB = 1024 ** 2;
const BYTES = 2 * MIB;
const FRAME_BYTES_MAX = 1514;

interface SceneOptions {
  /** Options of each guest's stack, beside all others. */
  readonly options?: number;
  readonly loss?: number;
}

/** A guest with a virtual function, a paravirtual one and a neighbour of it, and an external machine that is tapped. */
function createScene(module: WebAssembly.Module, { options = 0, loss = 0 }: SceneOptions = {}) {
  const scene = new Dom0Scene(module, { chunkCount: 224, slotCount: 8192, arenaBytes: 128 * MIB });
  const { world } = scene;
  const { plane } = world;
  const server = scene.addServer({ vfCount: 2, pageCount: STACK_GUEST_PAGES });
  const dom0 = scene.addDom0(server);
  const front = scene.addFrontGuest(dom0, { pageCount: STACK_GUEST_PAGES });
  const neighbour = scene.addFrontGuest(dom0, { pageCount: STACK_GUEST_PAGES });
  const machine = new Machine(world, 0, { connectionCount: 8 });
  const wire = plane.connectMachine(machine.index, 0, 10e9, 20_000, 524_288);
  plane.tapMachine(machine.index);
  if (loss) for (const each of [wire, wire + 1]) setFaults(world, each, { loss });
  const stacks = {
    vf: new GuestStack(world, server, ALL_OPTIONS | options),
    paravirtual: new GuestStack(world, front, ALL_OPTIONS | options, front.ip),
    neighbour: new GuestStack(world, neighbour, ALL_OPTIONS | options, neighbour.ip),
  };
  scene.boot(front, neighbour);
  scene.bootServer(server);
  const vcpuOf = { vf: plane.vcpuOf(server.guest), paravirtual: plane.vcpuOf(front.guest), dom0: dom0.vcpu };
  const charged = (domain: keyof typeof vcpuOf, activity: number) => plane.chargedCycles(vcpuOf[domain], activity);
  const seen = () => world.takeCapture().filter(({ client }) => client === CAPTURE_MACHINE + machine.index);
  return { scene, world, plane, server, dom0, front, neighbour, machine, stacks, charged, seen };
}

/** Has a stack stream to another, which ends with every byte right. */
function stream(
  { scene }: ReturnType<typeof createScene>,
  from: GuestStack | Machine,
  to: GuestStack | Machine,
  ns: number,
) {
  const sink = to.addSink(PORT);
  from.start(from.addSource(to, PORT, BYTES));
  scene.runTo(ns);
  expect(to.work(sink)).toMatchObject({ doneBytes: BYTES, wrong: 0, finished: 1, failed: 0 });
}

describe.each(BUILDS)("a guest that hands its NIC several segments at once, $name build", ({ module }) => {
  it.each(["vf", "paravirtual"] as const)("over %s, frames of a segment each, and less to do for the driver", (io) => {
    const cycles = [0, CUTS_SEGMENTS].map((options) => {
      const made = createScene(module, { options });
      const { scene, machine, stacks, charged, seen } = made;
      stream(made, stacks[io], machine, 100 * MS);
      const frames = seen().filter(({ bytes }) => bytes.length > 100);
      expect(frames.length).toBe(stacks[io].tallies().sentData);
      expect(Math.max(...frames.map(({ bytes }) => bytes.length))).toBe(FRAME_BYTES_MAX);
      const found = {
        // Acknowledgments come one by one, whatever is sent.
        driver: charged(io, ACTIVITY_DRIVER),
        stackPerSegment: charged(io, ACTIVITY_STACK) / frames.length,
        backend: charged("dom0", ACTIVITY_BACKEND),
        bridge: charged("dom0", ACTIVITY_BRIDGE),
        dom0Driver: charged("dom0", ACTIVITY_DRIVER),
      };
      expect(scene.faults()).toEqual([]);
      return found;
    });
    const [whole, long] = cycles;
    if (!whole || !long) throw new Error("both were run");
    expect(long.driver).toBeLessThan(whole.driver * 0.7);
    // A segment's cycles are those of a stack that is offloaded, in either case.
    expect(Math.abs(long.stackPerSegment / whole.stackPerSegment - 1)).toBeLessThan(0.5);
    if (io === "vf") return;
    expect(long.backend).toBeLessThan(whole.backend * 0.9);
    expect(long.bridge).toBeLessThan(whole.bridge * 0.8);
    expect(long.dom0Driver).toBeLessThan(whole.dom0Driver * 0.8);
  });

  it("over a paravirtual NIC, every page is granted and charged, and every grant taken back", () => {
    const made = createScene(module, { options: CUTS_SEGMENTS });
    const { scene, world, machine, stacks, front, charged } = made;
    stream(made, stacks.paravirtual, machine, 100 * MS);
    // A page or less each; nothing that is received is charged for pages.
    const mapped = charged("dom0", ACTIVITY_GRANT) - copyCycles(scene.count(front, VIF_TO_GUEST));
    expect(mapped).toBeGreaterThan((BYTES / 4096) * NOW.grantMapPage);
    const rings = new SharedRings(world, front.guest);
    expect(rings.grantedCount(GRANT_TX_FIRST)).toBe(0);
    expect(rings.openRequests()[0]).toBe(0);
    expect(scene.count(front, VIF_FROM_GUEST)).toBeGreaterThan(BYTES / 1448);
    expect(scene.faults()).toEqual([]);
  });

  it.each(["vf", "paravirtual"] as const)("over %s, with frames lost, every byte once and in order", (io) => {
    const made = createScene(module, { options: CUTS_SEGMENTS, loss: 0.01 });
    stream(made, made.stacks[io], made.machine, 20_000 * MS);
    expect(made.scene.faults()).toEqual([]);
  });

  it("to a neighbour on the bridge, which gets whole segments", () => {
    const cycles = [0, CUTS_SEGMENTS].map((options) => {
      const made = createScene(module, { options });
      stream(made, made.stacks.paravirtual, made.stacks.neighbour, 100 * MS);
      expect(made.stacks.neighbour.tallies().bad).toBe(0);
      expect(made.scene.faults()).toEqual([]);
      return made.charged("dom0", ACTIVITY_BACKEND);
    });
    expect(cycles[1]).toBeLessThan((cycles[0] ?? 0) * 0.8);
  });

  it("a limit of one segment, hands over nothing to be cut", () => {
    const [one, none] = [CUTS_SEGMENTS, 0].map((options) => {
      const made = createScene(module, { options });
      made.plane.setCost(LIMIT_SENT_SEGMENTS, 1);
      stream(made, made.stacks.vf, made.machine, 100 * MS);
      return made.charged("vf", ACTIVITY_DRIVER);
    });
    expect(one).toBe(none);
  });

  it.skipIf(IS_TSHARK_MISSING).each(["vf", "paravirtual"] as const)(
    "over %s, tshark finds good sums, and nothing sent again",
    (io) => {
      const made = createScene(module, { options: CUTS_SEGMENTS });
      stream(made, made.stacks[io], made.machine, 100 * MS);
      const frames = made.seen().map(({ bytes, timePs }) => ({ bytes, timeNs: timePs / 1000 }));
      frames.sort((a, b) => a.timeNs - b.timeNs);
      const fields = [
        "_ws.malformed",
        "ip.proto",
        "ip.checksum.status",
        "tcp.checksum.status",
        "tcp.analysis.retransmission",
      ];
      const segments = dissect(frames, fields, true).filter((field) => field("ip.proto") === "6");
      expect(segments.length).toBeGreaterThan(BYTES / 1448);
      const kinds = new Set(segments.map((field) => fields.map(field).join()));
      expect([...kinds]).toEqual([`,6,${CHECKSUM_GOOD},${CHECKSUM_GOOD},`]);
    },
  );
});

/** What bare acknowledgments to a guest cost to be copied, rounded down in each burst: at most. */
function copyCycles(frameCount: number): number {
  return (frameCount * 86 * NOW.grantCopy) / 1000;
}

describe.each(BUILDS)("segments that dom0 receives one behind the other, $name build", ({ module }) => {
  it.each([0, MERGES_SEGMENTS])("merged, bridged and copied as one packet; options %i of the guest", (options) => {
    const runs = [1, 8].map((countMax) => {
      const made = createScene(module, { options });
      const { scene, plane, dom0, front, machine, stacks, charged } = made;
      plane.setCost(LIMIT_MERGED_SEGMENTS, 8);
      plane.setDom0Merging(dom0.port, countMax);
      stream(made, machine, stacks.paravirtual, 100 * MS);
      expect(scene.faults()).toEqual([]);
      // Each acknowledgment is a packet of its own on its way out.
      const bridged = charged("dom0", ACTIVITY_BRIDGE) / NOW.bridgeHop - scene.count(front, VIF_FROM_GUEST);
      const received = plane.countOfDom0(dom0.port, DOM0_RECEIVED);
      return { bridged, received, driver: charged("paravirtual", ACTIVITY_DRIVER) };
    });
    const [apart, merged] = runs;
    if (!apart || !merged) throw new Error("both were run");
    expect(apart.bridged).toBe(apart.received);
    expect(merged.bridged).toBeLessThan(merged.received * 0.6);
    expect(merged.bridged).toBeGreaterThanOrEqual(merged.received / 8);
    expect(merged.driver).toBeLessThan(apart.driver);
  });
});
