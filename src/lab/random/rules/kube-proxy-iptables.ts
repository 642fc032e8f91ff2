import type { RuleContext } from '../random-rules.ts';
import { CLUSTER_NET, type SitePod, type SiteService } from '../site.ts';
import { append, chainOf, type XtablesDraft } from '../xtables-draft.ts';

/** How this kube-proxy was started. */
interface ProxyOptions {
  readonly masqueradeAll: boolean;
  readonly clusterCidr: boolean;
  readonly randomFully: boolean;
}

/** kube-proxy's chains in iptables mode. Origin: kubernetes pkg/proxy/iptables/proxier.go, 1.30. */
export function kubeProxyIptables(context: RuleContext): void {
  const { site, node, random, xtables } = context;
  const options: ProxyOptions = {
    masqueradeAll: random.chance(0.15),
    clusterCidr: random.chance(0.7),
    randomFully: random.chance(0.15),
  };
  addFrame(xtables, options);
  for (const service of site.services) {
    addService(xtables, service, options, (pod) => pod.node === node.name);
  }
  append(
    xtables,
    'nat',
    'KUBE-SERVICES',
    '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  );
  chainOf(xtables, 'nat', 'KUBE-NODEPORTS');
}

function addFrame(x: XtablesDraft, { randomFully }: ProxyOptions): void {
  const portals = '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES';
  append(x, 'nat', 'PREROUTING', portals);
  append(x, 'nat', 'OUTPUT', portals);
  append(
    x,
    'nat',
    'POSTROUTING',
    '-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  );
  append(x, 'nat', 'KUBE-MARK-MASQ', '-j MARK --set-xmark 0x4000/0x4000');
  append(
    x,
    'nat',
    'KUBE-POSTROUTING',
    '-m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-j MARK --set-xmark 0x4000/0x0',
    `-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE${randomFully ? ' --random-fully' : ''}`,
  );
  const fresh = '-m conntrack --ctstate NEW';
  append(x, 'filter', 'INPUT', `${fresh} -j KUBE-EXTERNAL-SERVICES`, '-j KUBE-FIREWALL');
  append(
    x,
    'filter',
    'FORWARD',
    '-j KUBE-FORWARD',
    `${fresh} -j KUBE-SERVICES`,
    `${fresh} -j KUBE-EXTERNAL-SERVICES`,
  );
  append(x, 'filter', 'OUTPUT', `${fresh} -j KUBE-SERVICES`, '-j KUBE-FIREWALL');
  chainOf(x, 'filter', 'KUBE-SERVICES');
  chainOf(x, 'filter', 'KUBE-EXTERNAL-SERVICES');
  append(
    x,
    'filter',
    'KUBE-FIREWALL',
    '! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  );
  append(
    x,
    'filter',
    'KUBE-FORWARD',
    '-m conntrack --ctstate INVALID -j DROP',
    '-m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  );
}

function addService(
  x: XtablesDraft,
  service: SiteService,
  options: ProxyOptions,
  isLocal: (pod: SitePod) => boolean,
): void {
  const { id, protocol, clusterIp, port, nodePort, externalIp } = service;
  const match = `-p ${protocol} -m ${protocol}`;
  const comment = `-m comment --comment "default/${id.toLowerCase()}"`;
  const cluster = `-d ${clusterIp}/32 ${match} --dport ${port}`;
  const external = externalIp === null ? null : `-d ${externalIp}/32 ${match} --dport ${port}`;
  const local = service.endpoints.filter(isLocal);
  const internal = service.internalLocal ? local : service.endpoints;
  const outer = service.externalLocal ? local : service.endpoints;
  const refuse = '-j REJECT --reject-with icmp-port-unreachable';
  // Local-only Services without a local endpoint drop; those without any endpoint refuse.
  const emptied = service.endpoints.length > 0 ? '-j DROP' : refuse;
  if (internal.length > 0) {
    append(x, 'nat', 'KUBE-SERVICES', `${cluster} ${comment} -j KUBE-SVC-${id}`);
    addEndpointChoice(x, `KUBE-SVC-${id}`, service, internal, clusterMasquerade(cluster, options));
  } else {
    append(x, 'filter', 'KUBE-SERVICES', `${cluster} ${comment} ${emptied}`);
  }
  const nodePortMatch = nodePort === null ? null : `${match} --dport ${nodePort}`;
  if (outer.length === 0) {
    if (external)
      append(x, 'filter', 'KUBE-EXTERNAL-SERVICES', `${external} ${comment} ${emptied}`);
    if (nodePortMatch) {
      append(
        x,
        'filter',
        'KUBE-EXTERNAL-SERVICES',
        `-m addrtype --dst-type LOCAL ${nodePortMatch} ${comment} ${emptied}`,
      );
    }
    return;
  }
  if (external) append(x, 'nat', 'KUBE-SERVICES', `${external} ${comment} -j KUBE-EXT-${id}`);
  if (nodePortMatch)
    append(x, 'nat', 'KUBE-NODEPORTS', `${nodePortMatch} ${comment} -j KUBE-EXT-${id}`);
  if (external || nodePortMatch) addExternal(x, service, options, local);
}

function clusterMasquerade(cluster: string, options: ProxyOptions): readonly string[] {
  if (options.masqueradeAll) return [`${cluster} -j KUBE-MARK-MASQ`];
  return options.clusterCidr ? [`! -s ${CLUSTER_NET} ${cluster} -j KUBE-MARK-MASQ`] : [];
}

function addExternal(
  x: XtablesDraft,
  service: SiteService,
  options: ProxyOptions,
  local: readonly SitePod[],
): void {
  const { id, externalLocal, internalLocal } = service;
  const chain = `KUBE-EXT-${id}`;
  if (!externalLocal) {
    const target = internalLocal ? `KUBE-SVX-${id}` : `KUBE-SVC-${id}`;
    append(x, 'nat', chain, '-j KUBE-MARK-MASQ', `-j ${target}`);
    if (internalLocal) addEndpointChoice(x, target, service, service.endpoints, []);
    return;
  }
  const all = `KUBE-SVX-${id}`;
  if (options.clusterCidr) append(x, 'nat', chain, `-s ${CLUSTER_NET} -j ${all}`);
  append(
    x,
    'nat',
    chain,
    '-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
    `-m addrtype --src-type LOCAL -j ${all}`,
    `-j KUBE-SVL-${id}`,
  );
  addEndpointChoice(x, all, service, service.endpoints, []);
  addEndpointChoice(x, `KUBE-SVL-${id}`, service, local, []);
}

function addEndpointChoice(
  x: XtablesDraft,
  chain: string,
  service: SiteService,
  endpoints: readonly SitePod[],
  before: readonly string[],
): void {
  const sepOf = ({ name }: SitePod): string => `KUBE-SEP-${service.id}-${name}`;
  append(x, 'nat', chain, ...before);
  if (service.affinity) {
    append(
      x,
      'nat',
      chain,
      ...endpoints.map(
        (pod) =>
          `-m recent --rcheck --seconds 10800 --reap --name ${sepOf(pod)} --mask 255.255.255.255 --rsource -j ${sepOf(pod)}`,
      ),
    );
  }
  endpoints.forEach((pod, i) => {
    const rest = endpoints.length - i;
    const chance =
      rest === 1 ? '' : `-m statistic --mode random --probability ${(1 / rest).toFixed(11)} `;
    append(x, 'nat', chain, `${chance}-j ${sepOf(pod)}`);
    const sep = chainOf(x, 'nat', sepOf(pod));
    if (sep.rules.length > 0) return;
    const affinity = service.affinity
      ? `-m recent --set --name ${sepOf(pod)} --mask 255.255.255.255 --rsource `
      : '';
    sep.rules.push(
      `-s ${pod.address}/32 -j KUBE-MARK-MASQ`,
      `-p ${service.protocol} ${affinity}-m ${service.protocol} -j DNAT --to-destination ${pod.address}:${service.targetPort}`,
    );
  });
}
