import type { Draft } from './draft.ts';
import type { NetworkContext } from './random-network.ts';
import { cniPortmap } from './rules/cni-portmap.ts';
import { docker } from './rules/docker.ts';
import { firewalld } from './rules/firewalld.ts';
import { flannelRules } from './rules/flannel.ts';
import { kubeProxyIptables } from './rules/kube-proxy-iptables.ts';
import { kubeProxyNftables } from './rules/kube-proxy-nftables.ts';
import { networkPolicy } from './rules/network-policy.ts';
import { randomChains } from './rules/random-chains.ts';
import { randomNftTables } from './rules/random-nft-tables.ts';
import { ufw } from './rules/ufw.ts';
import type { SiteNode } from './site.ts';
import type { XtablesDraft } from './xtables-draft.ts';

/** A node for which rules are drawn. */
export interface RuleContext extends NetworkContext {
  readonly node: SiteNode;
  readonly draft: Draft;
  /** The backend that this node's iptables writes to; the other one may be in use as well. */
  readonly xtables: XtablesDraft;
}

/** What real nodes have, several at once, and rules at random between them. */
export function randomRules(context: NetworkContext): void {
  const { site, random, draftOf } = context;
  const proxyMode = random.weighted([
    [5, 'iptables'],
    [4, 'nftables'],
    [1, 'none'],
  ] as const);
  for (const node of site.nodes) {
    const draft = draftOf(node.name);
    const legacy = random.chance(0.5);
    const xtables = legacy ? draft.legacy : draft.iptablesNft;
    const other = legacy ? draft.iptablesNft : draft.legacy;
    const own: RuleContext = { ...context, node, draft, xtables };
    // Two backends at once, as after an upgrade of half the tools.
    const mixed: RuleContext = random.chance(0.25) ? { ...own, xtables: other } : own;
    if (proxyMode === 'iptables') kubeProxyIptables(own);
    if (proxyMode === 'nftables') kubeProxyNftables(own);
    if (random.chance(0.6)) flannelRules(mixed);
    if (random.chance(0.25)) cniPortmap(own);
    if (site.pods.some((pod) => pod.node === node.name && pod.bridge === 'docker0')) docker(mixed);
    if (random.chance(0.2)) networkPolicy(mixed);
    if (random.chance(0.15)) random.pick([firewalld, ufw])(mixed);
    if (random.chance(0.5)) randomChains(mixed);
    if (random.chance(0.25)) randomNftTables(own);
  }
  for (const { name } of [...site.pods, ...site.hosts]) {
    if (!random.chance(0.08)) continue;
    const draft = draftOf(name);
    const node = site.nodes[0];
    if (!node) continue;
    const own: RuleContext = { ...context, node, draft, xtables: draft.iptablesNft };
    if (random.chance(0.5)) randomChains(own);
    else randomNftTables(own);
  }
}
