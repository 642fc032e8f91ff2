import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Question } from '../../../../src/kernel/decide.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { inLanes, labMissing, makeNamespaces } from '../../paths/namespaces.ts';
import { finishCaptures, type Left, startCaptures } from './capture.ts';
import { differencesOf } from './differences.ts';
import {
  type Backend,
  buildCaseHost,
  CASE_NAMES,
  load,
  playCases,
  readCaseHost,
  type Saves,
} from './host.ts';
import { playModel } from './model.ts';
import { departureWords, PLAYED, type Played, portWithin, targetRuleset } from './target-play.ts';

/**
 * Every target of iptables, the model against the running kernel: the rules that each packet met
 * and what left the host for it, answers included. Where the kernel chooses, the model must offer
 * what it chose. See docs/lab-notes/xtables-targets.md.
 */
const missing = labMissing(['ip', 'ipset', 'iptables-nft', 'iptables-legacy', 'socat', 'tcpdump']);

const RUNS = [
  { backend: 'legacy', lane: 78 },
  { backend: 'nft', lane: 79 },
] as const;

/** What was sent through a host, what its tools saved, and what left it for each packet. */
interface Run {
  readonly state: NetnsState;
  readonly played: readonly Played[];
  readonly saves: readonly Saves[];
  readonly left: readonly (readonly Left[])[];
}

async function play(backend: Backend, lane: number): Promise<Run> {
  const played = PLAYED.filter(({ only }) => only === undefined || only === backend);
  const folder = mkdtempSync(`${tmpdir()}/hookline-targets-`);
  const ns = makeNamespaces(CASE_NAMES, lane);
  try {
    buildCaseHost(ns);
    const state = readCaseHost(ns);
    load(ns, backend, { 4: targetRuleset(4, backend), 6: targetRuleset(6, backend) });
    await startCaptures(ns, folder);
    const sentAt: number[] = [];
    const packets = played.map(({ arriving }) => arriving);
    const saves = await playCases(ns, backend, packets, (i) => {
      sentAt[i] = Date.now();
    });
    const all = await finishCaptures(ns, folder);
    const left = played.map((_, i) =>
      all.filter(({ at }) => at >= (sentAt[i] ?? 0) && at < (sentAt[i + 1] ?? Infinity)),
    );
    return { state, played, saves, left };
  } finally {
    ns.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the kernel chose, told by what left; whether a program let a packet pass, too. */
function answerFrom(question: Question, seen: readonly Left[]): string | null {
  if (question.topic === 'nat-address') {
    const addresses = seen.flatMap((one) => one.addresses);
    const chosen = question.options.find(({ value }) => addresses.includes(value));
    return chosen?.value ?? 'none that left';
  }
  if (question.topic === 'target') return seen.length > 0 ? 'accept' : 'drop';
  return null;
}

describe.skipIf(missing !== null)(`targets of iptables${missing ? ` (${missing})` : ''}`, () => {
  const runs = new Map<Backend, Run>();
  beforeAll(async () => {
    await inLanes(2, RUNS, async ({ backend, lane }) => {
      runs.set(backend, await play(backend, lane));
    });
  }, 300_000);

  describe.each(RUNS)('iptables-$backend', ({ backend }) => {
    test('the model does with each packet what the kernel did', () => {
      const run = runs.get(backend);
      if (!run) throw new Error('nothing was sent');
      const { state, played, saves, left } = run;
      const packets = played.map(({ arriving }) => arriving);
      const answer = (question: Question, packet: number) =>
        answerFrom(question, left[packet] ?? []);
      const { said } = playModel(state, { backend, packets, saves, answer });
      expect(differencesOf(packets, saves, said)).toEqual([]);
      const differences = played.flatMap(({ name, isUnsupported }, i) => {
        const one = said[i];
        const seen = left[i] ?? [];
        if (!one) return [`${name}: nothing said`];
        if (isUnsupported) return one.unsupported.length > 0 ? [] : [`${name}: not named`];
        if (one.unsupported.length > 0) return [`${name}: named ${one.unsupported.join()}`];
        // What the host itself answers is not the rule's doing.
        if (one.departure.kind === 'local') return [];
        const model = departureWords(one.departure);
        const same = model?.words === seen[0]?.words && seen.length === (model ? 1 : 0);
        const ports = portWithin(one.ports, model?.ports ?? null, seen[0]?.ports ?? null);
        return same && ports
          ? []
          : [`${name}: model ${JSON.stringify(model)}, kernel ${JSON.stringify(seen)}`];
      });
      expect(differences).toEqual([]);
    });
  });
});
