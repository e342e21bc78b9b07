/** The ring path from guest to guest, called through the boundary. */
import { createBenchWorld } from "../world";
import { runSuite } from "./suite";

/** Packets of a call. */
const COUNT = 1024;

export async function runRingPath(module: WebAssembly.Module, seconds: number): Promise<void> {
  const { world, sender, receiver } = createBenchWorld(module);
  const action = (frameBytes: number) => () => {
    const received = world.plane.ringPath(sender.guest, receiver.guest, COUNT, frameBytes);
    if (received !== COUNT) throw new Error(`${received} of ${COUNT} packets were received`);
  };
  const cases = [
    { name: `${COUNT} packets of 64 B`, action: action(60) },
    { name: `${COUNT} packets of 1500 B`, action: action(1514) },
  ];
  await runSuite("ring path", cases, seconds);
}
