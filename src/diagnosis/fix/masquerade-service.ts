import { netnsKey } from '../../packet/place.ts';
import { formatPrefix, hostPrefix, type Prefix } from '../../packet/prefix.ts';
import type { RuleSpec } from '../change/xt-rule.ts';
import { podNetwork } from './cluster-network.ts';
import { type Fix, type FixContext, type FixProposal, sideEffect } from './fix.ts';
import { ownRule, tableOf } from './iptables-rule.ts';
import { sourceFromElsewhere, type Way, wayOf } from './way.ts';

const MARK_CHAIN = 'KUBE-MARK-MASQ';

/**
 * Masquerades packets to the Service that do not come from pods: what kube-proxy writes when it
 * knows the pods' network. The commands add one such rule, to try it.
 */
export const KUBE_PROXY_CLUSTER_CIDR: Fix = {
  id: 'kube-proxy-cluster-cidr',
  propose: (context) => {
    const way = translatedWay(context);
    const network = way && podNetwork(context, way);
    if (!way || !network) return null;
    const rule = serviceRule(context, way, { prefix: network, negated: true });
    return {
      ...rule,
      fixId: 'kube-proxy-cluster-cidr',
      durable: [
        { code: 'kube-proxy-config', text: `clusterCIDR: "${formatPrefix(network)}"` },
        { code: 'kube-proxy-flag', text: `--cluster-cidr=${formatPrefix(network)}` },
      ],
      sideEffects: [],
    };
  },
};

/** Masquerades every packet to the Service, those of pods too. */
export const KUBE_PROXY_MASQUERADE_ALL: Fix = {
  id: 'kube-proxy-masquerade-all',
  propose: (context) => {
    const way = translatedWay(context);
    if (!way) return null;
    return {
      ...serviceRule(context, way, null),
      fixId: 'kube-proxy-masquerade-all',
      durable: [
        { code: 'kube-proxy-config', text: 'iptables: { masqueradeAll: true }' },
        { code: 'kube-proxy-flag', text: '--masquerade-all' },
      ],
      sideEffects: [sideEffect('pod-sources-hidden')],
    };
  },
};

function translatedWay({ network, outcome }: FixContext): Way | null {
  const way = wayOf(network, outcome);
  return way?.translatedIn && sourceFromElsewhere(way) ? way : null;
}

/** By kube-proxy's own mark where it runs, else by a rule of the same effect. */
function serviceRule(
  { network, flow }: FixContext,
  way: Way,
  source: { readonly prefix: Prefix; readonly negated: true } | null,
): Pick<FixProposal, 'change' | 'commands' | 'undo'> {
  const netns = network.namespaces.get(netnsKey(way.where));
  const marks = (netns?.ruleset.xtables ?? []).some(
    ({ name, family, chains }) => name === 'nat' && family === 4 && chains.has(MARK_CHAIN),
  );
  const target = marks ? way.service : way.endpoint;
  const spec: RuleSpec = {
    chain: marks ? (way.translatedIn ?? 'OUTPUT') : 'POSTROUTING',
    ...(source ? { source } : {}),
    destination: { prefix: hostPrefix(target.address) },
    protocol: flow.protocol,
    ...(target.port === 0 ? {} : { dport: target.port }),
    target: marks ? { kind: 'jump', chain: MARK_CHAIN } : { kind: 'masquerade' },
  };
  const rule = ownRule(tableOf(network, way.where, 'nat', MARK_CHAIN), 'first', spec);
  return { change: rule.change, commands: [rule.add], undo: [rule.remove] };
}
