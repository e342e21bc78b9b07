/**
 * Rules of flows, and of how a VM reaches the network: who can talk with whom, which fields a kind has, what each
 * machine can do at once.
 */
import { formatDuration, quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";
import { listed } from "./found";
import { FLOW_PORT_FIRST } from "./limits";
import type { FlowKind, IoModel } from "./scenario";

/** Fields that only some kinds have. */
const KINDS_WITH = {
  connections: ["bulk", "requests", "replay"],
  window: ["bulk", "requests", "replay"],
  bytes: ["bulk"],
  request: ["requests"],
  reply: ["requests"],
  think: ["requests"],
  reconnect: ["requests"],
  capture: ["replay"],
  recordedPort: ["replay"],
  scale: ["replay"],
  frame: ["datagrams"],
  every: ["datagrams", "probe"],
  burst: ["datagrams"],
} as const satisfies Record<string, readonly FlowKind[]>;

type FlowDraft = NonNullable<NonNullable<Draft["flows"]>[number]>;

/** Returns every broken rule of flows and of I/O models. */
export function checkFlows(draft: Draft): readonly Complaint[] {
  const flows = (draft.flows ?? []).flatMap((flow, index) => (flow === undefined ? [] : [{ flow, index }]));
  return [
    ...flows.flatMap(({ flow, index }) => [...checkFields(flow, index), ...checkEnds(draft, flow, index)]),
    ...checkPorts(flows),
    ...checkDatagramEnds(flows),
    ...checkProbes(draft, flows),
    ...checkProtectedVms(draft),
    ...checkReplays(draft),
  ];
}

function checkFields(flow: FlowDraft, index: number): Complaint[] {
  const { kind } = flow;
  if (kind === undefined) return [];
  const missing = kind === "replay" && flow.capture === undefined;
  const lacks: Complaint[] = missing
    ? [
        {
          path: ["flows", index, "capture"],
          reason: "expected the path of a file in a flow of kind replay, got nothing",
        },
      ]
    : [];
  const excess = Object.entries(KINDS_WITH).flatMap(([name, kinds]) => {
    const isThere = flow[name as keyof typeof KINDS_WITH] !== undefined;
    if (!isThere || (kinds as readonly FlowKind[]).includes(kind)) return [];
    const reason = `expected none in a flow of kind ${kind}; ${listed(kinds)} ${kinds.length > 1 ? "have" : "has"} it`;
    return [{ path: ["flows", index, name], reason }];
  });
  return [...lacks, ...excess];
}

function checkEnds(draft: Draft, flow: FlowDraft, index: number): Complaint[] {
  const { vms, clients, traffic } = draft;
  const vmOf = (name: string | undefined) => findVm(draft, name);
  const isKnown = (name: string | undefined) => {
    const rows = [...(vms ?? []), ...(clients ?? [])];
    return name === undefined || rows.some((row) => row === undefined || row.name === undefined || row.name === name);
  };
  const complaints: Complaint[] = [];
  for (const end of ["from", "to"] as const) {
    const name = flow[end];
    const path = ["flows", index, end];
    if (!isKnown(name))
      complaints.push({ path, reason: `expected the name of a client or a VM, got ${quote(name ?? "")}` });
    const vm = vmOf(name);
    if (vm === undefined) {
      if (flow.kind === "datagrams" && name !== undefined && isKnown(name) && vms !== undefined)
        complaints.push({ path, reason: `expected a VM, because datagrams go from VM to VM, got ${quote(name)}` });
      else if ((traffic ?? []).some((entry) => entry?.from !== undefined && entry.from === name))
        complaints.push({
          path,
          reason: `expected a client without traffic of its own, got ${quote(name ?? "")}, which replays a capture`,
        });
    } else if (isOverTcp(flow) && vm.workload?.kind === "replay-server") {
      const reason = `expected a VM whose workload is a server, got ${quote(name ?? "")}, which is a replay-server`;
      complaints.push({ path, reason });
    }
  }
  const { from, to } = flow;
  if (from !== undefined && from === to) {
    complaints.push({
      path: ["flows", index, "to"],
      reason: `expected another machine than the one it comes from, got ${quote(to)}`,
    });
  } else if (
    isOverTcp(flow) &&
    from !== undefined &&
    to !== undefined &&
    isKnown(from) &&
    isKnown(to) &&
    vms &&
    !vmOf(from) &&
    !vmOf(to)
  ) {
    complaints.push({
      path: ["flows", index, "to"],
      reason: `expected a VM at one end, got two clients, ${quote(from)} and ${quote(to)}`,
    });
  }
  return complaints;
}

function isOverTcp({ kind }: FlowDraft): boolean {
  return kind === "bulk" || kind === "requests" || kind === "replay";
}

interface Placed {
  readonly flow: FlowDraft;
  readonly index: number;
}

/** Each machine has one flow on a port of its own, those without a port included. */
function checkPorts(flows: readonly Placed[]): Complaint[] {
  const users = new Map<string, number>();
  return flows.flatMap(({ flow: { to, port }, index }) => {
    if (to === undefined) return [];
    const number = port ?? FLOW_PORT_FIRST + index;
    const key = `${to} ${number}`;
    const first = users.get(key);
    users.set(key, first ?? index);
    if (first === undefined) return [];
    const reason = `expected a port of ${quote(to)} that no other flow has, got ${number}, which flows.${first} has`;
    return [{ path: ["flows", index, port === undefined ? "to" : "port"], reason }];
  });
}

/** A VM sends one stream of datagrams, or receives one. */
function checkDatagramEnds(flows: readonly Placed[]): Complaint[] {
  const users = new Map<string, number>();
  return flows.flatMap(({ flow, index }) => {
    if (flow.kind !== "datagrams") return [];
    return (["from", "to"] as const).flatMap((end) => {
      const name = flow[end];
      if (name === undefined) return [];
      const first = users.get(name);
      users.set(name, first ?? index);
      if (first === undefined || first === index) return [];
      const reason = `expected a VM without datagrams, got ${quote(name)}, which flows.${first} has; a VM has one such flow`;
      return [{ path: ["flows", index, end], reason }];
    });
  });
}

/** Datagrams of a probe in a run. */
const PROBE_COUNT_MAX = 1_000_000;

/** A client that probes does nothing else, and a VM is probed on one port. */
function checkProbes({ vms, clients, duration, ...draft }: Draft, flows: readonly Placed[]): Complaint[] {
  const probed = new Map<string, number>();
  return flows.flatMap(({ flow, index }) => {
    const { kind, from, to, start = 0, every = 1_000_000 } = flow;
    if (kind !== "probe") return [];
    const path = ["flows", index];
    const complaints: Complaint[] = [];
    if (vms?.some((vm) => vm?.name !== undefined && vm.name === from)) {
      const reason = `expected a client, because a probe is a client's, got the VM ${quote(from ?? "")}`;
      complaints.push({ path: [...path, "from"], reason });
    }
    if (clients?.some((client) => client?.name !== undefined && client.name === to)) {
      const reason = `expected a VM, because it sends probes back, got the client ${quote(to ?? "")}`;
      complaints.push({ path: [...path, "to"], reason });
    }
    const other = flows.find((each) => each.index !== index && (each.flow.from === from || each.flow.to === from));
    if (from !== undefined && (other || (draft.traffic ?? []).some((entry) => entry?.from === from))) {
      const what = other ? `which flows.${other.index} has` : "which replays a capture";
      const reason = `expected a client that does nothing else, got ${quote(from)}, ${what}; add another`;
      complaints.push({ path: [...path, "from"], reason });
    }
    const first = to === undefined ? undefined : probed.get(to);
    if (to !== undefined) probed.set(to, first ?? index);
    if (first !== undefined) {
      const reason = `expected a VM that is probed once, got ${quote(to ?? "")}, which flows.${first} has`;
      complaints.push({ path: [...path, "to"], reason });
    }
    if (duration !== undefined && (duration - start) / every > PROBE_COUNT_MAX) {
      const least = formatDuration(Math.ceil((duration - start) / PROBE_COUNT_MAX));
      const reason = `expected at least ${least}, for at most ${PROBE_COUNT_MAX} datagrams, got ${formatDuration(every)}`;
      complaints.push({ path: [...path, "every"], reason });
    }
    return complaints;
  });
}

/** With a virtual function that has none of the abilities that protection takes. */
const PLAIN_VF_MODELS: readonly IoModel[] = ["vf", "teaming", "compsc"];

const WHY_NOT_PROTECTED =
  "the state of a plain virtual function can be neither read nor written back, nor its output held";

function checkProtectedVms(draft: Draft): Complaint[] {
  return (draft.protect ?? []).flatMap((entry, index) => {
    const vm = findVm(draft, entry?.vm);
    if (vm?.io === undefined || vm.io === "renic") return [];
    if (!PLAIN_VF_MODELS.includes(vm.io)) return checkDriverReset(entry?.driverReset, vm.io, index);
    return [
      {
        path: ["protect", index, "vm"],
        reason: `expected a VM with io: renic, paravirtual or emulated, got ${quote(vm.name ?? "")} with io: ${vm.io}; ${WHY_NOT_PROTECTED}`,
      },
    ];
  });
}

/** What is reset is a virtual function's driver. */
function checkDriverReset(driverReset: number | null | undefined, io: IoModel, index: number): Complaint[] {
  if (driverReset === null || driverReset === undefined) return [];
  const reason = `expected never, since a VM with io: ${io} has no virtual function whose driver could be reset, got ${formatDuration(driverReset)}`;
  return [{ path: ["protect", index, "driverReset"], reason }];
}

function checkReplays(draft: Draft): Complaint[] {
  return (draft.traffic ?? []).flatMap((entry, index) => {
    const vm = findVm(draft, entry?.to);
    if (vm?.workload?.kind !== "server") return [];
    return [
      {
        path: ["traffic", index, "to"],
        reason: `expected a VM whose workload is a replay-server, got ${quote(vm.name ?? "")}, which is a server`,
      },
    ];
  });
}
