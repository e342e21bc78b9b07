/** A scene without a service: a server whose guest only has a transmit ring that the test fills, and a client that listens. */
import type { World } from "../../src/core/world";
import { type ClientMachine, type ClientOptions, Network, type Server, type ServerOptions } from "./network";
import { createSmallWorld, type SmallWorldOptions } from "./small-world";
import { testFrame } from "./test-frame";
import { TransmitRing, type TransmitRingOptions } from "./transmit-ring";

export interface QuietSceneOptions {
  readonly world?: SmallWorldOptions;
  readonly server?: ServerOptions;
  readonly client?: ClientOptions;
  readonly ring?: TransmitRingOptions;
}

export interface QuietScene {
  readonly world: World;
  readonly network: Network;
  readonly server: Server;
  readonly client: ClientMachine;
  readonly ring: TransmitRing;
  /** Makes a frame from the guest to the client. */
  frameOf(number: number, byteCount?: number): Uint8Array;
}

/** Makes the scene. */
export function createQuietScene(options: QuietSceneOptions = {}): QuietScene {
  const world = createSmallWorld(options.world);
  const network = new Network(world);
  const server = network.addServer(options.server);
  const client = network.addClient(options.client);
  const ring = new TransmitRing(world, server, options.ring);
  const frameOf = (number: number, byteCount = 60) => testFrame(number, byteCount, client.mac, server.mac);
  return { world, network, server, client, ring, frameOf };
}

/** Returns `count` frames, numbered from `first`. */
export function framesFrom(scene: QuietScene, first: number, count: number, byteCount = 60): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => scene.frameOf(first + index, byteCount));
}

/** Returns the frames that have arrived at the client since the last call, in order. */
export function arrivedFrames({ world, client }: QuietScene): Uint8Array[] {
  return world
    .takeCapture()
    .filter((frame) => frame.client === client.client)
    .map(({ bytes }) => bytes);
}
