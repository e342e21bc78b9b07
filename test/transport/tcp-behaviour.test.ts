/** What a stack does beside moving between states: timers, windows, reports and options, each against a scripted peer. */
import { describe, expect, it } from "vitest";
import { USES_DELAYED_ACK, USES_SACK, USES_TIMESTAMPS, USES_WINDOW_SCALE } from "../../assembly/layout/tcp";
import { ALL_OPTIONS } from "../support/machines";
import { type Answer, PAUSE_NS, ScriptedPeer } from "../support/scripted-peer";
import { ACK, FIN, PSH, RST, SYN } from "../support/tcp-segment";
import { BUILDS } from "../support/wasm-builds";

const PORT = 5001;
const MS = 1e6;
const SECOND = 1e9;
const data = (bytes: number) => new Uint8Array(bytes);
const bytesOf = (answers: readonly Answer[]) => answers.map(({ sequence, payload }) => [sequence, payload.length]);
const gaps = (answers: readonly Answer[]) =>
  answers.slice(1).map(({ atNs }, index) => Math.round((atNs - (answers[index]?.atNs ?? 0)) / (100 * MS)) / 10);

describe.each(BUILDS)("a stack, $name build", ({ module }) => {
  const world = { module };

  function sink(options = ALL_OPTIONS, receiveBytes = 65_536): { peer: ScriptedPeer; work: number } {
    const peer = new ScriptedPeer({ world, stack: { options, receiveBytes } });
    return { peer, work: peer.machine.addSink(PORT) };
  }

  /** A source whose SYN was answered; what it has sent since is to be taken. */
  function source(bytes: number, answer = {}, options = ALL_OPTIONS): { peer: ScriptedPeer; first: Answer[] } {
    const peer = new ScriptedPeer({ world, stack: { options } });
    peer.openSource(bytes);
    const [syn] = peer.taken();
    peer.learn(syn?.fromPort ?? 0, syn?.sequence ?? 0);
    const first = peer.send({ flags: SYN | ACK, sequence: 0, acknowledgment: 1, mss: 1460, ...answer });
    return { peer, first };
  }

  describe("delayed acknowledgments", () => {
    it("one segment, is acknowledged after 40 ms; two full ones, at once", () => {
      const { peer } = sink();
      peer.connect(PORT);
      expect(peer.send({ flags: ACK, sequence: 1, acknowledgment: 1, payload: data(1000) })).toEqual([]);
      const startNs = peer.world.nowNs() - PAUSE_NS;
      const [late] = peer.wait(50 * MS);
      expect(late?.acknowledgment).toBe(1001);
      expect((late?.atNs ?? 0) - startNs).toBeCloseTo(40 * MS, -1);
      peer.send({ flags: ACK, sequence: 1001, acknowledgment: 1, payload: data(1000) });
      const [second] = peer.send({ flags: ACK, sequence: 2001, acknowledgment: 1, payload: data(1000) });
      expect(second?.acknowledgment).toBe(3001);
      expect(peer.wait(100 * MS)).toEqual([]);
    });

    it("switched off, one segment, is acknowledged at once", () => {
      const { peer } = sink(ALL_OPTIONS & ~USES_DELAYED_ACK);
      peer.connect(PORT);
      const [answer] = peer.send({ flags: ACK, sequence: 1, acknowledgment: 1, payload: data(10) });
      expect(answer?.acknowledgment).toBe(11);
    });
  });

  describe("selective acknowledgments", () => {
    it("segments behind gaps, are reported with the latest first, joined where they touch, and no more when filled", () => {
      const { peer } = sink();
      peer.connect(PORT, { sackPermitted: true });
      const come = (sequence: number) =>
        peer.send({ flags: ACK, sequence, acknowledgment: 1, payload: data(100) }).at(-1);
      expect(come(201)?.sack).toEqual([[201, 301]]);
      expect(come(401)?.sack).toEqual([
        [401, 501],
        [201, 301],
      ]);
      expect(come(601)?.sack).toEqual([
        [601, 701],
        [401, 501],
        [201, 301],
      ]);
      expect(come(301)).toMatchObject({
        acknowledgment: 1,
        sack: [
          [201, 501],
          [601, 701],
        ],
      });
      expect(come(101)).toMatchObject({
        acknowledgment: 1,
        sack: [
          [101, 501],
          [601, 701],
        ],
      });
      expect(come(1)).toMatchObject({ acknowledgment: 501, sack: [[601, 701]] });
      expect(come(501)).toMatchObject({ acknowledgment: 701 });
      expect(come(501)?.sack).toBeUndefined();
      expect(peer.machine.connection()).toMatchObject({ receivedBytes: 700, outOfOrder: 5 });
    });

    it("beside timestamps, five ranges, reports three; a peer that does not take reports, gets none", () => {
      const { peer } = sink();
      peer.connect(PORT, { sackPermitted: true, timestamp: 1 });
      const segment = { flags: ACK, acknowledgment: 1, timestamp: 2, payload: data(10) };
      const all = [101, 201, 301, 401, 501].flatMap((sequence) => peer.send({ ...segment, sequence }));
      expect(all.at(-1)?.sack).toEqual([
        [501, 511],
        [401, 411],
        [301, 311],
      ]);
      const other = sink();
      other.peer.connect(PORT);
      const [answer] = other.peer.send({ flags: ACK, sequence: 101, acknowledgment: 1, payload: data(10) });
      expect([answer?.acknowledgment, answer?.sack]).toEqual([1, undefined]);
    });

    it("three segments reported behind a lost one, sends that one again at once and keeps half of its window", () => {
      const { peer, first } = source(14_600, { sackPermitted: true });
      expect(first.filter(({ payload }) => payload.length)).toHaveLength(10);
      const report = (end: number) =>
        peer.send({ flags: ACK, sequence: 1, acknowledgment: 1, sack: [[1461, end]] }).filter((a) => a.payload.length);
      expect(report(2921)).toEqual([]);
      expect(report(4381)).toEqual([]);
      expect(bytesOf(report(5841))).toEqual([[1, 1460]]);
      expect(peer.machine.connection()).toMatchObject({ fastRetransmits: 1, window: 7300, timeouts: 0 });
      peer.send({ flags: ACK, sequence: 1, acknowledgment: 14_601 });
      expect(peer.machine.connection().window).toBe(7300);
    });

    it("without reports, three duplicates, sends again, and for a partial acknowledgment the next one", () => {
      const { peer } = source(14_599, {}, ALL_OPTIONS & ~USES_SACK);
      const repeat = (acknowledgment: number) => bytesOf(peer.send({ flags: ACK, sequence: 1, acknowledgment }));
      expect(repeat(1)).toEqual([]);
      expect(repeat(1)).toEqual([]);
      expect(repeat(1)).toEqual([[1, 1460]]);
      expect(repeat(2921)).toEqual([[2921, 1460]]);
      expect(peer.machine.connection()).toMatchObject({ fastRetransmits: 2, duplicateAcks: 3 });
    });
  });

  describe("time-outs", () => {
    it("a peer that is dead, sends the segment again at doubling distances and gives up after the limit", () => {
      const { peer, first } = source(100);
      peer.world.plane.setTcpLimits(peer.machine.index, SECOND, 2, 5);
      const again = [...first, ...peer.wait(100 * SECOND)].filter(({ payload }) => payload.length);
      expect(gaps(again)).toEqual([0.2, 0.4, 0.8, 1.6, 3.2]);
      expect(peer.machine.connection()).toMatchObject({ end: "timed-out", timeouts: 5, timedRetransmits: 5 });
      expect(peer.machine.work()).toMatchObject({ failed: 1, finished: 0 });
    });

    it("a SYN without an answer, is sent after 1, 2 and 4 s, then given up", () => {
      const peer = new ScriptedPeer({ world });
      peer.world.plane.setTcpLimits(peer.machine.index, SECOND, 3, 5);
      peer.openSource(100);
      const syns = [...peer.taken(), ...peer.wait(60 * SECOND)];
      expect(syns.map(({ flags }) => flags)).toEqual([SYN, SYN, SYN, SYN]);
      expect(gaps(syns)).toEqual([1, 2, 4]);
      expect(peer.machine.connection().end).toBe("timed-out");
    });

    it("after a SYN was lost, begins with one segment and a time-out of 3 s", () => {
      const peer = new ScriptedPeer({ world });
      peer.openSource(10_000);
      const [, again] = [...peer.taken(), ...peer.wait(1.5 * SECOND)];
      peer.learn(again?.fromPort ?? 0, again?.sequence ?? 0);
      const first = peer.send({ flags: SYN | ACK, sequence: 0, acknowledgment: 1, mss: 1460 });
      expect(bytesOf(first.filter(({ payload }) => payload.length))).toEqual([[1, 1460]]);
      expect(peer.machine.connection()).toMatchObject({ timeoutNs: 3 * SECOND, smoothedNs: 0, timeouts: 1 });
    });
  });

  describe("a window that is shut", () => {
    it("bytes to send, asks with a byte at doubling distances, and goes on when it opens", () => {
      const { peer, first } = source(5000, { window: 1000 });
      expect(bytesOf(first.filter(({ payload }) => payload.length))).toEqual([[1, 1000]]);
      peer.send({ flags: ACK, sequence: 1, acknowledgment: 1001, window: 0 });
      const probes: Answer[] = [];
      for (let round = 0; round < 40; round++) {
        const some = peer.wait(100 * MS).filter(({ payload }) => payload.length);
        probes.push(...some);
        if (some.length) peer.send({ flags: ACK, sequence: 1, acknowledgment: 1001, window: 0 });
      }
      expect(bytesOf(probes)).toEqual([
        [1001, 1],
        [1001, 1],
        [1001, 1],
        [1001, 1],
      ]);
      expect(gaps(probes)).toEqual([0.4, 0.8, 1.6]);
      const on = peer.send({ flags: ACK, sequence: 1, acknowledgment: 1001, window: 60_000 });
      expect(bytesOf(on)).toEqual([
        [1001, 1460],
        [2461, 1460],
        [3921, 1080],
      ]);
      expect(peer.machine.connection()).toMatchObject({ timedRetransmits: 0, probes: 4, timeouts: 0 });
    });

    it("a reader that pauses, shuts it, refuses a probe's byte, and says so when it has read", () => {
      const { peer, work } = sink(ALL_OPTIONS & ~USES_WINDOW_SCALE);
      peer.connect(PORT);
      peer.machine.pause(work, true);
      let last: Answer | undefined;
      for (let sequence = 1; sequence < 65_535; sequence += 1285) {
        last = peer.send({ flags: ACK, sequence, acknowledgment: 1, payload: data(1285) }).at(-1) ?? last;
      }
      expect(peer.wait(50 * MS).at(-1) ?? last).toMatchObject({ acknowledgment: 65_536, window: 0 });
      const [refusal] = peer.send({ flags: ACK, sequence: 65_536, acknowledgment: 1, payload: data(1) });
      expect(refusal).toMatchObject({ acknowledgment: 65_536, window: 0 });
      peer.machine.pause(work, false);
      expect(peer.wait(1000)).toMatchObject([{ acknowledgment: 65_536, window: 65_535 }]);
      expect(peer.machine.work(work).doneBytes).toBe(65_535);
    });

    it("of a megabyte, is offered in full by the shift that both agreed on", () => {
      const { peer } = sink(ALL_OPTIONS, 2 ** 20);
      const answer = peer.connect(PORT, { shift: 3, window: 1000 });
      expect([answer.shift, answer.window]).toEqual([4, 65_535]);
      expect(peer.machine.connection().sendWindow).toBe(8000);
      const [ack] = peer.send({ flags: ACK, sequence: 100, acknowledgment: 1, payload: data(1) });
      expect((ack?.window ?? 0) << 4).toBe(2 ** 20 - 16);
    });

    it("without the peer's shift, is offered as it is", () => {
      const { peer } = sink(ALL_OPTIONS, 2 ** 20);
      const answer = peer.connect(PORT);
      expect(answer.shift).toBeUndefined();
      const [ack] = peer.send({ flags: ACK, sequence: 100, acknowledgment: 1, payload: data(1) });
      expect(ack?.window).toBe(65_535);
    });
  });

  describe("timestamps", () => {
    it("the peer's, come back as echo; one that is older than the last, is refused and acknowledged", () => {
      const { peer } = sink();
      const answer = peer.connect(PORT, { timestamp: 1000 });
      expect(answer.echo).toBe(1000);
      const segment = { flags: ACK, acknowledgment: 1, payload: data(10) };
      peer.send({ ...segment, sequence: 1, timestamp: 1005 });
      expect(peer.wait(50 * MS)).toMatchObject([{ acknowledgment: 11, echo: 1005 }]);
      expect(peer.send({ ...segment, sequence: 11, timestamp: 1004 })).toMatchObject([{ acknowledgment: 11 }]);
      expect(peer.machine.connection()).toMatchObject({ stale: 1, receivedBytes: 10 });
      peer.send({ ...segment, sequence: 11, timestamp: 1005 });
      expect(peer.machine.connection().receivedBytes).toBe(20);
    });

    it("that pass the end of their 32 bits, are newer", () => {
      const { peer } = sink();
      peer.connect(PORT, { timestamp: 0xffff_fff0 });
      const segment = { flags: ACK, sequence: 1, acknowledgment: 1, payload: data(10) };
      peer.send({ ...segment, timestamp: 5 });
      expect(peer.machine.connection()).toMatchObject({ stale: 0, receivedBytes: 10 });
    });

    it("older by more than 24 days of silence, are no measure", () => {
      const { peer } = sink(USES_TIMESTAMPS);
      peer.connect(PORT, { timestamp: 1000 });
      peer.wait(25 * 86_400 * SECOND);
      peer.send({ flags: ACK, sequence: 1, acknowledgment: 1, timestamp: 5, payload: data(10) });
      expect(peer.machine.connection()).toMatchObject({ stale: 0, receivedBytes: 10 });
    });
  });

  describe("small segments", () => {
    /** A requester that asks with 100 bytes while an earlier request is unacknowledged. */
    function twoRequests(options: number): Answer[] {
      const peer = new ScriptedPeer({ world, stack: { options } });
      const { plane } = peer.world;
      plane.addTcpResponder(peer.machine.index, PORT, 10, 100, 0, 0, 0);
      peer.connect(PORT);
      const ask = (sequence: number) => peer.send({ flags: ACK | PSH, sequence, acknowledgment: 1, payload: data(10) });
      return [...ask(1), ...ask(11)].filter(({ payload }) => payload.length);
    }

    it("an answer while another is unacknowledged, waits with Nagle and goes without", () => {
      expect(bytesOf(twoRequests(ALL_OPTIONS))).toEqual([[1, 100]]);
      expect(bytesOf(twoRequests(0))).toEqual([
        [1, 100],
        [101, 100],
      ]);
    });
  });

  it("the first window, is ten segments; each acknowledgment lets one more go than it acknowledges", () => {
    const { peer, first } = source(100_000);
    expect(first.filter(({ payload }) => payload.length)).toHaveLength(10);
    const more = peer.send({ flags: ACK, sequence: 1, acknowledgment: 1461 });
    expect(bytesOf(more)).toEqual([
      [14_601, 1460],
      [16_061, 1460],
    ]);
  });

  it("a FIN, comes with the last bytes, and a byte behind it is not taken", () => {
    const { peer, first } = source(100);
    expect(first.at(-1)).toMatchObject({ flags: ACK | PSH | FIN, sequence: 1 });
    peer.send({ flags: ACK | FIN, sequence: 1, acknowledgment: 102 });
    peer.send({ flags: ACK, sequence: 2, acknowledgment: 102, payload: data(5) });
    expect(peer.machine.connection()).toMatchObject({ state: "TIME-WAIT", receivedBytes: 0 });
  });

  it("options that lie about their length, are passed over and trap nothing", () => {
    const { peer } = sink();
    peer.connect(PORT);
    expect(peer.send({ flags: RST, sequence: 1, sack: [] })).toEqual([]);
    expect(peer.machine.connection().end).toBe("reset");
  });
});
