import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { labMissing, makeNamespaces, type Namespaces, until } from '../../paths/namespaces.ts';
import { differencesOf, oneSided } from './differences.ts';
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
import { HOST } from './packets.ts';
import { PASSES, type Pass, rulesetOf } from './passes.ts';

/** A socket that a packet for the host reaches, in each family. */
async function listen(ns: Namespaces): Promise<void> {
  const sockets = [`UDP4-RECV:53,bind=${HOST[4]}`, `UDP6-RECV:53,bind=[${HOST[6]}]`];
  for (const socket of sockets) ns.start('host', ['socat', '-u', socket, 'OPEN:/dev/null']);
  await until('the sockets', () => ns.run('host', ['ss', '-Hlun']).trim().split('\n').length === 2);
}

/**
 * Every match of iptables, the model against the running kernel: all rules are loaded at once and
 * only count; after each packet the rules that counted it are compared with those that the model
 * says it met. Where the model asks, it is told what the kernel did, and the rules it may ask about
 * are listed. See docs/lab-notes/xtables-matches.md.
 */
const missing = labMissing(['ip', 'ipset', 'iptables-nft', 'iptables-legacy', 'socat', 'ss']);

const RUNS = PASSES.flatMap((pass) =>
  (['legacy', 'nft'] as const).map((backend) => [pass.name, backend, pass] as const),
);

describe.skipIf(missing !== null).each(RUNS.map((run, i) => [...run, 70 + i] as const))(
  `matches %s, iptables-%s${missing ? ` (${missing})` : ''}`,
  (_, backend: Backend, pass: Pass, lane) => {
    let ns: Namespaces;
    let state: NetnsState;
    let saves: readonly Saves[] = [];
    beforeAll(async () => {
      ns = makeNamespaces(CASE_NAMES, lane);
      buildCaseHost(ns);
      state = readCaseHost(ns);
      await listen(ns);
      load(ns, backend, { 4: rulesetOf(pass, 4), 6: rulesetOf(pass, 6) });
      saves = await playCases(ns, backend, pass.packets);
    }, 300_000);
    afterAll(() => ns?.dispose());

    test('the model meets the rules that the kernel counted', () => {
      const { said, asked } = playModel(state, { backend, packets: pass.packets, saves });
      expect(differencesOf(pass.packets, saves, said)).toEqual([]);
      expect(oneSided(pass, saves)).toEqual([]);
      const open = [...asked].filter((rule) => !pass.mayAsk.test(rule));
      expect(open).toEqual([]);
    });
  },
);
