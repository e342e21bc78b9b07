/** Where a virtual machine is, or its backup: plain numbers of the data plane's objects. */
export interface Place {
  readonly host: number;
  readonly guest: number;
  readonly vf: number;
  /** The processor that dom0's work for this guest runs on. */
  readonly dom0Processor: number;
}
