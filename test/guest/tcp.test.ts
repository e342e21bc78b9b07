/** TCP in a guest: the stack behind the driver, what it costs, and what a checkpoint has of it. */
import { describe, expect, it } from "vitest";
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import {
  ACTIVITY_APPLICATION,
  ACTIVITY_COPY,
  ACTIVITY_COUNT,
  ACTIVITY_STACK,
  LIMIT_MERGED_SEGMENTS,
} from "../../assembly/layout/cost";
import { MERGES_SEGMENTS } from "../../assembly/layout/tcp";
import { bootGuest } from "../../src/device/port-driver";
import { FrameConservationJudge } from "../checker/frame-conservation";
import { TimeConservationJudge } from "../checker/time-conservation";
import { GuestStack, STACK_GUEST_PAGES } from "../support/guest-stack";
import { ALL_OPTIONS, Machine, setFaults } from "../support/machines";
import { Network } from "../support/network";
import { NOW } from "../support/now";
import { runTo, runToStop } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

const PORT = 80;
const MS = 1_000_000;
const MIB = 1024 ** 2;
const SWITCH = 0;

interface SceneOptions {
  readonly module: WebAssembly.Module;
  readonly options?: number;
  readonly mergedSegments?: number;
  readonly loss?: number;
}

/** A guest on a 10 Gb/s port and an external machine, 50 us apart. */
function createScene({ module, options, mergedSegments, loss }: SceneOptions) {
  const world = createSmallWorld({ module, chunkCount: 64, arenaBytes: 40 * MIB });
  const { plane } = world;
  if (mergedSegments !== undefined) plane.setCost(LIMIT_MERGED_SEGMENTS, mergedSegments);
  const network = new Network(world);
  const server = network.addServer({ pageCount: STACK_GUEST_PAGES });
  const guest = new GuestStack(world, server, options);
  const machine = new Machine(world, 0, { connectionCount: 8 });
  const wire = plane.connectMachine(machine.index, SWITCH, 10e9, 50_000, 524_288);
  if (loss) for (const number of [wire, wire + 1]) setFaults(world, number, { loss });
  bootGuest(world, server.guest);
  return { world, plane, network, server, guest, machine, vcpu: plane.vcpuOf(server.guest) };
}

type Scene = ReturnType<typeof createScene>;

/** Runs to a time under both judges of conservation, and returns what they found. */
function judge({ world, plane, server, vcpu }: Scene, ns: number): string[] {
  const frames = new FrameConservationJudge();
  const time = new TimeConservationJudge();
  const records = runTo(world, ns);
  plane.closeStretches();
  const all = [...records, ...world.takeTrace()];
  frames.take(all);
  time.take(all);
  let cycles = 0;
  for (let activity = 0; activity < ACTIVITY_COUNT; activity++) cycles += plane.chargedCycles(vcpu, activity);
  const accounts = [{ cycles, cyclePs: [400, 1] as const, owedPs: plane.vcpuOwedPs(vcpu) }];
  const processors = [{ busyPs: plane.busyPs(server.processor), idlePs: plane.idlePs(server.processor) }];
  return [...frames.verdict(4096).faults, ...time.verdict(world.nowNs() * 1000, accounts, processors).faults];
}

