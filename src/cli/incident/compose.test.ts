import { describe, expect, it } from 'vitest';
import { compose } from './compose.ts';
import { PIECE } from './piece.ts';

const BASE = PIECE.parse({
  segments: { u0: { members: ['n1 eth0 mac 02:00:00:00:00:99', 'n2 eth0'] } },
  cables: [['n1 veth1', 'n1/client eth0 mtu 1400']],
  namespaces: {
    'n1 n2': { ip: ['link set eth0 up'], sysctls: { a: '0', b: '0' } },
    n1: { iptablesNft: { nat: ['-N X'], filter: ['-P FORWARD DROP'] } },
    'n1/client': {},
  },
});

const CHANGE = PIECE.parse({
  segments: { u0: { members: ['gw eth0'], filter: ['table bridge f {', '}'] } },
  namespaces: {
    n1: {
      ip: ['route del default'],
      sysctls: { b: '1' },
      iptablesNft: { nat: ['-A X -j ACCEPT'] },
    },
    gw: { outside: true },
  },
});

describe('composing a topology', () => {
  const { namespaces, cables, segments } = compose([BASE, CHANGE]);
  const named = (name: string) => namespaces.find((namespace) => namespace.name === name);

  it('appends lines and replaces sysctls, in the namespaces that a key names', () => {
    expect(named('n1')?.ip).toEqual(['link set eth0 up', 'route del default']);
    expect(named('n2')?.ip).toEqual(['link set eth0 up']);
    expect([named('n1')?.sysctls, named('n2')?.sysctls]).toEqual([
      { a: '0', b: '1' },
      { a: '0', b: '0' },
    ]);
  });

  it('makes one restore of the tables, each with all its lines', () => {
    expect(named('n1')?.iptablesNft).toBe(
      '*nat\n-N X\n-A X -j ACCEPT\nCOMMIT\n*filter\n-P FORWARD DROP\nCOMMIT\n',
    );
  });

  it('places nodes, pods and what is outside', () => {
    expect([named('n1')?.place, named('n1-client')?.place, named('gw')?.place]).toEqual([
      { kind: 'node', node: 'n1' },
      { kind: 'pod', node: 'n1', netns: 'client' },
      { kind: 'outside' },
    ]);
  });

  it('joins the parts of a segment, with its filter', () => {
    expect(segments.map(({ name, filter }) => [name, filter])).toEqual([
      ['u0', 'table bridge f {\n}'],
    ]);
    expect(segments[0]?.members.map(({ namespace }) => namespace)).toEqual(['n1', 'n2', 'gw']);
  });

  it('gives every end an address of its own, the same each time, unless one is asked for', () => {
    const ends = [
      ...segments.flatMap(({ members }) => members),
      ...cables.flatMap(({ ends }) => ends),
    ];
    const macs = ends.map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(ends.length);
    expect(macs[0]).toBe('02:00:00:00:00:99');
    expect(cables[0]?.ends[1]).toMatchObject({ namespace: 'n1-client', device: 'eth0', mtu: 1400 });
    expect(compose([BASE, CHANGE])).toEqual({ namespaces, cables, segments });
  });
});
