/** Two ports on a cable, a virtual function on either, and a hand-written driver for each: one sends, one receives. */
import { giveAddress, startPort } from "../../src/device/port-driver";
import { itemAt } from "./item-at";
import { enableMessages, openPool } from "./open-pool";
import { DRIVER_PAGE_COUNT, localMemory, PoolDriver } from "./pool-driver";
import { createSmallWorld } from "./small-world";

/** Descriptors of either ring. */
export const RING_COUNT = 256;
const POOLS_OF_PORT = 8;

/** Joins them. The receiver's buffers are there already, and hardware owns all of its ring but one. */
export function joinPorts(module: WebAssembly.Module): { sender: PoolDriver; receiver: PoolDriver } {
  const world = createSmallWorld({ module, chunkCount: 12, slotCount: 2048, arenaBytes: 24 * 1024 ** 2 });
  const { plane } = world;
  const ports = [0, 1].map(() => plane.addPort(plane.addHost(), 1, 0));
  plane.connectPorts(itemAt(ports, 0), itemAt(ports, 1), 10e9, 1000);
  const [sender, receiver] = ports.map((port, number) => {
    startPort(world, port);
    const guest = plane.addGuest(port, plane.addProcessor(400, 1), DRIVER_PAGE_COUNT, 0, 0, 0, 0);
    const vf = port * POOLS_OF_PORT;
    plane.attachVf(vf, guest);
    openPool(world, vf);
    giveAddress(world, vf, { low: 2, high: 0x10 + (number << 8) });
    enableMessages(world, vf);
    return new PoolDriver(world, vf, localMemory(world, guest));
  }) as [PoolDriver, PoolDriver];
  receiver.touchBuffers(RING_COUNT);
  receiver.startReceive({ count: RING_COUNT });
  sender.startTransmit(RING_COUNT);
  return { sender, receiver };
}
