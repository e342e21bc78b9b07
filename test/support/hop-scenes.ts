/** Worlds with much traffic, of which it is to be shown that they come out alike however they are scheduled. */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import { PF_POOL } from "../../assembly/layout/physical-function";
import { RDT, VTEIMC, VTEIMS, VTEITR, VTIVAR } from "../../assembly/layout/vf-registers";
import { EITR_SHIFT } from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { bootGuest } from "../../src/device/port-driver";
import { VMOLR } from "../reference/pf-registers";
import { outsideAddress, poolAddress } from "../reference/program-frames";
import { guestIp, guestMac } from "./addresses";
import { createDom0Scene } from "./dom0-scene";
import { giveRequests, loadService, makeExchanges } from "./exchanges";
import { itemAt } from "./item-at";
import { Network } from "./network";
import { numberedFrame, PortScene } from "./port-scene";
import { RandomSource } from "./random-source";
import { createServiceScene } from "./service-scene";
import { createSmallWorld } from "./small-world";
import type { Parts } from "./world-outcome";

/** A world that is ready to go, and what is done to it meanwhile, at times in ascending order. */
export interface HopScene {
  readonly world: World;
  readonly parts: Parts;
  readonly endNs: number;
  readonly actions: readonly { readonly ns: number; act(): void }[];
}

export type SceneMaker = (module: WebAssembly.Module) => HopScene;

/** VMOLR: broadcast, and check sequences are stripped. */
const TAKES_BROADCAST = 0x8800_2600;
const DMA = { latencyNs: 435, readPs: 290, writePs: 290 };

/** One client asks one guest. */
export function oneFlow(module: WebAssembly.Module): HopScene {
  const { world, server } = createServiceScene(60, { world: { module }, exchanges: { gapNs: 30_000 } });
  world.plane.setDma(server.port, DMA.latencyNs, DMA.readPs, DMA.writePs);
  return { world, parts: { guests: [server.guest], vfs: [server.vf], ports: [server.port] }, endNs: 3e6, actions: [] };
}

/** So many requests at once that the ring of a slow guest overflows. */
export function overload(module: WebAssembly.Module): HopScene {
  const { world, server } = createServiceScene(900, {
    world: { module },
    server: { requestCycles: 200_000 },
    exchanges: { gapNs: 200 },
    patience: { timeoutNs: 2_000_000, tryCountMax: 2 },
  });
  world.plane.setDma(server.port, DMA.latencyNs, DMA.readPs, DMA.writePs);
  return { world, parts: { guests: [server.guest], vfs: [server.vf], ports: [server.port] }, endNs: 8e6, actions: [] };
}

/** A client asks a paravirtual guest, a virtual function of the same port sends to it, and it sends to a neighbour. */
export function bridgedGuests(module: WebAssembly.Module): HopScene {
  const { scene, server, dom0, world, plane } = createDom0Scene(module);
  plane.setDma(server.port, DMA.latencyNs, DMA.readPs, DMA.writePs);
  const [asked, neighbour] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
  const { client } = scene.network.addClient({ loss: 0.02 });
  const exchanges = makeExchanges(60, { gapNs: 30_000 });
  loadService(world, asked.guest, exchanges);
  giveRequests(world, client, exchanges, { target: asked.number, timeoutNs: 300_000 });
  plane.createSource(server.guest, ...asked.mac, asked.ip, 9, 700, 7, 90_000);
  plane.createSource(asked.guest, ...neighbour.mac, neighbour.ip, 9, 300, 11, 70_000);
  plane.createSink(neighbour.guest);
  scene.boot(asked, neighbour);
  scene.bootServer(server);
  plane.startClient(client);
  const guests = [server.guest, asked.guest, neighbour.guest, dom0.memory];
  const parts = { guests, vfs: [server.vf, plane.firstVf(server.port) + PF_POOL], ports: [server.port] };
  const suspend = () => void plane.suspendGuest(neighbour.guest);
  const resume = () => {
    if (plane.guestState(neighbour.guest) === GUEST_SUSPENDED) plane.resumeGuest(neighbour.guest);
  };
  const actions = [
    { ns: 1_000_500, act: suspend },
    { ns: 1_300_000, act: resume },
  ];
  return { world, parts, endNs: 3e6, actions };
}

const HOST_COUNT = 16;

/** Sixteen hosts and as many clients on one switch, each client asking another host. */
export function manyHosts(module: WebAssembly.Module): HopScene {
  const chunkCount = HOST_COUNT * 9;
  const world = createSmallWorld({ module, chunkCount, slotCount: 4096, arenaBytes: (chunkCount + 96) * 64 * 4096 });
  const network = new Network(world);
  const servers = Array.from({ length: HOST_COUNT }, () => network.addServer({ latencyNs: 700 }));
  const clients = Array.from({ length: HOST_COUNT }, () => network.addClient({ loss: 0.02 }));
  for (const [index, server] of servers.entries()) {
    const exchanges = makeExchanges(25, { firstNs: 10_000 + index * 37, gapNs: 20_000 + index });
    world.plane.setDma(server.port, DMA.latencyNs, DMA.readPs, DMA.writePs);
    loadService(world, server.guest, exchanges);
    const { client } = itemAt(clients, index);
    giveRequests(world, client, exchanges, { target: index, timeoutNs: 300_000 });
    bootGuest(world, server.guest);
    world.plane.startClient(client);
  }
  const parts = {
    guests: servers.map(({ guest }) => guest),
    vfs: servers.map(({ vf }) => vf),
    ports: servers.map(({ port }) => port),
  };
  return { world, parts, endNs: 2e6, actions: [] };
}

