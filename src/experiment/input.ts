/** What goes into a run. */
import type { Scenario } from "../config/scenario";
import type { Exchange } from "../format/conversation";
import type { DirtyRow } from "../format/dirty-trace";
import type { Recordings } from "../workload/recording";

/** What a run is a pure function of, together with the wasm. */
export interface RunInput {
  readonly module: WebAssembly.Module;
  readonly scenario: Scenario;
  /** Number of the replication, which selects a substream of the seed. */
  readonly run: number;
  /** The exchanges of each capture, by the path that the scenario gives. */
  readonly replays: ReadonlyMap<string, readonly Exchange[]>;
  /** The rows of each VM's trace of written pages, by the VM's name; absent when no job has one. */
  readonly dirtyTraces?: ReadonlyMap<string, readonly DirtyRow[]>;
  /** The recorded connections of each flow of kind replay, by its place in the scenario; absent without such flows. */
  readonly recordings?: Recordings;
  /**
   * How much of each frame the taps of clients with TCP keep, in bytes; without it those clients are not tapped. Clients
   * that replay recorded requests always are, whole, because their answers are judged.
   */
  readonly snapBytes?: number;
  /** What messages call the scenario; its file, if it has one. */
  readonly source?: string;
}
