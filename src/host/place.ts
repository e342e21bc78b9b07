/** Where a guest's NIC is that dom0 serves, paravirtual or emulated: plain data. */
export interface Front {
  readonly kind: "paravirtual" | "emulated";
  readonly guest: number;
  readonly vif: number;
  readonly mac: { readonly low: number; readonly high: number };
  readonly port: number;
}

/** Where a virtual machine is, or its backup: plain numbers of the data plane's objects. */
export interface Place {
  readonly host: number;
  readonly guest: number;
  /** Its virtual function; -1 for a guest that has none here. */
  readonly vf: number;
  /** Its paravirtual or emulated NIC; null for one with a virtual function alone. A bond has both. */
  readonly front: Front | null;
  /** Its disk; -1 for none. */
  readonly disk: number;
  /** The task of its host's dom0 that works off what replicating this guest costs. */
  readonly dom0Task: number;
}
