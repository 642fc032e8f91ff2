import type { Run } from '../host/batch.ts';
import type { CommandReport, Lab } from '../lab.ts';

/** Runs one command in a laboratory, as the host's own functions ask for it. */
export function runIn(lab: Pick<Lab, 'run'>, timeout?: number): Run {
  return async (namespace, argv, input): Promise<CommandReport> => {
    const [done] = await lab.run([
      {
        namespace,
        argv,
        ...(input === undefined ? {} : { input }),
        ...(timeout === undefined ? {} : { timeout }),
      },
    ]);
    if (!done) throw new Error('the laboratory did not answer');
    return done;
  };
}
