import type { Question } from '../kernel/decide.ts';
import type { Network } from '../kernel/network.ts';
import type { UnsupportedUse } from '../kernel/run.ts';
import { formatAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { netnsKey } from '../packet/place.ts';
import { formatSource } from '../packet/source-ref.ts';
import { type Branch, explore } from './branches.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { RunRecord } from './run-record.ts';
import { type Assumption, type Outcome, succeeds, type Trace, type Verdict } from './trace.ts';

export interface TraceOptions {
  /** Fixes questions to options, by id and value; the rest follows defaults and free choices. */
  readonly answers?: ReadonlyMap<string, string>;
  /** One outcome a branch, also where they end alike on different ways. */
  readonly everyBranch?: boolean;
  /** The most branches to run. */
  readonly maxBranches?: number;
}

const MAX_BRANCHES = 256;
const NO_ANSWERS: ReadonlyMap<string, string> = new Map();

/** Sends a flow through the network, both ways, in every branch that is worth following. */
export function traceFlow(network: Network, flow: Flow, options: TraceOptions = {}): Trace {
  const { branches, truncated } = explore(
    (run) => exchange({ network, run }, flow),
    options.answers ?? NO_ANSWERS,
    options.maxBranches ?? MAX_BRANCHES,
  );
  const outcomes = groupOutcomes(network, branches, options.everyBranch ?? false);
  return {
    flow,
    verdict: verdictOf(outcomes, branches, truncated),
    outcomes,
    questions: allQuestions(branches),
    unsupported: allUnsupported(branches),
    truncated,
  };
}

function outcomeKey(result: Exchange): string {
  const endpoint = result.endpoint
    ? `${netnsKey(result.endpoint.where)} ${formatAddress(result.endpoint.address)} ${result.endpoint.port}`
    : '';
  const source = result.sourceAtEndpoint ? formatAddress(result.sourceAtEndpoint) : '';
  const packets = result.packets.map(
    ({ kind, disposition, dropReason, at }) =>
      `${kind} ${disposition} ${dropReason ?? ''} ${at ? netnsKey(at) : ''}`,
  );
  const data = result.transfer?.kind ?? '';
  return [result.client, result.errno ?? '', data, endpoint, source, ...packets].join('|');
}

function groupOutcomes(
  network: Network,
  branches: readonly Branch<Exchange>[],
  everyBranch: boolean,
): readonly Outcome[] {
  const groups = new Map<string, { branch: Branch<Exchange>; probability: number }>();
  for (const [index, branch] of branches.entries()) {
    const key = everyBranch ? String(index) : outcomeKey(branch.result);
    const group = groups.get(key);
    if (!group) groups.set(key, { branch, probability: branch.probability });
    else {
      group.probability += branch.probability;
      if (branch.probability > group.branch.probability) group.branch = branch;
    }
  }
  return [...groups.values()]
    .map(({ branch, probability }) => ({
      probability,
      assumptions: [...assumedNamespaces(network, branch.result), ...assumptionsOf(branch.record)],
      ...branch.result,
    }))
    .sort((a, b) => b.probability - a.probability);
}

/** Namespaces on the way that nobody captured: each is taken to be a standard one. */
function assumedNamespaces(network: Network, { packets }: Exchange): readonly Assumption[] {
  const refs = new Map(
    packets.flatMap(({ steps }) => steps.map(({ where }) => [netnsKey(where), where] as const)),
  );
  return [...refs].flatMap(([key, where]) => {
    const origin = network.namespaces.get(key)?.origin;
    if (origin?.kind !== 'assumed') return [];
    return [
      {
        questionId: `assumed:${key}`,
        topic: where.netns === null ? 'node' : 'endpoint-pod',
        where,
        subject: `not captured, known by ${origin.because}`,
        value: 'standard',
        isDefault: true,
        kind: 'unknown',
      } as const,
    ];
  });
}

function assumptionsOf(record: RunRecord): readonly Assumption[] {
  return [...record.answers.values()].map(({ question, option }) => ({
    questionId: question.id,
    topic: question.topic,
    where: question.where,
    subject: question.subject,
    value: option.value,
    isDefault: option === question.options[0] && question.options[1]?.cost !== 0,
    kind: question.kind,
  }));
}

function verdictOf(
  outcomes: readonly Outcome[],
  branches: readonly Branch<Exchange>[],
  truncated: boolean,
): Verdict {
  if (outcomes.some(({ client }) => client === 'unknown')) return 'undetermined';
  const connected = outcomes.filter(succeeds).length;
  if (connected === outcomes.length) return truncated ? 'undetermined' : 'reachable';
  if (connected === 0) return truncated ? 'undetermined' : 'unreachable';
  const open = branches.some(({ record }) =>
    [...record.answers.values()].some(
      ({ question, followed }) => question.kind === 'unknown' && followed > 1,
    ),
  );
  return open ? 'undetermined' : 'ambiguous';
}

function allQuestions(branches: readonly Branch<Exchange>[]): readonly Question[] {
  const questions = new Map<string, Question>();
  for (const { record } of branches) {
    for (const { question } of record.answers.values()) {
      if (!questions.has(question.id)) questions.set(question.id, question);
    }
  }
  return [...questions.values()];
}

function allUnsupported(branches: readonly Branch<Exchange>[]): readonly UnsupportedUse[] {
  const uses = new Map<string, UnsupportedUse>();
  for (const { record } of branches) {
    for (const use of record.unsupportedUses) {
      const place = use.source ? formatSource(use.source) : netnsKey(use.where);
      uses.set(`${use.construct} ${place}`, use);
    }
  }
  return [...uses.values()];
}
