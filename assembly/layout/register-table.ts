/**
 * What the columns of a register table mean. Two tables follow it: vf-registers.ts for a virtual function's BAR0 and
 * pf-registers.ts for the physical function's. Each drives dispatch, reset, the state image and the table in the
 * documentation. Both compilers read these files, so rows are plain integers; names and meanings stand in files beside them.
 *
 * A row is a register or an array of them: `count` registers, `stride` bytes apart. The physical function sees most
 * registers of a virtual function in its own BAR, at `view` + pool * `poolStride` + instance * `viewStride`.
 */

export const COLUMN_OFFSET: u32 = 0;
export const COLUMN_COUNT: u32 = 1;
export const COLUMN_STRIDE: u32 = 2;
/** Where the storage lies in the record (layout/virtual-function.ts, layout/physical-function.ts), or NOWHERE. */
export const COLUMN_PLACE: u32 = 3;
export const COLUMN_PLACE_STRIDE: u32 = 4;
/** Bits that a write reaches. */
export const COLUMN_WRITABLE: u32 = 5;
export const COLUMN_RESET: u32 = 6;
export const COLUMN_ACCESS: u32 = 7;
/** Bits that a read clears. */
export const COLUMN_CLEARS: u32 = 8;
/** What a write starts. */
export const COLUMN_EFFECT: u32 = 9;
/** The record of the state image that carries the register, or 0; its instance is the register's. */
export const COLUMN_RECORD: u32 = 10;
export const COLUMN_VIEW: u32 = 11;
export const COLUMN_POOL_STRIDE: u32 = 12;
export const COLUMN_VIEW_STRIDE: u32 = 13;
/** Cells in a row. */
export const ROW_CELLS: u32 = 14;

export const NOWHERE: i32 = -1;
/** The physical function does not see the register. */
export const UNSEEN: i32 = -1;

// How access behaves.
export const READ_WRITE: u32 = 0;
export const READ_ONLY: u32 = 1;
export const WRITE_ONLY: u32 = 2;
/** A read returns the value and clears the bits of COLUMN_CLEARS; a 1 written clears its bit. */
export const READ_CLEARS: u32 = 3;
/** A 1 written sets its bit; a read returns the value. */
export const WRITE_1_SETS: u32 = 4;
/** A 1 written clears its bit; a read returns 0. */
export const WRITE_1_CLEARS: u32 = 5;
/** A 1 written clears its bit; a read returns the value. */
export const READ_WRITE_1_CLEARS: u32 = 6;
/** A write is only its effect; a read returns what the effect's owner computes. */
export const COMPUTED: u32 = 7;

// What a write starts, of a virtual function's registers.
export const NOTHING: u32 = 0;
/** VTCTRL. */
export const RESETS: u32 = 1;
/** VTEICS. */
export const RAISES: u32 = 2;
/** VTEIMS. */
export const UNMASKS: u32 = 3;
/** VTEITR. */
export const THROTTLES: u32 = 4;
/** VFMAILBOX. */
export const MAILS: u32 = 5;
/** TDT. */
export const TRANSMITS: u32 = 6;
/** RDT. */
export const FILLS: u32 = 7;
/** RXDCTL and TXDCTL. */
export const SWITCHES_RX: u32 = 8;
export const SWITCHES_TX: u32 = 9;
/** Anything else that changes how a queue works. */
export const SHAPES: u32 = 10;
/** RDH and TDH, with the option of writable heads. */
export const PLACES: u32 = 11;
/** VTFRTIMER. */
export const TELLS_TIME: u32 = 12;

// What a write starts, of the physical function's registers.
/** CTRL. */
export const RESETS_PORT: u32 = 16;
/** CTRL_EXT. */
export const READIES: u32 = 17;
/** P2VMAILBOX. */
export const MAILS_VF: u32 = 18;
/** ICS, IMS, MBVFIMR: the physical function's interrupt is looked at again. */
export const INTERRUPTS_PF: u32 = 19;
/** Filters, enables, offloads: what the pools may do is worked out anew. */
export const CONFIGURES: u32 = 20;
/** STATUS of the port. */
export const TELLS_STATUS: u32 = 21;
/** The high half of a statistic of 64 bits: reading it clears the low half, too. */
export const CLEARS_LOW: u32 = 22;
