/**
 * The registers of a virtual function's BAR0, once. This table drives dispatch, reset, the state image and the table
 * in the documentation. Both compilers read this file, so rows are plain integers; names and meanings stand beside
 * them in the same order.
 *
 * A row: offset in BAR0, place in the record (layout/virtual-function.ts, or NOWHERE), bits that a write reaches,
 * reset value, how access behaves, what a write starts, the state-image record that carries the register (or 0).
 *
 * Source: 82576 datasheet section 8.26 (VF registers), as the Linux igbvf driver uses them. Left out until the rest
 * of the device comes: mailbox, second queues, header split, head write-back, direct cache access.
 */
import { TYPE_INTERRUPT, TYPE_RX_QUEUE, TYPE_STATISTICS, TYPE_TX_QUEUE } from "./state-image";
import {
  QUEUE_BASE_HIGH,
  QUEUE_BASE_LOW,
  QUEUE_CONTROL,
  QUEUE_DROPPED,
  QUEUE_HEAD,
  QUEUE_LENGTH,
  QUEUE_OPTIONS,
  QUEUE_TAIL,
  VF_EIAC,
  VF_EIAM,
  VF_EICR,
  VF_EIMS,
  VF_EITR,
  VF_GORC,
  VF_GOTC,
  VF_GPRC,
  VF_GPTC,
  VF_IVAR,
  VF_IVAR_MISC,
  VF_MPRC,
  VF_RX,
  VF_STATUS,
  VF_TX,
} from "./virtual-function";

export const NOWHERE: i32 = -1;

// How access behaves.
export const READ_WRITE: u32 = 0;
export const READ_ONLY: u32 = 1;
export const WRITE_ONLY: u32 = 2;
/** A read returns the value and clears it; a 1 written clears its bit. */
export const READ_CLEARS: u32 = 3;
/** A 1 written sets its bit; a read returns the value. */
export const WRITE_1_SETS: u32 = 4;
/** A 1 written clears its bit; a read returns 0. */
export const WRITE_1_CLEARS: u32 = 5;

// What a write starts.
export const NOTHING: u32 = 0;
export const RESETS: u32 = 1;
export const RAISES: u32 = 2;
export const UNMASKS: u32 = 3;
export const TRANSMITS: u32 = 4;
export const FILLS: u32 = 5;
export const SWITCHES_RX: u32 = 6;
export const SWITCHES_TX: u32 = 7;

export const COLUMN_COUNT: u32 = 7;
export const COLUMN_OFFSET: u32 = 0;
export const COLUMN_PLACE: u32 = 1;
export const COLUMN_WRITABLE: u32 = 2;
export const COLUMN_RESET: u32 = 3;
export const COLUMN_ACCESS: u32 = 4;
export const COLUMN_EFFECT: u32 = 5;
export const COLUMN_RECORD: u32 = 6;

export const VTCTRL: u32 = 0x0000;
export const STATUS: u32 = 0x0008;
export const VTEICS: u32 = 0x1520;
export const VTEIMS: u32 = 0x1524;
export const VTEIMC: u32 = 0x1528;
export const VTEIAC: u32 = 0x152c;
export const VTEIAM: u32 = 0x1530;
export const VTEICR: u32 = 0x1580;
export const VTEITR0: u32 = 0x1680;
export const VTEITR1: u32 = 0x1684;
export const VTEITR2: u32 = 0x1688;
export const VTIVAR: u32 = 0x1700;
export const VTIVAR_MISC: u32 = 0x1740;
export const RDBAL: u32 = 0x2800;
export const RDBAH: u32 = 0x2804;
export const RDLEN: u32 = 0x2808;
export const SRRCTL: u32 = 0x280c;
export const RDH: u32 = 0x2810;
export const RDT: u32 = 0x2818;
export const RXDCTL: u32 = 0x2828;
export const RQDPC: u32 = 0x2830;
export const TDBAL: u32 = 0x3800;
export const TDBAH: u32 = 0x3804;
export const TDLEN: u32 = 0x3808;
export const TDH: u32 = 0x3810;
export const TXCTL: u32 = 0x3814;
export const TDT: u32 = 0x3818;
export const TXDCTL: u32 = 0x3828;
export const VFGPRC: u32 = 0x0f10;
export const VFGPTC: u32 = 0x0f14;
export const VFGORC: u32 = 0x0f18;
export const VFGOTC: u32 = 0x0f34;
export const VFMPRC: u32 = 0x0f3c;

