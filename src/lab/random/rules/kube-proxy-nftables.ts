import type { RuleContext } from '../random-rules.ts';
import { CLUSTER_NET, type SitePod, type SiteService } from '../site.ts';

/** kube-proxy's table in nftables mode. Origin: kubernetes pkg/proxy/nftables/proxier.go, 1.33. */
export function kubeProxyNftables(context: RuleContext): void {
  const { draft } = context;
  draft.nft.push(new ProxyTable(context).print());
}

class ProxyTable {
  readonly #context: RuleContext;
  readonly #masqueradeAll: boolean;
  readonly #clusterCidr: boolean;
  readonly #hairpinSet: boolean;
  readonly #maps = {
    'service-ips': [] as string[],
    'service-nodeports': [] as string[],
    'no-endpoint-services': [] as string[],
    'no-endpoint-nodeports': [] as string[],
  };
  readonly #clusterIps: string[] = [];
  readonly #hairpins: string[] = [];
  readonly #affinitySets: string[] = [];
  readonly #chains = new Map<string, readonly string[]>();

  constructor(context: RuleContext) {
    this.#context = context;
    this.#masqueradeAll = context.random.chance(0.15);
    this.#clusterCidr = context.random.chance(0.7);
    this.#hairpinSet = context.random.chance(0.5);
    for (const service of context.site.services) this.#add(service);
  }

  #add(service: SiteService): void {
    const { id, protocol, clusterIp, port, nodePort, externalIp, endpoints } = service;
    const local = endpoints.filter((pod) => pod.node === this.#context.node.name);
    const name = id.toLowerCase();
    this.#clusterIps.push(clusterIp);
    for (const pod of endpoints) this.#addEndpoint(service, pod);
    const internal = service.internalLocal ? local : endpoints;
    const outer = service.externalLocal ? local : endpoints;
    const emptied = endpoints.length > 0 ? 'drop' : 'goto reject-chain';
    const internalChain = service.internalLocal ? `local-${name}` : `service-${name}`;
    const masquerade = this.#clusterMasquerade(service);
    this.#addChoice(`service-${name}`, service, endpoints, service.internalLocal ? [] : masquerade);
    this.#addChoice(`local-${name}`, service, local, service.internalLocal ? masquerade : []);
    const key = (address: string): string => `${address} . ${protocol} . ${port}`;
    if (internal.length > 0)
      this.#maps['service-ips'].push(`${key(clusterIp)} : goto ${internalChain}`);
    else this.#maps['no-endpoint-services'].push(`${key(clusterIp)} : ${emptied}`);
    if (outer.length > 0) {
      const chain = `external-${name}`;
      this.#addExternal(chain, service, name);
      if (externalIp) this.#maps['service-ips'].push(`${key(externalIp)} : goto ${chain}`);
      if (nodePort)
        this.#maps['service-nodeports'].push(`${protocol} . ${nodePort} : goto ${chain}`);
      return;
    }
    if (externalIp) this.#maps['no-endpoint-services'].push(`${key(externalIp)} : ${emptied}`);
    if (nodePort)
      this.#maps['no-endpoint-nodeports'].push(`${protocol} . ${nodePort} : ${emptied}`);
  }

  #clusterMasquerade({ clusterIp, protocol, port }: SiteService): readonly string[] {
    const cluster = `ip daddr ${clusterIp} ${protocol} dport ${port}`;
    if (this.#masqueradeAll) return [`${cluster} jump mark-for-masquerade`];
    if (!this.#clusterCidr) return [];
    return [`${cluster} ip saddr != ${CLUSTER_NET} jump mark-for-masquerade`];
  }

  #addExternal(chain: string, { externalLocal }: SiteService, name: string): void {
    this.#chains.set(
      chain,
      externalLocal
        ? [
            ...(this.#clusterCidr ? [`ip saddr ${CLUSTER_NET} goto service-${name}`] : []),
            'fib saddr type local jump mark-for-masquerade',
            `fib saddr type local goto service-${name}`,
            `goto local-${name}`,
          ]
        : ['jump mark-for-masquerade', `goto service-${name}`],
    );
  }

  #addChoice(
    chain: string,
    service: SiteService,
    endpoints: readonly SitePod[],
    before: readonly string[],
  ): void {
    const rules = [...before];
    if (service.affinity) {
      rules.push(
        ...endpoints.map(
          (pod) => `ip saddr @${affinityOf(service, pod)} goto ${chainOf(service, pod)}`,
        ),
      );
    }
    const choices = endpoints.map((pod, i) => `${i} : goto ${chainOf(service, pod)}`);
    if (choices.length > 0) {
      rules.push(`numgen random mod ${choices.length} vmap { ${choices.join(', ')} }`);
    }
    this.#chains.set(chain, rules);
  }

  #addEndpoint(service: SiteService, pod: SitePod): void {
    const { protocol, targetPort, affinity } = service;
    const hairpin = `${pod.address} . ${pod.address} . ${protocol} . ${targetPort}`;
    if (!this.#hairpins.includes(hairpin)) this.#hairpins.push(hairpin);
    if (affinity) this.#affinitySets.push(affinityOf(service, pod));
    this.#chains.set(chainOf(service, pod), [
      ...(this.#hairpinSet ? [] : [`ip saddr ${pod.address} jump mark-for-masquerade`]),
      ...(affinity ? [`update @${affinityOf(service, pod)} { ip saddr }`] : []),
      `meta l4proto ${protocol} dnat to ${pod.address}:${targetPort}`,
    ]);
  }

  print(): string {
    const { node, random } = this.#context;
    const service = 'ip daddr . meta l4proto . th dport';
    const port = 'meta l4proto . th dport';
    const fully = random.chance(0.3) ? ' fully-random' : '';
    const serviceType = 'type ipv4_addr . inet_proto . inet_service : verdict';
    const portType = 'type inet_proto . inet_service : verdict';
    const fresh = 'ct state new';
    const base = (name: string, type: string, ...rules: readonly string[]): string =>
      chain(name, [`type ${type}; policy accept;`, ...rules]);
    return `table ip kube-proxy {
${set('cluster-ips', 'type ipv4_addr', this.#clusterIps)}${set(
  'nodeport-ips',
  'type ipv4_addr',
  node.nics.map(({ address }) => address),
)}${set('hairpin-connections', 'type ipv4_addr . ipv4_addr . inet_proto . inet_service', this.#hairpins)}${this.#affinitySets
  .map((name) => `set ${name} { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 3h; }\n`)
  .join(
    '',
  )}${chain('mark-for-masquerade', ['meta mark set meta mark | 0x4000'])}${chain('reject-chain', ['reject'])}${[
  ...this.#chains,
]
  .sort(([a], [b]) => order(a) - order(b))
  .map(([name, rules]) => chain(name, rules))
  .join('')}${map('service-ips', serviceType, this.#maps['service-ips'])}${map(
  'service-nodeports',
  portType,
  this.#maps['service-nodeports'],
)}${map('no-endpoint-services', serviceType, this.#maps['no-endpoint-services'])}${map(
  'no-endpoint-nodeports',
  portType,
  this.#maps['no-endpoint-nodeports'],
)}${chain('masquerading', [
  ...(this.#hairpinSet
    ? [`ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade${fully}`]
    : []),
  'meta mark & 0x4000 == 0 return',
  'meta mark set meta mark ^ 0x4000',
  `masquerade${fully}`,
])}${chain('services', [
  `${service} vmap @service-ips`,
  `ip daddr @nodeport-ips ${port} vmap @service-nodeports`,
])}${chain('service-endpoints-check', [`${service} vmap @no-endpoint-services`])}${chain(
  'nodeport-endpoints-check',
  [`ip daddr @nodeport-ips ${port} vmap @no-endpoint-nodeports`],
)}${chain('cluster-ips-check', ['ip daddr @cluster-ips reject'])}${base(
  'filter-input',
  'filter hook input priority 0',
  `${fresh} jump nodeport-endpoints-check`,
  `${fresh} jump service-endpoints-check`,
)}${base(
  'filter-forward',
  'filter hook forward priority 0',
  `${fresh} jump service-endpoints-check`,
  `${fresh} jump cluster-ips-check`,
)}${base(
  'filter-output',
  'filter hook output priority 0',
  `${fresh} jump service-endpoints-check`,
  `${fresh} jump cluster-ips-check`,
)}${base('nat-prerouting', 'nat hook prerouting priority -100', 'jump services')}${base(
  'nat-output',
  'nat hook output priority -100',
  'jump services',
)}${base('nat-postrouting', 'nat hook postrouting priority 100', 'jump masquerading')}}
`;
  }
}

const chainOf = (service: SiteService, pod: SitePod): string =>
  `endpoint-${service.id.toLowerCase()}-${pod.name}`;

const affinityOf = (service: SiteService, pod: SitePod): string =>
  `affinity-${service.id.toLowerCase()}-${pod.name}`;

/** A chain stands after those it leads to. */
function order(name: string): number {
  return ['endpoint', 'service', 'local', 'external'].indexOf(name.replace(/-.*/, ''));
}

function chain(name: string, rules: readonly string[]): string {
  return `chain ${name} {\n${rules.map((rule) => `  ${rule}\n`).join('')}}\n`;
}

function set(name: string, type: string, elements: readonly string[]): string {
  return `set ${name} { ${type}; ${braces(elements)} }\n`;
}

const map = (name: string, type: string, elements: readonly string[]): string =>
  `map ${name} { ${type}; ${braces(elements)} }\n`;

function braces(elements: readonly string[]): string {
  return elements.length === 0 ? '' : `elements = { ${elements.join(', ')} }`;
}
