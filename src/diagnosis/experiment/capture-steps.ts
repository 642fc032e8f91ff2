import { formatAddress } from '../../packet/address.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { Outcome } from '../../trace/trace.ts';
import { command } from '../command.ts';
import type { Command, ExperimentStep, Hypothesis } from '../diagnosis.ts';
import type { StandIns } from '../infer/inference.ts';
import { type Point, pointKey, predictedSightings } from '../sighting.ts';
import { stepPlace } from './fact-steps.ts';

const COST = 3;
const MOST_CAPTURES = 3;
const SECONDS = '30';
const PACKETS = '20';

type CapturePoint = Extract<Point, { readonly kind: 'capture' }>;

interface Candidate {
  readonly point: CapturePoint;
  /** What each hypothesis predicts here, in the hypotheses' order. */
  readonly expects: readonly string[];
}

/** What a capture needs to know beside the hypotheses. */
export interface CaptureContext {
  readonly standIns: StandIns;
  /** Namespaces whose names are real. */
  readonly named: (where: NetnsRef) => boolean;
  /** What is known to differ already, one key per hypothesis. */
  readonly alreadyTold: readonly string[];
  /** Points that were captured while the flow was tried. */
  readonly captured: ReadonlySet<string>;
}

/**
 * The fewest capture points, up to three, that tell apart what cheaper steps do not. Every one is
 * the point that splits most of what is still together.
 */
export function captureSteps(
  hypotheses: readonly Hypothesis[],
  context: CaptureContext,
): readonly ExperimentStep[] {
  const candidates = candidatePoints(hypotheses, context);
  let groups: readonly string[] = context.alreadyTold;
  const steps: ExperimentStep[] = [];
  while (steps.length < MOST_CAPTURES) {
    const best = bestSplit(groups, candidates);
    if (!best) break;
    groups = refine(groups, best.expects);
    steps.push({
      id: `capture:${stepPlace(best.point.where, best.point.device)}`,
      cost: COST,
      commands: captureCommands(hypotheses, best.point, context),
      predictions: hypotheses.map(({ id }, index) => ({
        hypothesis: id,
        expect: best.expects[index] ?? 'nothing',
      })),
    });
  }
  return steps;
}

function candidatePoints(
  hypotheses: readonly Hypothesis[],
  context: CaptureContext,
): readonly Candidate[] {
  const seen = hypotheses.map(({ outcome }) => kindsByPoint(outcome));
  const points = new Map<string, CapturePoint>();
  for (const { outcome } of hypotheses) {
    for (const { point } of predictedSightings(outcome)) {
      if (point.kind !== 'capture' || point.device === 'lo' || !context.named(point.where))
        continue;
      const key = pointKey(point);
      if (!context.captured.has(key)) points.set(key, point);
    }
  }
  return [...points].map(([key, point]) => ({
    point,
    expects: seen.map((kinds) => [...(kinds.get(key) ?? [])].join(' ') || 'nothing'),
  }));
}

/** The packets seen as they are; inside others a filter on their addresses does not show them. */
function kindsByPoint(outcome: Outcome): ReadonlyMap<string, ReadonlySet<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const { point, kind, headers } of predictedSightings(outcome)) {
    if (headers.inner) continue;
    const key = pointKey(point);
    const set = kinds.get(key);
    if (set) set.add(kind);
    else kinds.set(key, new Set([kind]));
  }
  return kinds;
}

function refine(groups: readonly string[], expects: readonly string[]): readonly string[] {
  return groups.map((group, index) => `${group}|${expects[index] ?? ''}`);
}

function bestSplit(groups: readonly string[], candidates: readonly Candidate[]): Candidate | null {
  const now = new Set(groups).size;
  let best: Candidate | null = null;
  let most = now;
  for (const candidate of candidates) {
    const after = new Set(refine(groups, candidate.expects)).size;
    const smallest = evenness(refine(groups, candidate.expects));
    if (
      after > most ||
      (after === most && best && smallest < evenness(refine(groups, best.expects)))
    ) {
      if (after > now) {
        best = candidate;
        most = after;
      }
    }
  }
  return best;
}

/** Size of the largest group: the smaller, the better a split. */
function evenness(groups: readonly string[]): number {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return Math.max(0, ...sizes.values());
}

function captureCommands(
  hypotheses: readonly Hypothesis[],
  point: CapturePoint,
  { standIns }: CaptureContext,
): readonly Command[] {
  const filter = captureFilter(hypotheses, point);
  const bounds = ['-c', PACKETS];
  if (!standIns.devices.has(`${point.where.node} ${point.device}`)) {
    const argv = ['timeout', SECONDS, 'tcpdump', '-ni', point.device, ...bounds, filter];
    return [command(point.where, argv)];
  }
  // The device's name is not known: the route to the endpoint names it.
  const endpoint = endpointAddress(hypotheses, point);
  const device = `$(ip -o route get ${endpoint} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')`;
  const script = `timeout ${SECONDS} tcpdump -ni ${device} ${bounds.join(' ')} '${filter}'`;
  return [command(point.where, ['sh', '-c', script])];
}

function captureFilter(hypotheses: readonly Hypothesis[], point: CapturePoint): string {
  const pairs = new Set<string>();
  for (const { outcome } of hypotheses) {
    for (const { point: other, headers } of predictedSightings(outcome)) {
      if (headers.inner || pointKey(other) !== pointKey(point)) continue;
      const ends = [formatAddress(headers.source), formatAddress(headers.destination)].sort();
      pairs.add(ends.map((address) => `host ${address}`).join(' and '));
    }
  }
  const list = [...pairs];
  return list.length > 1 ? list.map((pair) => `(${pair})`).join(' or ') : (list[0] ?? 'ip');
}

function endpointAddress(hypotheses: readonly Hypothesis[], point: CapturePoint): string {
  for (const { outcome } of hypotheses) {
    for (const { point: other, direction, headers } of predictedSightings(outcome)) {
      if (pointKey(other) !== pointKey(point) || headers.inner) continue;
      return formatAddress(direction === 'original' ? headers.destination : headers.source);
    }
  }
  return '';
}

/** Namespaces that the hypotheses' packets pass, hosts only. */
export function nodesOf(hypotheses: readonly Hypothesis[]): readonly NetnsRef[] {
  const nodes = new Map<string, NetnsRef>();
  for (const { outcome } of hypotheses) {
    for (const { steps } of outcome.packets) {
      for (const { where } of steps) {
        if (where.netns === null) nodes.set(netnsKey(where), where);
      }
    }
  }
  return [...nodes.values()];
}
