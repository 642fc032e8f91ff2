import type { BuildReport, CommandReport } from '../lab.ts';
import { Listeners } from '../socket/listeners.ts';
import type { Poller } from '../socket/poller.ts';
import type { Topology } from '../topology/topology.ts';
import { type Run, runBatch } from './batch.ts';
import {
  attempt,
  type Configurator,
  configureDevices,
  configureRules,
  type NamespaceState,
} from './configure.ts';
import { failureText } from './failures.ts';
import { inParallel } from './in-parallel.ts';
import type { Namespaces } from './namespaces.ts';
import { Tunnels } from './tunnels.ts';
import { fabricOf, wireLines } from './wires.ts';

const NOTHING: Topology = { namespaces: [], cables: [], segments: [] };

/** Makes what a topology says, and owns what of it lives in this process: relays and listeners. */
export class Builder {
  readonly listeners: Listeners;
  readonly #namespaces: Namespaces;
  readonly #run: Run;
  readonly #tunnels: Tunnels;
  #topology: Topology = NOTHING;

  constructor(poller: Poller, namespaces: Namespaces, run: Run) {
    this.listeners = new Listeners(poller);
    this.#tunnels = new Tunnels(poller);
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
      const tunnels = this.#tunnels.open(on, namespace);
      const ip = ['link set lo up', ...tunnels, ...(namespace.ip ?? [])];
      await configureDevices(on, { ...namespace, ip });
      await configureRules(on, namespace);
    });
    for (const namespace of all) this.#tunnels.start(on, namespace, topology);
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
    this.#tunnels.clear();
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

  async #finish(on: Configurator, { name, listeners = [], commands = [] }: NamespaceState) {
    for (const listener of listeners) {
      const { protocol, port, address, device } = listener;
      const argv = ['listen', protocol, `${address ?? '*'}:${port}`, ...(device ? [device] : [])];
      attempt(on, name, argv, () => this.listeners.open(name, listener));
    }
    for (const argv of commands) {
      const done = await this.#run(name, argv);
      if (done.status !== 0) on.failed(done);
    }
  }
}
