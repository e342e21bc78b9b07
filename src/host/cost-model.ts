/**
 * What things cost: one row for each parameter, with its unit, range and source. docs/model.md shows this table; a
 * scenario's results depend on nothing else about processors and pauses.
 *
 * Values are the preset "now": 2.6 GHz processors, interrupts posted or injected by hardware assist. A row without a
 * published value says `assumed:` and why. Nothing here was derived from a figure that results are compared with.
 */
import {
  COST_BACKEND_RECEIVE,
  COST_BACKEND_TRANSMIT,
  COST_BRIDGE,
  COST_DOM0_INTERRUPT,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_EVENT_RECEIVE,
  COST_EVENT_SEND,
  COST_FRONTEND,
  COST_GRANT_COPY_KIB,
  COST_GRANT_PAGE,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_GUEST,
  COST_LOG_DIRTY,
  COST_STACK_RECEIVE,
  COST_STACK_TRANSMIT,
  COST_VCPU_SWITCH,
} from "../../assembly/layout/cost";

/** A parameter of the model. */
export interface Parameter {
  readonly value: number;
  readonly unit: "cycles" | "ns" | "ps/byte" | "bytes/s" | "bytes";
  /** Plausible values, least and greatest. */
  readonly range: readonly [number, number];
  readonly meaning: string;
  readonly source: string;
}

export const COST_MODEL = {
  interruptExit: {
    value: 3_500,
    unit: "cycles",
    range: [0, 11_500],
    meaning: "hypervisor's share of delivering one virtual interrupt: one exit, routing and injection",
    source: "exit 1,500 (about 1,600 measured for a VMCALL on i7-3960X, yshalabi 2014), handling 2,000 assumed:",
  },
  interruptGuest: {
    value: 2_000,
    unit: "cycles",
    range: [1_500, 5_000],
    meaning: "guest's interrupt entry and start of polling",
    source: "assumed: between a bare interrupt and the 2.5 us that idle wake-ups add",
  },
  driverReceive: {
    value: 600,
    unit: "cycles",
    range: [83, 1_500],
    meaning: "native NIC driver for one received packet",
    source: "750 cycles at 4.8 Mpps of earliest kernel drop (XDP, CoNEXT 2018), scaled to a later core",
  },
  driverTransmit: {
    value: 600,
    unit: "cycles",
    range: [83, 1_500],
    meaning: "native NIC driver for one sent packet, completion included",
    source: "732 cycles at 4 Mpps of an in-kernel generator (netmap, ATC 2012), scaled to a later core",
  },
  stackReceive: {
    value: 2_800,
    unit: "cycles",
    range: [2_000, 6_000],
    meaning: "UDP receive from driver to user space, wake-up included",
    source: "assumed: above the 2,069 cycles of a routed packet (XDP data set) by socket, wake-up and system call",
  },
  stackTransmit: {
    value: 1_900,
    unit: "cycles",
    range: [1_500, 4_000],
    meaning: "UDP send from system call to driver",
    source: "2,790 cycles at 1.05 Mpps from user space (netmap, ATC 2012) less the driver's 900",
  },
  logDirtyFault: {
    value: 676,
    unit: "cycles",
    range: [390, 3_900],
    meaning: "first write to a page in log-dirty mode",
    source: "260 ns for each re-dirtied page (cloud-hypervisor issue 8899), at 2.6 GHz",
  },
  dom0Interrupt: {
    value: 3_000,
    unit: "cycles",
    range: [2_000, 7_000],
    meaning: "physical interrupt into a paravirtual dom0, and the start of polling there",
    source: "assumed: an exit, Xen's routing and an upcall into dom0",
  },
  eventSend: {
    value: 1_230,
    unit: "cycles",
    range: [400, 2_000],
    meaning: "hypercall by which a domain sends an event to another",
    source: "from memory, unverified: 1,228 for a hypercall of Xen and 1,300 of KVM on x86 (ISCA 2016)",
  },
  eventReceive: {
    value: 2_270,
    unit: "cycles",
    range: [1_000, 7_000],
    meaning: "event that reaches an idle vCPU of another domain: virtual interrupt and upcall",
    source: "an event all in, 3,500 (a hypercall and a virtual interrupt, from memory, unverified), less the hypercall",
  },
  bridgeHop: {
    value: 900,
    unit: "cycles",
    range: [400, 3_500],
    meaning: "dom0's bridge, for one packet",
    source: "assumed: above the 570 to 870 of a routed packet (2,069 cycles, XDP data set) that drivers leave",
  },
  netbackReceive: {
    value: 2_250,
    unit: "cycles",
    range: [1_100, 14_000],
    meaning: "netback for one packet to a guest, grant copy call included, bytes excluded",
    source: "half of 2.04 Mpps at 2.3 GHz, for a copy in place of a mapping (Linux xen-netback commit 18d34eabd73a)",
  },
  netbackTransmit: {
    value: 1_500,
    unit: "cycles",
    range: [900, 9_000],
    meaning: "netback for one packet from a guest, grants excluded",
    source: "between 1,185 and 1,855, which Linux xen-netback commit fdbb2e3659b3 gives for 64 bytes in two ways",
  },
  grantMapPage: {
    value: 600,
    unit: "cycles",
    range: [300, 3_000],
    meaning: "mapping and unmapping one granted page of a packet that a guest sends",
    source: "600 to 1,200: the difference that permanent maps make in both commits above",
  },
  grantCopy: {
    value: 307,
    unit: "cycles",
    range: [205, 1_536],
    meaning: "1,024 bytes of a grant copy",
    source: "assumed: 0.3 cycles a byte, two machines' pages being colder than those of one",
  },
  netfrontPacket: {
    value: 800,
    unit: "cycles",
    range: [500, 2_500],
    meaning: "netfront for one packet, in either direction, grants given and taken back included",
    source: "assumed: the native driver's 600, and the grant table",
  },
  vcpuSwitch: {
    value: 10_000,
    unit: "cycles",
    range: [5_000, 12_000],
    meaning: "hypervisor's work when a processor goes from one vCPU to another",
    source: "from memory, unverified: 10,534 measured for a VM switch of Xen on x86 (ISCA 2016)",
  },
  stopGuest: {
    value: 100_000,
    unit: "ns",
    range: [50_000, 1_000_000],
    meaning: "from the hypercall that stops a guest to all its vCPUs standing still",
    source: "mechanism: libxl suspends a guest without paravirtual drivers by hypercall; duration assumed:",
  },
  scanLog: {
    value: 1_000_000,
    unit: "ns",
    range: [200_000, 3_000_000],
    meaning: "reading and clearing the processor's dirty log at a checkpoint",
    source: "assumed: 4.5 ms/GiB to arm (cloud-hypervisor issue 8899) bounds it for guests of this size",
  },
  mapPage: {
    value: 1_000,
    unit: "ns",
    range: [300, 3_000],
    meaning: "mapping one dirty page into dom0",
    source: "assumed: one foreign mapping, batched by 1,024",
  },
  copyRate: {
    value: 2 * 1024 ** 3,
    unit: "bytes/s",
    range: [1024 ** 3, 8 * 1024 ** 3],
    meaning: "local copy of dirty pages while the guest stands still",
    source: "assumed: one core copying cold pages",
  },
  saveVf: {
    value: 60_000,
    unit: "ns",
    range: [20_000, 500_000],
    meaning: "quiescing the virtual function, reading its state, sealing the outbound buffer",
    source: "assumed: 100 registers at 0.3 to 0.5 us and one DMA to drain",
  },
  resumeGuest: {
    value: 500_000,
    unit: "ns",
    range: [100_000, 2_000_000],
    meaning: "from the last copy to the vCPU running again",
    source: "assumed: unpause and device resume",
  },
  activateGuest: {
    value: 30_000_000,
    unit: "ns",
    range: [20_000_000, 400_000_000],
    meaning: "from the decision to fail over to the backup's vCPU running",
    source: "assumed: completion of a domain that is already built, and unpause",
  },
  dmaLatency: {
    value: 435,
    unit: "ns",
    range: [430, 620],
    meaning: "one transfer of the device's DMA engine, from request to answer",
    source: "read of 64 B from a warm cache on a Xeon E5-2630 (pcie-bench, SIGCOMM 2018, raw data)",
  },
  dmaByte: {
    value: 290,
    unit: "ps/byte",
    range: [100, 400],
    meaning: "time for which a byte occupies the DMA engine's channel, in either direction",
    source: "slope between reads of 64 B and 1,520 B, PCIe gen3 x8 (pcie-bench, raw data); writing assumed: alike",
  },
  sendPage: {
    value: 5_000,
    unit: "cycles",
    range: [4_000, 20_000],
    meaning: "dom0's work to send one page of a checkpoint",
    source: "2.83 segments of TCP with segmentation offload and one copy of 4 KiB, from the rows above",
  },
} as const satisfies Record<string, Parameter>;

