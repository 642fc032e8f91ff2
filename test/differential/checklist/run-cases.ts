import { beforeAll, describe, expect, test } from 'vitest';
import { type JudgedFlow, judge } from '../../../src/cli/lab/judge.ts';
import type { Lab, ObservePlan } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { labMissing } from '../paths/namespaces.ts';
import type { ChecklistCase } from './checklist-case.ts';
import { missingProofs } from './proofs.ts';

const missing = labMissing(['ip', 'bridge', 'iptables-nft', 'iptables-legacy', 'nft', 'sysctl']);

function planOf({ proof }: ChecklistCase): ObservePlan {
  return {
    hooks: true,
    captures: proof.some(({ kind }) => kind === 'mss'),
    drops: true,
    conntrack: false,
    counters: false,
  };
}

/**
 * One flow per case: the running kernel and the model see the same topology. Compared is all that
 * was observed: the client, every hook of every packet, drop reasons. A case counts only when what
 * it is about was seen to happen.
 */
export function describeCases(title: string, cases: readonly ChecklistCase[]): void {
  describe.skipIf(missing !== null)(`${title}${missing ? ` (${missing})` : ''}`, () =>
    holdCases(cases),
  );
}

/** Laboratories that stand at the same time: each sees its own packets and drops only. */
const LABS = 2;

function holdCases(cases: readonly ChecklistCase[]): void {
  const judged = new Map<string, JudgedFlow>();
  const failed = new Map<string, unknown>();

  beforeAll(async () => {
    const waiting = [...cases];
    const labs = await Promise.all(Array.from({ length: LABS }, openLab));
    try {
      await Promise.all(
        labs.map(async (lab) => {
          for (let item = waiting.shift(); item; item = waiting.shift()) {
            try {
              judged.set(item.name, await judgeCase(lab, item));
            } catch (error) {
              failed.set(item.name, error);
            }
          }
        }),
      );
    } finally {
      await Promise.all(labs.map((lab) => lab.close()));
    }
  }, 400_000);

  test.each(cases.map((item) => [item.name, item] as const))('%s', (name, item) => {
    const result = judged.get(name);
    if (!result) throw failed.get(name);
    // Drops of others may crowd out ours; a case about one has to show it.
    expect(result.report.blind.filter(({ what }) => what !== 'drops')).toEqual([]);
    expect(missingProofs(item.proof, result.report), seenIn(result)).toEqual([]);
    if (item.open) expectOpen(item.open, result);
    else expect(result.agreement, seenIn(result)).toMatchObject({ kind: 'agree' });
  });

  test('what does not connect has a control that does', () => {
    const outcomes = cases.map(({ name, flow, control }) => ({
      name,
      flow,
      control: judged.get(control ?? ''),
      outcome: judged.get(name)?.report.client.outcome,
    }));
    const uncontrolled = outcomes.filter(
      ({ outcome, control }) =>
        outcome !== 'connected' && control?.report.client.outcome !== 'connected',
    );
    expect(uncontrolled.map(({ name }) => name)).toEqual([]);
  });
}

/** The kernel traces drops of all namespaces as one: where those of others crowd ours out, once more. */
async function judgeCase(lab: Lab, item: ChecklistCase): Promise<JudgedFlow> {
  for (let attempt = 1; ; attempt++) {
    await lab.clear({});
    const flow = { id: item.name, ...item.flow };
    const { flows } = await judge(lab, item.topology, [flow], planOf(item));
    const [result] = flows;
    if (!result) throw new Error('the flow was not sent');
    const isBlind = result.report.blind.some(({ what }) => what === 'drops');
    if (!isBlind || attempt === 3) return result;
  }
}

/** The kernel's way is one of the model's branches, and the model says what it does not know. */
function expectOpen(open: readonly string[], { report, trace, agreement }: JudgedFlow): void {
  expect(agreement.kind).toBe('open');
  const topics = trace.outcomes.flatMap(({ assumptions }) =>
    assumptions.filter(({ kind }) => kind === 'unknown').map(({ topic }) => topic as string),
  );
  const named = new Set([...topics, ...trace.unsupported.map(({ construct }) => construct)]);
  expect([...named].sort()).toEqual([...open].sort());
  expect(trace.outcomes.map(({ client }) => client)).toContain(report.client.outcome);
}

/** What the kernel showed and where the model's packets ended, for a failing case. */
function seenIn({ report, trace, agreement }: JudgedFlow): string {
  const visits = report.visits.map(
    ({ namespace, hook, edge, iif, oif, mark, packet }) =>
      `${namespace} ${hook} ${edge} ${iif ?? ''}>${oif ?? ''} mark ${mark} ttl ${packet.ttl}`,
  );
  const rules = report.rules.map(
    ({ namespace, table, chain, at, verdict }) =>
      `${namespace} ${table} ${chain} ${JSON.stringify(at)} ${verdict ?? ''}`,
  );
  const drops = report.drops.map(({ reason, location }) => `${reason} ${location}`);
  const ends = trace.outcomes.map(
    ({ client, packets }) =>
      `model ${client}: ${packets.map(({ kind, disposition, dropReason }) => `${kind} ${disposition} ${dropReason ?? ''}`).join(', ')}`,
  );
  const client = JSON.stringify(report.client);
  return [client, ...visits, ...rules, ...drops, ...ends, JSON.stringify(agreement)].join('\n');
}
