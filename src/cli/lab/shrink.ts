import type { Agreement, Difference } from '../../agreement/agreement.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Topology } from '../../lab/topology/topology.ts';
import { JUDGING_PLAN, type JudgedFlow, judge } from './judge.ts';
import { type Part, partsOf, without } from './topology-parts.ts';

/** A case of one flow, with all that is known of it. */
export interface ShrunkCase {
  readonly topology: Topology;
  readonly files: ReadonlyMap<string, string>;
  readonly judged: JudgedFlow;
}

/** Milliseconds for one disagreement, and for all of a run. */
const PATIENCE = 25_000;
const PATIENCE_IN_ALL = 120_000;

/**
 * Makes disagreements smaller: deletes namespaces, tables, lines and settings for as long as the flow
 * still disagrees in the same way. Of disagreements that look alike only the first is shrunk.
 */
export class Shrinker {
  readonly #wanted: boolean;
  readonly #seen = new Set<string>();
  #spent = 0;

  constructor(wanted: boolean) {
    this.#wanted = wanted;
  }

  async shrink(lab: Lab, start: ShrunkCase): Promise<ShrunkCase> {
    const looks = likeness(start.judged.agreement);
    if (!this.#wanted || this.#seen.has(looks) || this.#spent > PATIENCE_IN_ALL) return start;
    this.#seen.add(looks);
    const begun = performance.now();
    const deadline = begun + PATIENCE;
    try {
      return await smallest(lab, start, looks, deadline);
    } finally {
      this.#spent += performance.now() - begun;
    }
  }
}

async function smallest(
  lab: Lab,
  start: ShrunkCase,
  looks: string,
  deadline: number,
): Promise<ShrunkCase> {
  let best = start;
  for (const grain of ['namespace', 'section', 'line'] as const) {
    // Chunks of halving size, until single parts have been tried: delta debugging.
    let size = Math.ceil(partsOf(best.topology, grain).length / 2);
    for (; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; performance.now() < deadline; ) {
        const parts = partsOf(best.topology, grain).slice(at, at + size);
        if (parts.length === 0) break;
        const smaller = await attempt(lab, best, parts, looks);
        if (smaller) best = smaller;
        else at += size;
      }
    }
  }
  return best;
}

/** The case without some parts, when it can be built and still disagrees alike; else null. */
async function attempt(
  lab: Lab,
  { topology, judged }: ShrunkCase,
  parts: readonly Part[],
  looks: string,
): Promise<ShrunkCase | null> {
  const smaller = without(topology, parts);
  if (!smaller.namespaces.some(({ name }) => name === judged.flow.from)) return null;
  try {
    const { flows, files } = await judge(lab, smaller, [judged.flow], JUDGING_PLAN, false);
    const [again] = flows;
    const kept = again && !again.unstable && likeness(again.agreement) === looks;
    return kept ? { topology: smaller, files, judged: again } : null;
  } catch {
    // What is left cannot be built: the part is needed.
    return null;
  } finally {
    await lab.clear({});
  }
}

/** What makes two disagreements look alike: kinds of differences and where the first one is. */
function likeness(agreement: Agreement): string {
  return agreement.kind === 'disagree'
    ? agreement.differences.map(likenessOf).join(', ')
    : agreement.kind;
}

function likenessOf(difference: Difference): string {
  switch (difference.kind) {
    case 'client':
    case 'errno':
      return `${difference.kind} ${difference.model} ${difference.kernel}`;
    case 'missing-visit':
    case 'extra-visit':
    case 'extra-packet':
      return `${difference.kind} ${difference.at.packet} ${difference.at.hook}`;
    case 'other-visit':
      return `${difference.kind} ${difference.model.hook} ${difference.kernel.hook}`;
    case 'field':
      return `${difference.kind} ${difference.field} ${difference.at.hook}`;
    case 'drop-reason':
      return `${difference.kind} ${difference.model} ${difference.kernel.join(' ')}`;
    case 'endpoint':
    case 'source':
      return difference.kind;
  }
}
