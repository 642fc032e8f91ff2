import type { Lab } from '../../lab/lab.ts';
import { LabError, openLab } from '../../lab/open-lab.ts';
import { EXIT, type SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';

/**
 * A laboratory for some work, which says whether it is to stand; else it is closed after it. Says so and
 * ends with 2 where none can be opened.
 */
export async function withLab(
  io: Io,
  setExit: SetExit,
  mayStay: boolean,
  work: (lab: Lab) => Promise<'done' | 'kept'>,
): Promise<void> {
  let lab: Lab;
  try {
    lab = await openLab({ mayStay });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    io.err(`hookline: no laboratory here: ${error.message}\n`);
    setExit(EXIT.undetermined);
    return;
  }
  let left: 'done' | 'kept' = 'done';
  try {
    left = await work(lab);
  } finally {
    if (left === 'done') await lab.close();
  }
}
