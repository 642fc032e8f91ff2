import { describe, expect, test } from 'vitest';
import { tableUsesConntrack } from '../../../src/kernel/netfilter/xtables/uses-conntrack.ts';
import { parseIptablesSave } from '../../../src/snapshot/iptables-save/parse.ts';
import { labMissing, makeNamespaces } from '../paths/namespaces.ts';

/**
 * Which rules turn connection tracking on in a namespace: only then does a nat chain see a packet,
 * and the packet becomes an entry. See docs/lab-notes/conntrack-in-use.md.
 */
const missing = labMissing(['ip', 'socat', 'conntrack', 'iptables-nft', 'iptables-legacy']);

const COUNTS = '*nat\n-A OUTPUT -m comment --comment seen -j ACCEPT\n';

const RULES: readonly (readonly [rule: string, table: string])[] = [
  ['-A OUTPUT -j LOG', 'nat'],
  ['-A POSTROUTING -d 9.9.9.9 -j RETURN', 'nat'],
  ['-A u -j DNAT --to-destination 1.1.1.1', 'nat'],
  ['-A POSTROUTING -d 9.9.9.9 -j MASQUERADE', 'nat'],
  ['-A POSTROUTING -d 9.9.9.9 -j SNAT --to-source 1.1.1.1', 'nat'],
  ['-A PREROUTING -d 9.9.9.9 -j REDIRECT', 'nat'],
  ['-A PREROUTING -d 9.9.9.9 -j NETMAP --to 1.1.1.0/24', 'nat'],
  ['-A FORWARD -m conntrack --ctstate NEW', 'filter'],
  ['-A FORWARD -m state --state NEW', 'filter'],
  ['-A FORWARD -m connmark --mark 1', 'filter'],
  ['-A FORWARD -m mark --mark 1', 'filter'],
  ['-A FORWARD -m connlimit --connlimit-above 5', 'filter'],
  ['-A FORWARD -m connbytes --connbytes 5 --connbytes-dir both --connbytes-mode packets', 'filter'],
  ['-A FORWARD -m helper --helper ftp', 'filter'],
  ['-A FORWARD -m connlabel --label 5', 'filter'],
  [
    '-A FORWARD -m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 5',
    'filter',
  ],
  ['-A FORWARD -j HMARK --hmark-tuple ct,src,dst --hmark-mod 4 --hmark-rnd 5', 'mangle'],
  ['-A INPUT -m socket', 'filter'],
  ['-A FORWARD -m recent --set -m limit --limit 5/s', 'filter'],
  ['-A FORWARD -p tcp -j SYNPROXY', 'filter'],
  ['-A FORWARD -j NFQUEUE', 'filter'],
  ['-A FORWARD -j REJECT', 'filter'],
  ['-A FORWARD -j CONNMARK --save-mark', 'mangle'],
  ['-A FORWARD -j CONNSECMARK --save', 'mangle'],
  ['-A FORWARD -j MARK --set-mark 1', 'mangle'],
  ['-A PREROUTING -p tcp -j TPROXY --on-port 1', 'mangle'],
  ['-A PREROUTING -j CT --notrack', 'raw'],
  ['-A PREROUTING -j CT --zone 5', 'raw'],
  ['-A PREROUTING -j TRACE', 'raw'],
];

const CASES = RULES.flatMap(([rule, table]) =>
  (['legacy', 'nft'] as const).map((backend) => [rule, table, backend] as const),
);

describe.skipIf(missing !== null)(`conntrack in use${missing ? ` (${missing})` : ''}`, () => {
  test.each(CASES)('%s in %s of iptables-%s', (rule, table, backend) => {
    const chain = rule.startsWith('-A u') ? ':u - [0:0]\n' : '';
    const text =
      table === 'nat'
        ? `${COUNTS}${chain}${rule}\nCOMMIT\n`
        : `${COUNTS}COMMIT\n*${table}\n${rule}\nCOMMIT\n`;
    const namespaces = makeNamespaces(['host'], 93);
    try {
      namespaces.run('host', [`iptables-${backend}-restore`], text);
      // The kernel counts the datagram in OUTPUT before socat returns.
      namespaces.run('host', ['socat', '-u', '-', 'UDP4-SENDTO:127.0.0.1:9999'], 'x');
      const save = namespaces.run('host', [`iptables-${backend}-save`, '-c']);
      const seen = /^\[1:\d+\] -A OUTPUT -m comment --comment seen/m.test(save);
      const entries = namespaces.run('host', ['conntrack', '-L']).trim() !== '';
      const tables = parseIptablesSave(save, 'save', { family: 4, backend }).value;
      expect({ seen, entries }).toEqual({ seen: entries, entries });
      expect(tables.some(tableUsesConntrack)).toBe(seen);
    } finally {
      namespaces.dispose();
    }
  });
});
