/** Where a virtual machine is, or its backup: plain numbers of the data plane's objects. */
export interface Place {
  readonly host: number;
  readonly guest: number;
  readonly vf: number;
  /** The task of its host's dom0 that works off what replicating this guest costs. */
  readonly dom0Task: number;
}
