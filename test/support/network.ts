/**
 * Machines around one switch: servers, each a host with a port and a guest, and clients. It keeps count of the wires,
 * because the boundary does not tell their numbers and the trace speaks of little else.
 */
import type { World } from "../../src/core/world";
import { giveAddress, startPort } from "../../src/device/port-driver";
import { clientIp, clientMac, guestIp, guestMac, type MacWords } from "./addresses";

/** UDP port of every service. */
export const SERVICE_PORT = 53;

/** The two wires of a link, seen from the machine. */
export interface Link {
  /** From the switch to the machine. */
  readonly wireIn: number;
  readonly wireOut: number;
}

/** A host with one port, and a guest that owns the port's first virtual function. */
export interface Server extends Link {
  readonly host: number;
  readonly processor: number;
  readonly port: number;
  readonly guest: number;
  readonly vf: number;
  readonly mac: MacWords;
}

/** A client's machine. */
export interface ClientMachine extends Link {
  readonly client: number;
  readonly mac: MacWords;
}

export interface LinkOptions {
  /** Bits per second; 10 Gb/s unless told. */
  readonly rate?: number;
  /** 1,000 unless told. */
  readonly latencyNs?: number;
  /** Output buffer of the switch towards the machine; 512 KiB unless told. */
  readonly backlogBytes?: number;
}

export interface ServerOptions extends LinkOptions {
  /** Address number of the guest; by default the number of servers before. */
  readonly number?: number;
  readonly pageCount?: number;
  readonly vfCount?: number;
  /** What the port keeps for a quiesced virtual function. */
  readonly parkedBytesMax?: number;
  readonly requestCycles?: number;
  /** The port stays as it was powered up: nobody drives its physical function. */
  readonly isPortRaw?: boolean;
}

export interface ClientOptions extends LinkOptions {
  /** Share of frames that either wire loses. */
  readonly loss?: number;
}

/** Pages of a guest that runs the service: software below page 512, a small table above. */
export const GUEST_PAGE_COUNT = 576;

/** Delay of the switch. */
export const SWITCH_DELAY_NS = 500;

/** 2.5 GHz: a cycle is 400 ps, so that every time in a test can be told in whole picoseconds. */
export const CYCLE_PS = [400, 1] as const;

/** One switch and what hangs on it. */
export class Network {
  readonly #switch: number;
  #serverCount = 0;
  #clientCount = 0;
  #wireCount = 0;

  constructor(readonly world: World) {
    this.#switch = world.plane.addSwitch(SWITCH_DELAY_NS);
  }

  /** Adds a host with a guest whose driver has not started. */
  addServer(options: ServerOptions = {}): Server {
    const { plane } = this.world;
    const { number = this.#serverCount, pageCount = GUEST_PAGE_COUNT, vfCount = 1 } = options;
    const host = plane.addHost();
    const processor = plane.addProcessor(...CYCLE_PS);
    const port = plane.addPort(host, vfCount, options.parkedBytesMax ?? 65_536);
    // The wire between the port's own pools.
    this.#wireCount++;
    const { rate, latencyNs, backlogBytes } = withDefaults(options);
    plane.connectPort(port, this.#switch, rate, latencyNs, backlogBytes);
    const mac = guestMac(number);
    const guest = plane.addGuest(host, processor, pageCount, ...mac, guestIp(number), options.requestCycles ?? 10_000);
    const vf = plane.firstVf(port);
    plane.attachVf(vf, guest);
    if (!options.isPortRaw) {
      startPort(this.world, port);
      giveAddress(this.world, vf, { low: mac[0], high: mac[1] });
    }
    this.#serverCount++;
    return { host, processor, port, guest, vf, mac, ...this.#takeLink() };
  }

  /** Adds a guest to a server, with the virtual function of a pool that is free. */
  addNeighbour(server: Server, pool: number): Server {
    const { plane } = this.world;
    const number = this.#serverCount++;
    const mac = guestMac(number);
    const processor = plane.addProcessor(...CYCLE_PS);
    const guest = plane.addGuest(server.host, processor, GUEST_PAGE_COUNT, ...mac, guestIp(number), 10_000);
    const vf = server.vf + pool;
    plane.attachVf(vf, guest);
    giveAddress(this.world, vf, { low: mac[0], high: mac[1] });
    return { ...server, processor, guest, vf, mac };
  }

  /** Adds a client without requests. */
  addClient(options: ClientOptions = {}): ClientMachine {
    const { plane } = this.world;
    const mac = clientMac(this.#clientCount);
    const client = plane.addClient(...mac, clientIp(this.#clientCount));
    const { rate, latencyNs, backlogBytes } = withDefaults(options);
    const lossBelow = Math.floor((options.loss ?? 0) * 2 ** 32);
    plane.connectClient(client, this.#switch, rate, latencyNs, lossBelow, backlogBytes);
    this.#clientCount++;
    return { client, mac, ...this.#takeLink() };
  }

  #takeLink(): Link {
    const wireIn = this.#wireCount;
    this.#wireCount += 2;
    return { wireIn, wireOut: wireIn + 1 };
  }
}

function withDefaults(options: LinkOptions): Required<LinkOptions> {
  return { rate: 10e9, latencyNs: 1000, backlogBytes: 524_288, ...definedOf(options) };
}

function definedOf({ rate, latencyNs, backlogBytes }: LinkOptions): LinkOptions {
  return {
    ...(rate === undefined ? {} : { rate }),
    ...(latencyNs === undefined ? {} : { latencyNs }),
    ...(backlogBytes === undefined ? {} : { backlogBytes }),
  };
}