const CONTENDER_COUNT = 6;

/**
 * Guests on one switch stream to one of them and to each other, more than its wires take; links are short and long. Meanwhile
 * wires get faults and less room, at times at which frames lie at the switch, and a host fails.
 */
export function contendingHosts(module: WebAssembly.Module): HopScene {
  const chunkCount = CONTENDER_COUNT * 9;
  const world = createSmallWorld({ module, chunkCount, slotCount: 8192, arenaBytes: (chunkCount + 256) * 64 * 4096 });
  const { plane } = world;
  const network = new Network(world);
  const servers = Array.from({ length: CONTENDER_COUNT }, (_, index) =>
    network.addServer({ latencyNs: 600 + 350 * (index % 3), backlogBytes: 6000 }),
  );
  for (const [index, { guest, port }] of servers.entries()) {
    const target = index % 2 ? 0 : (index + 2) % CONTENDER_COUNT;
    plane.setDma(port, DMA.latencyNs, DMA.readPs, DMA.writePs);
    if (index % 3 === 0) plane.createSink(guest);
    else
      plane.createSource(
        guest,
        ...guestMac(target),
        guestIp(target),
        9,
        60 + 97 * (index % 3),
        8,
        3000 + 7 * (index % 3),
      );
    bootGuest(world, guest);
  }
  const [first, second, third] = [itemAt(servers, 0), itemAt(servers, 3), itemAt(servers, 5)];
  const actions = [
    { ns: 419_214, act: () => plane.setWireFaults(first.wireIn, 2 ** 27, 2 ** 28, 3000, 2 ** 27) },
    { ns: 486_813, act: () => plane.setWireBacklog(first.wireIn, 1500) },
    { ns: 610_356, act: () => plane.failHost(third.host) },
    { ns: 680_286, act: () => plane.setWireFaults(second.wireOut, 0, 2 ** 29, 1300, 0) },
    { ns: 865_989, act: () => plane.setWireFaults(first.wireIn, 0, 0, 0, 0) },
  ];
  const parts = {
    guests: servers.map(({ guest }) => guest),
    vfs: servers.map(({ vf }) => vf),
    ports: servers.map(({ port }) => port),
  };
  return { world, parts, endNs: 1e6, actions };
}

/** Destinations of what seven pools send: outside, each other, everybody. */
function drawDestination(random: RandomSource): Uint8Array {
  const kind = random.below(5);
  if (kind < 2) return outsideAddress(1);
  return kind < 4 ? poolAddress(random.below(7)) : new Uint8Array(6).fill(0xff);
}

/** Seven pools send to the wire and to each other, and receive from both, with and without their interrupts. */
export function sevenPools(module: WebAssembly.Module): HopScene {
  const scene = new PortScene({ module, vfCount: 7, dma: DMA });
  const random = new RandomSource(11);
  for (const driver of scene.drivers) {
    scene.writePf(VMOLR + driver.vf * 4, TAKES_BROADCAST);
    driver.startReceive({ owned: 150 });
    driver.startTransmit();
    driver.write(VTIVAR, 0x8180);
    for (const vector of [0, 1]) driver.write(VTEITR + 4 * vector, (30 + driver.vf * 5) << EITR_SHIFT);
    driver.write(VTEIMS, driver.vf % 3);
  }
  const actions = Array.from({ length: 120 }, (_, index) => {
    const driver = itemAt(scene.drivers, random.below(7));
    const frames = Array.from({ length: 1 + random.below(6) }, (_, number) => {
      return numberedFrame(drawDestination(random), poolAddress(driver.vf), number, 60 + random.below(1400));
    });
    return {
      ns: 1000 + index * 4_000 + random.below(4_000),
      act() {
        driver.postFrames(frames);
        driver.ring();
        // Now and then the mask or the tail changes, which has the port look.
        if (index % 5 === 0) driver.write(VTEIMS, 3);
        if (index % 5 > 1) driver.write(VTEIMC, 3);
        if (index % 7 === 0) driver.write(RDT, (150 + index) & 0xff);
      },
    };
  });
  const wireFrames = Array.from({ length: 300 }, (_, number) => {
    return numberedFrame(drawDestination(random), outsideAddress(2), number, 60 + random.below(1400));
  });
  scene.arriveEvery(wireFrames, 2000, 1_300);
  return {
    world: scene.world,
    parts: { guests: scene.guests, vfs: scene.drivers.map(({ vf }) => vf), ports: [0] },
    endNs: 1e6,
    actions,
  };
}
