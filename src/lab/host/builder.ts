import type { BuildReport, CommandReport } from '../lab.ts';
import { Listeners } from '../socket/listeners.ts';
import type { Poller } from '../socket/poller.ts';
import { openTun, Relay } from '../socket/tun-relay.ts';
import type { LabNamespace, Topology, TunRelay } from '../topology/topology.ts';
import { type Run, runBatch } from './batch.ts';
import {
  type Configurator,
  configureDevices,
  configureRules,
  type NamespaceState,
} from './configure.ts';
import { failureText } from './failures.ts';
import { inParallel } from './in-parallel.ts';
import { leasesOf } from './leases.ts';
import type { Namespaces } from './namespaces.ts';
import { closeFd } from './syscalls.ts';
import { fabricOf, wireLines } from './wires.ts';

const NOTHING: Topology = { namespaces: [], cables: [], segments: [] };

/** Makes what a topology says, and owns what of it lives in this process: relays and listeners. */
export class Builder {
  readonly listeners: Listeners;
  readonly #poller: Poller;
  readonly #namespaces: Namespaces;
  readonly #run: Run;
  readonly #relays: Relay[] = [];
  readonly #tuns = new Map<string, number>();
  #topology: Topology = NOTHING;

  constructor(poller: Poller, namespaces: Namespaces, run: Run) {
    this.listeners = new Listeners(poller);
    this.#poller = poller;
    this.#namespaces = namespaces;
    this.#run = run;
  }

  /** What stands, as it was built. */
  get topology(): Topology {
    return this.#topology;
  }

  /** Rejects with the first failure, unless the topology tolerates it; what is made so far stays. */
  async build(topology: Topology): Promise<BuildReport> {
    const failed: CommandReport[] = [];
    this.#topology = topology;
    const on = this.#configurator(failed);
    const all = [...topology.namespaces, ...topology.segments.map(fabricOf)];
    this.#namespaces.make(all.map(({ name }) => name));
    for (const failure of await runBatch(this.#run, 'ip', null, wireLines(topology))) {
      on.failed(failure);
    }
    await inParallel(all, async (namespace) => {
      await configureDevices(on, this.#fromTheStart(namespace));
      await configureRules(on, namespace);
    });
    for (const { name, tunnels = [] } of topology.namespaces) {
      for (const relay of tunnels) this.#startRelay(name, relay, topology);
    }
    for (const namespace of all) await this.#finish(on, namespace);
    return { failed };
  }

  /** The same for one namespace that stands. */
  async change(state: NamespaceState): Promise<BuildReport> {
    const failed: CommandReport[] = [];
    if (state.tunnels !== undefined) throw new Error('tunnels cannot be changed: build again');
    const on = this.#configurator(failed);
    await configureDevices(on, state);
    await configureRules(on, state);
    await this.#finish(on, state);
    return { failed };
  }

  /** Removes everything. */
  clear(): void {
    this.listeners.clear();
    for (const relay of this.#relays.splice(0)) relay.close();
    for (const fd of this.#tuns.values()) closeFd(fd);
    this.#tuns.clear();
    this.#namespaces.clear();
    this.#topology = NOTHING;
  }

  #configurator(failed: CommandReport[]): Configurator {
    return {
      run: this.#run,
      inside: (namespace, work) => this.#namespaces.inside(namespace, work),
      failed: (report, input) => {
        if (!this.#topology.tolerant) throw new Error(failureText(report, input));
        failed.push(report);
      },
    };
  }

  /** With loopback up and TUN devices opened; the lines for them come before the topology's own. */
  #fromTheStart(namespace: LabNamespace): LabNamespace {
    const { name, tunnels = [], ip = [] } = namespace;
    for (const { device } of tunnels) {
      const fd = this.#namespaces.inside(name, () => openTun(device));
      this.#tuns.set(`${name} ${device}`, fd);
    }
    const lines = tunnels.flatMap(({ device, address, mtu }) => [
      `addr add ${address} dev ${device}`,
      `link set ${device} mtu ${mtu} up`,
    ]);
    return { ...namespace, ip: ['link set lo up', ...lines, ...ip] };
  }

  #startRelay(name: string, relay: TunRelay, topology: Topology): void {
    const key = `${name} ${relay.device}`;
    const tun = this.#tuns.get(key);
    if (tun === undefined) return;
    const leases = leasesOf(relay, topology);
    const made = this.#namespaces.inside(name, () => new Relay(this.#poller, tun, relay, leases));
    this.#tuns.delete(key);
    this.#relays.push(made);
  }

  async #finish(on: Configurator, { name, listeners = [], commands = [] }: NamespaceState) {
    for (const listener of listeners) {
      try {
        this.#namespaces.inside(name, () => this.listeners.open(name, listener));
      } catch (error) {
        const { protocol, port, address, device } = listener;
        const argv = ['listen', protocol, `${address ?? '*'}:${port}`, ...(device ? [device] : [])];
        const stderr = error instanceof Error ? error.message : String(error);
        on.failed({ namespace: name, argv, status: null, stdout: '', stderr });
      }
    }
    for (const argv of commands) {
      const done = await this.#run(name, argv);
      if (done.status !== 0) on.failed(done);
    }
  }
}
