/**
 * A random program as data: what a device is built with, and the steps that are applied to it.
 * Invariant: a step names nothing of an implementation. Source: the interface in device-interface.ts.
 */

import type { DeviceSettings } from "./device-interface";

export type Step =
  | { readonly kind: "readVf"; readonly pool: number; readonly offset: number }
  | { readonly kind: "writeVf"; readonly pool: number; readonly offset: number; readonly value: number }
  | { readonly kind: "readPf"; readonly offset: number }
  | { readonly kind: "writePf"; readonly offset: number; readonly value: number }
  | { readonly kind: "readMsix"; readonly pool: number; readonly word: number }
  | { readonly kind: "writeMsix"; readonly pool: number; readonly word: number; readonly value: number }
  | { readonly kind: "writeMsixControl"; readonly pool: number; readonly value: number }
  | { readonly kind: "functionLevelReset"; readonly pool: number }
  | { readonly kind: "writeMemory"; readonly pool: number; readonly address: number; readonly bytes: Uint8Array }
  | {
      readonly kind: "mapPage";
      readonly pool: number;
      readonly devicePage: number;
      readonly guestPage: number;
      readonly access: number;
    }
  /** A frame from the wire, so long after now, but not before the one before. */
  | { readonly kind: "arrive"; readonly bytes: Uint8Array; readonly afterPs: number }
  | { readonly kind: "wait"; readonly ps: number }
  | { readonly kind: "quiesce"; readonly pool: number }
  | { readonly kind: "unquiesce"; readonly pool: number }
  /** Left out when the pool is not quiesced. */
  | { readonly kind: "save"; readonly pool: number; readonly slot: number }
  /** Left out when the pool is not quiesced or the slot is empty. */
  | { readonly kind: "restore"; readonly pool: number; readonly slot: number }
  | { readonly kind: "armDirtyLog"; readonly pool: number }
  | { readonly kind: "collectDirtyLog"; readonly pool: number }
  | { readonly kind: "openEpoch"; readonly pool: number; readonly epoch: number; readonly isHolding: boolean }
  | { readonly kind: "release"; readonly pool: number; readonly epoch: number }
  | { readonly kind: "stopHolding"; readonly pool: number }
  | { readonly kind: "discardHeld"; readonly pool: number };

export interface Program {
  readonly seed: number;
  readonly settings: DeviceSettings;
  readonly steps: readonly Step[];
}
