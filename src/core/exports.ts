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
  leaveOutContent(): void;
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
  closeStretches(): void;
  settle(): void;
  digestWorld(): void;
  digestMarks(): void;
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

  addMachine(macLow: number, macHigh: number, ip: number, pageCount: number): number;
  connectMachine(index: number, switchIndex: number, rate: number, latencyNs: number, backlogBytes: number): number;
  connectMachines(a: number, b: number, rate: number, latencyNs: number): number;
  connectStation(index: number, port: number, rate: number): void;
  tapMachine(index: number): void;
  setSnap(bytes: number): void;
  setWireFaults(index: number, lossBelow: number, delayBelow: number, delayNs: number, twiceBelow: number): void;
  setWireBacklog(index: number, bytes: number): void;
  setGuestStack(guest: number, page: number): void;
  createTcpStack(
    owner: number,
    connectionCountMax: number,
    sendRingBytes: number,
    receiveRingBytes: number,
    mss: number,
    options: number,
  ): number;
  setTcpLimits(index: number, timeWaitNs: number, synRetryCountMax: number, retryCountMax: number): void;
  addTcpSource(
    index: number,
    macLow: number,
    macHigh: number,
    ip: number,
    port: number,
    connectionCount: number,
    bytes: number,
  ): number;
  addTcpFeed(index: number, macLow: number, macHigh: number, ip: number, port: number): number;
  offerTcpBytes(index: number, work: number, bytes: number): void;
  markTcpSink(index: number, work: number, bytes: number): void;
  addTcpSink(index: number, port: number): number;
  addTcpRequester(
    index: number,
    macLow: number,
    macHigh: number,
    ip: number,
    port: number,
    connectionCount: number,
    transactionCount: number,
    requestBytes: number,
    replyBytes: number,
    thinkNs: number,
    options: number,
  ): number;
  addTcpResponder(
    index: number,
    port: number,
    requestBytes: number,
    replyBytes: number,
    setPage: number,
    setPages: number,
    dirtyPages: number,
  ): number;
  addTcpReplayClient(
    index: number,
    macLow: number,
    macHigh: number,
    ip: number,
    port: number,
    recordingAt: number,
    connectionCount: number,
  ): number;
  addTcpReplayServer(
    index: number,
    port: number,
    recordingAt: number,
    connectionCount: number,
    setPage: number,
    setPages: number,
    dirtyPages: number,
  ): number;
  startTcpWork(index: number, work: number): void;
  pauseTcpWork(index: number, work: number, isPaused: number): void;
  closeTcpConnection(index: number, connection: number): void;
  abortTcpConnection(index: number, connection: number): void;
  pullTcpSegment(index: number, to: number, payloadBytesMax: number): number;
  pulledPayloadBytes(index: number): number;
  pulledSegmentBytes(index: number): number;
  tcpStackAt(index: number): number;
  tcpConnectionAt(index: number, connection: number): number;
  tcpWorkAt(index: number, work: number): number;
  readMachine(index: number, address: number, to: number, bytes: number): void;
  writeMachine(index: number, address: number, from: number, bytes: number): void;
  tcpHistogram(index: number, work: number): number;
  injectToMachine(index: number, bytes: number, ns: number): void;

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
  createSource(
    index: number,
    macLow: number,
    macHigh: number,
    ip: number,
    port: number,
    frameBytes: number,
    countPerTick: number,
    tickNs: number,
  ): void;
  startStream(index: number): void;
  createSink(index: number): void;
  streamCount(index: number): number;
  eventCount(): number;
  addReply(index: number, query: number, queryBytes: number, reply: number, replyBytes: number): void;
  beginDriver(index: number): void;
  startDriver(index: number): number;
  setModeration(index: number, moderation: number): void;
  connectFront(index: number): number;
  resumeFront(guest: number): number;
  disconnectFront(index: number): void;
  announceFront(index: number): void;
  setUpDriver(guest: number): void;
  closeVf(guest: number): void;
  joinFront(guest: number): number;
  closeFront(guest: number): void;
  joinVf(guest: number): number;
  askAddress(guest: number): void;
  takeAnswer(guest: number): number;
  cooperate(guest: number, isMarking: number): void;
  markUnpolled(guest: number): void;
  awaitReplay(guest: number): void;
  replay(guest: number): number;
  connectEmulated(index: number): void;
  quiesceVif(vif: number): number;
  unquiesceVif(vif: number): void;
  saveEmulated(vif: number, at: number): number;
  restoreEmulated(vif: number, at: number, bytes: number): number;
  attachEmulated(vif: number): void;
  announceEmulated(vif: number): void;
  peekEmulated(vif: number, register: number): number;
  vfOf(index: number): number;
  suspendGuest(index: number): number;
  resumeGuest(index: number): void;
  leaveGuest(index: number): void;
  guestState(index: number): number;
  vcpuFlags(index: number): number;
  setVcpuFlags(index: number, flags: number): void;
  writeMemory(index: number, address: number, from: number, bytes: number): void;
  readMemory(index: number, address: number, to: number, bytes: number): void;
  tapWire(index: number, client: number): void;
  pageVersion(index: number, page: number): number;
  pageFrame(index: number, page: number): number;
  pageCount(index: number): number;

  shareProcessors(first: number, count: number, sliceNs: number): void;
  addVcpu(host: number, firstProcessor: number, processorCount: number): number;
  addGuestVcpu(guest: number, firstProcessor: number, processorCount: number): number;
  setAffinity(vcpu: number, firstProcessor: number, processorCount: number): void;
  vcpuOf(guest: number): number;
  addControlTask(vcpu: number, activity: number): number;
  workOff(taskIndex: number, cycles: number): void;
  oweCycles(task: number, cycles: number): void;
  createComputation(
    guest: number,
    burstCycles: number,
    firstPage: number,
    hotPages: number,
    coldPages: number,
    hotWrites: number,
    coldWrites: number,
  ): void;
  createDirtyTrace(guest: number, firstPage: number, rowCount: number, isRepeating: number, burstNs: number): void;
  writeDirtyRow(guest: number, firstPage: number, row: number, rowNs: number, hot: number, cold: number): void;
  addComputeTask(guest: number, vcpu: number): void;
  computedCount(guest: number): number;
  processorCount(): number;
  vcpuCount(): number;
  vcpuHost(vcpu: number): number;
  vcpuState(vcpu: number): number;
  setClass(vcpu: number, basicClass: number): void;
  reconsiderProcessors(first: number, count: number): void;
  chargedCycles(vcpu: number, activity: number): number;
  vcpuRanPs(vcpu: number): number;
  vcpuOwedPs(vcpu: number): number;
  busyPs(processor: number): number;
  idlePs(processor: number): number;

  addDom0Port(port: number, vcpu: number): number;
  setDom0Merging(port: number, countMax: number): void;
  addFront(guest: number, port: number, vcpu: number, queueBytesMax: number): number;
  addEmulated(guest: number, port: number, vcpu: number): number;
  accessEmulated(guest: number, register: number, value: number, isWrite: number): void;
  emulatedAnswer(guest: number): number;
  countOfEmulated(vif: number, counter: number): number;
  setMapping(vif: number, isMapping: number): void;
  signalVif(vif: number): void;
  vifState(vif: number): number;
  countOfVif(vif: number, counter: number): number;
  createHold(vif: number, bytesMax: number): void;
  openHeld(vif: number, epoch: number): void;
  releaseHeld(vif: number, epoch: number): void;
  stopHeld(vif: number): void;
  discardHeldOfVif(vif: number, countMax: number): number;
  countOfHold(vif: number, counter: number): number;
  countOfDom0(port: number, counter: number): number;

  setDma(index: number, latencyNs: number, readPsPerByte: number, writePsPerByte: number): void;
  connectPorts(a: number, b: number, rate: number, latencyNs: number): void;
  setEager(isEager: number): void;
  firstVf(port: number): number;
  vfCountOf(port: number): number;
  wireIntoPort(port: number): number;
  wireOutOfPort(port: number): number;
  attachVf(index: number, guest: number): void;
  attachVfWithWindow(index: number, guest: number, windowFrame: number, windowCount: number): void;
  readRegister(index: number, offset: number): number;
  writeRegister(index: number, offset: number, value: number): void;
  peekRegister(index: number, offset: number): number;
  attachRemote(index: number): void;
  setDeviceOptions(index: number, areHeadsWritable: number, isDoneAtRelease: number): void;
  readPfRegister(port: number, offset: number): number;
  writePfRegister(port: number, offset: number, value: number): void;
  peekPfRegister(port: number, offset: number): number;
  notesAt(port: number, pool: number): number;
  takeWantedPf(): number;
  readMsix(index: number, offset: number): number;
  writeMsix(index: number, offset: number, value: number): void;
  writeMsixControl(index: number, value: number): void;
  resetFunction(index: number): void;
  mapDeviceFrame(index: number, deviceFrame: number, guestFrame: number, access: number): void;
  dmaFaultCount(index: number): number;
  dmaFaultAccess(index: number): number;
  dmaFaultLow(index: number): number;
  dmaFaultHigh(index: number): number;
  quiesce(index: number): number;
  isQuiesced(index: number): number;
  unquiesce(index: number): void;
  takeDmaRequest(index: number): number;
  dmaRequestAt(index: number, number: number): number;
  answerDma(index: number, number: number, isDone: number): void;
  announce(index: number): void;
  injectFrame(port: number, bytes: number, ns: number, ps: number): void;
  advanceToPs(ns: number, ps: number): number;

  saveImage(index: number, at: number): number;
  restoreImage(index: number, at: number, bytes: number): number;
  restoreByRegisterWrites(index: number, at: number, bytes: number): number;
  checkImage(at: number, bytes: number): number;
  migrationBytes(index: number): number;
  saveForMigration(index: number, at: number): number;
  makeDelta(base: number, baseBytes: number, epoch: number, newer: number, to: number): number;
  checkDelta(base: number, baseBytes: number, epoch: number, at: number, bytes: number): number;
  joinDelta(base: number, at: number, to: number): number;
  isDeviceFrameLogged(index: number, deviceFrame: number): number;
  armDmaLog(index: number): void;
  disarmDmaLog(index: number): void;
  collectDmaLog(index: number): number;
  createOutbound(index: number, bytes: number): void;
  setOutboundDropping(index: number, isDropping: number): void;
  openEpoch(index: number, epoch: number, isHolding: number): void;
  releaseEpoch(index: number, epoch: number): void;
  stopHolding(index: number): void;
  outboundFrames(index: number): number;
  outboundFramesPeak(index: number): number;
  outboundBytesPeak(index: number): number;
  outboundFullCount(index: number): number;
  outboundOverflowCount(index: number): number;
  heldCount(index: number): number;
  discardedCount(index: number): number;

  startLogging(index: number, isPresentDirty: number): void;
  stopLogging(index: number): void;
  dirtyPageCount(index: number): number;
  isPageDirty(index: number, page: number): number;
  collectPages(index: number, to: number, pageCountMax: number): number;
  wholeRecordBytes(from: number, bytes: number): number;
  applyPages(index: number, from: number, bytes: number): number;
  createRoundLog(index: number): void;
  openWholeRound(index: number): number;
  openRound(index: number): number;
  collectRound(index: number, to: number, pageCountMax: number): number;
  createStreamWriter(index: number, slotCount: number): number;
  writeBatch(writer: number, records: number, bytes: number, to: number): number;
  writeCheckpoint(
    writer: number,
    epoch: number,
    flags: number,
    imageAt: number,
    imageBytes: number,
    records: number,
    bytes: number,
    to: number,
  ): number;
  sentPage(writer: number, page: number): number;
  createStreamReader(imageAt: number): number;
  readStream(reader: number, index: number, at: number, bytes: number): number;
  sendCheckpoint(wire: number, bytes: number, timer: number): void;
  sendPart(wire: number, bytes: number, timer: number): void;
  sendNote(wire: number, timer: number): void;
  sendBeat(wire: number, timer: number): number;
  recallCheckpoints(wire: number): number;
  setReplicationLink(wire: number, rateBitsPerSecond: number, lossBelow: number): void;
  cutReplicationLink(wire: number, isCut: number): void;
  streamEndPs(wire: number): number;

  addDisk(guest: number, vcpu: number, blockCount: number): number;
  prepareDisk(index: number): void;
  setEcho(guest: number, port: number): void;
  setServiceDisk(guest: number, blockCount: number): void;
  setResponderDisk(owner: number, work: number, blockCount: number): void;
  connectDisk(index: number): number;
  disconnectDisk(index: number): void;
  shareBlocks(index: number, store: number): void;
  blockCount(index: number): number;
  blockFrame(index: number, block: number): number;
  blockVersion(index: number, block: number): number;
  openFirstCopy(index: number): number;
  collectBlocks(index: number, to: number, blockCountMax: number): number;
  applyBlocks(index: number, from: number, bytes: number): number;
  createMirror(entryCount: number): number;
  beginMirror(at: number, index: number, target: number): void;
  endMirror(index: number): void;
  setMirrorTag(index: number, tag: number): void;
  takeMirrored(index: number): number;
  applyMirrored(index: number, arrivedCount: number, tagMax: number): number;
  dropMirrored(index: number, arrivedCount: number): number;
  freeMirrored(index: number, count: number): void;
  diskState(index: number): number;
  countOfDisk(index: number, counter: number): number;

  destroyGuest(index: number): void;
  failHost(host: number): void;
  darkenHost(host: number): void;
  lightHost(host: number): void;
  discardHeld(index: number, countMax: number): number;

  ringPath(from: number, to: number, count: number, bytes: number): number;
  fillEvents(pending: number): void;
  drawDistances(to: number, count: number): void;
  holdEvents(distances: number, count: number): number;
  harvestLog(log: number, pageCount: number): number;
  copyPages(from: number, to: number, setPages: number, count: number): void;
  hashPages(from: number, setPages: number, count: number): number;
  deltaPages(older: number, newer: number, setPages: number, to: number, count: number): number;
  saveImages(index: number, at: number, count: number): number;
  restoreImages(
    index: number,
    first: number,
    firstBytes: number,
    second: number,
    secondBytes: number,
    count: number,
  ): number;
}
