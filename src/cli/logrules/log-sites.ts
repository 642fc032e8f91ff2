import type { LogBackend, LogSite } from '../../evidence/logrules/plan.ts';
import type { XtBackend } from '../../kernel/netfilter/xtables/table.ts';
import type { NetnsState } from '../../kernel/netns-state.ts';
import type { Network } from '../../kernel/network.ts';
import { hookOfChain } from '../../linux/hook.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';

/** What decides where rules go and by which program. */
export interface SiteOptions {
  readonly backend: LogBackend | null;
  /** Also the namespaces of pods, not only the nodes' own. */
  readonly pods: boolean;
  readonly client: NetnsRef;
  readonly family: 4 | 6;
}

/** The namespaces among `places` to insert rules in, each with its backend; the client's first. */
export function logSites(
  network: Network,
  places: readonly NetnsRef[],
  options: SiteOptions,
): readonly LogSite[] {
  const hosts = places.map(({ node }): NetnsRef => ({ node, netns: null }));
  const pods = options.pods ? places.filter(({ netns }) => netns !== null) : [];
  const wanted = new Map([...hosts, ...pods].map((ref) => [netnsKey(ref), ref]));
  return [...wanted]
    .flatMap(([key]) => network.namespaces.get(key) ?? [])
    .map((netns) => siteOf(network, netns, options))
    .sort((a, b) => rank(a) - rank(b));
}

function rank({ role, where }: LogSite): number {
  return (role === 'client' ? 0 : 2) + (where?.netns ? 1 : 0);
}

function siteOf(network: Network, netns: NetnsState, options: SiteOptions): LogSite {
  const { ref, ruleset } = netns;
  const backend = options.backend ?? backendOf(netns);
  const host = network.namespaces.get(netnsKey({ node: ref.node, netns: null }));
  const allowed = host?.sysctls.values.get('net.netfilter.nf_log_all_netns')?.value;
  return {
    where: ref,
    role: ref.node === options.client.node ? 'client' : 'other',
    backend,
    chains: ruleset.xtables === undefined ? null : chainsOf(netns, backend, options.family),
    logsOf:
      ref.netns === null
        ? 'host'
        : allowed === undefined
          ? 'others-unknown'
          : allowed === '0'
            ? 'others-refused'
            : 'others-allowed',
  };
}

const PROGRAMS = {
  legacy: 'iptables-legacy',
  nft: 'iptables-nft',
  unspecified: 'iptables',
} as const satisfies Readonly<Record<XtBackend, LogBackend>>;

/** The program whose rules are in use; nft's own table where none are, since it turns nothing on. */
function backendOf({ ruleset }: NetnsState): LogBackend {
  if (ruleset.xtables === undefined) return 'iptables';
  const rules = new Map<XtBackend, number>();
  for (const { backend, chains } of ruleset.xtables) {
    const count = [...chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0);
    rules.set(backend, (rules.get(backend) ?? 0) + count);
  }
  const [most] = [...rules].sort(([, a], [, b]) => b - a);
  return most ? PROGRAMS[most[0]] : 'nft';
}

/** Built-in chains that exist; null where the program has none at all: its first rule makes them. */
function chainsOf(
  { ruleset }: NetnsState,
  program: LogBackend,
  family: 4 | 6,
): ReadonlySet<string> | null {
  const chains = (ruleset.xtables ?? [])
    .filter((table) => table.family === family)
    .filter(({ backend }) => program === 'iptables' || PROGRAMS[backend] === program)
    .flatMap(({ name, chains: all }) =>
      [...all.keys()].filter((chain) => hookOfChain(chain)).map((chain) => `${name} ${chain}`),
    );
  return chains.length === 0 ? null : new Set(chains);
}
