/** The table of states, row by row: what each segment makes of a connection, and what is answered. */
import { describe, expect, it } from "vitest";
import { ScriptedPeer } from "../support/scripted-peer";
import { ACK, FIN, RST, SYN } from "../support/tcp-segment";
import { BUILDS } from "../support/wasm-builds";

const PORT = 5001;
const SECOND = 1e9;
const data = (bytes: number) => new Uint8Array(bytes);

describe.each(BUILDS)("the states of a connection, $name build", ({ module }) => {
  const world = { module };

  /** A machine that listens: a sink, which closes when its peer has. */
  function listening(): ScriptedPeer {
    const peer = new ScriptedPeer({ world });
    peer.machine.addSink(PORT);
    return peer;
  }

  /** A machine that has opened a connection for a source of so many bytes, and got its SYN answered. */
  function opened(bytes: number): ScriptedPeer {
    const peer = new ScriptedPeer({ world });
    peer.openSource(bytes);
    peer.accept();
    return peer;
  }

  const stateOf = (peer: ScriptedPeer) => peer.machine.connection().state;

  it("a listener, SYN and its last acknowledgment, is SYN-RECEIVED and then ESTABLISHED", () => {
    const peer = listening();
    peer.learn(PORT, 0);
    const [answer] = peer.send({ flags: SYN, sequence: 0, mss: 1460 });
    expect([answer?.flags, answer?.acknowledgment, answer?.mss]).toEqual([SYN | ACK, 1, 1460]);
    expect(stateOf(peer)).toBe("SYN-RECEIVED");
    peer.learn(PORT, answer?.sequence ?? 0);
    expect(peer.send({ flags: ACK, sequence: 1, acknowledgment: 1 })).toEqual([]);
    expect(stateOf(peer)).toBe("ESTABLISHED");
  });

  it("a listener, an acknowledgment or a reset, answers the first with a reset and the second with nothing", () => {
    const peer = listening();
    peer.learn(PORT, 0);
    const [answer, ...more] = peer.send({ flags: ACK, sequence: 5, acknowledgment: 77 });
    expect([answer?.flags, answer?.sequence, more.length]).toEqual([RST, 77, 0]);
    expect(peer.send({ flags: RST, sequence: 5 })).toEqual([]);
  });

  it("a port that nobody listens on, SYN, is answered with a reset that acknowledges it", () => {
    const peer = listening();
    peer.learn(PORT + 1, 0);
    const [answer] = peer.send({ flags: SYN, sequence: 0 });
    expect([answer?.flags, answer?.sequence, answer?.acknowledgment]).toEqual([RST | ACK, 0, 1]);
  });

  it("SYN-RECEIVED, the SYN again, answers it again", () => {
    const peer = listening();
    peer.learn(PORT, 0);
    const [first] = peer.send({ flags: SYN, sequence: 0, mss: 1460 });
    const [again] = peer.send({ flags: SYN, sequence: 0, mss: 1460 });
    expect([again?.flags, again?.sequence]).toEqual([SYN | ACK, first?.sequence]);
  });

  it("SYN-RECEIVED, a reset in place, is over", () => {
    const peer = listening();
    peer.learn(PORT, 0);
    peer.send({ flags: SYN, sequence: 0 });
    peer.send({ flags: RST, sequence: 1 });
    expect(peer.machine.connection()).toMatchObject({ state: "CLOSED", end: "reset" });
  });

  it("SYN-SENT, SYN with acknowledgment, is ESTABLISHED and acknowledges", () => {
    const peer = new ScriptedPeer({ world });
    peer.openSource(0);
    expect(stateOf(peer)).toBe("SYN-SENT");
    peer.accept();
    expect(stateOf(peer)).toBe("ESTABLISHED");
  });

  it("SYN-SENT, a SYN alone, is SYN-RECEIVED, and with the acknowledgment ESTABLISHED", () => {
    const peer = new ScriptedPeer({ world });
    peer.openSource(0);
    const syn = peer.taken().find(({ flags }) => flags === SYN);
    peer.learn(syn?.fromPort ?? 0, syn?.sequence ?? 0);
    const [answer] = peer.send({ flags: SYN, sequence: 0, mss: 1460 });
    expect([answer?.flags, answer?.sequence, answer?.acknowledgment]).toEqual([SYN | ACK, 0, 1]);
    expect(stateOf(peer)).toBe("SYN-RECEIVED");
    peer.send({ flags: ACK, sequence: 1, acknowledgment: 1 });
    expect(stateOf(peer)).toBe("ESTABLISHED");
  });

  it("SYN-SENT, a reset that acknowledges the SYN, is refused; one that does not, changes nothing", () => {
    const peer = new ScriptedPeer({ world });
    peer.openSource(0);
    const syn = peer.taken().find(({ flags }) => flags === SYN);
    peer.learn(syn?.fromPort ?? 0, syn?.sequence ?? 0);
    peer.send({ flags: RST, sequence: 0 });
    expect(stateOf(peer)).toBe("SYN-SENT");
    peer.send({ flags: RST | ACK, sequence: 0, acknowledgment: 1 });
    expect(peer.machine.connection()).toMatchObject({ state: "CLOSED", end: "refused" });
  });

  it("SYN-SENT, an acknowledgment of something else, is answered with a reset", () => {
    const peer = new ScriptedPeer({ world });
    peer.openSource(0);
    const syn = peer.taken().find(({ flags }) => flags === SYN);
    peer.learn(syn?.fromPort ?? 0, syn?.sequence ?? 0);
    const [answer] = peer.send({ flags: SYN | ACK, sequence: 0, acknowledgment: 9 });
    expect([answer?.flags, answer?.sequence]).toEqual([RST, 9]);
    expect(stateOf(peer)).toBe("SYN-SENT");
  });

  it("ESTABLISHED, FIN, is CLOSE-WAIT while its work is paused, then LAST-ACK, and CLOSED with the acknowledgment", () => {
    const peer = new ScriptedPeer({ world });
    const sink = peer.machine.addSink(PORT);
    peer.connect(PORT);
    peer.machine.pause(sink, true);
    const [answer] = peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 1 });
    expect([answer?.flags, answer?.acknowledgment]).toEqual([ACK, 2]);
    expect(stateOf(peer)).toBe("CLOSE-WAIT");
    peer.machine.pause(sink, false);
    const [fin] = peer.wait(1000);
    expect([fin?.flags, fin?.sequence]).toEqual([FIN | ACK, 1]);
    expect(stateOf(peer)).toBe("LAST-ACK");
    peer.send({ flags: ACK, sequence: 2, acknowledgment: 2 });
    expect(peer.machine.connection()).toMatchObject({ state: "CLOSED", end: "closed" });
  });

  it("FIN-WAIT-1, the FIN acknowledged, is FIN-WAIT-2, and with the peer's FIN TIME-WAIT", () => {
    const peer = opened(100);
    expect(stateOf(peer)).toBe("FIN-WAIT-1");
    peer.send({ flags: ACK, sequence: 1, acknowledgment: 102 });
    expect(stateOf(peer)).toBe("FIN-WAIT-2");
    const [answer] = peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 102 });
    expect([answer?.flags, answer?.acknowledgment]).toEqual([ACK, 2]);
    expect(stateOf(peer)).toBe("TIME-WAIT");
  });

  it("FIN-WAIT-2, bytes, are taken and acknowledged", () => {
    const peer = opened(100);
    peer.send({ flags: ACK, sequence: 1, acknowledgment: 102 });
    peer.send({ flags: ACK, sequence: 1, acknowledgment: 102, payload: data(10) });
    expect(peer.machine.connection()).toMatchObject({ state: "FIN-WAIT-2", receivedBytes: 10 });
  });

  it("FIN-WAIT-1, the peer's FIN before the acknowledgment, is CLOSING, and with it TIME-WAIT", () => {
    const peer = opened(100);
    peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 101 });
    expect(stateOf(peer)).toBe("CLOSING");
    peer.send({ flags: ACK, sequence: 2, acknowledgment: 102 });
    expect(stateOf(peer)).toBe("TIME-WAIT");
  });

  it("FIN-WAIT-1, FIN with the acknowledgment, is TIME-WAIT at once", () => {
    const peer = opened(100);
    peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 102 });
    expect(stateOf(peer)).toBe("TIME-WAIT");
  });

  it("TIME-WAIT, the FIN again after half a minute, acknowledges it and waits 60 s from then", () => {
    const peer = opened(100);
    peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 102 });
    peer.wait(30 * SECOND);
    const [answer] = peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 102 });
    expect([answer?.flags, answer?.acknowledgment]).toEqual([ACK, 2]);
    peer.wait(59 * SECOND);
    expect(stateOf(peer)).toBe("TIME-WAIT");
    peer.wait(1.1 * SECOND);
    expect(stateOf(peer)).toBe("CLOSED");
  });

  it("TIME-WAIT, a reset, waits on", () => {
    const peer = opened(100);
    peer.send({ flags: FIN | ACK, sequence: 1, acknowledgment: 102 });
    peer.send({ flags: RST, sequence: 2 });
    expect(stateOf(peer)).toBe("TIME-WAIT");
  });

  it("ESTABLISHED, a reset in place, is reset; one elsewhere in the window or a SYN, is only acknowledged", () => {
    const peer = listening();
    peer.connect(PORT);
    const [challenge] = peer.send({ flags: RST, sequence: 2 });
    expect([challenge?.flags, challenge?.acknowledgment]).toEqual([ACK, 1]);
    peer.wait(SECOND);
    const [toSyn] = peer.send({ flags: SYN, sequence: 10 });
    expect(toSyn?.flags).toBe(ACK);
    expect(stateOf(peer)).toBe("ESTABLISHED");
    expect(peer.send({ flags: RST, sequence: 70_000 })).toEqual([]);
    peer.send({ flags: RST, sequence: 1 });
    expect(peer.machine.connection()).toMatchObject({ state: "CLOSED", end: "reset" });
  });

  it("ESTABLISHED, acknowledgments of what was never sent, answers one each half second, and never for ever", () => {
    const peer = listening();
    peer.connect(PORT);
    const answers = () => peer.send({ flags: ACK, sequence: 1, acknowledgment: 999 }).length;
    expect([answers(), answers(), answers()]).toEqual([1, 0, 0]);
    peer.wait(SECOND / 2);
    expect([answers(), answers()]).toEqual([1, 0]);
    expect(stateOf(peer)).toBe("ESTABLISHED");
  });

  it("ESTABLISHED, aborted, sends a reset in place and is over", () => {
    const peer = listening();
    peer.connect(PORT);
    peer.world.plane.abortTcpConnection(peer.machine.index, 0);
    const [reset] = peer.wait(1000);
    expect([reset?.flags, reset?.sequence, reset?.acknowledgment]).toEqual([RST | ACK, 1, 1]);
    expect(peer.machine.connection()).toMatchObject({ state: "CLOSED", end: "aborted" });
  });

  it("a segment with a wrong checksum, is as if it had not come", () => {
    const peer = listening();
    peer.connect(PORT);
    const segment = { flags: ACK, sequence: 1, acknowledgment: 1, payload: data(100) };
    expect(peer.send({ ...segment, isDamaged: true })).toEqual([]);
    expect(peer.machine.connection().receivedBytes).toBe(0);
    expect(peer.machine.tallies().bad).toBe(1);
    peer.send(segment);
    expect(peer.machine.connection().receivedBytes).toBe(100);
  });
});