export type CostName = keyof typeof COST_MODEL;

/** Which row fills which entry of the data plane's cost table; the application's cycles are the scenario's. */
export const DATA_PLANE_COSTS: readonly (readonly [number, CostName])[] = [
  [COST_INTERRUPT_EXIT, "interruptExit"],
  [COST_INTERRUPT_GUEST, "interruptGuest"],
  [COST_DRIVER_RECEIVE, "driverReceive"],
  [COST_DRIVER_TRANSMIT, "driverTransmit"],
  [COST_STACK_RECEIVE, "stackReceive"],
  [COST_STACK_TRANSMIT, "stackTransmit"],
  [COST_LOG_DIRTY, "logDirtyFault"],
  [COST_VCPU_SWITCH, "vcpuSwitch"],
  [COST_DOM0_INTERRUPT, "dom0Interrupt"],
  [COST_EVENT_SEND, "eventSend"],
  [COST_EVENT_RECEIVE, "eventReceive"],
  [COST_BRIDGE, "bridgeHop"],
  [COST_BACKEND_RECEIVE, "netbackReceive"],
  [COST_BACKEND_TRANSMIT, "netbackTransmit"],
  [COST_GRANT_PAGE, "grantMapPage"],
  [COST_GRANT_COPY_KIB, "grantCopy"],
  [COST_FRONTEND, "netfrontPacket"],
];

/** Delay of each gratuitous ARP after activation: at once, then at growing steps, as QEMU announces a moved guest. */
export const ANNOUNCE_DELAYS_NS: readonly number[] = [0, 50_000_000, 200_000_000, 450_000_000, 800_000_000];

/** How long a guest stands still for a checkpoint of so many pages, in whole nanoseconds. */
export function pauseNs(pageCount: number, pageBytes: number): number {
  const copyNs = Math.floor((pageCount * pageBytes * 1e9) / COST_MODEL.copyRate.value);
  const { scanLog, mapPage, saveVf, resumeGuest } = COST_MODEL;
  return scanLog.value + pageCount * mapPage.value + copyNs + saveVf.value + resumeGuest.value;
}
