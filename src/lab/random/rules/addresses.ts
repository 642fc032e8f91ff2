import type { Random } from '../random.ts';
import { CLUSTER_NET, MACVLAN, type Site } from '../site.ts';

/** An address or prefix that some packet of this site has. */
export function randomPrefix(random: Random, site: Site): string {
  const pods = site.pods.map(({ address, bridge }) =>
    random.chance(0.4) && bridge === 'cni0' ? address.replace(/\.\d+$/, '.0/24') : `${address}/32`,
  );
  const hosts = [...site.nodes, ...site.hosts].flatMap(({ nics }) =>
    nics.map(({ address }) => `${address}/32`),
  );
  const services = site.services.map(({ clusterIp }) => `${clusterIp}/32`);
  return random.pick([
    ...pods,
    ...hosts,
    ...services,
    CLUSTER_NET,
    '192.168.7.0/24',
    '10.96.0.0/16',
    '203.0.113.0/24',
  ]);
}

/** A device that a node of this site may have. */
export function randomDevice(random: Random, site: Site): string {
  return random.pick([
    'eth0',
    'eth0',
    'cni0',
    'lo',
    site.overlay === 'flannel-udp' ? 'flannel0' : 'flannel.1',
    'eth+',
    'eth1',
    'docker0',
    ...(site.macvlan ? [MACVLAN] : []),
  ]);
}
