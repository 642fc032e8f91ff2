import type { CableEnd, LabNamespace, Segment, Topology } from '../topology/topology.ts';

/** The lines for one `ip -batch` that make all cables and segments of a topology. */
export function wireLines({ cables, segments }: Topology): string[] {
  return [
    ...cables.map(({ ends: [a, b] }) => pair(a, b)),
    ...segments.flatMap((segment) => segmentWires(segment)),
  ];
}

/** The fabric of a segment as a namespace of its own: a bridge that forwards at once. */
export function fabricOf(segment: Segment): LabNamespace {
  const { members, mtu, filter } = segment;
  const size = mtu === undefined ? '' : ` mtu ${mtu}`;
  return {
    name: segmentNamespace(segment),
    place: { kind: 'outside' },
    ip: [
      `link add fabric${size} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      ...members.map((_, i) => `link set port${i} master fabric up`),
      'link set fabric up',
    ],
    ...(filter === undefined ? {} : { nft: filter }),
  };
}

function segmentNamespace({ name }: Segment): string {
  return `segment-${name}`;
}

function segmentWires(segment: Segment): string[] {
  const namespace = segmentNamespace(segment);
  const mtu = segment.mtu === undefined ? {} : { mtu: segment.mtu };
  return segment.members.map((member, i) =>
    pair({ ...mtu, ...member }, { ...mtu, namespace, device: `port${i}` }),
  );
}

function pair(a: CableEnd, b: CableEnd): string {
  return `link add ${end(a)} type veth peer ${end(b)}`;
}

function end({ namespace, device, mac, mtu, index }: CableEnd): string {
  return [
    `name ${device} netns ${namespace}`,
    mac === undefined ? '' : ` address ${mac}`,
    mtu === undefined ? '' : ` mtu ${mtu}`,
    index === undefined ? '' : ` index ${index}`,
  ].join('');
}
