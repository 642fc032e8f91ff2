import { beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import {
  inLanes,
  labMissing,
  makeNamespaces,
  type Namespaces,
  until,
} from '../../paths/namespaces.ts';
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

/** Rules of one kind in one backend. */
interface CaseRun {
  readonly backend: Backend;
  readonly pass: Pass;
  readonly lane: number;
}

const RUNS = PASSES.flatMap((pass) =>
  (['legacy', 'nft'] as const).map((backend) => ({ backend, pass })),
).map((run, i): CaseRun => ({ ...run, lane: 70 + i }));

/** What was sent through a host, and what its tools saved. */
interface Played {
  readonly state: NetnsState;
  readonly saves: readonly Saves[];
}

async function play({ backend, pass, lane }: CaseRun): Promise<Played> {
  const ns = makeNamespaces(CASE_NAMES, lane);
  try {
    buildCaseHost(ns);
    const state = readCaseHost(ns);
    await listen(ns);
    load(ns, backend, { 4: rulesetOf(pass, 4), 6: rulesetOf(pass, 6) });
    return { state, saves: await playCases(ns, backend, pass.packets) };
  } finally {
    ns.dispose();
  }
}

describe.skipIf(missing !== null)(`matches of iptables${missing ? ` (${missing})` : ''}`, () => {
  const played = new Map<CaseRun, Played>();

  beforeAll(async () => {
    await inLanes(2, RUNS, async (run) => {
      played.set(run, await play(run));
    });
  }, 300_000);

  describe.each(RUNS.map((run) => [run.pass.name, run.backend, run] as const))(
    '%s, iptables-%s',
    (_, backend, run) => {
      test('the model meets the rules that the kernel counted', () => {
        const { pass } = run;
        const { state, saves } = played.get(run) ?? { state: undefined, saves: [] };
        if (!state) throw new Error('nothing was sent');
        const { said, asked } = playModel(state, {
          backend,
          packets: pass.packets,
          saves,
          usual: pass.usual,
        });
        expect(differencesOf(pass.packets, saves, said)).toEqual([]);
        expect(oneSided(pass, saves)).toEqual([]);
        expect([...asked].filter((rule) => !pass.mayAsk.test(rule))).toEqual([]);
      });
    },
  );
});
