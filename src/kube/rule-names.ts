import { type Address, formatAddress } from '../packet/address.ts';
import type { AddressBook } from './address-book.ts';
import {
  type KubeChainRole,
  kubeChainRole,
  serviceOfComment,
  serviceOfNftChain,
} from './chain-name.ts';
import type { KubeProtocol } from './service.ts';

/** The words of a rule that name something of Kubernetes. */
export interface RuleWords {
  readonly chain: string;
  readonly destination: Address | null;
  readonly protocol: string | null;
  readonly dport: number | null;
  readonly comment: string | null;
  readonly target: string | null;
  readonly translatedTo: { readonly address: Address; readonly port: number | null } | null;
}

/** What a chain is for. */
export interface ChainMeaning {
  readonly role: KubeChainRole | 'policy' | null;
  /** `namespace/name:port`. */
  readonly service: string | null;
  readonly endpoint: string | null;
  /** A network policy, as its plugin names it in a comment. */
  readonly policy: string | null;
}

/** Learns from rules what chains are for and whose addresses they name. */
export interface RuleNames {
  learn(rule: RuleWords): void;
  meaningOf(chain: string): ChainMeaning | null;
  /** The Service or policy that a rule is about. */
  subjectOf(rule: Pick<RuleWords, 'chain' | 'comment' | 'target'>): ChainMeaning | null;
}

/** Chains that a stream may teach. */
const MOST = 200_000;

const NOTHING: ChainMeaning = { role: null, service: null, endpoint: null, policy: null };

export function ruleNames(book: AddressBook): RuleNames {
  const services = new Map<string, string>();
  const endpoints = new Map<string, string>();
  const policies = new Map<string, string>();
  const keep = (map: Map<string, string>, chain: string, value: string): void => {
    if (map.size < MOST && !map.has(chain)) map.set(chain, value);
  };

  const meaningOf = (chain: string): ChainMeaning | null => {
    const nft = serviceOfNftChain(chain);
    if (nft) {
      const end = /__([0-9a-fA-F.:]+)\/(\d+)$/.exec(chain);
      return {
        role: chain.startsWith('endpoint-') ? 'endpoint' : 'service',
        service: serviceText(nft),
        endpoint: end ? hostPort(end[1] ?? '', Number(end[2])) : null,
        policy: null,
      };
    }
    const role = kubeChainRole(chain);
    const policy = policies.get(chain) ?? null;
    if (role === null && policy === null) return null;
    const service = services.get(chain) ?? null;
    return { role: role ?? 'policy', service, endpoint: endpoints.get(chain) ?? null, policy };
  };

  return {
    meaningOf,
    learn(rule) {
      const { chain, target, comment, destination, dport, translatedTo } = rule;
      const protocol = kubeProtocol(rule.protocol);
      const policy = comment === null ? null : policyOfComment(comment);
      if (policy !== null) keep(policies, chain, policy);
      const service = comment === null ? null : serviceOfComment(comment);
      if (!service) return;
      for (const named of [chain, target ?? '']) {
        if (ONE_SERVICE.test(named)) keep(services, named, serviceText(service));
      }
      if (destination && protocol && dport !== null && ENTRY.test(chain)) {
        book.addService(destination, protocol, dport, service);
      }
      if (translatedTo?.port && protocol && kubeChainRole(chain) === 'endpoint') {
        const { address, port } = translatedTo;
        book.addEndpoint(address, protocol, port, service);
        keep(endpoints, chain, hostPort(formatAddress(address), port));
      }
    },
    subjectOf({ chain, comment, target }) {
      const own = target === null ? null : meaningOf(target);
      if (own && (own.service ?? own.policy) !== null) return own;
      const service = comment === null ? null : serviceOfComment(comment);
      const policy = comment === null ? null : policyOfComment(comment);
      const around = meaningOf(chain);
      if (service) return { ...(around ?? NOTHING), service: serviceText(service) };
      return policy === null ? around : { ...(around ?? NOTHING), policy };
    },
  };
}

/** Chains that belong to one Service. */
const ONE_SERVICE = /^KUBE-(?:SVC|SVL|XLB|EXT|FW|SEP)-/;
const ENTRY = /^KUBE-(?:SERVICES|EXTERNAL-SERVICES|NODEPORTS)$/;

/** `namespace/name:port`, without the port's name where it has none. */
export function serviceText(of: {
  readonly namespace: string;
  readonly name: string;
  readonly port: string | null;
}): string {
  return `${of.namespace}/${of.name}${of.port ? `:${of.port}` : ''}`;
}

function kubeProtocol(text: string | null): KubeProtocol | null {
  return text === 'tcp' || text === 'udp' || text === 'sctp' ? text : null;
}

function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Calico: `Policy default/allow-web ingress`; kube-router: `policy name: web namespace: prod`. */
export function policyOfComment(comment: string): string | null {
  const calico = /^(?:cali:\S{1,32} )?Policy (\S{1,253}) (?:ingress|egress)$/.exec(comment);
  if (calico) return calico[1] ?? null;
  const router = /policy name:? ?(\S{1,253}),? namespace:? ?(\S{1,253})/i.exec(comment);
  return router ? `${router[2]}/${router[1]?.replace(/,$/, '')}` : null;
}
