import type { Evidence } from '../../evidence/evidence.ts';
import type { Ruleset } from '../../kernel/netfilter/ruleset.ts';
import type { XtChain } from '../../kernel/netfilter/xtables/chain.ts';
import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtTable } from '../../kernel/netfilter/xtables/table.ts';
import { hostPrefix } from '../../packet/prefix.ts';
import { protocolName } from '../../packet/protocol.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { outputLines } from '../attempt.ts';
import { emptyChain, emptyTable } from '../change/network-change.ts';
import { buildRule } from '../change/xt-rule.ts';
import type { Clues } from './clues.ts';
import type { FactSheet } from './fact-sheet.ts';

const NOT_A_LINE: SourceRef = { file: '(evidence)', line: 0 };
/** kube-proxy's mark for packets to masquerade. Source: kubernetes, --iptables-masquerade-bit. */
const MASQUERADE_MARK = 0x4000;

const OTHER_TABLES = ['raw', 'mangle', 'filter'] as const;

/**
 * The rules of the client's node: the translation that the lines show, kube-proxy's two chains
 * where it was restarted, and otherwise unknown ones, unless the tables were flushed before.
 */
export function clientRuleset(evidence: Evidence, clues: Clues, sheet: FactSheet): Ruleset {
  const flushed = evidence.statements.filter((statement) => statement.kind === 'flush');
  const filters = new Set(flushed.map(({ table }) => table));
  const known = ['filter', 'mangle', 'raw'].every((table) => filters.has(table));
  if (known) {
    sheet.add(
      'tables-were-flushed',
      { node: clues.clientNode, tables: [...filters].join(' ') },
      flushed.map(({ source }) => source),
    );
  }
  return {
    xtables: [
      natTable(evidence, clues, sheet),
      ...OTHER_TABLES.map((table) => emptyTable(table, NOT_A_LINE)),
    ],
    nft: known ? [] : undefined,
    unsupported: [],
    ...(known ? {} : { partial: true as const }),
  };
}

function natTable(evidence: Evidence, clues: Clues, sheet: FactSheet): XtTable {
  const source = outputLines(clues.attempts[0]?.conversations ?? [])?.first.source ?? NOT_A_LINE;
  const table = emptyTable('nat', source);
  const chains = new Map(table.chains);
  const append = (chain: string, rules: readonly XtRule[]): void => {
    const before: XtChain = chains.get(chain) ?? emptyChain(chain, false, source);
    chains.set(chain, { ...before, rules: [...before.rules, ...rules] });
  };
  const protocol = protocolOf(clues);
  const { service, endpoint } = clues;
  if (clues.translated) {
    const chain = clues.arrivesOn === null ? 'OUTPUT' : 'PREROUTING';
    const rule = buildRule(
      {
        chain,
        destination: { prefix: hostPrefix(service.address) },
        protocol,
        ...(service.port === null ? {} : { dport: service.port }),
        target: { kind: 'dnat', to: endpoint.address, port: endpoint.port },
      },
      source,
    );
    append(chain, [rule]);
  }
  const restart = evidence.statements.find(
    (statement) => statement.kind === 'restart' && statement.unit.startsWith('kube-proxy'),
  );
  if (restart) {
    sheet.add('kube-proxy-runs', { node: clues.clientNode }, [restart.source]);
    append('KUBE-MARK-MASQ', [markRule(restart.source)]);
    append('KUBE-POSTROUTING', [masqueradeMarked(restart.source)]);
    append('POSTROUTING', [
      buildRule(
        {
          chain: 'POSTROUTING',
          protocol: 'all',
          target: { kind: 'jump', chain: 'KUBE-POSTROUTING' },
        },
        restart.source,
      ),
    ]);
  }
  if (clues.translatedClient) {
    const snat = buildRule(
      {
        chain: 'POSTROUTING',
        destination: { prefix: hostPrefix(endpoint.address) },
        protocol,
        ...(endpoint.port === null ? {} : { dport: endpoint.port }),
        target: { kind: 'snat', to: clues.translatedClient, port: null },
      },
      source,
    );
    append('POSTROUTING', [snat]);
  }
  return { ...table, chains };
}

function protocolOf(clues: Clues): 'tcp' | 'udp' | 'icmp' | 'sctp' {
  const name = protocolName(clues.attempts[0]?.protocol ?? 6);
  return name === 'udp' || name === 'icmp' || name === 'sctp' ? name : 'tcp';
}

function markRule(source: SourceRef): XtRule {
  const spec = {
    chain: 'KUBE-MARK-MASQ',
    protocol: 'all',
    target: { kind: 'accept' },
  } as const;
  return {
    ...buildRule(spec, source),
    text: '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    target: { kind: 'mark', value: MASQUERADE_MARK, mask: MASQUERADE_MARK },
  };
}

function masqueradeMarked(source: SourceRef): XtRule {
  const spec = {
    chain: 'KUBE-POSTROUTING',
    protocol: 'all',
    target: { kind: 'masquerade' },
  } as const;
  return {
    ...buildRule(spec, source),
    text: '-A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE',
    matches: [{ kind: 'mark', negated: false, value: MASQUERADE_MARK, mask: MASQUERADE_MARK }],
  };
}
