/** The receivers of docs/model.md at each clock: the table and the figure of what comes out of them. */
import { runJudged } from "../../src/cli/judged-run";
import type { IoModel } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { lineChartSvg } from "../../src/report/line-chart";
import { whole } from "../../src/report/text";
import { withMadePart } from "../repository/made-part";
import { datagramsOver } from "../support/datagrams-over";

export const FIGURE = "docs/figures/saturation.svg";

const MODELS: readonly IoModel[] = ["vf", "renic", "paravirtual", "emulated"];
const CLOCKS_MHZ = [130, 260, 390, 520, 650, 780, 1300, 2600];

interface Receiver {
  readonly io: IoModel;
  readonly clockMhz: number;
  readonly perSecond: number;
  /** Share of its processor that the guest takes, and dom0 of its own. */
  readonly guestShare: number;
  readonly dom0Share: number;
  /** Why most of what was lost is lost, and how much that is. */
  readonly lostTo: string;
}

function measure(input: RunInput, io: IoModel, clockMhz: number): Receiver {
  const { account, verdicts } = runJudged(datagramsOver(input, io, clockMhz * 1e6));
  const fault = verdicts.find(({ faultCount }) => faultCount > 0);
  if (fault) throw new Error(`${io} at ${clockMhz} MHz: ${fault.judge}: ${fault.faults[0]}`);
  const domains = account.hosts[1]?.domains ?? [];
  const shareOf = (wanted: string) => {
    const ranNs = domains.find(({ name }) => name === wanted)?.ranNs ?? 0;
    return ranNs / account.simulatedNs;
  };
  const lost = Object.entries(account.frames.dropped).filter(([reason]) => reason !== "replicated");
  const [reason = "", count = 0] = lost.sort(([, one], [, other]) => other - one)[0] ?? [];
  return {
    io,
    clockMhz,
    perSecond: account.flows[0]?.perSecond ?? 0,
    guestShare: shareOf("receiver"),
    dom0Share: shareOf("dom0"),
    lostTo: count > 100 ? `${reason}, ${whole(count)}` : "nothing",
  };
}

function tableOf(receivers: readonly Receiver[]): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const rows = receivers.map(({ io, clockMhz, perSecond, guestShare, dom0Share, lostTo }) =>
    [io, `${whole(clockMhz)} MHz`, whole(Math.round(perSecond)), percent(guestShare), percent(dom0Share), lostTo].join(
      " | ",
    ),
  );
  const head = [
    "| io | clock | received a second | guest | dom0 | lost in 100 ms, and where |",
    "|---|---|---|---|---|---|",
  ];
  return [...head, ...rows.map((row) => `| ${row} |`)].join("\n");
}

function figureOf(receivers: readonly Receiver[]): string {
  return lineChartSvg({
    title: "Where the processors end",
    xTitle: "clock of the receiving host, MHz",
    yTitle: "datagrams received, thousands a second, of 200 sent",
    xTicks: [0, 520, 1040, 1560, 2080, 2600],
    yTicks: [0, 50, 100, 150, 200],
    series: MODELS.map((io) => ({
      name: io,
      points: receivers.filter((one) => one.io === io).map(({ clockMhz, perSecond }) => [clockMhz, perSecond / 1000]),
    })),
  });
}

/** Runs all of them; returns the document with its table anew, and the figure. */
export function saturation(input: RunInput, document: string): { readonly document: string; readonly figure: string } {
  const receivers = MODELS.flatMap((io) => CLOCKS_MHZ.map((clockMhz) => measure(input, io, clockMhz)));
  return {
    document: withMadePart(document, "saturation", tableOf(receivers)),
    figure: figureOf(receivers),
  };
}
