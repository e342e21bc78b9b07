/** Kinds of timers that only mean something while one of the two hosts lives, so that they are cancelled when it dies. */

export const PRIMARY_TIMERS = [
  "batch-acked",
  "epoch-due",
  "stopped",
  "copied",
  "acked",
  "beat",
  "echoed",
  "backup-silence",
  "answered-primary",
  "link-retry",
] as const;

/** What is on its way to the backup, which stops when the primary sends nothing any more. */
const ARRIVING_TIMERS = ["batch-received", "received", "blocks-received"] as const;

/** Those of a primary that gives its backup up, or stops: its own, and those of what it had sent. */
export const SENDER_TIMERS = [...PRIMARY_TIMERS, ...ARRIVING_TIMERS] as const;

export const BACKUP_TIMERS = [
  ...ARRIVING_TIMERS,
  "heard",
  "silence",
  "answered-backup",
  "dismissed",
  "activated",
  "connected",
  "disk-connected",
  "announce",
  "driver-reset",
] as const;
