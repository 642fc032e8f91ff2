import { runToEnd } from '../exec.ts';
import type { CommandReport, LabCommand } from '../lab.ts';
import { Namespaces } from './namespaces.ts';

/** What runs inside the laboratory's sandbox: owns the namespaces and answers the calls. */
export class Host {
  readonly #namespaces = new Namespaces();

  /** Answers one call by name; throws for an unknown one or a failed one. */
  async call(name: string, request: unknown): Promise<unknown> {
    switch (name) {
      case 'hello':
        this.#namespaces.prepare();
        return null;
      case 'run':
        return (request as readonly LabCommand[]).map((command) => this.#run(command));
      default:
        throw new Error(`unknown call ${name}`);
    }
  }

  #run({ namespace, argv, input, timeout }: LabCommand): CommandReport {
    const work = () => runToEnd(argv, input, timeout);
    return {
      namespace,
      ...(namespace === null ? work() : this.#namespaces.inside(namespace, work)),
    };
  }
}
