/**
 * A scenario with holes: what the checks can still see of a file in which some values are wrong.
 *
 * The schema gives a whole scenario or none, yet a user wants the misspelt rate and the unknown host in one go. So the
 * checks read through this second, lenient form, in which a value that the schema refused is undefined: a hole. The
 * invariant: whoever meets a hole stays silent, because the schema has reported it.
 */

import * as z from "zod";
import { againForm } from "./again-form";
import { diskForm } from "./disk-form";
import type { Path } from "./document";
import { eventForm } from "./event-form";
import { flowForm } from "./flow-form";
import { ROW_COUNT_MAX } from "./limits";
import { migrationForm } from "./migration-form";
import * as form from "./schema";

const scenarioDraft = z.object({
  duration: hole(form.scenarioForm.shape.duration),
  content: hole(form.scenarioForm.shape.content),
  hosts: rows({
    name: hole(form.hostForm.shape.name),
    cores: hole(form.hostForm.shape.cores),
    memory: hole(form.hostForm.shape.memory),
    dom0: hole(
      z.object({ vcpus: hole(form.dom0Form.unwrap().shape.vcpus), cpus: hole(form.dom0Form.unwrap().shape.cpus) }),
    ),
    nics: rows({ vfs: hole(form.nicForm.shape.vfs) }),
  }),
  clients: rows({ name: hole(form.clientForm.shape.name) }),
  vms: rows({
    name: hole(form.vmForm.shape.name),
    host: hole(form.vmForm.shape.host),
    io: hole(form.vmForm.shape.io),
    memory: hole(form.vmForm.shape.memory),
    vcpus: hole(form.vmForm.shape.vcpus),
    cpus: hole(form.vmForm.shape.cpus),
    job: hole(
      z.object({
        hot: hole(form.jobForm.shape.hot),
        cold: hole(form.jobForm.shape.cold),
        hotWrites: hole(form.jobForm.shape.hotWrites),
        coldWrites: hole(form.jobForm.shape.coldWrites),
        trace: hole(form.jobForm.shape.trace),
        repeat: hole(z.unknown()),
      }),
    ),
    disk: hole(z.object({ size: hole(diskForm.shape.size) })),
    workload: hole(
      z.object({
        kind: hole(form.workloadForm.shape.kind),
        dirtyPerRequest: hole(form.workloadForm.shape.dirtyPerRequest),
        workingSet: hole(form.workloadForm.shape.workingSet),
        diskPerRequest: hole(form.workloadForm.shape.diskPerRequest),
      }),
    ),
  }),
  traffic: rows({ from: hole(form.trafficForm.shape.from), to: hole(form.trafficForm.shape.to) }),
  flows: rows({
    kind: hole(flowForm.shape.kind),
    from: hole(flowForm.shape.from),
    to: hole(flowForm.shape.to),
    port: hole(flowForm.shape.port),
    connections: hole(z.unknown()),
    window: hole(z.unknown()),
    bytes: hole(z.unknown()),
    request: hole(z.unknown()),
    reply: hole(z.unknown()),
    think: hole(z.unknown()),
    reconnect: hole(z.unknown()),
    capture: hole(z.unknown()),
    recordedPort: hole(z.unknown()),
    scale: hole(z.unknown()),
    frame: hole(z.unknown()),
    start: hole(flowForm.shape.start),
    every: hole(flowForm.shape.every),
    burst: hole(z.unknown()),
  }),
  protect: rows({
    vm: hole(form.protectForm.shape.vm),
    to: hole(form.protectForm.shape.to),
    heartbeat: hole(form.protectForm.shape.heartbeat),
    timeout: hole(form.protectForm.shape.timeout),
    suspend: hole(form.protectForm.shape.suspend),
    driverReset: hole(form.protectForm.shape.driverReset),
    timing: hole(form.protectForm.shape.timing),
    epochs: hole(form.protectForm.shape.epochs),
    compression: hole(form.protectForm.shape.compression),
    compressionRatio: hole(form.protectForm.shape.compressionRatio),
    again: rows({
      to: hole(againForm.unwrap().element.shape.to),
      after: hole(againForm.unwrap().element.shape.after),
    }),
  }),
  migrations: rows({
    vm: hole(migrationForm.shape.vm),
    to: hole(migrationForm.shape.to),
    at: hole(migrationForm.shape.at),
    policy: hole(migrationForm.shape.policy),
    downtime: hole(z.unknown()),
    timeout: hole(z.unknown()),
    onTimeout: hole(z.unknown()),
    via: hole(migrationForm.shape.via),
    link: hole(z.unknown()),
    streams: hole(migrationForm.shape.streams),
    compression: hole(migrationForm.shape.compression),
    hotPlug: hole(migrationForm.shape.hotPlug),
    cancel: hole(migrationForm.shape.cancel),
    force: hole(migrationForm.shape.force),
  }),
  events: rows({
    at: hole(eventForm.shape.at),
    fail: hole(eventForm.shape.fail),
    repair: hole(eventForm.shape.repair),
    cut: hole(eventForm.shape.cut),
    mend: hole(eventForm.shape.mend),
    alter: hole(eventForm.shape.alter),
    rate: hole(eventForm.shape.rate),
    loss: hole(eventForm.shape.loss),
    abandon: hole(eventForm.shape.abandon),
  }),
  costs: hole(form.costsForm),
  ablate: hole(z.object({ abilities: rowsOf(hole(form.ablateForm.unwrap().shape.abilities.unwrap().element)) })),
});

/** What can be seen of a scenario. */
export type Draft = z.output<typeof scenarioDraft>;

/** A VM of a draft. */
export type VmDraft = NonNullable<NonNullable<Draft["vms"]>[number]>;

/** Finds a VM by its name; a hole has none, and is never the one that is meant. */
export function findVm({ vms }: Draft, name: string | undefined): VmDraft | undefined {
  return vms?.find((vm) => vm?.name !== undefined && vm.name === name);
}

/** What a check says about a draft: a broken rule, at the value that should change. */
export interface Complaint {
  readonly path: Path;
  readonly reason: string;
}

/** Returns what can be seen of a value; nothing if it is not even a map. */
export function readDraft(value: unknown): Draft | undefined {
  return hole(scenarioDraft).parse(value);
}

function hole<S extends z.ZodType>(schema: S) {
  return schema.optional().catch(undefined);
}

/** A list in which rows keep their index; the whole list may be a hole as well. */
function rowsOf<S extends z.ZodType>(row: S) {
  return hole(z.array(row).max(ROW_COUNT_MAX));
}

function rows<S extends z.core.$ZodLooseShape>(shape: S) {
  return rowsOf(hole(z.object(shape)));
}
