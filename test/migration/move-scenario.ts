/** A case of drawn-move.ts as a scenario, as a user would write it. */
import { BEGIN_NS, CUT_MS, type MoveCase, type MoveTrouble, type MoveWork } from "./drawn-move";

/** Returns the scenario of a case, as a file. */
export function moveText({ world, trouble }: MoveCase): string {
  const { seed, io, work, hotKiB, clientRate, loss, policy, linkRate, latencyNs, durationMs } = world;
  const { via, backend, zeroPages, hasDeviceModel, streams, compression } = world;
  const way = via === "ports" ? "via: ports" : `link: { rate: ${linkRate}, latency: ${latencyNs}ns }`;
  const portRate = via === "ports" ? linkRate : "10Gbps";
  const disk = world.diskBlocks === undefined ? "" : "\n    disk: { size: 64KiB }";
  const perRequest = world.diskBlocks === undefined ? "" : `, diskPerRequest: ${4 * world.diskBlocks}KiB`;
  const link = `{ rate: ${clientRate}, latency: 100us, loss: ${loss} }`;
  const flows = work.flatMap((each) => FLOWS[each] ?? []);
  const hasDatagrams = work.includes("datagrams");
  const order = trouble?.what === "cancel" || trouble?.what === "force" ? `, ${trouble.what}: ${trouble.atNs}ns` : "";
  const event = trouble && !order ? `\nevents: [${eventText(trouble)}]` : "";
  return `
version: 1
seed: ${seed}
duration: ${durationMs}ms
hosts:
  - { name: source, cores: 4, clock: 2.6GHz, nics: [{ rate: ${portRate}, vfs: 2 }] }
  - { name: target, cores: 4, clock: 2.6GHz, nics: [{ rate: ${portRate}, vfs: 3 }] }
clients: [{ name: ann, link: ${link} }, { name: ben, link: ${link} }]
vms:
  - name: web
    host: source
    memory: 6MiB
    io: ${io}
    workload: { kind: ${hasDatagrams ? "replay-server" : "server"}, dirtyPerRequest: 4KiB, workingSet: 64KiB${perRequest} }${disk}
${hotKiB > 0 ? `    job: { burst: 50000, hot: ${hotKiB}KiB, cold: 0B, hotWrites: 1 }` : ""}
${hasDatagrams ? "traffic:\n  - { from: ben, to: web, kind: replay, capture: dns.pcapng, port: 53, start: 2ms, timeout: 100ms, tries: 10 }" : ""}
${flows.length > 0 ? `flows:\n${flows.map((flow) => `  - ${flow}`).join("\n")}` : ""}
migrations:
  - { vm: web, to: target, at: ${BEGIN_NS}ns, ${policy}, backend: ${backend}, zeroPages: ${zeroPages}, deviceModel: ${hasDeviceModel}, streams: ${streams}, compression: ${compression}${order}, ${way} }
${event}
`;
}

function eventText({ atNs, what }: MoveTrouble): string {
  if (what !== "link") return `{ at: ${atNs}ns, fail: ${what} }`;
  return `{ at: ${atNs}ns, cut: web }, { at: ${atNs + CUT_MS * 1_000_000}ns, mend: web }`;
}

const ENDS = "from: ann, to: web";
const FLOWS: Readonly<Partial<Record<MoveWork, readonly string[]>>> = {
  requests: [`{ kind: requests, ${ENDS}, port: 80, connections: 2, reply: 2KiB, think: 3ms, window: 64KiB }`],
  reconnecting: [
    `{ kind: requests, ${ENDS}, port: 81, connections: 2, reply: 6KiB, reconnect: true, think: 4ms, window: 64KiB }`,
  ],
  sending: ["{ kind: bulk, from: web, to: ann, port: 5001, window: 64KiB }"],
  receiving: [`{ kind: bulk, ${ENDS}, port: 5002, window: 64KiB }`],
};
