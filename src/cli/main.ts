#!/usr/bin/env node
/** The command line: one command a file, results on stdout, talk on stderr. */
import { Command, InvalidArgumentError, Option } from "commander";
import { COST_PRESET_NAMES } from "../host/cost-row";
import { VERSION } from "../sim/version";
import { checkpointStudyCommand } from "./checkpoint-study-command";
import { costsCommand } from "./costs-command";
import { EXIT, explain } from "./exit";
import { inspectCommand } from "./inspect-command";
import { migrationStudyCommand } from "./migration-study-command";
import { planCommand } from "./plan-command";
import { runCommand } from "./run-command";
import { schemaCommand } from "./schema-command";
import { studyCommand } from "./study-command";
import { validateCommand } from "./validate-command";

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(`expected a whole number from 0 to 9007199254740991, got "${text}"`);
  }
  return value;
}

function replication(text: string): number {
  const value = wholeNumber(text);
  if (value > 0xffffffff) throw new InvalidArgumentError("expected a run number of at most 4294967295");
  return value;
}

const program = new Command("renic")
  .description("Simulates virtual machines that are replicated together with their SR-IOV network device.")
  .version(VERSION)
  .showHelpAfterError()
  .exitOverride();

let code: number = EXIT.ok;

program
  .command("run")
  .description("run a scenario, judge it, print the account")
  .argument("<file>", "scenario, YAML")
  .option("-o, --out <folder>", "write result.json, scenario.yaml and clients.pcapng there")
  .option("--seed <number>", "replace the scenario's seed", wholeNumber)
  .option("--run <number>", "number of the replication: another substream of the same seed", replication, 1)
  .option(
    "--snap <bytes>",
    "keep so much of each frame of a client with TCP in clients.pcapng; 0 for all",
    wholeNumber,
    256,
  )
  .option("--no-ablations", "leave out the runs with one ability taken away")
  .option("--no-judges", "ask no judge, and run no ablations: for long runs, which judges slow down many times")
  .option("--json", "print result.json instead of the account")
  .option("-q, --quiet", "say nothing on stderr unless something is wrong")
  .option("--allow-path", "let the scenario name captures and costs outside its folder")
  .action(async (file, options) => {
    code = await runCommand(file, options);
  });

program
  .command("inspect")
  .description("check and describe a scenario, a capture, a file of costs, or the state image of a virtual function")
  .argument("<file>")
  .option("--allow-path", "let the scenario name a file of costs outside its folder")
  .action((file, options) => {
    code = inspectCommand(file, options);
  });

program
  .command("costs")
  .description("print what things cost, with unit, range and confidence")
  .addOption(new Option("--preset <name>", "machine whose costs are printed").choices(COST_PRESET_NAMES).default("now"))
  .option("--csv", "print CSV that can be edited and named in a scenario")
  .action((options) => {
    code = costsCommand(options);
  });

program
  .command("schema")
  .description("print the JSON Schema of scenarios, for editors")
  .action(() => {
    code = schemaCommand();
  });

program
  .command("plan")
  .description("work live migrations out without packets: rounds, downtime, outage; docs/migration.md")
  .argument("[file]", "scenario with migrations, YAML; options say what is otherwise")
  .option("--io <model>", "way to the network: renic, compsc, paravirtual, emulated, teaming, vf (default: renic)")
  .option("--memory <size>", "of the guest (default: 1GiB)")
  .option(
    "--writes <list>",
    "what its processors write: SIZE a second round a region of SIZE, such as 40MiB@64MiB,1MiB@512MiB",
  )
  .option("--busy", "its work is bound by its processors, so that logged writes slow it down")
  .option("--vcpus <number>", "its processors (default: 1)")
  .option("--receives <number>", "packets a second that its NIC receives")
  .option(
    "--via <way>",
    "link: over one of its own; ports: over those of the hosts, which nobody else uses (default: link)",
  )
  .option("--link <rate>", "of the link, or of the slower port (default: 1Gbps for preset era, 10Gbps for now)")
  .option("--latency <time>", "of the link, or from port to port (default: 20us)")
  .option("--streams <number>", "streams at once (default: 1)")
  .option("--compression <fraction>", "bytes sent for each byte of a page (default: 1)")
  .option("--policy <name>", "xen-classic, xen, downtime, auto-converge (default: xen-classic for era, xen for now)")
  .option("--downtime <time>", "downtime, auto-converge: longest time for the last pages (default: 300ms)")
  .option("--timeout <time>", "downtime, auto-converge: longest time to get there (default: 1h)")
  .option("--on-timeout <action>", "downtime, auto-converge: give-up or stop-and-copy (default: give-up)")
  .option("--backend <when>", "backend at the target: in-stop or before-stop (default: in-stop)")
  .option("--hot-plug <how>", "teaming: acpi or native (default: acpi)")
  .option("--no-device-model", "a guest without a device model in dom0")
  .addOption(new Option("--preset <name>", "machine whose costs are taken (default: now)").choices(COST_PRESET_NAMES))
  .option("--costs <file>", "costs in place of the preset's, as `renic costs --csv` prints them")
  .option("--allow-path", "let the scenario name a file of costs outside its folder")
  .option("--json", "print the plan as JSON")
  .action((file, options) => {
    code = planCommand(file, options);
  });

