import type { NetworkContext } from './random-network.ts';
import { CLUSTER_NET, type SiteNode } from './site.ts';

/** Gives nodes a way to each other's pods, and everybody a way to the rest of the world. */
export function joinNodes(context: NetworkContext): void {
  const { site, draftOf } = context;
  for (const node of site.nodes) {
    const others = site.nodes.filter(({ name }) => name !== node.name);
    switch (site.overlay) {
      case 'vxlan':
        joinByVxlan(context, node, others);
        break;
      case 'flannel-udp':
        joinByTun(context, node, others);
        break;
      case 'host-gw':
        for (const other of others) {
          draftOf(node.name).ip.push(
            `route add ${other.podNet}.0/24 via ${other.nics[0].address} dev eth0`,
          );
        }
        break;
      case 'none':
        break;
    }
  }
  addDefaultRoutes(context);
}

const vtepMac = (node: SiteNode): string => `02:00:00:00:ff:0${node.index}`;

/** As flannel's vxlan backend: permanent neighbours and FDB entries, nothing is learnt. */
function joinByVxlan(
  { site, draftOf }: NetworkContext,
  node: SiteNode,
  others: readonly SiteNode[],
): void {
  const draft = draftOf(node.name);
  const [nic] = node.nics;
  const mtu = (site.segments[0]?.mtu ?? 1500) - 50;
  draft.ip.push(
    `link add flannel.1 address ${vtepMac(node)} mtu ${mtu} type vxlan id 1 local ${nic.address} dev ${nic.device} dstport 8472 nolearning`,
    `addr add ${node.podNet}.0/32 dev flannel.1`,
    'link set flannel.1 up',
  );
  for (const other of others) {
    draft.ip.push(
      `route add ${other.podNet}.0/24 via ${other.podNet}.0 dev flannel.1 onlink`,
      `neigh add ${other.podNet}.0 lladdr ${vtepMac(other)} dev flannel.1 nud permanent`,
    );
    draft.bridge.push(`fdb add ${vtepMac(other)} dev flannel.1 dst ${other.nics[0].address}`);
  }
}

function joinByTun({ draftOf }: NetworkContext, node: SiteNode, others: readonly SiteNode[]): void {
  const [, length] = CLUSTER_NET.split('/');
  const draft = draftOf(node.name);
  // A node's subnet shows by its bridge, also before its first pod.
  if (!draft.ip.some((line) => line.startsWith('link add cni0 '))) {
    draft.ip.push(
      'link add cni0 type bridge',
      `addr add ${node.podNet}.1/24 dev cni0`,
      'link set cni0 up',
    );
  }
  draft.tunnels.push({
    device: 'flannel0',
    mtu: 1472,
    address: `${node.podNet}.0/${length}`,
    local: node.nics[0].address,
    port: 8285,
    leases: others.map((other) => ({
      subnet: `${other.podNet}.0/24`,
      node: other.nics[0].address,
    })),
  });
}

function addDefaultRoutes({ site, random, draftOf }: NetworkContext): void {
  const { gateway, nodes, hosts } = site;
  for (const { name } of [...nodes, ...hosts]) {
    const draft = draftOf(name);
    // Without a gateway the route leads to nobody: a neighbour that does not answer.
    if (gateway) draft.ip.push(`route add default via ${gateway.nics[0].address} dev eth0`);
    else if (random.chance(0.5)) draft.ip.push('route add default via 192.168.7.1 dev eth0');
  }
  // Hosts know some of the cluster's addresses, as in a lab with static routes.
  for (const { name } of hosts) {
    for (const node of nodes) {
      if (random.chance(0.5)) {
        draftOf(name).ip.push(`route add ${node.podNet}.0/24 via ${node.nics[0].address} dev eth0`);
      }
    }
    const [first] = nodes;
    if (first && random.chance(0.4)) {
      draftOf(name).ip.push(
        `route add 10.96.0.0/16 via ${first.nics[0].address} dev eth0`,
        `route add 198.51.100.0/24 via ${first.nics[0].address} dev eth0`,
      );
    }
  }
  if (!gateway) return;
  const draft = draftOf(gateway.name);
  if (gateway.knowsPods) {
    for (const node of nodes) {
      draft.ip.push(`route add ${node.podNet}.0/24 via ${node.nics[0].address} dev eth0`);
    }
  }
  draft.sysctls['net.ipv4.ip_forward'] = '1';
  if (gateway.masquerades) {
    draft.nft.push(`table ip nat {
  chain post {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan0" masquerade
  }
}
`);
  }
}
