/**
 * How Services are implemented on a node. `ebpf` (Cilium and others) and `ipvs` are recognised
 * so that a trace can say that it does not model them.
 */
export type ProxyMode = 'iptables' | 'nftables' | 'ipvs' | 'ebpf' | 'none' | 'unknown';

/** What of a node shows the mode; `undefined` was not collected. */
export interface ProxyTraces {
  readonly xtChains: Iterable<string> | undefined;
  /** Native tables as `family name`. */
  readonly nftTables: Iterable<string> | undefined;
  readonly devices: Iterable<string> | undefined;
}

/** Tells kube-proxy's mode by what it leaves on a node. */
export function proxyMode(traces: ProxyTraces): ProxyMode {
  for (const device of traces.devices ?? []) {
    if (device === 'kube-ipvs0') return 'ipvs';
    if (device.startsWith('cilium_') || device.startsWith('lxc_health')) return 'ebpf';
  }
  for (const table of traces.nftTables ?? []) {
    if (table === 'ip kube-proxy' || table === 'ip6 kube-proxy') return 'nftables';
  }
  let kube = false;
  for (const chain of traces.xtChains ?? []) {
    if (chain === 'KUBE-SERVICES' || chain.startsWith('KUBE-SVC-')) kube = true;
  }
  if (kube) return 'iptables';
  return traces.xtChains && traces.nftTables ? 'none' : 'unknown';
}
