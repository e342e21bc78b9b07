/**
 * The whole control state of a run: one tree of plain data. Together with the data plane's memory it is the run:
 * written down at any control event and read back, it goes on bit for bit.
 */
import type { Scenario } from "../config/scenario";
import type { Place } from "../host/place";
import type { ProcessorPool } from "../host/processor-pool";
import type { Timers } from "../host/timers";
import type { Migration } from "../migration/migration";
import type { Protection } from "../remus/protection";
import type { Succession } from "../remus/succession";
import type { FlowControl } from "../workload/flows";

export interface HostControl {
  readonly name: string;
  readonly index: number;
  readonly processors: readonly number[];
  readonly dom0Vcpus: readonly number[];
  /** Those that are shared; null without any. */
  readonly pool: ProcessorPool | null;
  isAlive: boolean;
}

export interface VmControl {
  readonly name: string;
  /** Where it was started. */
  readonly place: Place;
  readonly vcpus: readonly number[];
}

export interface ClientControl {
  readonly name: string;
  /** Its number as a client that replays, or as a machine with TCP. */
  readonly index: number;
  readonly isMachine: boolean;
  /** Where its requests lie, and how many there are. */
  readonly requestsAt: number;
  readonly requestCount: number;
}

export interface Control {
  readonly scenario: Scenario;
  readonly timers: Timers;
  readonly hosts: readonly HostControl[];
  readonly vms: readonly VmControl[];
  readonly clients: readonly ClientControl[];
  /** Those of the scenario, in its order, then those that follow others, in the order in which they begin. */
  readonly protections: Protection[];
  readonly successions: readonly Succession[];
  readonly migrations: readonly Migration[];
  /** In the order of the scenario. */
  readonly flows: readonly FlowControl[];
  /** How many control events there have been. */
  eventCount: number;
}
