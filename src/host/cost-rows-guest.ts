/**
 * What a guest's kernel costs: UDP by the datagram, TCP by the segment, a request's turn, drivers, copies.
 *
 * A driver's cycles come on top of the stack's: `stackTransmit` ends where `driverTransmit` begins. Merging and
 * segmentation are counts of segments and have a value for each place where they may happen. Left out: the
 * application, whose cycles the scenario says.
 */
import type { CostRows } from "./cost-row";

export const GUEST_ROWS = {
  stackReceive: {
    era: 3_500,
    now: 2_800,
    unit: "cycles",
    range: [2_000, 6_000],
    label: "A",
    meaning: "UDP receive from driver to user space, wake-up included",
    source: "assumed: above the 2,069 cycles of a routed packet (XDP data set) by socket, wake-up and system call",
  },
  stackTransmit: {
    era: 1_900,
    now: 1_900,
    unit: "cycles",
    range: [1_500, 4_000],
    label: "D",
    meaning: "UDP send from system call to driver",
    source: "2,790 cycles at 1.05 Mpps from user space at 2.93 GHz (netmap, ATC 2012) less the driver's 900",
  },
  tcpReceiveSegment: {
    era: 4_200,
    now: 2_600,
    unit: "cycles",
    range: [2_000, 7_000],
    label: "A",
    meaning: "TCP receive for a segment, nothing merged, copy excluded",
    source:
      "assumed: below 10,280 and 8,540 for a segment of 1,448 bytes all in, from 7.1 and 5.9 cycles/byte of a guest in Xen (Oi and Nakajima, NCA 2009)",
  },
  tcpTransmitSegment: {
    era: 1_400,
    now: 500,
    unit: "cycles",
    range: [300, 3_000],
    label: "A",
    meaning: "TCP send for a segment with segmentation offload, copy excluded",
    source: "assumed: the stack is run once for a buffer of several segments, so a fraction of receiving one",
  },
  tcpAck: {
    era: 1_500,
    now: 900,
    unit: "cycles",
    range: [600, 3_000],
    label: "A",
    meaning: "sending or receiving a bare acknowledgement; one for two segments",
    source: "assumed: a segment without data and without a socket's wake-up, about a third of receiving one",
  },
  tcpTimeoutFirst: {
    era: 3_000_000_000,
    now: 1_000_000_000,
    unit: "ns",
    range: [1_000_000_000, 3_000_000_000],
    label: "M",
    meaning: "retransmission time-out of TCP before the first round trip is measured",
    source:
      "from memory, unverified: 3 s in RFC 2988, 1 s since RFC 6298 of 2011; what stacks of both years were told to do",
  },
  tcpTimeoutLeast: {
    era: 200_000_000,
    now: 200_000_000,
    unit: "ns",
    range: [200_000_000, 1_000_000_000],
    label: "M",
    meaning: "least retransmission time-out of TCP",
    source: "from memory, unverified: TCP_RTO_MIN of Linux; RFC 6298 asks for 1 s, which no common stack keeps",
  },
  requestTurn: {
    era: 9_000,
    now: 7_000,
    unit: "cycles",
    range: [5_000, 16_000],
    label: "A",
    meaning: "what a request and its answer cost beside packets and application: wake-up, two switches, system calls",
    source: "assumed: below the 10,250 of one process switch of 3.5 us at 2.93 GHz (two-process pipe test)",
  },
  guestMergedSegments: {
    era: 1,
    now: 8,
    unit: "count",
    range: [1, 16],
    label: "A",
    meaning: "segments that a guest's stack receives as one, at most",
    source:
      "assumed: none in the years of the paper, eight with merging in software; merging and ACK offload gave 45 to 67 % natively and 86 % in a Xen guest (Menon and Zwaenepoel, ATC 2008)",
  },
  dom0MergedSegments: {
    era: 1,
    now: 8,
    unit: "count",
    range: [1, 16],
    label: "A",
    meaning: "segments that dom0 receives as one before it bridges them, at most",
    source: "assumed: a bridge of the paper's years could not pass merged segments on; now as in a guest",
  },
  segmentsPerTransmit: {
    era: 11,
    now: 30,
    unit: "count",
    range: [1, 44],
    label: "A",
    meaning: "segments in one buffer that a guest's stack hands to its driver, at most; 1 for none that is cut",
    source: "assumed: 64 KiB hold 45 segments of 1,448 bytes; window and acknowledgements keep buffers below that",
  },
  copyUser: {
    era: 500,
    now: 300,
    unit: "cycles/kB",
    range: [200, 1_000],
    label: "A",
    meaning: "copy between user space and kernel, for 1,000 bytes",
    source: "assumed: half a cycle a byte from a cold cache, less with wider loads",
  },
  driverReceive: {
    era: 900,
    now: 600,
    unit: "cycles",
    range: [83, 1_500],
    label: "I",
    meaning: "native NIC driver for one received packet",
    source:
      "750 cycles at 4.8 Mpps of earliest kernel drop on a core of 3.6 GHz (XDP, CoNEXT 2018), scaled to an earlier and a later core; least: 43.5 Mpps when polled",
  },
  driverTransmit: {
    era: 900,
    now: 600,
    unit: "cycles",
    range: [83, 1_500],
    label: "I",
    meaning: "native NIC driver for one sent packet, completion included",
    source: "732 cycles at 4 Mpps of an in-kernel generator (netmap, ATC 2012), scaled to other cores",
  },
  netfrontPacket: {
    era: 1_200,
    now: 800,
    unit: "cycles",
    range: [500, 2_500],
    label: "A",
    meaning: "paravirtual NIC driver of a guest for one packet or buffer, either direction",
    source: "assumed: a native driver's work, and a grant for each page",
  },
} as const satisfies CostRows;
