/**
 * A request of the replaying client: what it sends and when, and what became of it. The control plane fills the first
 * half and reads the second.
 *
 *      0          8            16           24      28      32      36      40      44       48      52     56
 *     +----------+------------+------------+-------+-------+-------+-------+-------+--------+-------+------+
 *     | sent at  | first sent | answered   | query | bytes | reply | bytes | port  | state, | wrong | again|
 *     | (planned)|            |            | at    |       | at    |       |       | tries  |       |      |
 *     +----------+------------+------------+-------+-------+-------+-------+-------+--------+-------+------+
 *      56           64                  68               72
 *     +------------+-------------------+----------------+
 *     | deadline   | next of same port | next to expire |   links are request numbers + 1
 *     +------------+-------------------+----------------+
 */

export const REQUEST_PLANNED_AT: u32 = 0;
export const REQUEST_FIRST_SENT_AT: u32 = 8;
export const REQUEST_ANSWERED_AT: u32 = 16;
export const REQUEST_QUERY: u32 = 24;
export const REQUEST_QUERY_BYTES: u32 = 28;
export const REQUEST_REPLY: u32 = 32;
export const REQUEST_REPLY_BYTES: u32 = 36;
export const REQUEST_PORT: u32 = 40;
export const REQUEST_STATE: u32 = 44;
export const REQUEST_TRIES: u32 = 46;
/** Answers that differed from the recorded one. */
export const REQUEST_WRONG_COUNT: u32 = 48;
/** Right answers after the first. */
export const REQUEST_REPEAT_COUNT: u32 = 52;
export const REQUEST_BYTES: u32 = 72;

export const REQUEST_PENDING: u32 = 0;
export const REQUEST_SENT: u32 = 1;
export const REQUEST_ANSWERED: u32 = 2;
/** Every try timed out. */
export const REQUEST_FAILED: u32 = 3;
