/** Planted bugs of registers, interrupts, mailboxes, resets, memory and time. */
import { bug, type PlantedBug } from "./planted-bug";

const INTERRUPT = "nic/interrupt.ts";
const REGISTERS = "nic/registers.ts";
const MAILBOX = "nic/mailbox.ts";
const RESET = "nic/reset.ts";
const PORT = "nic/port.ts";
const FETCHING = "nic/fetching.ts";
const DMA = "nic/dma.ts";
const IOMMU = "memory/iommu.ts";

export const DEVICE_BUGS: readonly PlantedBug[] = [
  bug(INTERRUPT, "throttled request, lost", "throttle(v, vector).isRemembered = 1;", ""),
  bug(
    INTERRUPT,
    "remembered request, sent though masked",
    "if (asksNow(v, vector)) sendMessage(v, vector);",
    "sendMessage(v, vector);",
  ),
  bug(INTERRUPT, "EIAC, ignored", "if (c.eiac & bit) c.eicr &= ~bit;", ""),
  bug(INTERRUPT, "EIAM, ignored", "if (c.eiam & bit) c.eims &= ~bit;", ""),
  bug(INTERRUPT, "PBA, stays set", "m.pending &= ~bit;", ""),
  bug(INTERRUPT, "throttle interval, a picosecond", "EITR_MASK) * PS_PER_US;", "EITR_MASK) * (PS_PER_US + 1);"),
  bug(INTERRUPT, "time left, rounded down", "(nextAt - now + unit - 1) / unit", "(nextAt - now) / unit"),
  bug(INTERRUPT, "EITR bit 31, ignored", "if (value & EITR_KEEP_COUNTER) return;", ""),
  bug(INTERRUPT, "quiesced pool, sends", "if (v.isQuiesced || isRunning) {", "if (isRunning) {"),
  bug(
    INTERRUPT,
    "MSI-X function mask, ignored",
    "(m.control & (MSIX_ENABLE | MSIX_FUNCTION_MASKED)) != MSIX_ENABLE",
    "!(m.control & MSIX_ENABLE)",
  ),
  bug(REGISTERS, "unmasking, does not request", "unmaskCauses(v, fresh);", ""),
  bug(REGISTERS, "a VF's read, does not clear", "load<u32>(at) & ~clears", "load<u32>(at)"),
  bug(REGISTERS, "the PF's read, does not clear", "load<u32>(at) & ~pfCell(row, COLUMN_CLEARS)", "load<u32>(at)"),
  bug(
    REGISTERS,
    "one clears, clears all",
    "store<u32>(at, old & ~(value & writable));",
    "store<u32>(at, value ? 0 : old);",
  ),
  bug(REGISTERS, "TDT, though disabled", "if (!txQueue(v, instance).isEnabled) return;", ""),
  bug(REGISTERS, "RDT, though disabled", "if (!rxQueue(v, instance).isEnabled) return;", ""),
  bug(REGISTERS, "heads, writable", "if (!(v.options & HEADS_ARE_WRITABLE)) return;", ""),
  bug(REGISTERS, "SWFLUSH, of receive queues", "if (value & QUEUE_FLUSH) flushReceive(v, instance);", ""),
  bug(REGISTERS, "SWFLUSH, of transmit queues", "if (value & QUEUE_FLUSH) flushTransmit(v, instance);", ""),
  bug(
    REGISTERS,
    "disabling, loses write-backs",
    "if (rxQueue(v, instance).isEnabled && !isEnabling(value)) flushReceive(v, instance);",
    "",
  ),
  bug(
    MAILBOX,
    "VF's lock, taken from the PF",
    "else if (!(c.mailbox & MAIL_PFU)) c.mailbox |= MAIL_VFU;",
    "else c.mailbox |= MAIL_VFU;",
  ),
  bug(MAILBOX, "RVFU, leaves MBVFICR", "pf(v.port).mbvficr &= ~mailBitsOf(v.pool);", ""),
  bug(
    RESET,
    "VF reset, clears statistics",
    "|| vfCell(row, COLUMN_RECORD) == TYPE_STATISTICS) continue;",
    ") continue;",
  ),
  bug(RESET, "VF reset, leaves VFRE", "  p.vfre &= ~bit;", ""),
  bug(RESET, "FLR, leaves MSI-X on", "v.msix.control = 0;", ""),
  bug(RESET, "enabling, keeps contexts", "if (isTransmit) forgetContexts(q);", "if (isTransmit) q.fetched = 0;"),
  bug(DMA, "access bits, ignored", "if (!(entry & MAY_WRITE)) return writeElse", "if (!entry) return writeElse"),
  bug(IOMMU, "fault record, access", "map.faultAccess = access;", "map.faultAccess = 1;"),
  bug(
    DMA,
    "dirty log, no descriptors and heads",
    "store<u32>(writableAt(v, entry, address), value);",
    "store<u32>(writableAt(v, entry & ~UNLOGGED, address), value);",
  ),
  bug(
    DMA,
    "dirty log, no payload",
    "copy(writableAt(v, entry, address), from, keptFrom(offset, bytes));",
    "copy(writableAt(v, entry & ~UNLOGGED, address), from, keptFrom(offset, bytes));",
  ),
  bug(PORT, "quiesce, room for one more frame", "v.parkedBytes + f.bytes > port", "v.parkedBytes > port"),
  bug(
    PORT,
    "quiesce, waiting frames out of order",
    "while (v.parkedFirst) deliverTo(",
    "if (v.parkedFirst) append(v.parked, removeFirst(v.parked));\n    while (v.parkedFirst) deliverTo(",
  ),
  bug(
    PORT,
    "quiesce, frames after interrupts",
    "while (v.parkedFirst) deliverTo(",
    "v.quiet = RUNNING;\n    while (v.parkedFirst) deliverTo(",
  ),
  bug(PORT, "quiesce, before the last frame", "v.quietAt = lastDelivery(port(v.port), v.quiesceAt);", "v.quietAt = 0;"),
  bug(PORT, "write channel, busy for the latency", "p.writeFree = passed;", "p.writeFree = time;"),
  bug(
    FETCHING,
    "read channel, always free",
    "p.readFree = max<u64>(p.readFree, world().now) +",
    "p.readFree = world().now +",
  ),
  bug(FETCHING, "fetching, one latency", "world().now + 2 * p.dmaLatencyPs", "world().now + p.dmaLatencyPs"),
  bug(FETCHING, "pools, do not take turns", "(p.poolNext + <u32>ctz(wrapped)) % POOL_COUNT", "<u32>ctz(pools)"),
];
