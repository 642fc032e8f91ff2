import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Question } from '../../../../src/kernel/decide.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../../paths/namespaces.ts';
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
import { departureWords, PLAYED, portWithin, targetRuleset } from './target-play.ts';

/**
 * Every target of iptables, the model against the running kernel: the rules that each packet met
 * and what left the host for it, answers included. Where the kernel chooses, the model must offer
 * what it chose. See docs/lab-notes/xtables-targets.md.
 */
const missing = labMissing(['ip', 'ipset', 'iptables-nft', 'iptables-legacy', 'socat', 'tcpdump']);

describe.skipIf(missing !== null).each([
  ['legacy', 78],
  ['nft', 79],
] as const)(`targets of iptables-%s${missing ? ` (${missing})` : ''}`, (backend: Backend, lane) => {
  const played = PLAYED.filter(({ only }) => only === undefined || only === backend);
  const packets = played.map(({ arriving }) => arriving);
  const sentAt: number[] = [];
  let ns: Namespaces;
  let state: NetnsState;
  let saves: readonly Saves[] = [];
  let left: readonly (readonly Left[])[] = [];
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(`${tmpdir()}/hookline-targets-`);
    ns = makeNamespaces(CASE_NAMES, lane);
    buildCaseHost(ns);
    state = readCaseHost(ns);
    load(ns, backend, { 4: targetRuleset(4, backend), 6: targetRuleset(6, backend) });
    await startCaptures(ns, folder);
    saves = await playCases(ns, backend, packets, (i) => {
      sentAt[i] = Date.now();
    });
    const all = await finishCaptures(ns, folder);
    left = packets.map((_, i) =>
      all.filter(({ at }) => at >= (sentAt[i] ?? 0) && at < (sentAt[i + 1] ?? Infinity)),
    );
  }, 300_000);
  afterAll(() => {
    ns?.dispose();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  /** What the kernel chose, told by what left; whether a program let a packet pass, too. */
  function answer(question: Question, packet: number): string | null {
    const seen = left[packet] ?? [];
    if (question.topic === 'nat-address') {
      const addresses = seen.flatMap((one) => one.addresses);
      const chosen = question.options.find(({ value }) => addresses.includes(value));
      return chosen?.value ?? 'none that left';
    }
    if (question.topic === 'target') return seen.length > 0 ? 'yes' : 'no';
    return null;
  }

  test('the model does with each packet what the kernel did', () => {
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
