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

export const BACKUP_TIMERS = [
  "batch-received",
  "received",
  "blocks-received",
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
