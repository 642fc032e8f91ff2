import { expect, test } from 'vitest';
import { freshSkb } from '../../src/kernel/answer.ts';
import { explainXt } from '../../src/kernel/netfilter/explain/explain-xt.ts';
import { type FieldCheck, firstFailed } from '../../src/kernel/netfilter/explain/field-check.ts';
import { ruleMatches } from '../../src/kernel/netfilter/xtables/match-rule.ts';
import type { XtRule } from '../../src/kernel/netfilter/xtables/rule.ts';
import type { Run } from '../../src/kernel/run.ts';
import type { Skb } from '../../src/kernel/skb.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/protocol.ts';
import { startRun } from '../../src/trace/run-record.ts';
import { netnsOf } from '../kernel/netns.ts';
import { MODELLED_FORMS } from './forms.ts';
import { readRule } from './read-rule.ts';
import { UNSUPPORTED_FORMS } from './unsupported-forms.ts';

const NETNS = netnsOf({ addresses: { eth0: ['10.0.0.2/24'] }, sysctlsComplete: false });

function skbOf(family: 4 | 6, protocol: 'tcp' | 'udp' | 'icmp'): Skb {
  const [from, to] = family === 4 ? ['10.0.0.1', '10.0.0.2'] : ['fd00::1', 'fd00::2'];
  const source = parseAddress(from ?? '');
  const destination = parseAddress(to ?? '');
  if (!source || !destination) throw new Error('not addresses');
  return freshSkb({
    source,
    destination,
    protocol: protocol === 'icmp' && family === 6 ? PROTOCOL.icmpv6 : PROTOCOL[protocol],
    ttl: 64,
    tos: 0,
    length: 60,
    dontFragment: false,
    transport:
      protocol === 'tcp'
        ? { kind: 'tcp', sport: 40000, dport: 80, flags: { syn: true } }
        : protocol === 'udp'
          ? { kind: 'udp', sport: 40000, dport: 53 }
          : { kind: 'icmp', type: family === 4 ? 8 : 128, code: 0, id: 1 },
  });
}

/** Whether the rule matched, and what it is said to have asked. */
function explain(
  rule: XtRule,
  family: 4 | 6,
  skb: Skb,
  option: 'first' | 'last',
): { readonly matched: boolean; readonly checks: readonly FieldCheck[] } {
  const record = startRun(({ options }) => {
    const chosen = option === 'first' ? options[0] : options.at(-1);
    if (!chosen) throw new Error('a question without options');
    return { option: chosen, followed: 1 };
  });
  const found: { matched: boolean; checks: readonly FieldCheck[] }[] = [];
  const run: Run = {
    ...record,
    watch: {
      watches: () => true,
      xt: (evaluation) =>
        found.push({ matched: evaluation.matched, checks: explainXt(evaluation, record) }),
      nft: () => {},
    },
  };
  const table = { name: 'filter', family, backend: 'legacy', chains: new Map() } as const;
  const context = {
    netns: NETNS,
    hook: 'input',
    iif: 'eth0',
    oif: '',
    decider: record.decider,
    localSocket: null,
  } as const;
  const matched = ruleMatches({ table, chain: 'r', rule }, { context, skb }, run);
  const [one] = found;
  if (!one || found.length !== 1) throw new Error('a rule is told once');
  expect(one.matched).toBe(matched);
  return one;
}

/** Every form of every match that iptables 1.8.9 prints, modelled or not. */
const FORMS = [...MODELLED_FORMS, ...UNSUPPORTED_FORMS];

test('there is a form of every match', () => {
  expect(FORMS.length).toBeGreaterThan(150);
});

test.each(FORMS.map((form) => [form.saved ?? form.rule, form] as const))(
  'a failed check is named exactly when the rule does not match: %s',
  (text, form) => {
    const { rule } = readRule(text, form);
    for (const protocol of ['tcp', 'udp', 'icmp'] as const) {
      for (const option of ['first', 'last'] as const) {
        const { matched, checks } = explain(
          rule,
          form.family,
          skbOf(form.family, protocol),
          option,
        );
        expect(firstFailed(checks) === null).toBe(matched);
        for (const check of checks) {
          expect(check.text).not.toBe('');
          expect(check.field).not.toBe('');
        }
        if (matched) expect(checks.filter(({ result }) => result !== 'yes')).toEqual([]);
      }
    }
  },
);
