/**
 * Where the parts of a virtual function's record lie. Registers have one storage: the data path, the register port and
 * the state image all see the same bytes, because the register table maps BAR0 offsets to these places. The record's
 * classes (nic/virtual-function.ts) have guards that fail the build when they drift from here.
 *
 *      0                      144        256       320              448               576
 *     +----------------------+----------+---------+----------------+-----------------+
 *     | identity, IOMMU map, | outbound | control | receive queues | transmit queues |
 *     | moderation, logs     | buffer   | words   | 2 x 64 B       | 2 x 64 B        |
 *     +----------------------+----------+---------+----------------+-----------------+
 *       not visible to the guest           visible as registers
 */

export const VF_OUTBOUND: u32 = 144;
export const VF_CONTROL: u32 = 256;
export const VF_RX: u32 = 320;
export const VF_TX: u32 = 448;
export const VF_BYTES: u32 = 576;

export const VF_STATUS: u32 = VF_CONTROL;
export const VF_EICR: u32 = VF_CONTROL + 4;
export const VF_EIMS: u32 = VF_CONTROL + 8;
export const VF_EIAC: u32 = VF_CONTROL + 12;
export const VF_EIAM: u32 = VF_CONTROL + 16;
export const VF_EITR: u32 = VF_CONTROL + 20;
export const VF_IVAR: u32 = VF_CONTROL + 32;
export const VF_IVAR_MISC: u32 = VF_CONTROL + 36;
export const VF_GPRC: u32 = VF_CONTROL + 40;
export const VF_GPTC: u32 = VF_CONTROL + 44;
export const VF_GORC: u32 = VF_CONTROL + 48;
export const VF_GOTC: u32 = VF_CONTROL + 52;
export const VF_MPRC: u32 = VF_CONTROL + 56;

/** Fields of a queue. */
export const QUEUE_BYTES: u32 = 64;
export const QUEUE_BASE_LOW: u32 = 0;
export const QUEUE_BASE_HIGH: u32 = 4;
export const QUEUE_LENGTH: u32 = 8;
export const QUEUE_HEAD: u32 = 12;
export const QUEUE_TAIL: u32 = 16;
export const QUEUE_CONTROL: u32 = 20;
/** SRRCTL of a receive queue, TXCTL of a transmit queue. */
export const QUEUE_OPTIONS: u32 = 24;
/** RQDPC of a receive queue. */
export const QUEUE_DROPPED: u32 = 28;

/** MSI-X vectors of a virtual function. */
export const VECTOR_COUNT: u32 = 3;
/** RXDCTL and TXDCTL, queue enable. */
export const QUEUE_ENABLE: u32 = 0x02000000;
/** VTIVAR: a valid entry, its vector, and where the entries of receive and transmit queue 0 lie. */
export const IVAR_VALID: u32 = 0x80;
export const IVAR_VECTOR_MASK: u32 = 3;
export const IVAR_RX0_SHIFT: u32 = 0;
export const IVAR_TX0_SHIFT: u32 = 8;
/** VTCTRL.RST. */
export const CONTROL_RESET: u32 = 0x04000000;
/** EITR bits 14:2 are the interval in microseconds. */
export const EITR_SHIFT: u32 = 2;
export const EITR_MASK: u32 = 0x1fff;
