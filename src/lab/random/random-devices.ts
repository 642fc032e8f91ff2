import type { NetworkContext } from './random-network.ts';
import { MACVLAN, macvlanAddress, NODE_LOCAL } from './site.ts';

/**
 * A network of macvlans that all nodes share, and an address for every pod's resolver. VLANs and dummies are
 * drawn nowhere: the kernel of the tests has neither.
 */
export function randomDevices({ site, draftOf }: NetworkContext): void {
  for (const node of site.nodes) {
    const draft = draftOf(node.name);
    if (site.macvlan) {
      draft.ip.push(
        `link add link eth0 name ${MACVLAN} address 02:00:00:00:77:0${node.index} type macvlan mode bridge`,
        `addr add ${macvlanAddress(node)}/24 dev ${MACVLAN}`,
        `link set ${MACVLAN} up`,
      );
      // Else the card answers too, and which of the two is heard first is a matter of a queue.
      draft.sysctls['net.ipv4.conf.all.arp_ignore'] = '1';
    }
    if (site.nodeLocal) draft.ip.push(`addr add ${NODE_LOCAL}/32 dev lo`);
  }
}
