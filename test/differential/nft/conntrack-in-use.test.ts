import { describe, expect, test } from 'vitest';
import { nftUsesConntrack } from '../../../src/kernel/netfilter/nft/uses-conntrack.ts';
import { parseNftRuleset } from '../../../src/snapshot/nft-json/parse.ts';
import { labMissing, makeNamespaces } from '../paths/namespaces.ts';

/**
 * What of nftables turns connection tracking on in a namespace: only then does a packet become an
 * entry. Nothing here is reached by a packet. See docs/lab-notes/nft-conntrack-in-use.md.
 */
const missing = labMissing(['ip', 'socat', 'conntrack', 'nft']);

const inChain = (rule: string, family = 'ip', flags = ''): string =>
  `table ${family} t {\n${flags}\nchain u {\n${rule}\n}\n}`;

const ROWS: readonly (readonly [what: string, ruleset: string, tracked: boolean])[] = [
  ['a table', 'table ip t {\n}', false],
  [
    'a chain of type nat without rules',
    'table ip t {\nchain n {\ntype nat hook output priority -100\n}\n}',
    false,
  ],
  [
    'notrack',
    'table ip t {\nchain r {\ntype filter hook output priority -300\nip daddr 9.9.9.9 notrack\n}\n}',
    false,
  ],
  ['meta nftrace set 1', inChain('meta nftrace set 1'), false],
  ['a set of typeof ct mark', 'table ip t {\nset s {\ntypeof ct mark\n}\n}', false],
  ['ct state new', inChain('ct state new'), true],
  ['ct mark set 1', inChain('ct mark set 1'), true],
  ['meta mark set ct mark', inChain('meta mark set ct mark'), true],
  ['ct state vmap', inChain('ct state vmap { new : accept }'), true],
  ['ct count over 5', inChain('ct count over 5 accept'), true],
  [
    'masquerade for an address that no packet has',
    'table ip t {\nchain n {\ntype nat hook postrouting priority 100\nip daddr 9.9.9.9 masquerade\n}\n}',
    true,
  ],
  ['ct state new in inet', inChain('ct state new', 'inet'), true],
  ['ct state new in ip6', inChain('ct state new', 'ip6'), false],
  ['ct state new in a dormant table', inChain('ct state new', 'ip', 'flags dormant'), true],
  [
    'a ct helper that no rule names',
    'table ip t {\nct helper h {\ntype "ftp" protocol tcp\n}\n}',
    true,
  ],
];

describe.skipIf(missing !== null)(
  `conntrack in use by nft${missing ? ` (${missing})` : ''}`,
  () => {
    test.each(ROWS)('%s', (_, ruleset, tracked) => {
      const namespaces = makeNamespaces(['host'], 94);
      try {
        namespaces.run('host', ['nft', '-f', '-'], `${ruleset}\n`);
        namespaces.run('host', ['socat', '-u', '-', 'UDP4-SENDTO:127.0.0.1:9999'], 'x');
        const entries = namespaces.run('host', ['conntrack', '-L']);
        const listing = namespaces.run('host', ['nft', '-j', 'list', 'ruleset']);
        const { value, issues } = parseNftRuleset(listing, 'nft-ruleset.json');
        expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(entries.includes('dport=9999')).toBe(tracked);
        // The datagram is one of IPv4, which a table of ip6 is not for.
        const ofIpv4 = value.filter(({ family }) => family !== 'ip6');
        expect(ofIpv4.some(nftUsesConntrack)).toBe(tracked);
      } finally {
        namespaces.dispose();
      }
    });
  },
);
