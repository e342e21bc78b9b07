/**
 * What needs the bytes of payload: a scenario without content has none of it, and one with content has guests whose bytes
 * the simulator holds.
 */
import { formatBytes } from "../sim/units";
import type { Complaint, Draft } from "./draft";
import { GUEST_BYTES_WITH_CONTENT_MAX } from "./limits";

/** Returns every value that does not go with what the scenario says of content. */
export function checkContent(draft: Draft): readonly Complaint[] {
  if (draft.content === undefined) return [];
  return draft.content
    ? [...checkSizes(draft), ...checkRatio(draft)]
    : [...checkRecordings(draft), ...checkCompression(draft)];
}

function checkSizes({ vms = [] }: Draft): readonly Complaint[] {
  return vms.flatMap((vm, index) => {
    if (vm?.memory === undefined || vm.memory <= GUEST_BYTES_WITH_CONTENT_MAX) return [];
    const limit = formatBytes(GUEST_BYTES_WITH_CONTENT_MAX);
    const reason = `expected at most ${limit}, or content: false, got ${formatBytes(vm.memory)}`;
    return [{ path: ["vms", index, "memory"], reason }];
  });
}

/** What is recorded is looked up, and compared, by its bytes. */
function checkRecordings({ vms = [], traffic = [], flows = [] }: Draft): readonly Complaint[] {
  const services = vms.flatMap((vm, index) => {
    if (vm?.workload?.kind !== "replay-server") return [];
    const reason =
      "expected server, got replay-server, which finds replies by the bytes of requests; set content: true";
    return [{ path: ["vms", index, "workload", "kind"], reason }];
  });
  const reason = "expected no recording without content: its bytes are what is replayed; set content: true";
  const replays = traffic.map((_, index) => ({ path: ["traffic", index], reason }));
  const conversations = flows.flatMap((flow, index) =>
    flow?.kind === "replay" ? [{ path: ["flows", index, "kind"], reason }] : [],
  );
  return [...services, ...replays, ...conversations];
}

/** Bytes that are there are compressed, not said to be. */
function checkRatio({ protect = [] }: Draft): readonly Complaint[] {
  return protect.flatMap((entry, index) => {
    const ratio = entry?.compressionRatio ?? 1;
    if (ratio === 1) return [];
    const reason = `expected 1, because pages have content, got ${ratio}; use compression: delta, or content: false`;
    return [{ path: ["protect", index, "compressionRatio"], reason }];
  });
}

/** What has changed in a page is seen in its bytes. */
function checkCompression({ protect = [], migrations = [] }: Draft): readonly Complaint[] {
  const reason = "expected none, got delta, which compares the bytes of pages; set content: true";
  return Object.entries({ protect, migrations }).flatMap(([key, entries]) =>
    entries.flatMap((entry, index) =>
      entry?.compression === "delta" ? [{ path: [key, index, "compression"], reason }] : [],
    ),
  );
}
