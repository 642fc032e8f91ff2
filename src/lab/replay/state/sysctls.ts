import { type Draft, factOf, type NetnsDraft } from '../draft.ts';
import { isSysctlKey } from '../read/safe-words.ts';
import type { Setting } from '../rebuild.ts';

/**
 * Settings that the laboratory keeps its own values of: timers that would make failures slow, and
 * what keeps flows apart. None changes where a packet goes.
 */
const KEPT_OURS =
  /^net\.(?:ipv[46]\.neigh\..*\.(?:retrans_time_ms|retrans_time|mcast_solicit|ucast_solicit|app_solicit|mcast_resolicit|delay_first_probe_time|base_reachable_time_ms|base_reachable_time|gc_stale_time|interval_probe_time_ms)|ipv4\.icmp_ratemask|ipv4\.icmp_msgs_.*|ipv6\.icmp\.ratelimit|ipv4\.tcp_synack_retries|ipv4\.ping_group_range|ipv6\.conf\..*\.(?:addr_gen_mode|accept_dad|dad_transmits|router_solicitations|stable_secret|mtu))$/;

/** Counters, and settings that writing does something else with. */
const NO_SETTING =
  /^net\.(?:netfilter\.nf_conntrack_(?:count|buckets)|ipv4\.route\.flush|ipv6\.route\.flush|.*\.base_reachable_time|.*\.retrans_time)$/;

/**
 * The settings of `sysctl -a -r ^net\.`, in an order that the kernel needs: `all` and `default` write
 * through to devices, and forwarding sets others.
 */
export function planSysctls(draft: Draft, netns: NetnsDraft): void {
  const file = netns.captured?.files.get('sysctl');
  if (!file) return;
  const settings: Setting[] = [];
  for (const [index, content] of file.text.split('\n').entries()) {
    const match = /^(net\.\S+)\s*=\s?(.*)$/.exec(content);
    if (!match) continue;
    const [, key = '', raw = ''] = match;
    const value = raw.trim();
    const device = /^net\.ipv[46]\.(?:conf|neigh)\.([^.]+)\./.exec(key)?.[1]?.replaceAll('/', '.');
    const fact = factOf(netns, 'sysctl', `${key} = ${value}`, {
      source: { file: file.file, line: index + 1 },
      device: device === undefined || device === 'all' || device === 'default' ? null : device,
      family: key.startsWith('net.ipv6.') ? 6 : key.startsWith('net.ipv4.') ? 4 : null,
    });
    if (!isSysctlKey(key)) draft.refuse(fact, { kind: 'unsafe-name' });
    else if (!KEPT_OURS.test(key) && !NO_SETTING.test(key)) settings.push({ key, value, fact });
  }
  const ours = factOf(netns, 'sysctl', 'timers of neighbours and limits of ICMP errors', {
    source: { file: file.file, line: 1 },
  });
  draft.refuse(ours, { kind: 'on-purpose', text: 'so that each flow is judged alone, and fast' });
  netns.sysctls.push(...settings);
  netns.sysctls.sort((a, b) => rank(a.key) - rank(b.key));
}

function rank(key: string): number {
  if (key === 'net.ipv4.ip_forward') return 0;
  if (/^net\.ipv[46]\.conf\.all\.forwarding$/.test(key)) return 1;
  if (/\.conf\.all\./.test(key)) return 2;
  if (/\.conf\.default\./.test(key)) return 3;
  return 4;
}
