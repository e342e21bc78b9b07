/** The account as text, for a terminal: what a reader wants to know, in the order in which it is asked. */

import { PAUSE_PARTS, type PausePart } from "../host/checkpoint-pause";
import type { Account, ClientAccount, DomainAccount, ProtectionAccount, StreamAccount } from "./account";
import type { DiskAccount, WrittenAccount } from "./disk-account";
import type { EmulatedAccount } from "./emulated-account";
import type { FlowAccount } from "./flow-account";

/** Returns the account as lines. */
export function accountText(account: Account): string[] {
  return [
    ...account.clients.flatMap(clientText),
    ...account.flows.map(flowText),
    ...account.emulatedNics.map(emulatedText),
    ...account.disks.map(writtenText),
    ...account.protections.flatMap((protection) => protectionText(protection, account)),
    ...cpuText(account),
    `frames       ${frameText(account)}`,
    `digest       ${account.digest}`,
  ];
}

function clientText(client: ClientAccount): string[] {
  const { name, sent, answered, answeredAtFirstTry, failed, waiting } = client;
  const again = answered - answeredAtFirstTry;
  const open = [
    failed && `${whole(failed)} failed`,
    waiting && `${whole(waiting)} still waiting`,
    client.wrongAnswers && `${whole(client.wrongAnswers)} wrong answers`,
    client.repeatedAnswers && `${whole(client.repeatedAnswers)} repeated answers`,
    client.lateAnswers && `${whole(client.lateAnswers)} late answers`,
  ].filter(Boolean);
  const latency = client.latencyNsMedian === null ? "" : `, median ${milliseconds(client.latencyNsMedian)}`;
  return [
    `${name.padEnd(12)} ${whole(sent)} requests: ${whole(answeredAtFirstTry)} answered at the first try${latency}, ` +
      `${whole(again)} when tried again${open.length ? `; ${open.join(", ")}` : ""}`,
  ];
}

function flowText(flow: FlowAccount): string {
  const name = `${flow.from} > ${flow.to}`.padEnd(12);
  const wrong = flow.wrongBytes ? [`${whole(flow.wrongBytes)} bytes wrong`] : [];
  const failed = flow.failedConnections ? [`${whole(flow.failedConnections)} connections failed`] : [];
  const again = flow.retransmissions ? [`${whole(flow.retransmissions)} segments sent again`] : [];
  const open = [...again, ...failed, ...wrong];
  const rest = open.length > 0 ? `; ${open.join(", ")}` : "";
  const rate = bitRate(flow.bitsPerSecond);
  if (flow.kind === "bulk") return `${name} ${size(flow.bytes)} by TCP, ${rate}${rest}`;
  if (flow.kind === "datagrams") {
    const lost = (flow.sent ?? 0) - (flow.count ?? 0);
    return `${name} ${whole(flow.count ?? 0)} of ${whole(flow.sent ?? 0)} datagrams, ${whole(flow.perSecond ?? 0)} a second, ${rate}, ${whole(lost)} lost or under way`;
  }
  if (flow.kind === "probe") {
    const { count, sent, latencyNs } = flow;
    const wait = latencyNs ? `, median ${milliseconds(latencyNs.median)}, 99 % ${milliseconds(latencyNs.p99)}` : "";
    return `${name} ${whole(count ?? 0)} of ${whole(sent ?? 0)} probes answered${wait}${rest}`;
  }
  const latency = flow.latencyNs
    ? `, median ${milliseconds(flow.latencyNs.median)}, 99 % ${milliseconds(flow.latencyNs.p99)}`
    : "";
  if (flow.kind === "replay") {
    const played = `${whole(flow.playedConnections ?? 0)} of ${whole(flow.recordedConnections ?? 0)} recorded connections played`;
    return `${name} ${played}, ${whole(flow.count ?? 0)} turns answered${latency}, ${size(flow.bytes)} of answers${rest}`;
  }
  return `${name} ${whole(flow.count ?? 0)} requests, ${whole(flow.perSecond ?? 0)} a second${latency}, replies ${rate}${rest}`;
}

function emulatedText(nic: EmulatedAccount): string {
  const exits = Object.entries(nic.exits).filter(([, count]) => count > 0);
  const lost = nic.droppedFull + nic.droppedDown + nic.errors;
  return (
    `${nic.vm.padEnd(12)} emulated NIC: exits ${exits.map(([register, count]) => `${register} ${whole(count)}`).join(", ")}; ` +
    `${whole(nic.interrupts)} interrupts, ${whole(nic.coalescedCauses)} causes without one, ${whole(lost)} frames lost`
  );
}

