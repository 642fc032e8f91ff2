import { randomInt } from 'node:crypto';
import { openLab } from '../../lab/open-lab.ts';
import { renderFuzzResult } from '../../report/agreement/render-fuzz-result.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { LAB_FUZZ_SCHEMA } from '../schema/lab-fuzz.ts';
import { type FuzzedCase, runFuzzCase } from './fuzz-case.ts';
import { countFuzzed, type FuzzResult } from './fuzz-result.ts';
import { fuzzView } from './fuzz-view.ts';
import { saveRegression } from './save-regression.ts';
import { Shrinker } from './shrink.ts';

export interface FuzzRequest {
  /** Flows in all. */
  readonly cases: number;
  /** Null: drawn, and printed. */
  readonly seed: number | null;
  /** Only the network of this number. */
  readonly only: number | null;
  /** Laboratories side by side. */
  readonly labs: number;
  readonly shrink: boolean;
  /** Folder for regression files, or null. */
  readonly save: string | null;
  readonly json: boolean;
}

const FLOWS_PER_NETWORK = 25;

/** Runs random cases on the kernel and in the model; prints progress, the result, and how to repeat it. */
export async function fuzz(request: FuzzRequest, io: Io): Promise<ExitCode> {
  const seed = request.seed ?? randomInt(1_000_000);
  io.err(`hookline: seed ${seed}\n`);
  const started = performance.now();
  let cases: readonly FuzzedCase[];
  try {
    cases = await runCases(request, seed, io);
  } catch (error) {
    io.err(`hookline: the laboratory could not run: ${messageOf(error)}\n`);
    return EXIT.undetermined;
  }
  const seconds = (performance.now() - started) / 1000;
  const result = countFuzzed(seed, seconds, cases);
  if (request.save !== null) {
    for (const { shrunk } of result.disagreements) {
      io.err(`hookline: saved ${await saveRegression(request.save, seed, shrunk)}\n`);
    }
  }
  io.out(
    request.json
      ? `${JSON.stringify(publish(result), null, 2)}\n`
      : renderFuzzResult(fuzzView(result)),
  );
  if (result.disagreements.length > 0) return EXIT.failing;
  return result.failures.length > 0 ? EXIT.undetermined : EXIT.ok;
}

async function runCases(
  request: FuzzRequest,
  seed: number,
  io: Io,
): Promise<readonly FuzzedCase[]> {
  const { only, cases } = request;
  const numbers =
    only === null
      ? Array.from({ length: Math.ceil(cases / FLOWS_PER_NETWORK) }, (_, i) => i)
      : [only];
  const waiting = [...numbers];
  const done: FuzzedCase[] = [];
  const shrinker = new Shrinker(request.shrink);
  const work = async (): Promise<void> => {
    let lab = await openLab();
    try {
      for (;;) {
        const number = waiting.shift();
        if (number === undefined) return;
        const flows = Math.min(
          FLOWS_PER_NETWORK,
          only === null ? cases - number * FLOWS_PER_NETWORK : FLOWS_PER_NETWORK,
        );
        const ran = await runFuzzCase(lab, { seed, number, flows }, shrinker);
        done.push(ran);
        if (ran.failure !== null) {
          // The laboratory may be the one that failed: the next network gets another.
          await lab.close();
          lab = await openLab();
        }
        io.err(`hookline: ${done.length} of ${numbers.length} networks\n`);
      }
    } finally {
      await lab.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(request.labs, numbers.length) }, work));
  return done.sort((a, b) => a.number - b.number);
}

/** The result as JSON: what happened, without the traces. */
function publish(result: FuzzResult): unknown {
  return {
    schema: LAB_FUZZ_SCHEMA,
    ...result,
    disagreements: result.disagreements.map(({ number, shrunk, drawn }) => ({
      case: number,
      flow: drawn.flow,
      differences: drawn.agreement.kind === 'disagree' ? drawn.agreement.differences : [],
      shrunk: { topology: shrunk.topology, flow: shrunk.judged.flow },
    })),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