describe.each(BUILDS)("a guest's TCP, $name build", ({ module }) => {
  it.each([0, 0.01])("a stream to it and one from it, loss %d, every byte once and in order", (loss) => {
    const scene = createScene({ module, loss });
    const { guest, machine } = scene;
    const [atGuest, atMachine] = [guest.addSink(PORT), machine.addSink(PORT)];
    const [toGuest, toMachine] = [machine.addSource(guest, PORT, MIB), guest.addSource(machine, PORT, MIB)];
    machine.start(toGuest);
    guest.start(toMachine);
    expect(judge(scene, 20_000 * MS)).toEqual([]);
    expect(guest.work(atGuest)).toMatchObject({ doneBytes: MIB, wrong: 0, finished: 1, failed: 0 });
    expect(machine.work(atMachine)).toMatchObject({ doneBytes: MIB, wrong: 0, finished: 1, failed: 0 });
  });

  it("requests of eight connections, answered, charged turn by turn", () => {
    const scene = createScene({ module });
    const { plane, guest, machine, vcpu } = scene;
    plane.addTcpResponder(guest.index, PORT, 128, 4096, guest.pageBehind, 8, 2);
    const [low, high] = guest.mac;
    const work = plane.addTcpRequester(machine.index, low, high, guest.ip, PORT, 8, 400, 128, 4096, 0, 0);
    machine.start(work);
    expect(judge(scene, 500 * MS)).toEqual([]);
    expect(machine.work(work)).toMatchObject({ transactions: 400, wrong: 0, failed: 0 });
    expect(plane.chargedCycles(vcpu, ACTIVITY_APPLICATION)).toBe(400 * 10_000);
    const { copiedBytes } = guest.tallies();
    expect(copiedBytes).toBe(400 * (128 + 4096));
    const perByte = NOW.copyUser / 1000;
    // Rounded down in each burst.
    expect(plane.chargedCycles(vcpu, ACTIVITY_COPY)).toBeLessThanOrEqual(copiedBytes * perByte);
    expect(plane.chargedCycles(vcpu, ACTIVITY_COPY)).toBeGreaterThan(copiedBytes * perByte - 4000);
  });

  it("a stream to it, segment by segment or merged, costs as the tallies say", () => {
    const stackCycles = [1, 8].map((mergedSegments) => {
      const scene = createScene({ module, mergedSegments, options: ALL_OPTIONS | MERGES_SEGMENTS });
      const { plane, guest, machine, vcpu } = scene;
      guest.addSink(PORT);
      machine.start(machine.addSource(guest, PORT, 4 * MIB));
      expect(judge(scene, 1000 * MS)).toEqual([]);
      const { receivedData, receivedAcks, sentAcks } = guest.tallies();
      const charged = plane.chargedCycles(vcpu, ACTIVITY_STACK);
      const acks = (receivedAcks + sentAcks) * NOW.tcpAck;
      return { receivedData, sentAcks, perSegment: (charged - acks) / receivedData };
    });
    // One acknowledgment for two segments (RFC 5681 section 4.2), however many a poll brings; for a merged packet one.
    const [single, merged] = stackCycles.map(({ receivedData, sentAcks }) => receivedData / sentAcks);
    expect(single).toBeGreaterThan(1.8);
    expect(single).toBeLessThan(2.2);
    expect(merged).toBeGreaterThan(2.4);
    expect(merged).toBeLessThanOrEqual(8.2);
    expect(stackCycles[0]?.perSegment).toBe(NOW.tcpReceiveSegment);
    // Segments arrive in bursts of a window, and are merged by up to eight.
    expect(stackCycles[1]?.perSegment).toBeLessThan(NOW.tcpReceiveSegment / 2);
    expect(stackCycles[1]?.perSegment).toBeGreaterThanOrEqual(NOW.tcpReceiveSegment / 8);
  });

  it("a frame of another kind before a SYN in one poll, both taken", () => {
    const { world, plane, network, server, guest, machine } = createScene({ module });
    const other = network.addServer();
    bootGuest(world, other.guest);
    const work = guest.addSink(PORT);
    machine.start(machine.addSource(guest, PORT, 10_000));
    // The first announcement interrupts, the second one and the SYN, which takes 50 us, wait out the interval.
    runTo(world, 20_000);
    plane.announce(other.vf);
    runTo(world, 45_000);
    plane.announce(other.vf);
    runTo(world, 20 * MS);
    expect(plane.vcpuFlags(server.guest)).toBe(0);
    // A SYN that was lost would come again after a second.
    expect(guest.work(work)).toMatchObject({ doneBytes: 10_000, wrong: 0 });
  });

  it("suspended in the middle of a transfer and resumed, ends it, and every page it changed was marked", () => {
    const { world, plane, server, guest, machine } = createScene({ module });
    const work = guest.addSink(PORT);
    machine.start(machine.addSource(guest, PORT, MIB));
    runTo(world, MS);
    const before = world.exportMemory(server.guest);
    plane.startLogging(server.guest, 0);
    plane.armDmaLog(server.vf);
    runTo(world, 2 * MS);
    if (!plane.suspendGuest(server.guest)) runToStop(world, 3 * MS);
    expect(plane.guestState(server.guest)).toBe(GUEST_SUSPENDED);
    plane.collectDmaLog(server.vf);
    const changed = [...world.exportMemory(server.guest)].filter(([page, bytes]) => {
      return Buffer.compare(bytes, before.get(page) ?? new Uint8Array(bytes.length)) !== 0;
    });
    expect(changed.length).toBeGreaterThan(20);
    const unmarked = changed.map(([page]) => page).filter((page) => !plane.isPageDirty(server.guest, page));
    expect(unmarked).toEqual([]);
    runTo(world, 50 * MS);
    plane.resumeGuest(server.guest);
    runTo(world, 3000 * MS);
    expect(guest.work(work)).toMatchObject({ doneBytes: MIB, wrong: 0, finished: 1 });
  });
});
