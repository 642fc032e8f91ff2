import { netnsKey } from '../../packet/place.ts';
import { formatPrefix } from '../../packet/prefix.ts';
import { podNetwork } from './cluster-network.ts';
import { type Fix, sideEffect } from './fix.ts';
import { ownRule, tableOf } from './iptables-rule.ts';
import { isOverlayDevice, sourceFromElsewhere, wayOf } from './way.ts';

/**
 * The rule that flannel writes with --ip-masq for what enters its network from elsewhere.
 * Source: flannel, pkg/trafficmngr/iptables.
 */
export const FLANNEL_IP_MASQ: Fix = {
  id: 'flannel-ip-masq',
  propose: (context) => {
    const way = wayOf(context.network, context.outcome);
    if (!way || !isOverlayDevice(way.device) || !sourceFromElsewhere(way)) return null;
    if (!way.device.name.startsWith('flannel')) return null;
    const network = podNetwork(context, way);
    if (!network) return null;
    const rule = ownRule(tableOf(context.network, way.where, 'nat'), 'last', {
      chain: 'POSTROUTING',
      source: { prefix: network, negated: true },
      destination: { prefix: network },
      protocol: 'all',
      target: { kind: 'masquerade' },
    });
    const netns = context.network.namespaces.get(netnsKey(way.where));
    const usesNft = (netns?.ruleset.nft ?? []).some(({ name }) => name.startsWith('flannel-'));
    return {
      fixId: 'flannel-ip-masq',
      change: rule.change,
      commands: [rule.add],
      undo: [rule.remove],
      durable: [
        { code: 'flannel-flag', text: '--ip-masq' },
        { code: 'flannel-env', text: `FLANNEL_IPMASQ=true (${formatPrefix(network)})` },
      ],
      // flannel's nft mode returns before its last rule for every source outside the own subnet.
      sideEffects: usesNft ? [sideEffect('flannel-nft-ip-masq-does-not-reach-hosts')] : [],
    };
  },
};