/** Bytes of BAR0; every register's offset is below it. */
export const BAR0_BYTES: u32 = 16384;

export const VF_REGISTERS: i32[] = [
  // offset, place, writable bits, reset, access, effect, record
  // Control. STATUS says full duplex, link up, 1000 Mb/s: the part knows no higher speed, whatever the line rate is.
  VTCTRL,      NOWHERE,                 0x04000000,  0,       WRITE_ONLY,     RESETS,      0,
  STATUS,      VF_STATUS,               0,           0x83,    READ_ONLY,      NOTHING,     0,
  // Interrupts.
  VTEICS,      VF_EICR,                 7,           0,       WRITE_ONLY,     RAISES,      0,
  VTEIMS,      VF_EIMS,                 7,           0,       WRITE_1_SETS,   UNMASKS,     TYPE_INTERRUPT,
  VTEIMC,      VF_EIMS,                 7,           0,       WRITE_1_CLEARS, NOTHING,     0,
  VTEIAC,      VF_EIAC,                 7,           0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  VTEIAM,      VF_EIAM,                 7,           0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  VTEICR,      VF_EICR,                 7,           0,       READ_CLEARS,    NOTHING,     TYPE_INTERRUPT,
  VTEITR0,     VF_EITR,                 0x7ffc,      0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  VTEITR1,     VF_EITR + 4,             0x7ffc,      0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  VTEITR2,     VF_EITR + 8,             0x7ffc,      0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  VTIVAR,      VF_IVAR,                 -2088533117, 0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  VTIVAR_MISC, VF_IVAR_MISC,            0x83,        0,       READ_WRITE,     NOTHING,     TYPE_INTERRUPT,
  // Receive queue 0. Heads are read-only: that is what makes a plain virtual function impossible to replicate.
  RDBAL,       VF_RX + QUEUE_BASE_LOW,  -128,        0,       READ_WRITE,     NOTHING,     TYPE_RX_QUEUE,
  RDBAH,       VF_RX + QUEUE_BASE_HIGH, -1,          0,       READ_WRITE,     NOTHING,     TYPE_RX_QUEUE,
  RDLEN,       VF_RX + QUEUE_LENGTH,    0xfff80,     0,       READ_WRITE,     NOTHING,     TYPE_RX_QUEUE,
  SRRCTL,      VF_RX + QUEUE_OPTIONS,   -1,          0x400,   READ_WRITE,     NOTHING,     TYPE_RX_QUEUE,
  RDH,         VF_RX + QUEUE_HEAD,      0,           0,       READ_ONLY,      NOTHING,     TYPE_RX_QUEUE,
  RDT,         VF_RX + QUEUE_TAIL,      0xffff,      0,       READ_WRITE,     FILLS,       TYPE_RX_QUEUE,
  RXDCTL,      VF_RX + QUEUE_CONTROL,   0x021f1f1f,  0x10000, READ_WRITE,     SWITCHES_RX, TYPE_RX_QUEUE,
  RQDPC,       VF_RX + QUEUE_DROPPED,   0,           0,       READ_CLEARS,    NOTHING,     TYPE_RX_QUEUE,
  // Transmit queue 0.
  TDBAL,       VF_TX + QUEUE_BASE_LOW,  -128,        0,       READ_WRITE,     NOTHING,     TYPE_TX_QUEUE,
  TDBAH,       VF_TX + QUEUE_BASE_HIGH, -1,          0,       READ_WRITE,     NOTHING,     TYPE_TX_QUEUE,
  TDLEN,       VF_TX + QUEUE_LENGTH,    0xfff80,     0,       READ_WRITE,     NOTHING,     TYPE_TX_QUEUE,
  TDH,         VF_TX + QUEUE_HEAD,      0,           0,       READ_ONLY,      NOTHING,     TYPE_TX_QUEUE,
  TXCTL,       VF_TX + QUEUE_OPTIONS,   0x2a00,      0x2a00,  READ_WRITE,     NOTHING,     TYPE_TX_QUEUE,
  TDT,         VF_TX + QUEUE_TAIL,      0xffff,      0,       READ_WRITE,     TRANSMITS,   TYPE_TX_QUEUE,
  TXDCTL,      VF_TX + QUEUE_CONTROL,   0x021f1f1f,  0,       READ_WRITE,     SWITCHES_TX, TYPE_TX_QUEUE,
  // Statistics: a read does not clear them, they wrap at 32 bits, and nothing but ReNIC can set them.
  VFGPRC,      VF_GPRC,                 0,           0,       READ_ONLY,      NOTHING,     TYPE_STATISTICS,
  VFGPTC,      VF_GPTC,                 0,           0,       READ_ONLY,      NOTHING,     TYPE_STATISTICS,
  VFGORC,      VF_GORC,                 0,           0,       READ_ONLY,      NOTHING,     TYPE_STATISTICS,
  VFGOTC,      VF_GOTC,                 0,           0,       READ_ONLY,      NOTHING,     TYPE_STATISTICS,
  VFMPRC,      VF_MPRC,                 0,           0,       READ_ONLY,      NOTHING,     TYPE_STATISTICS,
];
export const ROW_COUNT: u32 = 33;

