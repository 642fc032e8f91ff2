import type { RuleContext } from '../random-rules.ts';
import { append } from '../xtables-draft.ts';

/** The port on every node that the first pod behind a bridge is published on. */
export const HOST_PORT = 8443;

/** CNI's bridge and portmap plugins. Origin: containernetworking plugins, portmap_iptables.go. */
export function cniPortmap({ site, node, random, xtables }: RuleContext): void {
  const pods = site.pods.filter((pod) => pod.node === node.name && pod.bridge === 'cni0');
  const [published] = pods;
  if (!published) return;
  if (random.chance(0.5)) {
    for (const { name, address } of pods) {
      append(
        xtables,
        'nat',
        'POSTROUTING',
        `-s ${address}/32 -m comment --comment "name: \\"cbr0\\"" -j CNI-${name}`,
      );
      append(
        xtables,
        'nat',
        `CNI-${name}`,
        `-d ${node.podNet}.0/24 -j ACCEPT`,
        '! -d 224.0.0.0/4 -j MASQUERADE',
      );
    }
  }
  const local = '-m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT';
  append(xtables, 'nat', 'PREROUTING', local);
  append(xtables, 'nat', 'OUTPUT', local);
  append(
    xtables,
    'nat',
    'POSTROUTING',
    '-m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
  );
  append(xtables, 'nat', 'CNI-HOSTPORT-SETMARK', '-j MARK --set-xmark 0x2000/0x2000');
  append(xtables, 'nat', 'CNI-HOSTPORT-MASQ', '-m mark --mark 0x2000/0x2000 -j MASQUERADE');
  append(
    xtables,
    'nat',
    'CNI-HOSTPORT-DNAT',
    `-p tcp -m multiport --dports ${HOST_PORT} -j CNI-DN-${published.name}`,
  );
  const match = `-p tcp -m tcp --dport ${HOST_PORT}`;
  append(
    xtables,
    'nat',
    `CNI-DN-${published.name}`,
    `-s ${node.podNet}.0/24 ${match} -j CNI-HOSTPORT-SETMARK`,
    `-s 127.0.0.1/32 ${match} -j CNI-HOSTPORT-SETMARK`,
    `${match} -j DNAT --to-destination ${published.address}:8080`,
  );
}
