/** The usual scene: one server with a service, one client that asks it, both ready to go. */
import type { World } from "../../src/core/world";
import { bootGuest } from "../../src/device/port-driver";
import {
  type Exchange,
  type ExchangeOptions,
  giveRequests,
  loadService,
  makeExchanges,
  type Patience,
} from "./exchanges";
import { type ClientMachine, type ClientOptions, Network, type Server, type ServerOptions } from "./network";
import { createSmallWorld, type SmallWorldOptions } from "./small-world";

export interface SceneOptions {
  readonly world?: SmallWorldOptions;
  readonly server?: ServerOptions;
  readonly client?: ClientOptions;
  readonly exchanges?: ExchangeOptions;
  readonly patience?: Patience;
}

export interface ServiceScene {
  readonly world: World;
  readonly network: Network;
  readonly server: Server;
  readonly client: ClientMachine;
  readonly exchanges: readonly Exchange[];
  /** The client's table of requests. */
  readonly table: number;
}

/** Makes the scene with so many requests; the guest is booted, the client started, the clock at zero. */
export function createServiceScene(requestCount: number, options: SceneOptions = {}): ServiceScene {
  const world = createSmallWorld(options.world);
  const network = new Network(world);
  const server = network.addServer(options.server);
  const client = network.addClient(options.client);
  const exchanges = makeExchanges(requestCount, options.exchanges);
  loadService(world, server.guest, exchanges);
  const table = giveRequests(world, client.client, exchanges, options.patience);
  bootGuest(world, server.guest);
  world.plane.startClient(client.client);
  return { world, network, server, client, exchanges, table };
}