/** Names of the rows, in their order. */
export const VF_REGISTER_NAMES: string =
  "VTCTRL STATUS VTEICS VTEIMS VTEIMC VTEIAC VTEIAM VTEICR VTEITR0 VTEITR1 VTEITR2 VTIVAR VTIVAR_MISC " +
  "RDBAL RDBAH RDLEN SRRCTL RDH RDT RXDCTL RQDPC TDBAL TDBAH TDLEN TDH TXCTL TDT TXDCTL " +
  "VFGPRC VFGPTC VFGORC VFGOTC VFMPRC";

/** What each register is for, a line each, in the same order; only the control plane reads this. */
export const VF_REGISTER_MEANINGS: string =
  "bit 26 resets the virtual function; reads 0\n" +
  "full duplex, link up, speed; mirrored from the port\n" +
  "sets causes; bits 2:0 are the vectors\n" +
  "mask: a set bit lets a vector interrupt\n" +
  "clears bits of the mask\n" +
  "causes that are cleared when their message is sent\n" +
  "mask bits that are cleared when their message is sent\n" +
  "pending causes\n" +
  "throttle of vector 0: interval in bits 14:2, microseconds\n" +
  "throttle of vector 1\n" +
  "throttle of vector 2\n" +
  "vectors of the queues: bits 1:0 and 7 receive queue 0, bits 9:8 and 15 transmit queue 0\n" +
  "vector of the mailbox: bits 1:0 and 7\n" +
  "receive ring, address bits 31:7\n" +
  "receive ring, address bits 63:32\n" +
  "receive ring, bytes, a multiple of 128\n" +
  "receive buffers: size in KiB in bits 6:0, descriptor type in bits 27:25\n" +
  "receive head: the next descriptor that hardware fills; 0 after enabling\n" +
  "receive tail: hardware owns the descriptors before it\n" +
  "bit 25 enables the receive queue; thresholds below\n" +
  "frames dropped because hardware owned no descriptor\n" +
  "transmit ring, address bits 31:7\n" +
  "transmit ring, address bits 63:32\n" +
  "transmit ring, bytes, a multiple of 128\n" +
  "transmit head: the next descriptor that hardware fetches; 0 after enabling\n" +
  "hints for direct cache access; kept, without effect\n" +
  "transmit tail: the doorbell\n" +
  "bit 25 enables the transmit queue; thresholds below\n" +
  "frames received\n" +
  "frames sent\n" +
  "octets received, frame check sequences included\n" +
  "octets sent, frame check sequences included\n" +
  "multicast and broadcast frames received";
