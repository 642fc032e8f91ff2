import { describe, expect, test } from 'vitest';
import { dropOf, type HandNode, snapshotOf, traced, traceOf, way } from './hand-written.ts';

/**
 * WireGuard, which the kernel of the tests cannot make: written by wg(8), and by what the kernel's driver does.
 * docs/support-matrix.md says so.
 */

const EDGE = ['n1 eth0', 'n2 eth0'];
const OUTER = { 1: '192.0.2.1', 2: '192.0.2.2' } as const;
const INNER = { 1: '10.1.0.1', 2: '10.2.0.1' } as const;
const KEY = {
  1: `${'A'.repeat(42)}E=`,
  2: `${'B'.repeat(42)}E=`,
  3: `${'C'.repeat(42)}E=`,
} as const;

type End = 1 | 2;

interface Peer {
  readonly key?: string;
  readonly endpoint?: string;
  readonly allowed?: string;
}

/** A node with one WireGuard device and one peer; `peer: null`: what `wg` would print is not known. */
function end(own: End, peer: Peer | null = {}, more: Partial<HandNode> = {}): HandNode {
  const other = own === 1 ? 2 : 1;
  const link = {
    flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'],
    link_type: 'none',
    mtu: 1420,
    linkinfo: { info_kind: 'wireguard' },
  };
  const dump = [
    ['wg0', '(hidden)', KEY[own], String(51820 + own), 'off'],
    [
      'wg0',
      peer?.key ?? KEY[other],
      '(hidden)',
      peer?.endpoint ?? `${OUTER[other]}:${51820 + other}`,
      peer?.allowed ?? `${INNER[other]}/32`,
      ...['0', '0', '0', 'off'],
    ],
  ];
  const shown = { 'wg-show.txt': `${dump.map((row) => row.join('\t')).join('\n')}\n` };
  return {
    links: [
      { name: 'eth0', index: 2, address: OUTER[own] },
      { name: 'wg0', index: 3, address: `${INNER[own]}/32`, extra: link },
    ],
    routes: [{ dst: '10.0.0.0/8', dev: 'wg0', scope: 'link' }],
    ...more,
    files: { ...(peer === null ? {} : shown), ...more.files },
  };
}

const of = (a: HandNode, b: HandNode) => snapshotOf(a, b, EDGE);

describe('WireGuard', () => {
  test('sends to the peer that may have the destination', () => {
    const outcome = traced(of(end(1), end(2)), INNER[2]);
    expect(outcome?.client).toBe('connected');
    expect(outcome?.assumptions.map(({ subject }) => subject)).toContain(
      'wireguard wg0 does what is documented (not proved on a kernel here)',
    );
    expect(way(outcome)).toBe('n1 wg0 > n1 eth0 > n2 eth0 > n2 wg0');
    const outer = outcome?.packets[0]?.steps.find(({ action }) => action.kind === 'encapsulate');
    expect(outer?.skb.packet).toMatchObject({
      transport: { kind: 'udp', sport: 51821, dport: 51822 },
      length: 124,
      dontFragment: false,
    });
  });

  test.each([
    ['tcp', 'EHOSTUNREACH'],
    ['udp', 'ENOKEY'],
    ['icmp', 'ENOKEY'],
  ] as const)('refuses %s to what no peer may have with %s', (protocol, errno) => {
    const snapshot = of(end(1, { allowed: '10.3.0.0/24' }), end(2));
    const outcome = traced(snapshot, INNER[2], { protocol });
    expect([outcome?.client, outcome?.errno]).toEqual(['unreachable', errno]);
  });

  test('drops on receipt what its peer may not send', () => {
    const outcome = traced(of(end(1), end(2, { allowed: '10.9.0.0/24' })), INNER[2]);
    expect([outcome?.client, dropOf(outcome)]).toEqual([
      'timeout',
      'wg0: the peer is not allowed 10.1.0.1',
    ]);
  });

  test('drops what a stranger sealed', () => {
    const outcome = traced(of(end(1), end(2, { key: KEY[3] })), INNER[2]);
    expect(dropOf(outcome)).toBe("wg0 has no peer with the sender's key");
  });

  test('answers where the peer was seen, also when it was not told where that is', () => {
    const silent = end(2, { endpoint: '(none)' });
    expect(traced(of(end(1), silent), INNER[2])?.client).toBe('connected');
    const other = of(end(1, { endpoint: '(none)' }), end(2));
    expect(traced(other, INNER[2], { protocol: 'udp' })?.errno).toBe('EDESTADDRREQ');
  });

  test('the longest prefix decides who gets it', () => {
    const both = end(1);
    const wide = ['wg0', KEY[3], '(hidden)', '192.0.2.9:1', '10.0.0.0/8', '0', '0', '0', 'off'];
    const text = `${both.files?.['wg-show.txt'] ?? ''}${wide.join('\t')}\n`;
    const snapshot = of({ ...both, files: { 'wg-show.txt': text } }, end(2));
    expect(traced(snapshot, INNER[2])?.client).toBe('connected');
    expect(traced(snapshot, '10.4.0.1')?.client).not.toBe('connected');
  });

  test('is lost where a firewall drops its port, and passes where it drops another', () => {
    const drop = (port: number) => ({
      files: {
        'iptables-save.txt': `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp --dport ${port} -j DROP\nCOMMIT\n`,
      },
    });
    expect(traced(of(end(1), end(2, {}, drop(51822))), INNER[2])?.client).toBe('timeout');
    expect(traced(of(end(1), end(2, {}, drop(51823))), INNER[2])?.client).toBe('connected');
  });

  test('without its peers is named', () => {
    const trace = traceOf(of(end(1, null), end(2)), INNER[2]);
    expect([trace.verdict, trace.unsupported.map(({ construct }) => construct)]).toEqual([
      'undetermined',
      ['wg0: peers of WireGuard unknown'],
    ]);
  });
});
