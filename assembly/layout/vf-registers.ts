/**
 * The registers of a virtual function's BAR0, once; register-table.ts says what the columns mean.
 *
 * Source: 82576 datasheet section 8.26 (VF registers), as the Linux igbvf driver uses them.
 */
import {
  COMPUTED,
  FILLS,
  MAILS,
  NOTHING,
  NOWHERE,
  PLACES,
  RAISES,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  RESETS,
  SHAPES,
  SWITCHES_RX,
  SWITCHES_TX,
  TELLS_TIME,
  THROTTLES,
  TRANSMITS,
  UNMASKS,
  UNSEEN,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "./register-table";
import { TYPE_CONTROL, TYPE_INTERRUPT, TYPE_RX_QUEUE, TYPE_STATISTICS, TYPE_TX_QUEUE } from "./state-image";
import {
  QUEUE_BASE_HIGH,
  QUEUE_BASE_LOW,
  QUEUE_BYTES,
  QUEUE_CACHE,
  QUEUE_CONTROL,
  QUEUE_DROPPED,
  QUEUE_HEAD,
  QUEUE_LENGTH,
  QUEUE_OPTIONS,
  QUEUE_TAIL,
  QUEUE_WRITE_BACK_HIGH,
  QUEUE_WRITE_BACK_LOW,
  VF_EIAC,
  VF_EIAM,
  VF_EICR,
  VF_EIMS,
  VF_EITR,
  VF_GORC,
  VF_GORLBC,
  VF_GOTC,
  VF_GOTLBC,
  VF_GPRC,
  VF_GPRLBC,
  VF_GPTC,
  VF_GPTLBC,
  VF_IVAR,
  VF_IVAR_MISC,
  VF_MAIL,
  VF_MAILBOX,
  VF_MPRC,
  VF_PENDING,
  VF_PSRTYPE,
  VF_RX,
  VF_STATUS,
  VF_TX,
} from "./virtual-function";

export const VTCTRL: u32 = 0x0000;
export const STATUS: u32 = 0x0008;
export const VTFRTIMER: u32 = 0x1048;
export const VFMAILBOX: u32 = 0x0c40;
export const VMBMEM: u32 = 0x0800;
export const VTPSRTYPE: u32 = 0x0f0c;
export const VTEICS: u32 = 0x1520;
export const VTEIMS: u32 = 0x1524;
export const VTEIMC: u32 = 0x1528;
export const VTEIAC: u32 = 0x152c;
export const VTEIAM: u32 = 0x1530;
export const VTEICR: u32 = 0x1580;
export const VTEITR: u32 = 0x1680;
export const VTIVAR: u32 = 0x1700;
export const VTIVAR_MISC: u32 = 0x1740;
export const VTPBACL: u32 = 0x0f04;
export const RDBAL: u32 = 0x2800;
export const RDBAH: u32 = 0x2804;
export const RDLEN: u32 = 0x2808;
export const SRRCTL: u32 = 0x280c;
export const RDH: u32 = 0x2810;
export const RXCTL: u32 = 0x2814;
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
export const TDWBAL: u32 = 0x3838;
export const TDWBAH: u32 = 0x383c;
export const VFGPRC: u32 = 0x0f10;
export const VFGPTC: u32 = 0x0f14;
export const VFGORC: u32 = 0x0f18;
export const VFGOTC: u32 = 0x0f34;
export const VFMPRC: u32 = 0x0f3c;
export const VFGPRLBC: u32 = 0x0f40;
export const VFGPTLBC: u32 = 0x0f44;
export const VFGORLBC: u32 = 0x0f48;
export const VFGOTLBC: u32 = 0x0f50;
/** From a register of queue 0 to the same of queue 1. */
export const QUEUE_STRIDE: u32 = 0x100;
/** From the throttle of a vector to the next one's. */
export const VECTOR_STRIDE: u32 = 4;

/** Bytes of BAR0; every register's offset is below it. */
export const BAR0_BYTES: u32 = 16384;

export const VF_REGISTERS: i32[] = [
  // name: offset, count, stride, place, its stride, writable bits, reset, access, cleared by reading, effect, record, view, by pool, by instance
  // Control. STATUS says full duplex, link up, 1000 Mb/s: the part knows no higher speed, whatever the line rate is.
  VTCTRL,      2,  4,     NOWHERE,                       0,           0x04000000,  0,       WRITE_ONLY,     0,    RESETS,      0,               0x10000, 0x100, 4,
  STATUS,      1,  0,     VF_STATUS,                     0,           0,           0x83,    READ_ONLY,      0,    NOTHING,     0,               UNSEEN,  0,     0,
  VTFRTIMER,   1,  0,     NOWHERE,                       0,           0,           0,       COMPUTED,       0,    TELLS_TIME,  0,               UNSEEN,  0,     0,
  VFMAILBOX,   1,  0,     VF_MAILBOX,                    0,           0,           0x40,    COMPUTED,       0xb0, MAILS,       TYPE_CONTROL,    0xc40,   4,     0,
  VMBMEM,      16, 4,     VF_MAIL,                       4,           -1,          0,       READ_WRITE,     0,    NOTHING,     TYPE_CONTROL,    0x800,   64,    4,
  VTPSRTYPE,   1,  0,     VF_PSRTYPE,                    0,           0x3fff,      0,       READ_WRITE,     0,    NOTHING,     TYPE_CONTROL,    0x5480,  4,     0,
  // Interrupts.
  VTEICS,      1,  0,     VF_EICR,                       0,           7,           0,       WRITE_ONLY,     0,    RAISES,      0,               0x10020, 0x100, 0,
  VTEIMS,      1,  0,     VF_EIMS,                       0,           7,           0,       WRITE_1_SETS,   0,    UNMASKS,     TYPE_INTERRUPT,  0x10024, 0x100, 0,
  VTEIMC,      1,  0,     VF_EIMS,                       0,           7,           0,       WRITE_1_CLEARS, 0,    NOTHING,     0,               0x10028, 0x100, 0,
  VTEIAC,      1,  0,     VF_EIAC,                       0,           7,           0,       READ_WRITE,     0,    NOTHING,     TYPE_INTERRUPT,  0x1002c, 0x100, 0,
  VTEIAM,      1,  0,     VF_EIAM,                       0,           7,           0,       READ_WRITE,     0,    NOTHING,     TYPE_INTERRUPT,  0x10030, 0x100, 0,
  VTEICR,      1,  0,     VF_EICR,                       0,           7,           0,       READ_CLEARS,    -1,   NOTHING,     TYPE_INTERRUPT,  0x10080, 0x100, 0,
  VTEITR,      3,  4,     VF_EITR,                       4,           0x1ffffc,    0,       COMPUTED,       0,    THROTTLES,   TYPE_INTERRUPT,  0x16d8,  -12,   4,
  VTIVAR,      1,  0,     VF_IVAR,                       0,           -2088533117, 0,       READ_WRITE,     0,    NOTHING,     TYPE_INTERRUPT,  UNSEEN,  0,     0,
  VTIVAR_MISC, 1,  0,     VF_IVAR_MISC,                  0,           0x83,        0,       READ_WRITE,     0,    NOTHING,     TYPE_INTERRUPT,  UNSEEN,  0,     0,
  VTPBACL,     1,  0,     VF_PENDING,                    0,           7,           0,       WRITE_1_CLEARS, 0,    NOTHING,     0,               UNSEEN,  0,     0,
  // Receive queues. Heads are read-only: that is what makes a plain virtual function impossible to replicate.
  RDBAL,       2,  0x100, VF_RX + QUEUE_BASE_LOW,        QUEUE_BYTES, -128,        0,       READ_WRITE,     0,    SHAPES,      TYPE_RX_QUEUE,   0xc000,  64,    0x200,
  RDBAH,       2,  0x100, VF_RX + QUEUE_BASE_HIGH,       QUEUE_BYTES, -1,          0,       READ_WRITE,     0,    SHAPES,      TYPE_RX_QUEUE,   0xc004,  64,    0x200,
  RDLEN,       2,  0x100, VF_RX + QUEUE_LENGTH,          QUEUE_BYTES, 0xfff80,     0,       READ_WRITE,     0,    SHAPES,      TYPE_RX_QUEUE,   0xc008,  64,    0x200,
  SRRCTL,      2,  0x100, VF_RX + QUEUE_OPTIONS,         QUEUE_BYTES, -1880080513, 0x400,   READ_WRITE,     0,    SHAPES,      TYPE_RX_QUEUE,   0xc00c,  64,    0x200,
  RDH,         2,  0x100, VF_RX + QUEUE_HEAD,            QUEUE_BYTES, 0xffff,      0,       READ_ONLY,      0,    PLACES,      TYPE_RX_QUEUE,   0xc010,  64,    0x200,
  RXCTL,       2,  0x100, VF_RX + QUEUE_CACHE,           QUEUE_BYTES, 0xffff,      0,       READ_WRITE,     0,    NOTHING,     TYPE_RX_QUEUE,   0xc014,  64,    0x200,
  RDT,         2,  0x100, VF_RX + QUEUE_TAIL,            QUEUE_BYTES, 0xffff,      0,       READ_WRITE,     0,    FILLS,       TYPE_RX_QUEUE,   0xc018,  64,    0x200,
  RXDCTL,      2,  0x100, VF_RX + QUEUE_CONTROL,         QUEUE_BYTES, 0x021f1f1f,  0x10000, READ_WRITE,     0,    SWITCHES_RX, TYPE_RX_QUEUE,   0xc028,  64,    0x200,
  RQDPC,       2,  0x100, VF_RX + QUEUE_DROPPED,         QUEUE_BYTES, 0,           0,       READ_CLEARS,    -1,   NOTHING,     TYPE_RX_QUEUE,   0xc030,  64,    0x200,
  // Transmit queues.
  TDBAL,       2,  0x100, VF_TX + QUEUE_BASE_LOW,        QUEUE_BYTES, -128,        0,       READ_WRITE,     0,    SHAPES,      TYPE_TX_QUEUE,   0xe000,  64,    0x200,
  TDBAH,       2,  0x100, VF_TX + QUEUE_BASE_HIGH,       QUEUE_BYTES, -1,          0,       READ_WRITE,     0,    SHAPES,      TYPE_TX_QUEUE,   0xe004,  64,    0x200,
  TDLEN,       2,  0x100, VF_TX + QUEUE_LENGTH,          QUEUE_BYTES, 0xfff80,     0,       READ_WRITE,     0,    SHAPES,      TYPE_TX_QUEUE,   0xe008,  64,    0x200,
  TDH,         2,  0x100, VF_TX + QUEUE_HEAD,            QUEUE_BYTES, 0xffff,      0,       READ_ONLY,      0,    PLACES,      TYPE_TX_QUEUE,   0xe010,  64,    0x200,
  TXCTL,       2,  0x100, VF_TX + QUEUE_OPTIONS,         QUEUE_BYTES, 0x2a00,      0x2a00,  READ_WRITE,     0,    NOTHING,     TYPE_TX_QUEUE,   0xe014,  64,    0x200,
  TDT,         2,  0x100, VF_TX + QUEUE_TAIL,            QUEUE_BYTES, 0xffff,      0,       READ_WRITE,     0,    TRANSMITS,   TYPE_TX_QUEUE,   0xe018,  64,    0x200,
  TXDCTL,      2,  0x100, VF_TX + QUEUE_CONTROL,         QUEUE_BYTES, 0x0a1f1f1f,  0,       READ_WRITE,     0,    SWITCHES_TX, TYPE_TX_QUEUE,   0xe028,  64,    0x200,
  TDWBAL,      2,  0x100, VF_TX + QUEUE_WRITE_BACK_LOW,  QUEUE_BYTES, -3,          0,       READ_WRITE,     0,    SHAPES,      TYPE_TX_QUEUE,   0xe038,  64,    0x200,
  TDWBAH,      2,  0x100, VF_TX + QUEUE_WRITE_BACK_HIGH, QUEUE_BYTES, -1,          0,       READ_WRITE,     0,    SHAPES,      TYPE_TX_QUEUE,   0xe03c,  64,    0x200,
  // Statistics: a read does not clear them, they wrap at 32 bits, and nothing but ReNIC can set them.
  VFGPRC,      1,  0,     VF_GPRC,                       0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10010, 0x100, 0,
  VFGPTC,      1,  0,     VF_GPTC,                       0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10014, 0x100, 0,
  VFGORC,      1,  0,     VF_GORC,                       0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10018, 0x100, 0,
  VFGOTC,      1,  0,     VF_GOTC,                       0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10034, 0x100, 0,
  VFMPRC,      1,  0,     VF_MPRC,                       0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x1003c, 0x100, 0,
  VFGPRLBC,    1,  0,     VF_GPRLBC,                     0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10040, 0x100, 0,
  VFGPTLBC,    1,  0,     VF_GPTLBC,                     0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10044, 0x100, 0,
  VFGORLBC,    1,  0,     VF_GORLBC,                     0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10048, 0x100, 0,
  VFGOTLBC,    1,  0,     VF_GOTLBC,                     0,           0,           0,       READ_ONLY,      0,    NOTHING,     TYPE_STATISTICS, 0x10050, 0x100, 0,
];
export const VF_ROW_COUNT: u32 = 43;
