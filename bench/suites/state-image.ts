/** Saving, checking and restoring the state image of a virtual function, through the boundary. */
import { IMAGE_BYTES_MAX, IMAGE_OK } from "../../assembly/layout/state-image";
import { createBenchWorld } from "../world";
import { runSuite } from "./suite";

/** Packets before the image is taken, so that heads and statistics are not zero. */
const PACKET_COUNT = 1024;

export async function runStateImage(module: WebAssembly.Module, seconds: number): Promise<void> {
  const { world, sender, receiver } = createBenchWorld(module);
  const { plane } = world;
  plane.ringPath(sender.guest, receiver.guest, PACKET_COUNT, 60);
  plane.quiesce(sender.vf);
  plane.quiesce(receiver.vf);
  const at = plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
  const scratchAt = plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
  const bytes = plane.saveImage(sender.vf, at);
  const expectAccepted = (problem: number) => {
    if (problem !== IMAGE_OK) throw new Error(`the image was refused: ${problem}`);
  };
  const cases = [
    {
      name: `save ${bytes} B`,
      action: () => {
        plane.saveImage(sender.vf, scratchAt);
      },
    },
    { name: "check", action: () => expectAccepted(plane.checkImage(at, bytes)) },
    { name: "restore, check included", action: () => expectAccepted(plane.restoreImage(receiver.vf, at, bytes)) },
  ];
  await runSuite("state image", cases, seconds);
}
