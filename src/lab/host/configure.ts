import { isIPv6 } from 'node:net';
import type { CommandReport } from '../lab.ts';
import type { LabNamespace } from '../topology/topology.ts';
import { type Run, runBatch } from './batch.ts';
import { enableIpv6, hurryNeighbours, setSysctl } from './sysctl.ts';

/** What configuring needs of the host. */
export interface Configurator {
  readonly run: Run;
  inside<T>(namespace: string, work: () => T): T;
  /** Takes note of a failure; throws when the topology does not tolerate it. */
  failed(report: CommandReport, input?: string): void;
}

/** The restores of one namespace, in order, with what each reads on standard input. */
const RESTORES: readonly (readonly [
  key: 'ipsets' | 'iptablesLegacy' | 'iptablesNft' | 'ip6tablesLegacy' | 'ip6tablesNft' | 'nft',
  argv: readonly string[],
])[] = [
  ['ipsets', ['ipset', 'restore']],
  ['iptablesLegacy', ['iptables-legacy-restore', '-w']],
  ['iptablesNft', ['iptables-nft-restore']],
  ['ip6tablesLegacy', ['ip6tables-legacy-restore', '-w']],
  ['ip6tablesNft', ['ip6tables-nft-restore']],
  ['nft', ['nft', '-f', '/dev/stdin']],
];

/** The state of a namespace: everything of it but wires, tunnels, listeners and commands. */
export type NamespaceState = Pick<LabNamespace, 'name'> & Partial<LabNamespace>;

/** `ip` and `bridge` lines and sysctls of a namespace whose wires are there. */
export async function configureDevices(
  on: Configurator,
  { name, ip = [], bridge = [], sysctls = {} }: NamespaceState,
): Promise<void> {
  if (speaksIpv6(ip)) on.inside(name, enableIpv6);
  for (const failure of await runBatch(on.run, 'ip', name, ip)) on.failed(failure);
  for (const failure of await runBatch(on.run, 'bridge', name, bridge)) on.failed(failure);
  if (ip.length > 0) on.inside(name, hurryNeighbours);
  for (const [key, value] of Object.entries(sysctls)) {
    attempt(on, name, ['sysctl', '-w', `${key}=${value}`], () => setSysctl(key, value));
  }
}

/** Sets and rulesets of a namespace. */
export async function configureRules(on: Configurator, state: NamespaceState): Promise<void> {
  for (const [key, argv] of RESTORES) {
    const input = state[key];
    if (input === undefined) continue;
    const done = await on.run(state.name, argv, input.endsWith('\n') ? input : `${input}\n`);
    if (done.status !== 0) on.failed(done, input);
  }
}

/** Work of ours in a namespace that may fail like a command; null when it did. */
export function attempt<T>(
  on: Configurator,
  namespace: string,
  argv: readonly string[],
  work: () => T,
): T | null {
  try {
    return on.inside(namespace, work);
  } catch (error) {
    const stderr = error instanceof Error ? error.message : String(error);
    on.failed({ namespace, argv, status: null, stdout: '', stderr });
    return null;
  }
}

/** Whether any `ip` line names an IPv6 address, or asks for the family. */
export function speaksIpv6(lines: readonly string[]): boolean {
  return lines
    .flatMap((line) => line.split(/\s+/))
    .some((word) => word === '-6' || word === 'inet6' || isIPv6(word.replace(/\/\d+$/, '')));
}
