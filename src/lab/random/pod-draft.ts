import type { Cable } from '../topology/topology.ts';
import type { Draft } from './draft.ts';
import type { Site, SitePod } from './site.ts';

/** Puts a pod behind its bridge. Returns the cable between them. */
export function addPod(site: Site, pod: SitePod, node: Draft, draft: Draft): Cable {
  const gateway = bridgeAddress(site, pod);
  const bridge = `link add ${pod.bridge} type bridge`;
  if (!node.ip.includes(bridge)) {
    const length = pod.bridge === 'docker0' ? 16 : 24;
    node.ip.push(
      bridge,
      `addr add ${gateway}/${length} dev ${pod.bridge}`,
      `link set ${pod.bridge} up`,
    );
  }
  node.ip.push(`link set ${pod.veth} master ${pod.bridge} up`);
  if (pod.hairpin) node.bridge.push(`link set dev ${pod.veth} hairpin on`);
  const length = pod.bridge === 'docker0' ? 16 : 24;
  draft.ip.push(
    `addr add ${pod.address}/${length} dev eth0`,
    'link set eth0 up',
    `route add default via ${gateway}`,
  );
  return {
    ends: [
      { namespace: draft.name, device: 'eth0' },
      { namespace: node.name, device: pod.veth },
    ],
  };
}

function bridgeAddress(site: Site, pod: SitePod): string {
  if (pod.bridge === 'docker0') return '172.17.0.1';
  const node = site.nodes.find(({ name }) => name === pod.node);
  return `${node?.podNet}.1`;
}
