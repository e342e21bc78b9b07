/**
 * Random programs of plain traffic for two pools of a port: packets with and without offloads, segmentation, several
 * buffers, frames from the wire. What becomes of them does not depend on how fast memory is: one queue sends, a pool
 * gets its frames from one place, and there are descriptors for all of them.
 */
import { RXCSUM, VMOLR, VMVIR } from "../reference/pf-registers";
import {
  type BuiltFrame,
  buildFrame,
  buildOtherFrame,
  type FrameShape,
  outsideAddress,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  poolAddress,
} from "../reference/program-frames";
import { ProgramRandom } from "../reference/random";
import { VTPSRTYPE } from "../reference/vf-registers";
import { itemAt } from "./item-at";
import { type OffloadPlan, postOffloaded } from "./offload-packet";
import type { ReceiveOptions } from "./pool-driver";
import type { PortScene } from "./port-scene";

type TrafficStep =
  | { readonly kind: "send"; readonly plan: OffloadPlan }
  | { readonly kind: "sendPlain"; readonly bytes: Uint8Array }
  | { readonly kind: "arrive"; readonly bytes: Uint8Array; readonly afterNs: number }
  | { readonly kind: "wait"; readonly ns: number };

export interface Traffic {
  readonly receive: ReceiveOptions;
  readonly ringCount: number;
  readonly writesHead: boolean;
  readonly psrtype: number;
  readonly rxcsum: number;
  readonly vmolr: number;
  readonly vmvir: number;
  readonly steps: readonly TrafficStep[];
}

function drawShape(random: ProgramRandom, destination: Uint8Array, source: Uint8Array): FrameShape {
  return {
    destination,
    source,
    tag: random.chance(15) ? random.below(0x10000) : undefined,
    isIpv6: random.chance(45),
    protocol: random.pick([PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP]),
    extras: random.chance(15) ? random.between(1, 3) : 0,
    isFragment: false,
    fragmentOffset: 0,
    payload: random.chance(30) ? random.below(80) : random.below(1350),
    isPartial: false,
    isSegmented: false,
  };
}

function planOf(random: ProgramRandom, shape: FrameShape, frame: BuiltFrame): OffloadPlan {
  const cuts = Array.from({ length: random.below(5) }, () => 1 + random.below(Math.ceil(frame.bytes.length / 2)));
  const smallest = Math.ceil(frame.bytes.length / 200);
  return {
    ...frame,
    isIpv6: shape.isIpv6,
    protocol: shape.protocol,
    segmentBytes: shape.isSegmented ? Math.max(smallest, random.pick([100, 536, 1000, 1300])) : 0,
    hasIpSum: random.chance(80),
    hasL4Sum: shape.isPartial,
    slot: random.below(2),
    cuts,
    isReported: random.chance(85),
    ...(random.chance(20) ? { tag: random.below(0x10000) } : {}),
  };
}

function drawSend(random: ProgramRandom): TrafficStep {
  const destination = random.chance(50) ? outsideAddress(1) : poolAddress(1);
  if (random.chance(25)) return { kind: "sendPlain", bytes: buildOtherFrame(random, destination, poolAddress(0)) };
  const isSegmented = random.chance(25);
  const drawn = drawShape(random, destination, poolAddress(0));
  const protocol = isSegmented ? random.pick([PROTOCOL_TCP, PROTOCOL_UDP]) : drawn.protocol;
  const payload = isSegmented ? random.between(1, 12_000) : drawn.payload;
  const shape = { ...drawn, isSegmented, isPartial: isSegmented || random.chance(50), protocol, payload };
  return { kind: "send", plan: planOf(random, shape, buildFrame(random, shape)) };
}

function drawArrival(random: ProgramRandom): TrafficStep {
  const frame = buildFrame(random, drawShape(random, poolAddress(0), outsideAddress(2)));
  const bytes = new Uint8Array(Math.max(60, frame.bytes.length));
  bytes.set(frame.bytes);
  return { kind: "arrive", bytes, afterNs: random.below(2000) };
}

function drawStep(random: ProgramRandom): TrafficStep {
  const kind = random.below(10);
  if (kind < 4) return drawSend(random);
  if (kind < 8) return drawArrival(random);
  return { kind: "wait", ns: random.below(20_000) };
}

/** The program of a seed. */
export function drawTraffic(seed: number): Traffic {
  const random = new ProgramRandom(seed);
  return {
    receive: {
      type: random.pick([0, 1, 1, 2, 5]),
      kib: random.pick([1, 2]),
      headerUnits: random.pick([1, 2, 4]),
    },
    ringCount: random.pick([64, 128, 256]),
    writesHead: random.chance(30),
    psrtype: random.below(0x400),
    rxcsum: random.pick([0x300, 0, 0x2300]),
    vmolr: (random.chance(50) ? 0x80000000 : 0) + (random.chance(50) ? 0x40000000 : 0) + 2600,
    vmvir: random.chance(20) ? 0x40000000 + random.below(0x10000) : 0,
    steps: Array.from({ length: random.between(10, 40) }, () => drawStep(random)),
  };
}

/** Sets both pools up for a program. */
export function setUpTraffic(scene: PortScene, traffic: Traffic): void {
  scene.writePf(RXCSUM, traffic.rxcsum);
  for (const driver of scene.drivers) {
    scene.writePf(VMOLR + driver.vf * 4, traffic.vmolr);
    scene.writePf(VMVIR + driver.vf * 4, traffic.vmvir);
    driver.write(VTPSRTYPE, traffic.psrtype);
    driver.startReceive(traffic.receive);
    driver.startTransmit(traffic.ringCount, traffic.writesHead);
  }
}

/** Has pool 0 send, and frames arrive for it, as a program says. */
export function runTraffic(scene: PortScene, traffic: Traffic): void {
  const driver = itemAt(scene.drivers, 0);
  let arrivalNs = 0;
  for (const step of traffic.steps) {
    if (step.kind === "send") {
      postOffloaded(driver, step.plan);
      driver.ring();
    } else if (step.kind === "sendPlain") {
      driver.postFrames([step.bytes]);
      driver.ring();
    } else if (step.kind === "arrive") {
      arrivalNs = Math.max(arrivalNs, scene.world.nowNs() + step.afterNs + 1);
      scene.arrive(step.bytes, arrivalNs);
    } else {
      scene.runFor(step.ns);
    }
  }
}