const study = program.command("study").description("run a study: many scenarios, compared");

study
  .command("runtime")
  .description("what I/O models cost processors over workloads and numbers of VMs; docs/study.md")
  .option("-o, --out <folder>", "write runtime.csv and runtime.json there, and go on with what is there")
  .option("--quick", "fewer cells, shorter runs: a first look")
  .option("--presets <names>", "machines: era, now")
  .option("--workloads <names>", "names of docs/study.md, with commas between them")
  .option("--vms <counts>", "numbers of VMs: 1, 2, 4, 7, 20, 40, 60")
  .option("--models <names>", "I/O models")
  .option("--duration <time>", "simulated time of each run")
  .option("--runs <number>", "replications of each cell")
  .option("--seed <number>", "seed of all runs")
  .option("--jobs <number>", "threads; as many as there are cores by default")
  .option("--limit <time>", "refuse what takes longer (default: 3h)")
  .option("--memory <size>", "refuse what takes more memory; what the machine has by default")
  .option("--no-sensitivity", "leave out which costs the result depends on")
  .option("-q, --quiet", "say nothing on stderr unless something is wrong")
  .action(async (options) => {
    code = await studyCommand(options);
  });

study
  .command("checkpoint")
  .description("what protection costs over intervals, I/O models and workloads; docs/study.md")
  .option("-o, --out <folder>", "write checkpoint.csv and checkpoint.json there, and go on with what is there")
  .option("--quick", "fewer cells, shorter runs: a first look")
  .option("--goal <goal>", "find the interval that meets it: p99<50ms, median<10ms, pause<5ms, longer<20%")
  .option("--presets <names>", "machines: era, now")
  .option("--workloads <names>", "names of docs/study.md, with commas between them")
  .option("--intervals <times>", "intervals: 10ms, 25ms, 50ms, 100ms, 200ms, 500ms, 1s")
  .option("--models <names>", "I/O models that can be protected")
  .option("--runs <number>", "replications of each cell")
  .option("--seed <number>", "seed of all runs")
  .option("--jobs <number>", "threads; as many as there are cores by default")
  .option("--limit <time>", "refuse what takes longer (default: 3h)")
  .option("--memory <size>", "refuse what takes more memory; what the machine has by default")
  .option("-q, --quiet", "say nothing on stderr unless something is wrong")
  .action(async (options) => {
    code = await checkpointStudyCommand(options);
  });

study
  .command("migration")
  .description("outages of live migrations by I/O model, workload, guest and link; docs/study.md")
  .option("-o, --out <folder>", "write migration.csv and migration.json there, and go on with what is there")
  .option("--quick", "fewer and smaller cells: a first look")
  .option("--presets <names>", "machines: era, now")
  .option("--workloads <names>", "probe, web, bulk")
  .option("--models <names>", "renic, compsc, paravirtual, emulated, teaming, vf")
  .option("--guests <sizes>", "memory of the guest: 128MiB, 512MiB, 1GiB")
  .option("--dirty <rates>", "pages that a job writes in a second: 0, 5000, 20000, 50000")
  .option("--links <rates>", "link of the migration: 1Gbps, 10Gbps")
  .option("--seed <number>", "seed of all runs")
  .option("--jobs <number>", "threads; as many as there are cores by default")
  .option("--limit <time>", "refuse what takes longer (default: 3h)")
  .option("--memory <size>", "refuse what takes more memory; what the machine has by default")
  .option("--no-packets", "plan every cell, and simulate none")
  .option("--no-sensitivity", "leave out which costs the result depends on")
  .option("-q, --quiet", "say nothing on stderr unless something is wrong")
  .action(async (options) => {
    code = await migrationStudyCommand(options);
  });

program
  .command("validate")
  .description("measure what published results are compared with; docs/validation.md")
  .option("-o, --out <folder>", "write validation.json there, and go on with the runs that are there")
  .option("--claims <numbers>", "claims of docs/validation.md, with commas between them")
  .option("--jobs <number>", "threads; as many as there are cores by default")
  .option("--limit <time>", "refuse what takes longer (default: 3h)")
  .option("--memory <size>", "refuse what takes more memory; what the machine has by default")
  .option("-q, --quiet", "say nothing on stderr unless something is wrong")
  .action(async (options) => {
    code = await validateCommand(options);
  });

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader such as head that has seen enough is no error.
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  throw error;
});

try {
  await program.parseAsync();
  process.exitCode = code;
} catch (error) {
  const isUsage = error instanceof Error && "exitCode" in error && error.name === "CommanderError";
  process.exitCode = isUsage ? (Number(error.exitCode) === 0 ? EXIT.ok : EXIT.usage) : explain(error);
}
