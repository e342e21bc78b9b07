/**
 * A recorded TCP conversation, as a machine has it in its memory to play one of the sides:
 *
 *     recorded connections, 32 B each | turns, 32 B each | bytes of every stream
 *
 *     connection   0             8         12           16         20         24              28
 *                 +-------------+---------+------------+----------+----------+---------------+---------------+
 *                 | start, ps   | turns   | turn count | own      | other's  | other's count | ends by reset |
 *                 +-------------+---------+------------+----------+----------+---------------+---------------+
 *     turn         0             8         12           16               20       24
 *                 +-------------+---------+------------+----------------+--------+-----------+
 *                 | think, ps   | after   | bytes      | answered by    | kind   | unused    |
 *                 +-------------+---------+------------+----------------+--------+-----------+
 *
 * Turns, own and other's are addresses in the machine's memory: the first turn, the bytes that this side writes, those
 * that the other one does. What turns mean: src/format/tcp-turns.ts.
 */

export const RECORDED_CONNECTION_BYTES: u32 = 32;
/** u64: when it is opened, from the beginning of the replay. */
export const RECORDED_START: u32 = 0;
export const RECORDED_TURNS: u32 = 8;
export const RECORDED_TURN_COUNT: u32 = 12;
export const RECORDED_OWN: u32 = 16;
export const RECORDED_OTHER: u32 = 20;
export const RECORDED_OTHER_BYTES: u32 = 24;
/** 1 when one of the sides resets the connection, 0 when none does. */
export const RECORDED_IS_RESET: u32 = 28;

export const TURN_BYTES: u32 = 32;
export const TURN_THINK: u32 = 0;
export const TURN_AFTER: u32 = 8;
export const TURN_BYTE_COUNT: u32 = 12;
export const TURN_ANSWERED_BY: u32 = 16;
export const TURN_KIND: u32 = 20;

export const TURN_WRITE: u32 = 0;
export const TURN_CLOSE: u32 = 1;
export const TURN_RESET: u32 = 2;

/** A replayed connection comes from the port of its number: that tells the listening side which one it is. */
export const REPLAY_PORT_FIRST: u32 = 1024;
export const REPLAY_CONNECTION_COUNT_MAX: u32 = 64512;
