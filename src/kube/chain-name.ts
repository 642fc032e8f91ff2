/** What a chain of kube-proxy is for. Kubernetes: pkg/proxy/iptables/proxier.go. */
export type KubeChainRole =
  | 'services' // KUBE-SERVICES: the entry of all Services
  | 'node-ports' // KUBE-NODEPORTS
  | 'service' // KUBE-SVC-: chooses among all endpoints
  | 'service-local' // KUBE-SVL- (KUBE-XLB- before 1.24): chooses among this node's endpoints
  | 'external' // KUBE-EXT-: traffic from outside the cluster
  | 'endpoint' // KUBE-SEP-: one endpoint
  | 'firewall' // KUBE-FW-: loadBalancerSourceRanges
  | 'mark-masq' // KUBE-MARK-MASQ: sets the mark that asks for masquerading
  | 'mark-drop'
  | 'postrouting' // KUBE-POSTROUTING: masquerades what is marked
  | 'forward'
  | 'canary' // exists only so that a flush is noticed
  | 'other';

const EXACT: Readonly<Record<string, KubeChainRole>> = {
  'KUBE-SERVICES': 'services',
  'KUBE-EXTERNAL-SERVICES': 'services',
  'KUBE-NODEPORTS': 'node-ports',
  'KUBE-MARK-MASQ': 'mark-masq',
  'KUBE-MARK-DROP': 'mark-drop',
  'KUBE-POSTROUTING': 'postrouting',
  'KUBE-FORWARD': 'forward',
  'KUBE-FIREWALL': 'firewall',
  'KUBE-PROXY-FIREWALL': 'firewall',
  'KUBE-PROXY-CANARY': 'canary',
  'KUBE-KUBELET-CANARY': 'canary',
};

const PREFIXES: readonly (readonly [string, KubeChainRole])[] = [
  ['KUBE-SVC-', 'service'],
  ['KUBE-SVL-', 'service-local'],
  ['KUBE-XLB-', 'service-local'],
  ['KUBE-EXT-', 'external'],
  ['KUBE-SEP-', 'endpoint'],
  ['KUBE-FW-', 'firewall'],
  ['KUBE-', 'other'],
];

/** The role of a chain of kube-proxy's iptables mode; null for any other chain. */
export function kubeChainRole(chain: string): KubeChainRole | null {
  if (Object.hasOwn(EXACT, chain)) return EXACT[chain] ?? null;
  return PREFIXES.find(([prefix]) => chain.startsWith(prefix))?.[1] ?? null;
}

/** A Service's port as kube-proxy names it in comments and in nftables chain names. */
export interface ServicePortName {
  readonly namespace: string;
  readonly name: string;
  /** '' for an unnamed port. */
  readonly port: string;
}

/**
 * Reads the Service from a rule comment: `ns/name:port cluster IP`, `ns/name -> 10.1.2.3:80`,
 * `ns/name has no endpoints`, `masquerade traffic for ns/name external destinations`. Large clusters
 * write no comments.
 */
export function serviceOfComment(comment: string): ServicePortName | null {
  const match =
    /^(?:[A-Za-z ]*(?:traffic|rule \d+) (?:for|to) )?([a-z0-9-]+)\/([a-z0-9-]+)(?::([a-z0-9-]*))?(?: |$)/.exec(
      comment,
    );
  if (!match) return null;
  return { namespace: match[1] ?? '', name: match[2] ?? '', port: match[3] ?? '' };
}

/**
 * Reads the Service from a chain of kube-proxy's nftables mode:
 * `service-ULMVA6XW-ns/name/tcp/port`, `endpoint-5OJB2KTY-ns/name/tcp/port__10.1.2.3/80`.
 * Kubernetes: pkg/proxy/nftables/proxier.go, nameBase.
 */
export function serviceOfNftChain(chain: string): (ServicePortName & { protocol: string }) | null {
  const match =
    /^(?:service|external|firewall|endpoint|affinity)-[A-Z2-7]{8}-([a-z0-9-]+)\/([a-z0-9-]+)\/([a-z]+)\/([a-z0-9-]*)/.exec(
      chain,
    );
  if (!match) return null;
  const [, namespace = '', name = '', protocol = '', port = ''] = match;
  return { namespace, name, protocol, port };
}
