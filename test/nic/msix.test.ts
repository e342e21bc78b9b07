/** MSI-X of a virtual function: what masks a message, what becomes of it, and when it leaves. */
import { describe, expect, it } from "vitest";
import { TRACE_INTERRUPT } from "../../assembly/layout/trace";
import { VTEICS, VTEIMS, VTPBACL } from "../../assembly/layout/vf-registers";
import {
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  MSIX_FUNCTION_MASKED,
  MSIX_VECTOR_MASKED,
} from "../../assembly/layout/virtual-function";
import { Network } from "../support/network";
import { enableMessages } from "../support/open-pool";
import { runFor } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const CONTROL_OF_1 = MSIX_ENTRY_BYTES + MSIX_ENTRY_CONTROL;

/** A virtual function after power-up, every cause of it unmasked in EIMS. */
function createVf(module: WebAssembly.Module) {
  const world = createSmallWorld({ module });
  const { vf } = new Network(world).addServer({ isPortRaw: true });
  world.plane.writeRegister(vf, VTEIMS, 7);
  /** Returns the vectors whose messages leave within a microsecond. */
  const leaving = () => ofKind(runFor(world, 1000), TRACE_INTERRUPT, vf).map(({ a }) => a);
  const raise = (bits: number) => {
    world.plane.writeRegister(vf, VTEICS, bits);
    return leaving();
  };
  return { world, plane: world.plane, vf, leaving, raise };
}

describe.each(BUILDS)("a message of a virtual function, $name build", ({ module }) => {
  it("that has not enabled MSI-X, never leaves", () => {
    const { world, vf, leaving, raise } = createVf(module);
    expect(raise(7)).toEqual([]);
    enableMessages(world, vf);
    expect(leaving()).toEqual([]);
    expect(raise(7)).toEqual([0, 1, 2]);
  });

  it("after power-up, its vectors masked, leaves when its vector is unmasked", () => {
    const { plane, vf, leaving, raise } = createVf(module);
    plane.writeMsixControl(vf, MSIX_ENABLE);
    expect(raise(7)).toEqual([]);
    plane.writeMsix(vf, CONTROL_OF_1, 0);
    expect(leaving()).toEqual([1]);
  });

  it("masked by its vector, raised twice, leaves once when that is unmasked", () => {
    const { world, plane, vf, leaving, raise } = createVf(module);
    enableMessages(world, vf);
    plane.writeMsix(vf, CONTROL_OF_1, MSIX_VECTOR_MASKED);
    expect([raise(3), raise(2)]).toEqual([[0], []]);
    plane.writeMsix(vf, CONTROL_OF_1, 0);
    expect(leaving()).toEqual([1]);
    plane.writeMsix(vf, CONTROL_OF_1, 0);
    expect(leaving()).toEqual([]);
  });

  it("masked by the function, leaves when that is unmasked", () => {
    const { world, plane, vf, leaving, raise } = createVf(module);
    enableMessages(world, vf);
    plane.writeMsixControl(vf, MSIX_ENABLE | MSIX_FUNCTION_MASKED);
    expect(raise(5)).toEqual([]);
    plane.writeMsixControl(vf, MSIX_ENABLE);
    expect(leaving()).toEqual([0, 2]);
  });

  it("pending, cleared through VTPBACL, never leaves", () => {
    const { world, plane, vf, leaving, raise } = createVf(module);
    enableMessages(world, vf);
    plane.writeMsixControl(vf, MSIX_ENABLE | MSIX_FUNCTION_MASKED);
    expect(raise(7)).toEqual([]);
    plane.writeRegister(vf, VTPBACL, 6);
    plane.writeMsixControl(vf, MSIX_ENABLE);
    expect(leaving()).toEqual([0]);
  });

  it("pending when the function is quiesced, leaves when it goes on", () => {
    const { world, plane, vf, leaving, raise } = createVf(module);
    enableMessages(world, vf);
    plane.writeMsix(vf, CONTROL_OF_1, MSIX_VECTOR_MASKED);
    expect(raise(2)).toEqual([]);
    plane.quiesce(vf);
    plane.writeMsix(vf, CONTROL_OF_1, 0);
    expect(leaving()).toEqual([]);
    plane.unquiesce(vf);
    expect(leaving()).toEqual([1]);
  });

  it("pending, a function-level reset in between, never leaves", () => {
    const { world, plane, vf, leaving, raise } = createVf(module);
    enableMessages(world, vf);
    plane.writeMsix(vf, CONTROL_OF_1, MSIX_VECTOR_MASKED);
    expect(raise(2)).toEqual([]);
    plane.resetFunction(vf);
    expect(plane.readMsix(vf, CONTROL_OF_1)).toBe(MSIX_VECTOR_MASKED);
    enableMessages(world, vf);
    expect(leaving()).toEqual([]);
  });
});

describe.each(BUILDS)("the MSI-X table, $name build", ({ module }) => {
  it("written, keeps addresses and data whole, and the mask bit of the control words", () => {
    const { plane, vf } = createVf(module);
    for (let at = 0; at < 48; at += 4) plane.writeMsix(vf, at, 0xffffffff);
    const words = Array.from({ length: 12 }, (_, index) => plane.readMsix(vf, index * 4) >>> 0);
    expect(words).toEqual(Array.from({ length: 12 }, (_, index) => (index % 4 === 3 ? 1 : 0xffffffff)));
  });

  it.each([1, 2, 3, 48, 52, 0xfffffffc])("at offset %d, where no word is, reads zero and ignores writes", (at) => {
    const { plane, vf } = createVf(module);
    plane.writeMsix(vf, at, 0xffffffff);
    expect(plane.readMsix(vf, at)).toBe(0);
    const words = Array.from({ length: 12 }, (_, index) => plane.readMsix(vf, index * 4));
    expect(words).toEqual(Array.from({ length: 12 }, (_, index) => (index % 4 === 3 ? 1 : 0)));
  });
});
