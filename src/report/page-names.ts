/** What each page of a guest is for, in words: for reports that name what was lost. */
import {
  COMPUTE_PAGE,
  DRIVER_PAGE,
  FREE_BUFFERS_PAGE,
  GRANT_TABLE_PAGE,
  NETFRONT_PAGE,
  RECORD_PAGE,
  RX_BUFFER_OF_PAGE,
  RX_BUFFERS_PAGE,
  RX_RING_PAGE,
  SERVICE_PAGE,
  SOCKET_PAGE,
  STREAM_PAGE,
  TABLE_PAGE,
  TX_BUFFERS_PAGE,
  TX_RING_PAGE,
} from "../../assembly/layout/guest-software";

const REGIONS: readonly (readonly [number, string])[] = [
  [TABLE_PAGE, "service table and working set"],
  [TX_BUFFERS_PAGE, "transmit buffers"],
  [RX_BUFFERS_PAGE, "receive buffers"],
  [RECORD_PAGE, "record of registers"],
  [GRANT_TABLE_PAGE, "grant table"],
  [NETFRONT_PAGE, "netfront state"],
  [COMPUTE_PAGE, "job state"],
  [STREAM_PAGE, "stream state"],
  [SERVICE_PAGE, "service state"],
  [SOCKET_PAGE, "socket queue"],
  [FREE_BUFFERS_PAGE, "free buffers"],
  [RX_BUFFER_OF_PAGE, "receive buffer numbers"],
  [TX_RING_PAGE, "transmit ring"],
  [RX_RING_PAGE, "receive ring"],
  [DRIVER_PAGE, "driver state"],
];

/** Returns what a page belongs to. */
export function pageName(page: number): string {
  return REGIONS.find(([first]) => page >= first)?.[1] ?? "unused page";
}
