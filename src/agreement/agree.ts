import type { FlowReport } from '../lab/report.ts';
import type { Outcome, Trace } from '../trace/trace.ts';
import type { Agreement, Aspect, Difference, OpenQuestion, Toleration } from './agreement.ts';
import { compareClient, sameEndpoint } from './compare-client.ts';
import { compareDrops } from './compare-drops.ts';
import { compareVisits, type Findings } from './compare-visits.ts';
import { openQuestions } from './open-questions.ts';
import type { Places } from './places.ts';
import { exceptSpoiled } from './tolerations.ts';

/** An outcome of a trace beside one report. */
interface Candidate {
  readonly index: number;
  readonly outcome: Outcome;
  readonly differences: readonly Difference[];
  readonly tolerated: readonly Toleration[];
  readonly questions: readonly OpenQuestion[];
  /** How far the two go together. */
  readonly matched: number;
}

/**
 * Holds a trace against what a kernel did with the same flow, once for every time it was sent. Each
 * report has to be one of the trace's outcomes in everything that was observed: what the client
 * saw, every hook of every packet, why packets were freed. Where chance has several outcomes, those
 * whose endpoint answered are compared first. `unwatched`: what was not observed on purpose.
 */
export function agree(
  trace: Trace,
  reports: readonly FlowReport[],
  places: Places,
  unwatched: readonly Aspect[] = [],
): Agreement {
  const unseen = [...new Set([...unwatched, ...unseenIn(reports)])];
  const nearest = reports.flatMap((report) => {
    const candidate = nearestOutcome(trace, report, places, unseen);
    return candidate ? [candidate] : [];
  });
  const [first] = nearest;
  const compared = {
    outcome: first?.index ?? null,
    tolerated: uniqueTolerations(nearest.flatMap(({ tolerated }) => tolerated)),
    unseen,
  };
  if (!first) return { kind: 'open', questions: [{ kind: 'unknown-end' }], ...compared };
  const open = nearest.find(({ questions }) => questions.length > 0);
  if (open) return { kind: 'open', questions: open.questions, ...compared };
  const differing = nearest.find(({ differences }) => differences.length > 0);
  return differing
    ? { kind: 'disagree', differences: differing.differences, ...compared }
    : { kind: 'agree', ...compared };
}

function nearestOutcome(
  trace: Trace,
  report: FlowReport,
  places: Places,
  unseen: readonly Aspect[],
): Candidate | null {
  const candidates = trace.outcomes.map((outcome, index) => ({
    index,
    outcome,
    questions: openQuestions(trace, outcome),
    ...compareAll(outcome, report, places, unseen),
  }));
  const answered = candidates.filter(({ outcome }) => sameEndpoint(outcome, report, places));
  const rest = candidates.filter((candidate) => !answered.includes(candidate));
  return [...answered, ...rest].reduce<Candidate | null>(
    (best, next) => (best && !isNearer(next, best) ? best : next),
    null,
  );
}

/** Without a difference, or parting later: where a free choice went is seen before what followed. */
function isNearer(next: Candidate, best: Candidate): boolean {
  if (best.differences.length === 0) return false;
  if (next.differences.length === 0) return true;
  if (next.matched !== best.matched) return next.matched > best.matched;
  return next.differences.length < best.differences.length;
}

function compareAll(
  outcome: Outcome,
  report: FlowReport,
  places: Places,
  unseen: readonly Aspect[],
): Omit<Findings, 'matched'> & { readonly matched: number } {
  const nothing: Findings = { differences: [], tolerated: [] };
  const found = [
    compareClient(outcome, report, places),
    unseen.includes('hooks') ? nothing : compareVisits(outcome, report, places),
    unseen.includes('drops') ? nothing : compareDrops(outcome, report),
  ];
  const matched = found.reduce((sum, one) => sum + (one.matched ?? 0), 0);
  const all = exceptSpoiled(report, {
    differences: found.flatMap(({ differences }) => differences),
    tolerated: found.flatMap(({ tolerated }) => tolerated),
  });
  return { ...all, matched };
}

/** Aspects that a report says it could not see. */
function unseenIn(reports: readonly FlowReport[]): readonly Aspect[] {
  const blind = reports.flatMap((report) => report.blind);
  const unseen: Aspect[] = [];
  if (blind.some(({ what }) => what === 'hooks')) unseen.push('hooks');
  if (blind.some(({ what }) => what === 'drops')) unseen.push('drops');
  return unseen;
}

function uniqueTolerations(all: readonly Toleration[]): readonly Toleration[] {
  return [...new Map(all.map((one) => [`${one.rule} ${one.detail}`, one])).values()];
}
