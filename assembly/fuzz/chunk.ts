/**
 * A chunk: a world is made, offenders and victim play so many cases, in batches; then the same world again with the
 * victim alone, for as many batches. The victim must have fared equally both times.
 *
 *     batch:  victim posts, its frames are put on the wire -> offenders play -> time passes until the victim is served
 *             -> the victim's driver looks, its state is mixed into a digest
 */
import { POOL_COUNT } from "../layout/limits";
import { DROP_TOO_LONG } from "../layout/trace";
import { VTEICR, VTEIMS } from "../layout/vf-registers";
import { port } from "../nic/port-record";
import { txQueue, vf } from "../nic/virtual-function";
import { outbound } from "../renic/outbound";
import { dropCount, world } from "../sim/world";
import { wire } from "../wire/wire";
import { ALL_PLAY, lookAtGuard, startGuard } from "./guard";
import { act, wakeAll } from "./hypervisor";
import { lookForLeaks } from "./leaks";
import {
  guestWrite,
  MOOD_GARBAGE,
  MOOD_MUTATED,
  MOOD_VALID,
  OFFENDER_COUNT,
  PF_PLAYER,
  Player,
  player,
  VICTIM,
} from "./player";
import { injectHonest, injectHostile, postReceive } from "./receive";
import {
  ROW_BATCHES,
  ROW_CASES,
  ROW_CROSS_EFFECTS,
  ROW_DROPS,
  ROW_FAULTS,
  ROW_HELD,
  ROW_LOOPED,
  ROW_TX_MOVED,
  ROW_VICTIM_RECEIVED,
} from "./rows";
import { createScene, prepareMemory } from "./scene";
import { floodMailbox, pokeMildly, pokeWildly, repair, setUpDevice } from "./software";
import {
  below,
  between,
  chance,
  clearCounters,
  count,
  counted,
  counterAt,
  countMany,
  STREAM_HOSTILE,
  STREAM_SCENE,
  STREAM_VICTIM,
  Stream,
  seedStreams,
  stream,
} from "./stream";
import { postTransmit } from "./transmit";
import { clearVictim, digestVictim, mixBatch } from "./victim-digest";
import { passTime } from "./watch";

/** One step of time; so many pass at least in a batch, and at most until the victim has been served. */
const STEP_PS: u64 = 6000000;
const STEPS: u32 = 4;
const STEPS_MAX: u32 = 2000;
/** Batches between two looks at what is guarded. */
const GUARD_EVERY: u32 = 32;

/** Runs a chunk; the counters are then those of it alone. */
export function runChunk(seed: u64, chunk: u32, cases: u32): void {
  prepareMemory();
  clearCounters();
  seedStreams(seed, chunk);
  const hostile = stream(STREAM_HOSTILE);
  const solo = chance(hostile, 100) ? below(hostile, OFFENDER_COUNT) : ALL_PLAY;
  begin();
  if (solo == ALL_PLAY) for (let pool: u32 = 0; pool < OFFENDER_COUNT; pool++) setUpDevice(hostile, player(pool));
  startGuard(solo);
  let batches: u32 = 0;
  while (counted(ROW_CASES) < cases) {
    beginVictim();
    play(hostile, solo, cases);
    endVictim();
    if (++batches % GUARD_EVERY == 0) lookAtGuard();
  }
  const digest = digestVictim();
  countMany(ROW_BATCHES, batches);
  lookForLeaks();
  lookAtGuard();
  countOutcome();

  seedStreams(seed, chunk);
  begin();
  for (; batches; batches--) {
    beginVictim();
    endVictim();
  }
  if (digest != digestVictim()) count(ROW_CROSS_EFFECTS);
}

/** Makes the world; the victim and the physical function set their devices up. */
function begin(): void {
  clearVictim();
  createScene(stream(STREAM_SCENE));
  setUpDevice(stream(STREAM_VICTIM), player(VICTIM));
  setUpDevice(stream(STREAM_VICTIM), player(PF_PLAYER));
}

