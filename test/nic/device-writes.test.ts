/** Which pages the device's own log has: every page that it writes, and none that it only reads. */
import { describe, expect, it } from "vitest";
import { TX_DEXT, TX_RS, TX_TYPE_CONTEXT } from "../../assembly/layout/descriptor";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { RDT, RXDCTL, VTEITR, VTIVAR, VTPSRTYPE } from "../../assembly/layout/vf-registers";
import { EITR_SHIFT, IVAR_VALID, QUEUE_ENABLE, THRESHOLD_SHIFT } from "../../assembly/layout/virtual-function";
import { wordBytes } from "../reference/bytes";
import { outsideAddress, PROTOCOL_TCP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { buildPacket } from "../support/l4-packet";
import { DRIVER_PAGE_COUNT, HEAD_AT, type PoolDriver, RECEIVE_RING, TRANSMIT_RING } from "../support/pool-driver";
import { frameFrom, frameTo, PortScene } from "../support/port-scene";
import { SILENT } from "../support/remote-scene";
import { BUILDS } from "../support/wasm-builds";

const TRANSMIT_PAGE = TRANSMIT_RING / PAGE_BYTES;
const RECEIVE_PAGE = RECEIVE_RING / PAGE_BYTES;
const HEAD_PAGE = HEAD_AT / PAGE_BYTES;
const [HEADER_PAGE, PACKET_PAGE] = [300, 310];

/** What the pages are in which a step has the device write. */
interface Case {
  readonly what: string;
  readonly pages: readonly number[];
  act(scene: PortScene, driver: PoolDriver): void;
}

/** Has descriptor 0 point at other buffers than the usual ones. */
function point(driver: PoolDriver, packetAt: number, headerAt: number): void {
  driver.memory.write(RECEIVE_RING, wordBytes(packetAt, 0, headerAt, 0));
}

function tcpTo(pool: number): Uint8Array {
  const payload = new Uint8Array(400).fill(7);
  const shape = { to: poolAddress(pool), from: outsideAddress(1), isIpv6: false, protocol: PROTOCOL_TCP };
  return buildPacket({ ...shape, payload }).bytes;
}

const CASES: readonly Case[] = [
  {
    what: "a frame received",
    pages: [RECEIVE_PAGE, PACKET_PAGE],
    act(scene, driver) {
      point(driver, PACKET_PAGE * PAGE_BYTES, 0);
      scene.arrive(frameTo(0, 1), 1000);
    },
  },
  {
    what: "a frame received across a page's end",
    pages: [RECEIVE_PAGE, PACKET_PAGE, PACKET_PAGE + 1],
    act(scene, driver) {
      point(driver, PACKET_PAGE * PAGE_BYTES + 4000, 0);
      scene.arrive(frameTo(0, 1), 1000);
    },
  },
  {
    what: "a frame received up to a page's end",
    pages: [RECEIVE_PAGE, PACKET_PAGE],
    act(scene, driver) {
      point(driver, PACKET_PAGE * PAGE_BYTES + 3996, 0);
      scene.arrive(frameTo(0, 1), 1000);
    },
  },
  {
    what: "a frame received into a legacy descriptor",
    pages: [RECEIVE_PAGE, PACKET_PAGE],
    act(scene, driver) {
      driver.startReceive({ type: 0 });
      point(driver, PACKET_PAGE * PAGE_BYTES, 0);
      scene.arrive(frameTo(0, 1), 1000);
    },
  },
  {
    what: "a frame split",
    pages: [RECEIVE_PAGE, HEADER_PAGE, PACKET_PAGE],
    act(scene, driver) {
      driver.write(VTPSRTYPE, 1 << 2);
      driver.startReceive({ type: 2 });
      point(driver, PACKET_PAGE * PAGE_BYTES, HEADER_PAGE * PAGE_BYTES);
      scene.arrive(tcpTo(0), 1000);
    },
  },
  {
    what: "a frame not split, with a header buffer at hand",
    pages: [RECEIVE_PAGE, PACKET_PAGE],
    act(scene, driver) {
      driver.startReceive({ type: 2 });
      point(driver, PACKET_PAGE * PAGE_BYTES, HEADER_PAGE * PAGE_BYTES);
      scene.arrive(tcpTo(0), 1000);
    },
  },
  {
    what: "a frame received, its report pending",
    pages: [RECEIVE_PAGE, PACKET_PAGE],
    act(scene, driver) {
      driver.write(VTIVAR, IVAR_VALID);
      driver.write(VTEITR, 1000 << EITR_SHIFT);
      driver.write(RXDCTL, QUEUE_ENABLE | (8 << THRESHOLD_SHIFT));
      point(driver, PACKET_PAGE * PAGE_BYTES, 0);
      scene.arrive(frameTo(0, 1), 1000);
    },
  },
  {
    what: "a frame without a descriptor",
    pages: [],
    act(scene, driver) {
      driver.startReceive({ owned: 0 });
      scene.arrive(frameTo(0, 1), 1000);
    },
  },
  {
    what: "descriptors given to the device",
    pages: [],
    act(_, driver) {
      driver.write(RDT, 100);
    },
  },
  {
    what: "a packet reported",
    pages: [TRANSMIT_PAGE],
    act(_, driver) {
      driver.postFrames([frameFrom(0, 1)]);
    },
  },
  {
    what: "a packet not to be reported",
    pages: [],
    act(_, driver) {
      driver.postFrames([frameFrom(0, 1)], SILENT);
    },
  },
  {
    what: "a packet reported by its head",
    pages: [HEAD_PAGE],
    act(_, driver) {
      driver.startTransmit(128, true);
      driver.postFrames([frameFrom(0, 1)]);
    },
  },
  {
    what: "a context reported, its packet not",
    pages: [TRANSMIT_PAGE],
    act(_, driver) {
      driver.post([[0, 0, (TX_DEXT | TX_TYPE_CONTEXT | TX_RS) >>> 0, 0]]);
      driver.postFrames([frameFrom(0, 1)], SILENT);
    },
  },
  {
    what: "a context without a packet",
    pages: [],
    act(_, driver) {
      driver.post([[0, 0, (TX_DEXT | TX_TYPE_CONTEXT | TX_RS) >>> 0, 0]]);
    },
  },
  {
    what: "a packet that is malformed, reported",
    pages: [TRANSMIT_PAGE],
    act(_, driver) {
      driver.postFrames([new Uint8Array(5)]);
    },
  },
];

describe.each(BUILDS)("the device's log, $name build", ({ module }) => {
  it.each(CASES)("$what, has the pages that were written and no other", ({ act, pages }) => {
    const scene = new PortScene({ module, vfCount: 1 });
    const driver = itemAt(scene.drivers, 0);
    driver.startReceive();
    driver.startTransmit();
    scene.world.plane.armDmaLog(0);
    act(scene, driver);
    driver.ring();
    scene.runTo(100_000);
    const logged = Array.from({ length: DRIVER_PAGE_COUNT }, (_, page) => page).filter((page) => {
      return scene.world.plane.isDeviceFrameLogged(0, page) !== 0;
    });
    expect(logged).toEqual(pages);
    if (pages.length > 0) {
      scene.world.plane.quiesce(0);
      scene.runFor(10_000);
      scene.world.plane.armDmaLog(0);
      expect(scene.world.plane.isDeviceFrameLogged(0, itemAt(pages, 0))).toBe(0);
    }
  });
});
