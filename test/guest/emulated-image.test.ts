/** The state of an emulated NIC: saved while it stands still, restored elsewhere, refused when damaged. */
import { describe, expect, it } from "vitest";
import { TX_DEXT, TX_TYPE_DATA } from "../../assembly/layout/descriptor";
import { EMULATED_IMS, EMULATED_TDT } from "../../assembly/layout/emulated";
import {
  EMULATED_IMAGE_BAD_CRC,
  EMULATED_IMAGE_BAD_HEADER,
  EMULATED_IMAGE_SHORT,
} from "../../assembly/layout/emulated-image";
import { REASON_SUSPENDED, REASON_VIF_QUIESCED } from "../../assembly/layout/event";
import { TX_RING_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { peekEmulatedRegisters } from "../../src/core/emulated-registers";
import { connectEmulated } from "../../src/device/emulated";
import { guestIp } from "../support/addresses";
import { createDom0Scene } from "../support/dom0-scene";
import { SharedRings } from "../support/shared-rings";
import { BUILDS } from "../support/wasm-builds";

const SPARE_PAGE = 500;

/** A NIC in the middle of a packet, its guest standing still, and one on another host that may become it. */
function createPair(module: WebAssembly.Module) {
  const made = createDom0Scene(module);
  const { scene, dom0, world, plane } = made;
  const target = scene.addDom0(scene.addServer({ vfCount: 2 }));
  const one = scene.addEmulatedGuest(dom0);
  const other = scene.addEmulatedGuest(target, { number: one.number });
  connectEmulated(world, one.front);
  const rings = new SharedRings(world, one.guest);
  rings.page(SPARE_PAGE).fill(7, 0, 90);
  const words = rings.words(TX_RING_PAGE);
  words.setBigUint64(0, BigInt(SPARE_PAGE * PAGE_BYTES), true);
  // Ninety bytes of a packet that goes on.
  words.setUint32(8, (90 | TX_DEXT | TX_TYPE_DATA) >>> 0, true);
  for (const [register, value] of [[EMULATED_TDT, 1] as const, [EMULATED_IMS, 0x40] as const]) {
    plane.accessEmulated(one.guest, register, value, 1);
    scene.runTo(world.nowNs() + 1_000_000);
  }
  const at = plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
  const save = ({ vif }: typeof one) => world.view(at, plane.saveEmulated(vif, at)).slice();
  const restore = ({ vif }: typeof one, image: Uint8Array) => {
    world.view(at, image.length).set(image);
    return plane.restoreEmulated(vif, at, image.length);
  };
  expect(plane.quiesceVif(one.vif)).toBe(1);
  expect(plane.quiesceVif(other.vif)).toBe(1);
  return { ...made, one, other, save, restore };
}

describe.each(BUILDS)("an image of an emulated NIC, $name build", ({ module }) => {
  it("restored on another host, the same registers, and saved again the same bytes, a begun packet among them", () => {
    const { world, one, other, save, restore } = createPair(module);
    const image = save(one);
    expect(restore(other, image)).toBe(0);
    expect(peekEmulatedRegisters(world, other.vif)).toEqual(peekEmulatedRegisters(world, one.vif));
    expect(Buffer.compare(save(other), image)).toBe(0);
    expect(image.filter((byte) => byte === 7).length).toBeGreaterThanOrEqual(90);
  });

  it("cut or with any byte changed, refused, and nothing has changed", () => {
    const { one, other, save, restore } = createPair(module);
    const image = save(one);
    const before = save(other);
    for (let at = 0; at < image.length; at++) {
      const damaged = image.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect([EMULATED_IMAGE_BAD_HEADER, EMULATED_IMAGE_BAD_CRC], `byte ${at}`).toContain(restore(other, damaged));
      const cut = restore(other, image.subarray(0, at));
      expect([EMULATED_IMAGE_SHORT, EMULATED_IMAGE_BAD_HEADER], `cut at ${at}`).toContain(cut);
    }
    expect(Buffer.compare(save(other), before)).toBe(0);
  });
});

describe.each(BUILDS)("a device model that is to stand still, $name build", ({ module }) => {
  it("at many moments of a busy guest, ends its turn, says so, and goes on afterwards", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const busy = scene.addEmulatedGuest(dom0);
    const neighbour = scene.addFrontGuest(dom0);
    plane.createSource(busy.guest, ...neighbour.mac, guestIp(7), 9, 100, 4, 100_000);
    plane.createSource(neighbour.guest, ...busy.mac, guestIp(7), 9, 100, 20, 100_000);
    scene.boot(busy, neighbour);
    let waitedCount = 0;
    scene.runTo(1_000_000);
    for (let moment = 0; moment < 100; moment++) {
      scene.runTo(world.nowNs() + 17_001);
      const soon = () => scene.runToStop(world.nowNs() + 500_000);
      if (!plane.suspendGuest(busy.guest)) expect(soon()).toEqual({ reason: REASON_SUSPENDED, index: busy.guest });
      // Frames go on arriving in the tap meanwhile.
      scene.runTo(world.nowNs() + 1_700 * moment);
      if (!plane.quiesceVif(busy.vif)) {
        expect(soon()).toEqual({ reason: REASON_VIF_QUIESCED, index: busy.vif });
        waitedCount++;
      }
      expect(plane.saveEmulated(busy.vif, plane.exchange())).toBeGreaterThan(100);
      plane.unquiesceVif(busy.vif);
      plane.resumeGuest(busy.guest);
    }
    expect(waitedCount).toBeGreaterThan(3);
    expect(scene.faults(600)).toEqual([]);
  });
});
