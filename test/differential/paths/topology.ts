import { type Namespaces, until } from './namespaces.ts';

/**
 * Two nodes on one underlay, each with a pod behind a bridge, joined by VXLAN as flannel does it:
 *
 *     p1 10.1.1.2 -- cni0 10.1.1.1 n1 192.168.7.1 -- fabric -- 192.168.7.2 n2 cni0 10.1.2.1 -- p2 10.1.2.2
 *                                                                              q2 10.1.2.3 too
 *
 * The fabric is a bridge that forwards everything and routes nothing.
 */
export const NAMES = ['fabric', 'n1', 'n2', 'p1', 'p2', 'q2'] as const;

export type Name = (typeof NAMES)[number];

const NODES = [
  { node: 'n1', index: 1, pods: ['p1'] },
  { node: 'n2', index: 2, pods: ['p2', 'q2'] },
] as const;

const mac = (index: number): string => `02:00:00:00:07:0${index}`;
const vtepMac = (index: number): string => `02:00:00:00:08:0${index}`;

/** Port on which every namespace answers with the source it saw. */
export const ECHO_PORT = 8080;

/** Cables and addresses; sysctls and rules are the case's. */
export async function buildTopology(ns: Namespaces): Promise<void> {
  ns.run('fabric', ['ip', 'link', 'add', 'br0', 'type', 'bridge']);
  ns.run('fabric', ['ip', 'link', 'set', 'br0', 'up']);
  for (const { node, index, pods } of NODES) {
    const other = 3 - index;
    const batch = [
      `link add eth0 address ${mac(index)} type veth peer name ${node} netns ${ns.named('fabric')}`,
      `addr add 192.168.7.${index}/24 dev eth0`,
      'link set eth0 up',
      'route add default via 192.168.7.254',
      'link add cni0 type bridge',
      `addr add 10.1.${index}.1/24 dev cni0`,
      'link set cni0 up',
      `link add vx1 address ${vtepMac(index)} type vxlan id 1 local 192.168.7.${index} dev eth0 dstport 8472 nolearning`,
      `addr add 10.1.${index}.0/32 dev vx1`,
      'link set vx1 up',
      `route add 10.1.${other}.0/24 via 10.1.${other}.0 dev vx1 onlink`,
      `neigh add 10.1.${other}.0 lladdr ${vtepMac(other)} dev vx1 nud permanent`,
      ...pods.flatMap((pod) => [
        `link add v${pod} type veth peer name eth0 netns ${ns.named(pod)}`,
        `link set v${pod} master cni0 up`,
      ]),
    ];
    ns.run(node, ['ip', '-batch', '-'], `${batch.join('\n')}\n`);
    ns.run(node, [
      'bridge',
      'fdb',
      'add',
      vtepMac(other),
      'dev',
      'vx1',
      'dst',
      `192.168.7.${other}`,
    ]);
    ns.run(node, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
    ns.run('fabric', ['ip', 'link', 'set', node, 'master', 'br0', 'up']);
    pods.forEach((pod, position) => {
      const lines = [
        `addr add 10.1.${index}.${2 + position}/24 dev eth0`,
        'link set eth0 up',
        `route add default via 10.1.${index}.1`,
      ];
      ns.run(pod, ['ip', '-batch', '-'], `${lines.join('\n')}\n`);
    });
  }
  for (const name of ['n1', 'n2', 'p1', 'p2', 'q2']) {
    ns.start(name, [
      'socat',
      `TCP4-LISTEN:${ECHO_PORT},reuseaddr,fork`,
      'SYSTEM:echo $SOCAT_PEERADDR $SOCAT_SOCKADDR',
    ]);
  }
  for (const name of ['n1', 'n2', 'p1', 'p2', 'q2']) {
    await until(`a listener in ${name}`, () =>
      ns.run(name, ['ss', '-Hnlt']).includes(`:${ECHO_PORT}`),
    );
  }
}

/** File of the snapshot and the command that prints it. */
const COMMANDS = [
  ['ip-link.json', 'ip -j -d -s link show'],
  ['ip-addr.json', 'ip -j -d addr show'],
  ['ip-route.json', 'ip -j -d -4 route show table all'],
  ['ip-rule.json', 'ip -j -4 rule show'],
  ['ip-neigh.json', 'ip -j neigh show'],
  ['bridge-fdb.json', 'bridge -j fdb show'],
  ['bridge-link.json', 'bridge -j -d link show'],
  ['sysctl.txt', "sysctl -a -r '^net\\.(ipv4|bridge|netfilter)'"],
  ['sockets.txt', 'ss -Hnltu'],
  ['iptables-nft-save.txt', 'iptables-nft-save -c'],
  ['iptables-legacy-save.txt', 'iptables-legacy-save -c'],
  ['nft-ruleset.json', 'nft -j list ruleset'],
] as const;

/** Separates the outputs; no command prints a line like it. */
const MARK = '=== end of file ===';

const PLACES = [
  ['n1', 'nodes/n1'],
  ['p1', 'nodes/n1/netns/p1'],
  ['n2', 'nodes/n2'],
  ['p2', 'nodes/n2/netns/p2'],
  ['q2', 'nodes/n2/netns/q2'],
] as const;

const UNDERLAY = {
  segments: [
    {
      name: 'u0',
      members: [
        { node: 'n1', device: 'eth0' },
        { node: 'n2', device: 'eth0' },
      ],
    },
  ],
  complete: true,
  filters: [],
};

/** The files of a snapshot, collected with the tools a user has. */
export function collect(ns: Namespaces): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    ['snapshot.json', JSON.stringify({ underlay: UNDERLAY })],
  ]);
  const script = COMMANDS.map(([, command]) => `${command}; echo '${MARK}'`).join('\n');
  for (const [name, folder] of PLACES) {
    const outputs = ns.run(name, ['sh'], script).split(`${MARK}\n`);
    COMMANDS.forEach(([file], index) => {
      files.set(`${folder}/${file}`, outputs[index] ?? '');
    });
  }
  return files;
}
