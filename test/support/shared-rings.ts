/** A guest's side of shared rings without a frontend: pages written by hand, as a guest that follows no rule writes them. */
import { GRANT_TABLE_PAGE, NETFRONT_PAGE, RX_RING_PAGE, TX_RING_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  GRANT_BYTES,
  GRANT_DOMAIN,
  GRANT_FLAGS,
  GRANT_FRAME,
  RING_ENTRIES,
  RING_REQ_EVENT,
  RING_REQ_PROD,
  RING_RSP_EVENT,
  RING_RSP_PROD,
  RX_ENTRY_BYTES,
  RX_REQUEST_GRANT,
  RX_REQUEST_ID,
  SHARED_COUNT,
  TX_ENTRY_BYTES,
  TX_REQUEST_FLAGS,
  TX_REQUEST_GRANT,
  TX_REQUEST_ID,
  TX_REQUEST_OFFSET,
  TX_REQUEST_SIZE,
  TX_RESPONSE_ID,
  TX_RESPONSE_STATUS,
} from "../../assembly/layout/paravirtual";
import type { World } from "../../src/core/world";

/** A transmit request, each field as wide as it is on the ring. */
export interface TransmitRequest {
  readonly reference: number;
  readonly offset: number;
  readonly flags: number;
  readonly id: number;
  readonly size: number;
}

export interface Grant {
  readonly flags: number;
  readonly domain: number;
  readonly page: number;
}

/** The positions of a ring. */
export interface Positions {
  readonly requests: number;
  readonly requestEvent: number;
  readonly responses: number;
  readonly responseEvent: number;
}

export class SharedRings {
  constructor(
    readonly world: World,
    readonly guest: number,
  ) {}

  page(page: number): Uint8Array {
    const { plane } = this.world;
    const frame = plane.pageFrame(this.guest, page) >>> 0;
    if (!frame) {
      // One byte written as the guest's software does gives the page a frame.
      plane.writeMemory(this.guest, page * PAGE_BYTES, plane.exchange(), 1);
      return this.page(page);
    }
    return this.world.view(frame, PAGE_BYTES);
  }

  words(page: number): DataView {
    const bytes = this.page(page);
    return new DataView(bytes.buffer, bytes.byteOffset, PAGE_BYTES);
  }

  grant(reference: number, { flags, domain, page }: Grant): void {
    const at = reference * GRANT_BYTES;
    const words = this.words(GRANT_TABLE_PAGE + Math.floor(at / PAGE_BYTES));
    words.setUint16((at % PAGE_BYTES) + GRANT_FLAGS, flags, true);
    words.setUint16((at % PAGE_BYTES) + GRANT_DOMAIN, domain, true);
    words.setUint32((at % PAGE_BYTES) + GRANT_FRAME, page, true);
  }

  /** Writes a transmit request at a position and publishes it. */
  request(position: number, { reference, offset, flags, id, size }: TransmitRequest): void {
    const words = this.words(TX_RING_PAGE);
    const at = RING_ENTRIES + (position % SHARED_COUNT) * TX_ENTRY_BYTES;
    words.setUint32(at + TX_REQUEST_GRANT, reference, true);
    words.setUint16(at + TX_REQUEST_OFFSET, offset, true);
    words.setUint16(at + TX_REQUEST_FLAGS, flags, true);
    words.setUint16(at + TX_REQUEST_ID, id, true);
    words.setUint16(at + TX_REQUEST_SIZE, size, true);
    words.setUint32(RING_REQ_PROD, position + 1, true);
  }

  /** Writes what a transmit request says is extra information: twelve bytes, in order. */
  extra(position: number, bytes: readonly number[]): void {
    const at = RING_ENTRIES + (position % SHARED_COUNT) * TX_ENTRY_BYTES;
    this.page(TX_RING_PAGE).set([...bytes, ...new Array<number>(TX_ENTRY_BYTES - bytes.length).fill(0)], at);
  }

  /** Writes a receive request at a position and publishes it. */
  postBuffer(position: number, reference: number, id: number): void {
    const words = this.words(RX_RING_PAGE);
    const at = RING_ENTRIES + (position % SHARED_COUNT) * RX_ENTRY_BYTES;
    words.setUint32(at + RX_REQUEST_ID, id, true);
    words.setUint32(at + RX_REQUEST_GRANT, reference, true);
    words.setUint32(RING_REQ_PROD, position + 1, true);
  }

  positions(page: number): Positions {
    const words = this.words(page);
    return {
      requests: words.getUint32(RING_REQ_PROD, true),
      requestEvent: words.getUint32(RING_REQ_EVENT, true),
      responses: words.getUint32(RING_RSP_PROD, true),
      responseEvent: words.getUint32(RING_RSP_EVENT, true),
    };
  }

  /** Returns how many of 256 references from one on grant something. */
  grantedCount(first: number): number {
    const granted = Array.from({ length: SHARED_COUNT }, (_, number) => {
      const at = (first + number) * GRANT_BYTES;
      return this.words(GRANT_TABLE_PAGE + Math.floor(at / PAGE_BYTES)).getUint16(
        (at % PAGE_BYTES) + GRANT_FLAGS,
        true,
      );
    });
    return granted.filter((flags) => flags !== 0).length;
  }

  /** Returns how many requests of either ring the frontend has made and not taken the responses to. */
  openRequests(): readonly [transmit: number, receive: number] {
    const words = this.words(NETFRONT_PAGE);
    const word = (index: number) => words.getUint32(index * 4, true);
    return [word(0) - word(1), word(2) - word(3)];
  }

  /** Returns identifier and signed status of the transmit response at a position. */
  response(position: number): readonly [id: number, status: number] {
    const words = this.words(TX_RING_PAGE);
    const at = RING_ENTRIES + (position % SHARED_COUNT) * TX_ENTRY_BYTES;
    return [words.getUint16(at + TX_RESPONSE_ID, true), words.getInt16(at + TX_RESPONSE_STATUS, true)];
  }
}