function writtenText({ vm, requests, blocks, errors }: WrittenAccount): string {
  const failed = errors > 0 ? `; ${whole(errors)} answered with an error` : "";
  return `${vm.padEnd(12)} disk: ${whole(blocks)} blocks written in ${whole(requests)} requests${failed}`;
}

/** A rate in megabits or gigabits a second. */
export function bitRate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e9 ? `${(bitsPerSecond / 1e9).toFixed(2)} Gb/s` : `${(bitsPerSecond / 1e6).toFixed(1)} Mb/s`;
}

function protectionText(p: ProtectionAccount, account: Account): string[] {
  const lines = [
    `${p.vm.padEnd(12)} ${p.isAgain ? `again, ${p.from} to ${p.to}: ` : ""}${whole(p.checkpoints)} checkpoints, ${whole(mean(p.pages, p.checkpoints))} pages and ` +
      `${size(mean(p.bytes, p.checkpoints))} each; the guest stood still ${milliseconds(p.pauseNsMin)} to ` +
      `${milliseconds(p.pauseNsMax)}, ${milliseconds(p.pauseNsMean)} on average`,
    `outbound     ${heldText(p, account)}at most ${whole(p.heldFramesPeak)} frames, ` +
      `${size(p.heldBytesPeak)} at once${fullText(p)}`,
  ];
  if (p.lateCheckpoints > 0) lines.push(`late         ${lateText(p)}`);
  if (p.checkpoints > 0) lines.splice(1, 0, `pause        ${pauseText(p)}`);
  if (p.stream) lines.push(`stream       ${streamText(p.stream)}`);
  if (p.disk) lines.push(`disk         ${diskText(p.disk)}`);
  if (p.failedAtNs !== null) lines.push(`failure      ${failureText(p, p.failedAtNs)}`);
  if (p.splitFromNs !== null) lines.push(`split brain  ${splitText(p, account)}`);
  // Of a machine's protections the first one tells what clients saw, of the whole run.
  for (const client of p.isAgain ? [] : account.clients)
    lines.push(`${`  ${client.name}`.padEnd(12)} ${gapText(client)}`);
  return lines;
}

/** Frames are counted over the whole run, which a machine's first protection tells. */
function heldText({ isAgain }: ProtectionAccount, { frames }: Account): string {
  if (isAgain) return "";
  const { heldCount, releasedCount, dropped } = frames;
  return `${whole(heldCount)} frames held, ${whole(releasedCount)} released, ${whole(dropped.discarded ?? 0)} discarded; `;
}

/** What became of frames that found the buffer full, if any did. */
function fullText({ fetchStops, heldDrops }: ProtectionAccount): string {
  if (heldDrops > 0) return `; full, ${whole(heldDrops)} frames lost`;
  return fetchStops > 0 ? `; full ${whole(fetchStops)} times, the guest waited` : "";
}

/** Checkpoints that were due too early. */
function lateText({ lateCheckpoints, checkpoints, stalls, pauseNsByPart }: ProtectionAccount): string {
  const stalled = `${whole(stalls)} times the guest stood still, ${milliseconds(pauseNsByPart.stall)} in all`;
  const waited = stalls > 0 ? stalled : "the epochs went on";
  return `${whole(lateCheckpoints)} of ${whole(checkpoints)} checkpoints were due before the backup had those before: ${waited}`;
}

/** Both copies ran. */
function splitText({ vm, splitFromNs, splitToNs }: ProtectionAccount, { simulatedNs }: Account): string {
  const fromNs = splitFromNs ?? 0;
  const end = splitToNs === null ? "to the end of the run" : `until ${milliseconds(splitToNs)}`;
  return `${vm} ran on both hosts from ${milliseconds(fromNs)} ${end}, ${milliseconds((splitToNs ?? simulatedNs) - fromNs)}`;
}

const PART_TEXTS: Readonly<Record<PausePart, string>> = {
  suspend: "suspend",
  stall: "waiting for the backup",
  quiesce: "quiesce",
  scanLog: "dirty log",
  mapPages: "mapping pages",
  copyPages: "copying pages",
  saveVf: "virtual function",
  deviceModel: "device model",
  paravirtualHooks: "paravirtual devices",
  resume: "resume",
};

/** Where the time went that the guest stood still, the greatest part first. */
function pauseText({ pauseNsByPart }: ProtectionAccount): string {
  const total = PAUSE_PARTS.reduce((sum, part) => sum + pauseNsByPart[part], 0);
  return PAUSE_PARTS.filter((part) => pauseNsByPart[part] > 0)
    .toSorted((one, other) => pauseNsByPart[other] - pauseNsByPart[one])
    .map((part) => `${PART_TEXTS[part]} ${percent(pauseNsByPart[part], total)}`)
    .join(", ");
}

