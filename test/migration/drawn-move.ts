/**
 * A migration drawn from a seed: a NIC, a service, a policy, a link, memory that is written; and what becomes of it: nothing,
 * an order of the user's, or the death of a host, at a moment of the move.
 *
 * What must hold, whatever was drawn: no judge objects; a machine that is not lost runs in one place, the one that the
 * state says; no byte and no answer is wrong; a connection fails only with its machine.
 */
import { MIGRATION_POLICIES, type MigrationPolicy } from "../../src/config/migration-policy";
import type { Scenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { type MovedRun, runMove } from "../support/moved-run";
import { RandomSource } from "../support/random-source";

/** Inputs with one machine that moves, by UDP and by TCP. */
export interface MoveInputs {
  readonly udp: RunInput;
  readonly tcp: RunInput;
}

export interface DrawnMove {
  readonly state: string;
  /** What does not hold; empty for a move in which everything does. */
  readonly failures: readonly string[];
}

const BEGIN_NS = 100_000_000;
/** An interval in which whatever is drawn falls: longer than most moves. */
const SPAN_NS = 600_000_000;
const DURATION_NS = 1_200_000_000;
const EVENTS = ["none", "none", "cancel", "force", "source", "target"] as const;

/** Runs what a seed says. */
export function drawMove(inputs: MoveInputs, seed: number): DrawnMove {
  const random = new RandomSource(seed);
  const input = random.below(2) ? inputs.tcp : inputs.udp;
  const io = random.pick(["renic", "renic", "renic", "paravirtual", "emulated"] as const);
  const event = random.pick(EVENTS);
  const atNs = BEGIN_NS + random.below(SPAN_NS / 1000) * 1000 + random.below(1000);
  const hotBytes = 4096 * (1 + random.below(128));
  const rateBitsPerSecond = random.pick([1e9, 2.5e9, 10e9]);
  const link = { rateBitsPerSecond, latencyNs: random.pick([5_000, 50_000, 2_000_000]) };
  const policy = drawPolicy(random);
  const hasDeviceModel = random.below(2) === 0;
  const backend = random.pick(["in-stop", "before-stop"] as const);
  const zeroPages = random.pick(["whole", "marked"] as const);
  const change = (scenario: Scenario): Scenario => ({
    ...scenario,
    seed,
    durationNs: DURATION_NS,
    vms: scenario.vms.map((vm) => ({ ...vm, io, job: vm.job && { ...vm.job, hotBytes } })),
    migrations: scenario.migrations.map((entry) => ({
      ...entry,
      atNs: BEGIN_NS,
      link,
      policy,
      hasDeviceModel,
      backend,
      zeroPages,
      cancelNs: event === "cancel" ? atNs : null,
      forceNs: event === "force" ? atNs : null,
    })),
    events: event === "source" || event === "target" ? [{ atNs, fail: event }] : [],
  });
  const move = runMove(withScenario(input, change));
  return { state: move.account.state, failures: failuresOf(move) };
}

function drawPolicy(random: RandomSource): MigrationPolicy {
  const { xen, downtime, "auto-converge": converging } = MIGRATION_POLICIES;
  const timed = { downtimeNs: random.pick([500_000, 5_000_000]), timeoutNs: 200_000_000 };
  const onTimeout = random.pick(["give-up", "stop-and-copy"] as const);
  return random.pick([xen, { ...downtime, ...timed, onTimeout }, { ...converging, ...timed, onTimeout }]);
}

function failuresOf({ run, account, runsAt, objections }: MovedRun): string[] {
  const failures = [...objections];
  const fail = (isBad: boolean, what: string) => {
    if (isBad) failures.push(what);
  };
  const { state, endedNs } = account;
  const isSourceDead = run.outcome.control.scenario.events.some((event) => "fail" in event && event.fail === "source");
  // A policy may have given up before the source died.
  const atSource = isSourceDead && state === "failed" ? [] : ["source"];
  const wanted = state === "lost" ? [] : state === "active" ? ["target"] : atSource;
  const isOver = endedNs !== null;
  fail(
    isOver && runsAt.join() !== wanted.join(),
    `the machine runs at ${runsAt.join() || "no place"} in state ${state}`,
  );
  fail(runsAt.length > 1, "the machine runs in two places");
  const { downtimeNs, parts } = account;
  const partsNs = parts.reduce((sum, { ns }) => sum + ns, 0);
  fail(downtimeNs !== null && partsNs !== downtimeNs, `parts are ${partsNs} ns of a downtime of ${downtimeNs} ns`);
  const isAlive = runsAt.length === 1;
  for (const flow of run.account.flows) {
    fail((flow.wrongBytes ?? 0) > 0, `${flow.wrongBytes} bytes are wrong`);
    fail(isAlive && (flow.failedConnections ?? 0) > 0, `${flow.failedConnections} connections failed`);
  }
  for (const client of run.account.clients) fail(client.wrongAnswers > 0, `${client.wrongAnswers} answers are wrong`);
  return failures;
}