function beginVictim(): void {
  const s = stream(STREAM_VICTIM);
  const p = player(VICTIM);
  for (let number: u32 = 0; number < 2; number++) {
    postReceive(s, p, number, 32);
    // How much it has got is not the victim's business.
    postReceive(stream(STREAM_HOSTILE), player(PF_PLAYER), number, 32);
  }
  for (let number: u32 = 0; number < 2; number++) postTransmit(s, p, number, between(s, 1, 4));
  for (let n = between(s, 1, 3); n; n--) injectHonest(s);
}

/** Lets time pass until the victim is served; then its driver looks. */
function endVictim(): void {
  let steps: u32 = 0;
  do {
    passTime(STEP_PS);
    steps++;
  } while (steps < STEPS || (!isVictimServed() && steps < STEPS_MAX));
  if (steps == STEPS_MAX) count(ROW_CROSS_EFFECTS);
  const p = player(VICTIM);
  const mask = vf(VICTIM).control.eims;
  guestWrite(p, VTEICR, 7);
  guestWrite(p, VTEIMS, 7);
  mixBatch(mask);
}

function isVictimServed(): bool {
  for (let number: u32 = 0; number < 2; number++) {
    const q = txQueue(vf(VICTIM), number);
    if (q.isActive && q.ownedFrom(q.fetched)) return false;
  }
  return !wire(port(0).wireIn).underWayFirst;
}

/** A batch of the offenders. */
function play(s: Stream, solo: u32, cases: u32): void {
  for (let pool: u32 = 0; pool < OFFENDER_COUNT; pool++) {
    if (solo == ALL_PLAY ? chance(s, 700) : pool == solo) playTurn(s, player(pool), cases);
  }
  for (let n = between(s, 5, 40); n; n--) injectHostile(s);
  act(s);
  wakeAll(s);
}

function playTurn(s: Stream, p: Player, cases: u32): void {
  if (!p.turnsLeft--) changeMood(s, p);
  else if (p.mood != MOOD_GARBAGE || chance(s, 300)) repair(s, p);
  for (let acts = between(s, 2, 6); acts && counted(ROW_CASES) < cases; acts--) playAct(s, p);
}

function changeMood(s: Stream, p: Player): void {
  const r = below(s, 100);
  p.mood = r < 62 ? MOOD_VALID : r < 86 ? MOOD_MUTATED : MOOD_GARBAGE;
  p.turnsLeft = between(s, 4, 30);
  setUpDevice(s, p);
}

function playAct(s: Stream, p: Player): void {
  const r = below(s, 100);
  if (r < 40) {
    postTransmit(s, p, below(s, 2), between(s, 1, 24));
  } else if (r < 70) {
    postReceive(s, p, chance(s, 700) ? 0 : 1, between(s, 4, 48));
  } else if (r < 74) {
    floodMailbox(s, p);
  } else {
    for (let n = between(s, 1, 8); n; n--) {
      if (p.mood == MOOD_GARBAGE) pokeWildly(s, p);
      else pokeMildly(s, p);
    }
  }
}

/** Adds what the world has counted. */
function countOutcome(): void {
  for (let reason: u32 = 1; reason <= DROP_TOO_LONG; reason++) countMany(ROW_DROPS + reason, dropCount(reason));
  // Wraps below zero never: what was refused had been taken.
  countMany(ROW_TX_MOVED, -world().refusedDescriptors);
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    const v = vf(pool);
    countMany(ROW_FAULTS, v.map.faultCount);
    countMany(ROW_LOOPED, v.control.gprlbc);
    countMany(ROW_HELD, outbound(v).heldCount);
  }
  countMany(ROW_VICTIM_RECEIVED, vf(VICTIM).control.gprc);
}

/** Where the counters of the last chunk are. */
export function countersAt(): u32 {
  return counterAt(0);
}