function diskText({ mirroredBlocks, appliedBlocks, heldBlocksPeak, heldBytesPeak, ...disk }: DiskAccount): string {
  const discarded = disk.discardedBlocks > 0 ? `, ${whole(disk.discardedBlocks)} let go` : "";
  const stalls = disk.stalls > 0 ? `; full ${whole(disk.stalls)} times, requests waited` : "";
  return (
    `${whole(disk.writtenBlocks)} blocks written, ${whole(mirroredBlocks)} mirrored, ${whole(appliedBlocks)} applied at the ` +
    `backup${discarded}; at most ${whole(heldBlocksPeak)} held, ${size(heldBytesPeak)}${stalls}`
  );
}

function streamText({ rawBytes, sentBytes, ratio, ...pages }: StreamAccount): string {
  const share = ratio === null ? "" : `, ${(100 * ratio).toFixed(1)} %`;
  return (
    `${size(sentBytes)} sent for ${size(rawBytes)}${share}; pages: ${whole(pages.deltaPages)} as what changed, ` +
    `${whole(pages.rawPages)} whole, ${whole(pages.zeroPages)} of zeros, ${whole(pages.samePages)} as before`
  );
}

function failureText(p: ProtectionAccount, failedAtNs: number): string {
  const since = (ns: number) => milliseconds(ns - failedAtNs);
  const parts = [`host of ${p.vm} failed at ${milliseconds(failedAtNs)}`];
  if (p.suspectedAtNs !== null) parts.push(`noticed after ${since(p.suspectedAtNs)}`);
  if (p.activatedAtNs !== null) {
    parts.push(`backup runs from epoch ${p.activatedEpoch} after ${since(p.activatedAtNs)}`);
  }
  if (p.state === "lost") parts.push("the machine is lost");
  return parts.join(", ");
}

function gapText({ gap }: ClientAccount): string {
  if (!gap) return "no answer at all";
  if (gap.toNs === null) return `no answer after ${milliseconds(gap.fromNs)}`;
  return `longest without an answer: ${milliseconds(gap.toNs - gap.fromNs)}, until ${milliseconds(gap.toNs)}`;
}

/** Processor time by domain, and by activity within it; of one hardware thread, so that two busy ones are 200 %. */
function cpuText({ hosts, simulatedNs }: Account): string[] {
  return hosts.flatMap(({ name, processorCount, busyNs, domains }) => {
    const used = `${percent(busyNs, simulatedNs)} of a hardware thread, ${processorCount} of which are in use`;
    const rows = domains
      .filter(({ ranNs }) => ranNs > 0)
      .map((domain) => `  ${domainName(domain).padEnd(10)} ${domainText(domain, simulatedNs)}`);
    return [`${`cpu ${name}`.padEnd(12)} ${used}`, ...rows];
  });
}

function domainName({ name, isBackup }: DomainAccount): string {
  return isBackup ? `${name}'` : name;
}

function domainText({ ranNs, cycles }: DomainAccount, simulatedNs: number): string {
  const total = Object.values(cycles).reduce((sum, value) => sum + value, 0);
  const shares = Object.entries(cycles)
    .filter(([, value]) => value > 0)
    .map(([activity, value]) => `${activity} ${percent(value, total)}`);
  return `${percent(ranNs, simulatedNs)}: ${shares.join(", ")}`;
}

function percent(part: number, whole: number): string {
  return `${(whole ? (100 * part) / whole : 0).toFixed(1)} %`;
}

function frameText({ frames }: Account): string {
  const drops = Object.entries(frames.dropped)
    .filter(([reason]) => reason !== "discarded" && reason !== "replicated")
    .map(([reason, number]) => `${whole(number)} ${reason}`);
  return (
    `${whole(frames.fetchedCount)} sent by guests, ${whole(frames.deliveredCount)} received by guests, ` +
    `${whole(frames.interruptCount)} interrupts; dropped: ${drops.join(", ") || "none"}`
  );
}

/** Nanoseconds as milliseconds, to a microsecond. */
export function milliseconds(ns: number): string {
  return `${(ns / 1e6).toFixed(ns < 1e8 ? 3 : 0)} ms`;
}

/** A whole number with its thousands apart; the same in every locale. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number of bytes in the unit that suits it. */
export function size(bytes: number): string {
  if (bytes < 10 * 1024) return `${whole(bytes)} B`;
  if (bytes < 10 * 1024 ** 2) return `${whole(bytes / 1024)} KiB`;
  return `${whole(bytes / 1024 ** 2)} MiB`;
}

function mean(total: number, number: number): number {
  return number ? total / number : 0;
}
