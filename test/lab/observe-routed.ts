import type { LabNamespace, Topology } from '../../src/lab/topology/topology.ts';

/** A client, a router that translates and filters in three ways, and a server. */
export const ROUTED: Topology = {
  namespaces: [client(), router(), server()],
  cables: [
    {
      ends: [
        { namespace: 'c', device: 'eth0', mac: '02:00:00:00:01:02' },
        { namespace: 'r', device: 'eth0', mac: '02:00:00:00:01:01' },
      ],
    },
    {
      ends: [
        { namespace: 'r', device: 'eth1' },
        { namespace: 's', device: 'eth0' },
      ],
    },
  ],
  segments: [],
};

function client(): LabNamespace {
  return {
    name: 'c',
    place: { kind: 'node', node: 'c' },
    ip: [
      'addr add 10.1.0.2/24 dev eth0',
      'addr add 10.9.0.9/32 dev eth0',
      'link set eth0 up',
      'route add default via 10.1.0.1',
    ],
    iptablesNft: '*filter\n-A OUTPUT -p tcp --dport 84 -j DROP\nCOMMIT\n',
  };
}

function router(): LabNamespace {
  return {
    name: 'r',
    place: { kind: 'node', node: 'r' },
    ip: [
      'addr add 10.1.0.1/24 dev eth0',
      'addr add 10.2.0.1/24 dev eth1',
      'link set eth0 up',
      'link set eth1 up',
      'route add 10.9.0.0/24 via 10.2.0.2',
      'route add blackhole 10.5.0.0/24',
    ],
    sysctls: {
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.rp_filter': '0',
      'net.ipv4.conf.eth0.rp_filter': '1',
    },
    iptablesNft: [
      '*nat',
      '-A PREROUTING -p tcp -m tcp --dport 9999 -j ACCEPT',
      '-A PREROUTING -d 10.99.0.1/32 -p tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080',
      'COMMIT',
      '*filter',
      '-A FORWARD -p tcp --dport 81 -j DROP',
      'COMMIT',
      '',
    ].join('\n'),
    iptablesLegacy: [
      '*nat',
      '-N SERVICES',
      '-A PREROUTING -j SERVICES',
      '-A SERVICES -p udp -j ACCEPT',
      '-A SERVICES -d 10.99.0.2/32 -p tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080',
      'COMMIT',
      '*filter',
      '-A FORWARD -p tcp --dport 82 -j DROP',
      'COMMIT',
      '',
    ].join('\n'),
    nft: [
      'table ip own {',
      '  chain pre {',
      '    type nat hook prerouting priority dstnat; policy accept;',
      '    ip daddr 10.99.0.3 tcp dport 80 dnat to 10.2.0.2:8080',
      '  }',
      '  chain forwarded {',
      '    type filter hook forward priority filter; policy accept;',
      '    tcp dport 83 drop',
      '  }',
      '}',
      '',
    ].join('\n'),
  };
}

function server(): LabNamespace {
  return {
    name: 's',
    place: { kind: 'node', node: 's' },
    ip: ['addr add 10.2.0.2/24 dev eth0', 'link set eth0 up', 'route add default via 10.2.0.1'],
    listeners: [
      { protocol: 'tcp', port: 8080 },
      { protocol: 'udp', port: 8080 },
    ],
  };
}
