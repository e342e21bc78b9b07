/** The mechanism: who runs where, who gives way, and that no time is lost or found. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GUEST_RUNNING, GUEST_SUSPENDED } from "../../assembly/layout/control";
import { ACTIVITY_HYPERVISOR, WAKE_LATENCY_NS } from "../../assembly/layout/cost";
import { CLASS_OVER, CLASS_UNDER, VCPU_BLOCKED, VCPU_QUEUED, VCPU_RUNNING } from "../../assembly/layout/processor";
import { TRACE_RAN } from "../../assembly/layout/trace";
import { NOW } from "../support/now";
import { ODD_CLOCK, ProcessorScene } from "../support/processor-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const MS = 1_000_000;
const PS_PER_MS = 1e9;

describe.each(BUILDS)("processors, $name build", ({ module }) => {
  it("two jobs on one processor, take turns of a time slice and pay for each switch", () => {
    const scene = new ProcessorScene({ module, processorCount: 1 });
    const jobs = [scene.addJob(), scene.addJob()];
    for (const { guest } of jobs) scene.world.plane.resumeGuest(guest);
    scene.runToEnd(100 * MS);
    const { plane } = scene.world;
    const [one, other] = jobs.map(({ vcpu }) => plane.vcpuRanPs(vcpu));
    expect([one, other]).toEqual([50 * PS_PER_MS, 50 * PS_PER_MS]);
    const switches = jobs.map(({ vcpu }) => plane.chargedCycles(vcpu, ACTIVITY_HYPERVISOR) / NOW.vmSwitch);
    // Twenty slices, the last of which ends with the run; the first begins on a processor that was nobody's.
    expect(switches).toEqual([10, 10]);
    expect(ofKind(scene.trace, TRACE_RAN)).toHaveLength(20);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("dom0 woken on a processor that was idle for longer than the latency, runs that much later and is charged for nothing", () => {
    const scene = new ProcessorScene({ module, processorCount: 1 });
    const { plane } = scene.world;
    const { vcpu, task } = scene.addDom0();
    plane.setCost(WAKE_LATENCY_NS, 40_000);
    scene.runToEnd(MS);
    plane.oweCycles(task, 50_000);
    expect(plane.vcpuState(vcpu)).toBe(VCPU_QUEUED);
    scene.runToEnd(2 * MS);
    const [ran] = ofKind(scene.trace, TRACE_RAN);
    // 50,000 cycles of 400 ps begin 40 us after they were asked for.
    expect(ran).toMatchObject({ timePs: PS_PER_MS + 40_000_000 + 20_000_000, b: 20_000_000 });
    expect(plane.idlePs(scene.processors[0] ?? 0)).toBe(2 * PS_PER_MS - 20_000_000);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("dom0 woken on a processor that was idle for 3 us, runs after a third of that", () => {
    const scene = new ProcessorScene({ module, processorCount: 1 });
    const { plane } = scene.world;
    const { task } = scene.addDom0();
    plane.setCost(WAKE_LATENCY_NS, 40_000);
    plane.oweCycles(task, 25_000);
    scene.runToEnd(13_000);
    plane.oweCycles(task, 25_000);
    scene.runToEnd(MS);
    const ends = ofKind(scene.trace, TRACE_RAN).map(({ timePs }) => timePs);
    // The first runs from the start, when nobody had slept yet.
    expect(ends).toEqual([10_000_000, 10_000_000 + 3_000_000 + 1_000_000 + 10_000_000]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("two that wake for one sleeping processor, run one behind the other when it is awake", () => {
    const scene = new ProcessorScene({ module, processorCount: 2 });
    const { plane } = scene.world;
    const tasks = [scene.addDom0(), scene.addDom0(), scene.addDom0()].map(({ task }) => task);
    plane.setCost(WAKE_LATENCY_NS, 40_000);
    scene.runToEnd(MS);
    for (const task of tasks) plane.oweCycles(task, 50_000);
    scene.runToEnd(2 * MS);
    const busy = scene.processors.map((index) => plane.busyPs(index));
    const switchPs = NOW.vmSwitch * 400;
    expect(busy.toSorted((one, other) => one - other)).toEqual([20_000_000, 40_000_000 + switchPs]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("a vCPU that finds its processor busy, takes the next idle one and not the first", () => {
    const scene = new ProcessorScene({ module, processorCount: 3 });
    const { plane } = scene.world;
    const [a, b, c] = [scene.addDom0(), scene.addDom0(), scene.addDom0()].map(({ task }) => task);
    const wakeTogether = (tasks: (number | undefined)[], ms: number) => {
      for (const task of tasks) plane.oweCycles(task ?? 0, 50_000);
      scene.runToEnd(ms * MS);
      return scene.processors.map((index) => plane.busyPs(index) > 0);
    };
    expect(wakeTogether([a, b], 1)).toEqual([true, true, false]);
    // The one that never ran begins at the first, and finds it busy: now two ran on the second last.
    expect(wakeTogether([a, c], 2)).toEqual([true, true, false]);
    expect(wakeTogether([b, c], 3)).toEqual([true, true, true]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("one job alone, is never interrupted", () => {
    const scene = new ProcessorScene({ module, processorCount: 1 });
    const { guest, vcpu } = scene.addJob();
    scene.world.plane.resumeGuest(guest);
    scene.runToEnd(50 * MS);
    expect(scene.world.plane.vcpuRanPs(vcpu)).toBe(50 * PS_PER_MS);
    expect(ofKind(scene.trace, TRACE_RAN)).toHaveLength(0);
    expect(scene.verdict()).toMatchObject({ faults: [], looked: "1 stretches on 1 processors, 1 accounts" });
  });

  it("three jobs on two processors, leave none of them idle", () => {
    const scene = new ProcessorScene({ module, processorCount: 2, clock: ODD_CLOCK });
    const jobs = [scene.addJob(), scene.addJob(), scene.addJob()];
    for (const { guest } of jobs) scene.world.plane.resumeGuest(guest);
    scene.runToEnd(90 * MS);
    expect(scene.processors.map((index) => scene.world.plane.idlePs(index))).toEqual([0, 0]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("a vCPU in credit that wakes, takes the place of a job that has overdrawn, whose burst goes on later", () => {
    const scene = new ProcessorScene({ module, processorCount: 1 });
    const { plane } = scene.world;
    const { guest, vcpu } = scene.addJob({ burstCycles: 1_000_000 });
    const dom0 = scene.addDom0();
    plane.resumeGuest(guest);
    scene.runToEnd(MS);
    plane.setClass(vcpu, CLASS_OVER);
    plane.oweCycles(dom0.task, 50_000);
    expect([plane.vcpuState(dom0.vcpu), plane.vcpuState(vcpu)]).toEqual([VCPU_RUNNING, VCPU_QUEUED]);
    scene.runToEnd(2 * MS);
    expect(plane.vcpuRanPs(dom0.vcpu)).toBe((50_000 + NOW.vmSwitch) * 400);
    expect([plane.vcpuState(dom0.vcpu), plane.vcpuState(vcpu)]).toEqual([VCPU_BLOCKED, VCPU_RUNNING]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("a vCPU that has overdrawn and wakes, waits while one in credit works", () => {
    const scene = new ProcessorScene({ module, processorCount: 1 });
    const { plane } = scene.world;
    const { guest } = scene.addJob();
    const dom0 = scene.addDom0();
    plane.setClass(dom0.vcpu, CLASS_OVER);
    plane.resumeGuest(guest);
    scene.runToEnd(MS);
    plane.oweCycles(dom0.task, 50_000);
    scene.runToEnd(60 * MS);
    expect(plane.vcpuRanPs(dom0.vcpu)).toBe(0);
    plane.setClass(dom0.vcpu, CLASS_UNDER);
    scene.runToEnd(70 * MS);
    expect(plane.vcpuRanPs(dom0.vcpu)).toBeGreaterThan(0);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("a vCPU that waits behind others, is taken over by a processor that becomes free", () => {
    const scene = new ProcessorScene({ module, processorCount: 2 });
    const { plane } = scene.world;
    const jobs = [scene.addJob(), scene.addJob(), scene.addJob()];
    for (const { guest } of jobs) plane.resumeGuest(guest);
    scene.runToEnd(MS);
    const waiting = jobs.find(({ vcpu }) => plane.vcpuState(vcpu) === VCPU_QUEUED);
    const running = jobs.find(({ vcpu }) => plane.vcpuState(vcpu) === VCPU_RUNNING);
    expect(plane.suspendGuest(running?.guest ?? 0)).toBe(0);
    scene.runTo(2 * MS);
    expect(plane.guestState(running?.guest ?? 0)).toBe(GUEST_SUSPENDED);
    scene.runToEnd(2 * MS);
    expect(plane.vcpuState(waiting?.vcpu ?? 0)).toBe(VCPU_RUNNING);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("a vCPU with a processor of its own, waits there though another is idle", () => {
    const scene = new ProcessorScene({ module, processorCount: 2 });
    const { plane } = scene.world;
    const [first = 0] = scene.processors;
    const jobs = [scene.addJob({ processor: first }), scene.addJob({ processor: first })];
    for (const { guest } of jobs) plane.resumeGuest(guest);
    scene.runToEnd(20 * MS);
    expect(scene.processors.map((index) => plane.busyPs(index))).toEqual([20 * PS_PER_MS, 0]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("jobs that come and go, of changing class, at random, never an idle processor beside one that waits", () => {
    const action = fc.record({
      job: fc.nat(4),
      kind: fc.constantFrom("suspend or resume", "class", "owe"),
      afterNs: fc.integer({ min: 0, max: 9 * MS }),
      value: fc.nat(400_000),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 40 }), (processorCount, actions) => {
        const scene = new ProcessorScene({ module, processorCount, clock: ODD_CLOCK, sliceNs: MS });
        const { plane } = scene.world;
        const jobs = Array.from({ length: 5 }, () => scene.addJob());
        const dom0 = scene.addDom0();
        let now = 0;
        for (const { job, kind, afterNs, value } of actions) {
          now += afterNs;
          scene.runToEnd(now);
          const { guest, vcpu } = jobs[job] ?? { guest: 0, vcpu: 0 };
          if (kind === "owe") plane.oweCycles(dom0.task, value);
          else if (kind === "class") {
            plane.setClass(vcpu, value % 2 ? CLASS_OVER : CLASS_UNDER);
            plane.reconsiderProcessors(0, processorCount);
          } else if (plane.guestState(guest) === GUEST_RUNNING) plane.suspendGuest(guest);
          else if (plane.guestState(guest) === GUEST_SUSPENDED || plane.guestState(guest) === 3)
            plane.resumeGuest(guest);
          const states = [...jobs.map((entry) => entry.vcpu), dom0.vcpu].map((index) => plane.vcpuState(index));
          const running = states.filter((state) => state === VCPU_RUNNING).length;
          if (states.includes(VCPU_QUEUED)) expect(running).toBe(processorCount);
        }
        scene.runToEnd(now + 10 * MS);
        expect(scene.verdict().faults).toEqual([]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
