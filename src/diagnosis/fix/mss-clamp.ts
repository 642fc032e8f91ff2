import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import { addRule } from '../change/network-change.ts';
import { buildRule } from '../change/xt-rule.ts';
import { command } from '../command.ts';
import { type Fix, sideEffect } from './fix.ts';
import { iptables, tableOf } from './iptables-rule.ts';

const WORDS = ['-p', 'tcp', '-m', 'tcp', '--tcp-flags', 'SYN,RST', 'SYN', '-j', 'TCPMSS'];
const CLAMP = '--clamp-mss-to-pmtu';
const SYN = 2;
const RST = 4;

/** Makes both ends of new connections send segments that fit. Only TCP is helped. */
export const MSS_CLAMP: Fix = {
  id: 'mss-clamp',
  propose: ({ explained, flow, network }) => {
    const found = explained.find(({ hypothesis }) => hypothesis.causeId === 'mtu-black-hole');
    const where = found?.hypothesis.location.where;
    if (!where || flow.protocol !== 'tcp') return null;
    const own = tableOf(network, where, 'mangle');
    const start = iptables(own);
    return {
      fixId: 'mss-clamp',
      change: addRule(where, {
        table: own.table,
        backend: own.backend,
        chain: 'FORWARD',
        position: 'last',
        rule: clampRule(),
      }),
      commands: [command(where, [...start, '-A', 'FORWARD', ...WORDS, CLAMP])],
      undo: [command(where, [...start, '-D', 'FORWARD', ...WORDS, CLAMP])],
      durable: [{ code: 'pod-mtu', text: 'mtu' }],
      sideEffects: [sideEffect('only-tcp-is-helped')],
    };
  },
};

function clampRule(): XtRule {
  const draft = buildRule(
    { chain: 'FORWARD', protocol: 'tcp', target: { kind: 'accept' } },
    { file: '(fix)', line: 0 },
  );
  return {
    ...draft,
    text: ['-A', 'FORWARD', ...WORDS, CLAMP].join(' '),
    matches: [
      {
        kind: 'tcp',
        sport: null,
        dport: null,
        flags: { negated: false, mask: SYN | RST, set: SYN },
        option: null,
      },
    ],
    target: { kind: 'tcpmss', mss: 'clamp' },
  };
}
