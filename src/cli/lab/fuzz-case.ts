import type { Lab } from '../../lab/lab.ts';
import { randomCase } from '../../lab/random/random-case.ts';
import { type JudgedFlow, judge } from './judge.ts';
import type { Shrinker, ShrunkCase } from './shrink.ts';

/** Names a random case: the same again with `--seed` and `--case`. */
export interface CaseName {
  readonly seed: number;
  readonly number: number;
  readonly flows: number;
}

export interface FuzzedCase {
  readonly number: number;
  readonly flows: readonly JudgedFlow[];
  readonly disagreements: readonly Disagreement[];
  /** Why the network could not be built or watched; null when it was. */
  readonly failure: string | null;
}

export interface Disagreement {
  readonly number: number;
  /** As it was drawn. */
  readonly drawn: JudgedFlow;
  readonly shrunk: ShrunkCase;
}

/** Runs one random network with its flows, and makes what disagrees smaller. */
export async function runFuzzCase(
  lab: Lab,
  { seed, number, flows: count }: CaseName,
  shrinker: Shrinker,
): Promise<FuzzedCase> {
  const { topology, flows } = randomCase(seed, number, count);
  try {
    const judgement = await judge(lab, topology, flows);
    await lab.clear({});
    const disagreements: Disagreement[] = [];
    for (const drawn of judgement.flows) {
      if (drawn.unstable || drawn.agreement.kind !== 'disagree') continue;
      const files = judgement.files;
      const shrunk = await shrinker.shrink(lab, { topology, files, judged: drawn });
      disagreements.push({ number, drawn, shrunk });
    }
    return { number, flows: judgement.flows, disagreements, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    // The next network needs an empty laboratory; one that is gone fails by itself.
    await lab.clear({}).catch(() => null);
    return { number, flows: [], disagreements: [], failure };
  }
}
