import type { Cable, CableEnd, LabNamespace, Segment, Topology } from '../topology/topology.ts';

/** First index of the ends that are given one; namespaces number their other devices from 2. */
const FAR_INDEX = 1001;

/**
 * The lines for one `ip -batch` that make all cables and segments of a topology. The two ends of a
 * pair get different indexes: of a device whose index is that of its peer the kernel takes no
 * urgent notice, and a bridge would learn only after up to a second that the port has a carrier.
 * Linux: linkwatch_urgent_event(). It is the first end that is given one, because the peer's is
 * heeded only beside that (veth_newlink()).
 */
export function wireLines({ cables, segments }: Topology): string[] {
  const pairs = [
    ...cables.map(({ ends }) => ends),
    ...segments.flatMap((segment) => segmentWires(segment)),
  ];
  return pairs.map(([a, b], i) => pair({ index: FAR_INDEX + i, ...a }, b));
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

function segmentWires(segment: Segment): Cable['ends'][] {
  const namespace = segmentNamespace(segment);
  const mtu = segment.mtu === undefined ? {} : { mtu: segment.mtu };
  return segment.members.map(
    (member, i) =>
      [
        { ...mtu, ...member },
        { ...mtu, namespace, device: `port${i}` },
      ] as const,
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
