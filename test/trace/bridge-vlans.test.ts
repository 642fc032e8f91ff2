import { describe, expect, test } from 'vitest';
import { dropOf, type HandNode, snapshotOf, traceOf } from './hand-written.ts';

/**
 * A bridge that filters VLANs, which the kernel of the tests cannot do: by iproute2's documentation and what the
 * kernel's bridge does. docs/support-matrix.md says so.
 */

const EDGE = ['n1 eth0', 'n2 eth0'];

const vlan = (id: number, ...flags: readonly string[]) => ({ vlan: id, flags });
const ACCESS = (id: number) => [vlan(id, 'PVID', 'Egress Untagged')];

/** n2's address is on a bridge whose one port is the card. */
function bridged(
  vlans: readonly object[] | null,
  filtering: 0 | 1 = 1,
  entry: object = {},
): HandNode {
  const port = { info_slave_kind: 'bridge', info_slave_data: { state: 'forwarding', ...entry } };
  const data = { vlan_filtering: filtering };
  return {
    links: [
      { name: 'eth0', index: 2, extra: { master: 'br0', linkinfo: port } },
      {
        name: 'br0',
        index: 3,
        address: '10.5.0.2',
        extra: { linkinfo: { info_kind: 'bridge', info_data: data } },
      },
    ],
    files: vlans ? { 'bridge-vlan.json': JSON.stringify(vlans) } : {},
  };
}

const client: HandNode = { links: [{ name: 'eth0', index: 2, address: '10.5.0.1' }] };

function asked(server: HandNode) {
  const { outcomes, unsupported } = traceOf(snapshotOf(client, server, EDGE), '10.5.0.2');
  const [outcome] = outcomes;
  return {
    client: outcome?.client,
    named: unsupported[0]?.construct ?? null,
    drop: dropOf(outcome),
  };
}

const of = (port: readonly object[], own: readonly object[]) => [
  { ifname: 'eth0', vlans: port },
  { ifname: 'br0', vlans: own },
];

describe('a bridge that filters VLANs', () => {
  test.each([
    ['of the same VLAN, without tags', of(ACCESS(1), ACCESS(1)), 'connected'],
    [
      'of one that has it in a range',
      of(ACCESS(5), [{ vlan: 2, vlanEnd: 9, flags: ['Egress Untagged'] }, ...ACCESS(5)]),
      'connected',
    ],
    ['of one whose range ends before it', of(ACCESS(10), [{ vlan: 2, vlanEnd: 9 }]), 'unreachable'],
    ['of different VLANs: nobody hears the question', of(ACCESS(1), ACCESS(2)), 'unreachable'],
    ['of a port without a VLAN for untagged frames', of([vlan(1)], ACCESS(1)), 'unreachable'],
    ['of a port without any', of([], ACCESS(1)), 'unreachable'],
  ])('%s', (_, vlans, result) => {
    expect(asked(bridged(vlans)).client).toBe(result);
  });

  test('names a tag that it adds', () => {
    expect(asked(bridged(of(ACCESS(1), [vlan(1, 'PVID')]))).named).toBe(
      'VLAN filtering: a VLAN tag that br0 changes',
    );
  });

  test('whose VLANs were not collected is named', () => {
    const { client: result, named } = asked(bridged(null));
    expect([result, named]).toEqual(['unknown', 'VLAN filtering: VLANs of br0']);
  });

  test.each(['vxlan', 'dummy', 'team'])('a port that is a %s is named', (kind) => {
    const port = { info_kind: kind, info_data: { id: 1, port: 4789 }, info_slave_kind: 'bridge' };
    const sender: HandNode = {
      links: [
        { name: 'x0', index: 2, extra: { master: 'br0', linkinfo: port } },
        {
          name: 'br0',
          index: 3,
          address: '10.5.0.1',
          extra: { linkinfo: { info_kind: 'bridge' } },
        },
      ],
      files: {
        'bridge-link.json': '[]',
        'ip-neigh.json': JSON.stringify([
          { dst: '10.5.0.2', dev: 'br0', lladdr: '02:00:00:00:02:03', state: ['REACHABLE'] },
        ]),
      },
    };
    const { verdict, unsupported } = traceOf(
      snapshotOf(sender, bridged(null, 0), ['n2 eth0']),
      '10.5.0.2',
    );
    expect([verdict, unsupported.map(({ construct }) => construct)]).toEqual([
      'undetermined',
      [`${kind} x0 as a port of br0`],
    ]);
  });

  test('and one that does not filter looks at none of them', () => {
    expect(asked(bridged(of(ACCESS(1), ACCESS(2)), 0)).client).toBe('connected');
  });
});
