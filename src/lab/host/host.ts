import { runMeanwhile } from '../exec.ts';
import type { CollectRequest, CommandReport, LabCommand, SendRequest } from '../lab.ts';
import type { FlowReport } from '../report.ts';
import { Neighbours } from '../socket/neighbours.ts';
import { Poller } from '../socket/poller.ts';
import type { Topology } from '../topology/topology.ts';
import type { Run } from './batch.ts';
import { Builder } from './builder.ts';
import { collect, placesToCollect } from './collect.ts';
import type { NamespaceState } from './configure.ts';
import { ErrorBudget } from './error-budget.ts';
import { Namespaces } from './namespaces.ts';
import { sendAll } from './sender.ts';

/** What runs inside the laboratory's sandbox: owns the namespaces and answers the calls. */
export class Host {
  readonly #namespaces = new Namespaces();
  readonly #poller = new Poller();
  readonly #runOne: Run = (namespace, argv, input) =>
    this.#run({ namespace, argv, ...(input === undefined ? {} : { input }) });
  readonly #builder = new Builder(this.#poller, this.#namespaces, this.#runOne);

  readonly #neighbours = new Neighbours((name, work) => this.#namespaces.inside(name, work));
  /** Of the namespaces that stand: new ones have spent nothing. */
  #errors = new ErrorBudget();
  #kept = false;

  /** Answers one call by name; throws for an unknown one or a failed one. */
  async call(name: string, request: unknown): Promise<unknown> {
    switch (name) {
      case 'hello':
        this.#namespaces.prepare();
        return null;
      case 'build':
        return this.#builder.build(request as Topology);
      case 'change':
        return this.#builder.change(request as NamespaceState);
      case 'run':
        return this.#runAll(request as readonly LabCommand[]);
      case 'send':
        return this.#send(request as SendRequest);
      case 'collect':
        return this.#collect(request as CollectRequest);
      case 'keep':
        this.#kept = true;
        return this.#namespaces.names();
      case 'clear':
        this.#neighbours.clear();
        this.#errors = new ErrorBudget();
        this.#builder.clear();
        return null;
      default:
        throw new Error(`unknown call ${name}`);
    }
  }

  /** Whether the laboratory stands on its own: nobody is needed on standard input. */
  get kept(): boolean {
    return this.#kept;
  }

  /** Ends the threads that would keep the process. */
  close(): Promise<void> {
    return this.#poller.close();
  }

  #send(request: SendRequest): Promise<readonly FlowReport[]> {
    const host = {
      context: this.#namespaces,
      poller: this.#poller,
      listeners: this.#builder.listeners,
      neighbours: this.#neighbours,
      errors: this.#errors,
    };
    return sendAll(host, request);
  }

  #collect({ places }: CollectRequest): Promise<Readonly<Record<string, string>>> {
    const { topology } = this.#builder;
    return collect(this.#runOne, topology, places ?? placesToCollect(topology));
  }

  async #runAll(commands: readonly LabCommand[]): Promise<readonly CommandReport[]> {
    const reports: CommandReport[] = [];
    for (const command of commands) reports.push(await this.#run(command));
    return reports;
  }

  async #run({ namespace, argv, input, timeout }: LabCommand): Promise<CommandReport> {
    const work = () => runMeanwhile(argv, input, timeout);
    const done = namespace === null ? work() : this.#namespaces.inside(namespace, work);
    return { namespace, ...(await done) };
  }
}
