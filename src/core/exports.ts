/**
 * What the data plane exports, typed: the whole boundary. Semantics are documented where the functions are defined,
 * in assembly/index.ts; a test compares this list with the module's own.
 *
 * A u32 result arrives as a signed number: only `World` calls these functions, and it reads them with `>>> 0` where
 * the top bit may be set.
 */
export interface DataPlane {
  readonly memory: WebAssembly.Memory;

  worldStart(): number;
  arenaStart(): number;
  arenaUsedEnd(): number;
  framesStart(): number;
  framesUsedEnd(): number;
  framesEnd(): number;
  createWorld(
    seedLow: number,
    seedHigh: number,
    run: number,
    end: number,
    eventCount: number,
    chunkCount: number,
    slotCount: number,
  ): void;
  observe(): void;
  reserveBytes(bytes: number): number;
  exchange(): number;
  setCost(index: number, cycles: number): void;

  nowNs(): number;
  nowPs(): number;
  advance(untilNs: number): number;
  reasonIndex(): number;
  armTimerAfter(index: number, ns: number): void;
  armTimer(index: number, ns: number): void;
  disarmTimer(index: number): void;

  traceAt(): number;
  traceCount(): number;
  clearTrace(): void;
  captureAt(): number;
  captureBytes(): number;
  clearCapture(): void;
  traceControl(kind: number, subject: number, a: number, b: number, c: number): void;
  settle(): void;
  digestWorld(): void;
  digestExchange(bytes: number): void;
  philoxBlock(at: number, key0: number, key1: number): void;

  addHost(): number;
  addProcessor(numerator: number, denominator: number): number;
  addSwitch(delayNs: number): number;
  addPort(host: number, vfCount: number, parkedBytesMax: number): number;
  connectPort(index: number, switchIndex: number, rate: number, latencyNs: number, backlogBytes: number): void;
  addClient(macLow: number, macHigh: number, ip: number): number;
  connectClient(
    index: number,
    switchIndex: number,
    rate: number,
    latencyNs: number,
    lossBelow: number,
    backlogBytes: number,
  ): void;
  addReplicationLink(rate: number, latencyNs: number): number;

  createRequests(index: number, count: number): number;
  setTarget(
    index: number,
    macLow: number,
    macHigh: number,
    ip: number,
    port: number,
    timeoutNs: number,
    tryCountMax: number,
  ): void;
  lateCount(index: number): number;
  startClient(index: number): void;

  addGuest(
    host: number,
    processor: number,
    pageCount: number,
    macLow: number,
    macHigh: number,
    ip: number,
    requestCycles: number,
  ): number;
  createService(
    index: number,
    port: number,
    slotBytes: number,
    bucketCount: number,
    slotCountMax: number,
    workPages: number,
    dirtyPages: number,
  ): void;
  addReply(index: number, query: number, queryBytes: number, reply: number, replyBytes: number): void;
  bootGuest(index: number): void;
  resetDriver(index: number): void;
  suspendGuest(index: number): number;
  resumeGuest(index: number): void;
  guestState(index: number): number;
  vcpuFlags(index: number): number;
  setVcpuFlags(index: number, flags: number): void;
  pageFrame(index: number, page: number): number;
  pageCount(index: number): number;
  chargeProcessor(index: number, activity: number, cycles: number): void;
  chargedCycles(index: number, activity: number): number;
  busyNs(index: number): number;

  firstVf(port: number): number;
  attachVf(index: number, guest: number): void;
  readRegister(index: number, offset: number): number;
  writeRegister(index: number, offset: number, value: number): void;
  peekRegister(index: number, offset: number): number;
  quiesce(index: number): void;
  unquiesce(index: number): void;
  announce(index: number): void;

  saveImage(index: number, at: number): number;
  restoreImage(index: number, at: number, bytes: number): number;
  restoreByRegisterWrites(index: number, at: number, bytes: number): number;
  checkImage(at: number, bytes: number): number;
  armDmaLog(index: number): void;
  collectDmaLog(index: number): number;
  createOutbound(index: number, bytes: number): void;
  openEpoch(index: number, epoch: number, isHolding: number): void;
  releaseEpoch(index: number, epoch: number): void;
  stopHolding(index: number): void;
  outboundFrames(index: number): number;
  outboundFramesPeak(index: number): number;
  outboundBytesPeak(index: number): number;
  outboundFullCount(index: number): number;
  heldCount(index: number): number;
  discardedCount(index: number): number;

  startLogging(index: number, isPresentDirty: number): void;
  stopLogging(index: number): void;
  dirtyPageCount(index: number): number;
  isPageDirty(index: number, page: number): number;
  collectPages(index: number, to: number, pageCountMax: number): number;
  applyPages(index: number, from: number, bytes: number): number;
  sendCheckpoint(wire: number, bytes: number, timer: number): void;
  sendNote(wire: number, timer: number): void;
  isStreamLeaving(wire: number): number;

  failHost(host: number): void;
  discardHeld(index: number, countMax: number): number;

  ringPath(from: number, to: number, count: number, bytes: number): number;
  holdEvents(pending: number, count: number): number;
  scanLog(log: number, pageCount: number, stride: number): number;
}
