import type { Poller } from '../socket/poller.ts';
import { openTun, Relay } from '../socket/tun-relay.ts';
import type { LabNamespace, Topology, TunRelay } from '../topology/topology.ts';
import { attempt, type Configurator } from './configure.ts';
import { leasesOf } from './leases.ts';
import { closeFd } from './syscalls.ts';

/** The TUN devices of a laboratory and the relays that read them. */
export class Tunnels {
  readonly #poller: Poller;
  readonly #relays: Relay[] = [];
  /** Devices whose relay has not started, by namespace and name. */
  readonly #opened = new Map<string, number>();

  constructor(poller: Poller) {
    this.#poller = poller;
  }

  /** Makes a namespace's devices; returns the `ip` lines that set them up. */
  open(on: Configurator, { name, tunnels = [] }: LabNamespace): string[] {
    return tunnels.flatMap(({ device, address, mtu }) => {
      const fd = attempt(on, name, ['tun', device], () => openTun(device));
      if (fd === null) return [];
      this.#opened.set(keyOf(name, device), fd);
      return [`addr add ${address} dev ${device}`, `link set ${device} mtu ${mtu} up`];
    });
  }

  /** Starts the relays of a namespace that has its addresses. */
  start(on: Configurator, { name, tunnels = [] }: LabNamespace, topology: Topology): void {
    for (const relay of tunnels) this.#start(on, name, relay, topology);
  }

  clear(): void {
    for (const relay of this.#relays.splice(0)) relay.close();
    for (const fd of this.#opened.values()) closeFd(fd);
    this.#opened.clear();
  }

  #start(on: Configurator, name: string, relay: TunRelay, topology: Topology): void {
    const key = keyOf(name, relay.device);
    const tun = this.#opened.get(key);
    if (tun === undefined) return;
    const argv = ['relay', relay.device, `${relay.local}:${relay.port}`];
    const made = attempt(
      on,
      name,
      argv,
      () => new Relay(this.#poller, tun, relay, leasesOf(relay, topology)),
    );
    if (made === null) return;
    this.#opened.delete(key);
    this.#relays.push(made);
  }
}

function keyOf(namespace: string, device: string): string {
  return `${namespace} ${device}`;
}
