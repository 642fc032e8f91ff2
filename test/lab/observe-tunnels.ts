import type { LabNamespace, Topology } from '../../src/lab/topology/topology.ts';

/**
 * Two nodes with a pod on a bridge each, joined by an underlay, by a TUN relay between the pods'
 * networks and by a VXLAN of their own.
 */
export const TUNNELS: Topology = {
  namespaces: [1, 2].flatMap((i) => [node(i), pod(i)]),
  cables: [1, 2].map((i) => ({
    ends: [
      { namespace: `p${i}`, device: 'eth0' },
      { namespace: `n${i}`, device: 'veth1' },
    ],
  })),
  segments: [{ name: 'u', members: [1, 2].map((i) => ({ namespace: `n${i}`, device: 'eth0' })) }],
};

function node(i: number): LabNamespace {
  const peer = 3 - i;
  return {
    name: `n${i}`,
    place: { kind: 'node', node: `n${i}` },
    tunnels: [
      {
        device: 'flannel0',
        mtu: 1400,
        address: `10.244.${i}.0/16`,
        local: `10.0.0.${i}`,
        port: 8285,
        leases: [{ subnet: `10.244.${peer}.0/24`, node: `10.0.0.${peer}` }],
      },
    ],
    ip: [
      `addr add 10.0.0.${i}/24 dev eth0`,
      'link set eth0 up',
      'link add cni0 type bridge',
      `addr add 10.244.${i}.1/24 dev cni0`,
      'link set cni0 up',
      'link set veth1 master cni0',
      'link set veth1 up',
      `link add vx0 type vxlan id 7 local 10.0.0.${i} dstport 4789 dev eth0`,
      `addr add 10.55.0.${i}/24 dev vx0`,
      'link set vx0 up',
    ],
    bridge: [`fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.${peer}`],
    sysctls: { 'net.ipv4.ip_forward': '1' },
    listeners: [{ protocol: 'udp', port: 8080 }],
  };
}

function pod(i: number): LabNamespace {
  return {
    name: `p${i}`,
    place: { kind: 'pod', node: `n${i}`, netns: `p${i}` },
    ip: [
      `addr add 10.244.${i}.2/24 dev eth0`,
      'link set eth0 up',
      `route add default via 10.244.${i}.1`,
    ],
    listeners: [{ protocol: 'udp', port: 8080 }],
  };
}
