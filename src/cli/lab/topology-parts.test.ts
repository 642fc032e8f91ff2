import { describe, expect, it } from 'vitest';
import type { Topology } from '../../lab/topology/topology.ts';
import { partsOf, without } from './topology-parts.ts';

const TOPOLOGY: Topology = {
  namespaces: [
    {
      name: 'n1',
      place: { kind: 'node', node: 'n1' },
      ip: ['addr add 10.0.0.1/24 dev eth0', 'link set eth0 up'],
      sysctls: { 'net.ipv4.ip_forward': '1' },
      nft: 'table ip t {\n}\n',
    },
    { name: 'p1', place: { kind: 'pod', node: 'n1', netns: 'p1' } },
  ],
  cables: [
    {
      ends: [
        { namespace: 'n1', device: 'v' },
        { namespace: 'p1', device: 'eth0' },
      ],
    },
  ],
  segments: [{ name: 'u0', members: [{ namespace: 'n1', device: 'eth0' }] }],
};

describe('the parts of a topology', () => {
  it('are its namespaces, their sections, or single lines', () => {
    expect(partsOf(TOPOLOGY, 'namespace').length).toBe(2);
    expect(partsOf(TOPOLOGY, 'section')).toEqual(
      ['nft', 'sysctls', 'ip'].map((section) => ({ kind: 'section', namespace: 'n1', section })),
    );
    expect(partsOf(TOPOLOGY, 'line').length).toBe(5);
  });

  it('take their wires with them', () => {
    const left = without(TOPOLOGY, [{ kind: 'namespace', namespace: 'n1' }]);
    expect(left.namespaces.map(({ name }) => name)).toEqual(['p1']);
    expect(left.cables).toEqual([]);
    expect(left.segments).toEqual([{ name: 'u0', members: [] }]);
  });

  it('leave the other lines as they were', () => {
    const left = without(TOPOLOGY, [
      { kind: 'line', namespace: 'n1', section: 'ip', index: 0 },
      { kind: 'line', namespace: 'n1', section: 'sysctls', index: 0 },
      { kind: 'line', namespace: 'n1', section: 'nft', index: 1 },
    ]);
    expect(left.namespaces[0]).toMatchObject({
      ip: ['link set eth0 up'],
      sysctls: {},
      nft: 'table ip t {\n',
    });
  });

  it('of a text leave no empty text', () => {
    const left = without(TOPOLOGY, [{ kind: 'section', namespace: 'n1', section: 'nft' }]);
    expect(left.namespaces[0]?.nft).toBeUndefined();
  });
});
