/** What goes wrong in a run: the form as a user writes it, both ways between it and the scenario, and its rules. */
import type * as z from "zod";
import { DURATION, formatDuration, formatFraction, formatRate, quote, RATE } from "../sim/units";
import type { Complaint, Draft } from "./draft";
import { amount, fraction, map, nameOf } from "./fields";
import { listed } from "./found";
import * as limits from "./limits";
import type { EventScenario } from "./scenario";

/** What happens, of which an event names one, to a host, to the protection of a VM, or to the link of its migration. */
export const EVENT_KINDS = ["fail", "repair", "cut", "mend", "alter", "abandon"] as const;

export const eventForm = map({
  at: amount(DURATION, limits.ANY_DURATION).meta({ description: "When, within the run.", examples: ["4s"] }),
  fail: nameOf("a host")
    .optional()
    .meta({ description: "Host that stops, with all that lives on it.", examples: ["primary"] }),
  repair: nameOf("a host")
    .optional()
    .meta({
      description:
        "Host that has failed and is there again, empty: what lived on it is gone. An entry of again may name it.",
      examples: ["primary"],
    }),
  cut: nameOf("a VM")
    .optional()
    .meta({
      description: "VM whose replication link, or migration's link, is cut, in both directions.",
      examples: ["web"],
    }),
  mend: nameOf("a VM")
    .optional()
    .meta({ description: "VM whose replication link, or migration's link, is whole again.", examples: ["web"] }),
  alter: nameOf("a VM")
    .optional()
    .meta({
      description: "Protected VM whose replication link gets another rate, or loses frames.",
      examples: ["web"],
    }),
  rate: amount(RATE, limits.LINK_RATE)
    .optional()
    .meta({ description: "alter: the link's rate from now on, 1Mbps to 400Gbps.", examples: ["100Mbps"] }),
  loss: fraction()
    .optional()
    .meta({
      description: "alter: chance that a frame is lost from now on, 0 to 0.9 or in percent; more is cut.",
      examples: ["1%"],
    }),
  abandon: nameOf("a VM")
    .optional()
    .meta({
      description: "Protected VM whose backup the operator declares dead: what follows is what backupLost says.",
      examples: ["web"],
    }),
}).meta({
  description:
    "One thing that goes wrong: a host fails or is there again, a replication link is cut, mended or altered, a migration's link is cut or mended, a backup is given up.",
});

type EventForm = z.output<typeof eventForm>;

/** Gives an event its names in the scenario. */
export function resolveEvent({
  at: atNs,
  fail,
  repair,
  cut,
  mend,
  alter,
  rate,
  loss,
  abandon,
}: EventForm): EventScenario {
  if (cut !== undefined) return { atNs, cut };
  if (mend !== undefined) return { atNs, mend };
  if (alter !== undefined) return { atNs, alter, rateBitsPerSecond: rate ?? null, loss: loss ?? null };
  if (abandon !== undefined) return { atNs, abandon };
  if (repair !== undefined) return { atNs, repair };
  return { atNs, fail: fail ?? "" };
}

/** Writes an event as a user does. */
export function eventInput(event: EventScenario) {
  const at = formatDuration(event.atNs);
  if (!("alter" in event)) {
    const { atNs, ...rest } = event;
    return { at, ...rest };
  }
  const { alter, rateBitsPerSecond, loss } = event;
  return {
    at,
    alter,
    ...(rateBitsPerSecond !== null && { rate: formatRate(rateBitsPerSecond) }),
    ...(loss !== null && { loss: formatFraction(loss) }),
  };
}

/** Complains about events that name nothing or several things, and about links of VMs that have none. */
export function checkEvents(draft: Draft): readonly Complaint[] {
  return (draft.events ?? []).flatMap((event, index) => {
    if (event === undefined) return [];
    return [...checkKind(event, index), ...checkProtected(draft, event, index), ...checkAlter(event, index)];
  });
}

type EventDraft = NonNullable<NonNullable<Draft["events"]>[number]>;

function checkKind(event: EventDraft, index: number): readonly Complaint[] {
  const named = EVENT_KINDS.filter((kind) => event[kind] !== undefined);
  if (named.length === 1 || (named.length === 0 && event.at === undefined)) return [];
  const got = named.length === 0 ? "none" : listed([...named]);
  return [{ path: ["events", index], reason: `expected one of ${listed([...EVENT_KINDS])}, got ${got}` }];
}

function checkProtected(draft: Draft, event: EventDraft, index: number): readonly Complaint[] {
  const isKnown = draft.protect?.every((entry) => entry?.vm !== undefined) ?? false;
  return (["cut", "mend", "alter", "abandon"] as const).flatMap((kind) => {
    const name = event[kind];
    if (name === undefined || !isKnown || draft.protect?.some((entry) => entry?.vm === name)) return [];
    const isOfMigrations = kind === "cut" || kind === "mend";
    const moves = (draft.migrations ?? []).filter((entry) => entry?.vm === name);
    if (isOfMigrations && moves.some((entry) => entry?.via !== "ports")) return [];
    if (isOfMigrations && moves.length > 0) {
      const reason = `expected a VM with a link of its own, got ${quote(name)}, whose migration goes via: ports`;
      return [{ path: ["events", index, kind], reason }];
    }
    const by = isOfMigrations ? "protect or migrations name" : "protect names";
    return [{ path: ["events", index, kind], reason: `expected a VM that ${by}, got ${quote(name)}` }];
  });
}

function checkAlter({ alter, rate, loss }: EventDraft, index: number): readonly Complaint[] {
  const path = ["events", index];
  if (alter === undefined) {
    const stray = rate !== undefined ? "rate" : "loss";
    if (rate === undefined && loss === undefined) return [];
    return [{ path: [...path, stray], reason: "expected alter beside it, got none" }];
  }
  if (rate === undefined && loss === undefined) {
    return [{ path, reason: "expected rate or loss beside alter, got none" }];
  }
  if (loss === undefined || loss <= limits.LINK_LOSS_MOST) return [];
  const reason = `expected at most ${formatFraction(limits.LINK_LOSS_MOST)}, got ${formatFraction(loss)}; use cut for a link that carries nothing`;
  return [{ path: [...path, "loss"], reason }];
}
