import { factOf, type NetnsDraft } from '../draft.ts';
import type { Link } from '../read/links.ts';
import { type JsonRecord, numberOf } from '../read/records.ts';
import { isCount } from '../read/safe-words.ts';
import type { Line } from '../rebuild.ts';

/** Options of `ip link set type bridge` by the name `ip -j -d link show` gives them. */
export const BRIDGE_OPTIONS: readonly (readonly [string, string])[] = [
  ['stp_state', 'stp_state'],
  ['forward_delay', 'forward_delay'],
  ['hello_time', 'hello_time'],
  ['max_age', 'max_age'],
  ['ageing_time', 'ageing_time'],
  ['priority', 'priority'],
  ['group_fwd_mask', 'group_fwd_mask'],
  ['vlan_filtering', 'vlan_filtering'],
  ['vlan_default_pvid', 'vlan_default_pvid'],
  ['mcast_snooping', 'mcast_snooping'],
  ['nf_call_iptables', 'nf_call_iptables'],
  ['nf_call_ip6tables', 'nf_call_ip6tables'],
  ['nf_call_arptables', 'nf_call_arptables'],
];

/** Flags of `ip link set type bridge_slave` by their name in `info_slave_data`. */
export const PORT_FLAGS: readonly (readonly [string, string])[] = [
  ['hairpin', 'hairpin'],
  ['guard', 'guard'],
  ['root_block', 'root_block'],
  ['fastleave', 'fastleave'],
  ['learning', 'learning'],
  ['flood', 'flood'],
  ['proxy_arp', 'proxy_arp'],
  ['proxy_arp_wifi', 'proxy_arp_wifi'],
  ['mcast_flood', 'mcast_flood'],
  ['bcast_flood', 'bcast_flood'],
  ['mcast_to_unicast', 'mcast_to_unicast'],
  ['neigh_suppress', 'neigh_suppress'],
  ['isolated', 'isolated'],
  ['locked', 'locked'],
];

/** What a bridge has unless told otherwise, so that nothing is said that goes without saying. */
const USUAL: ReadonlyMap<string, number | boolean> = new Map<string, number | boolean>([
  ['forward_delay', 1500],
  ['hello_time', 200],
  ['max_age', 2000],
  ['ageing_time', 30_000],
  ['priority', 32_768],
  ['group_fwd_mask', 0],
  ['vlan_filtering', 0],
  ['vlan_default_pvid', 1],
  ['mcast_snooping', 1],
  ['nf_call_iptables', 0],
  ['nf_call_ip6tables', 0],
  ['nf_call_arptables', 0],
  ['stp_state', 0],
  ['hairpin', false],
  ['guard', false],
  ['root_block', false],
  ['fastleave', false],
  ['learning', true],
  ['flood', true],
  ['proxy_arp', false],
  ['proxy_arp_wifi', false],
  ['mcast_flood', true],
  ['bcast_flood', true],
  ['mcast_to_unicast', false],
  ['neigh_suppress', false],
  ['isolated', false],
  ['locked', false],
]);

/** One line for each option that is not the usual one: a kernel that lacks one still has the rest. */
export function bridgeOptionLines(netns: NetnsDraft, link: Link): readonly Line[] {
  return BRIDGE_OPTIONS.flatMap(([key, option]): readonly Line[] => {
    const value = numberOf(link.data, key);
    if (!isCount(value) || value === USUAL.get(key)) return [];
    return [line(netns, link, `bridge ${option} ${value}`)];
  });
}

/** The same for a port of a bridge; `state` is that of a port on which no protocol runs. */
export function portLines(netns: NetnsDraft, link: Link, port: JsonRecord): readonly Line[] {
  const lines = PORT_FLAGS.flatMap(([key, option]): readonly Line[] => {
    const value = port[key];
    if (typeof value !== 'boolean' || value === USUAL.get(key)) return [];
    return [line(netns, link, `bridge_slave ${option} ${value ? 'on' : 'off'}`)];
  });
  const cost = numberOf(port, 'cost');
  return isCount(cost) && cost > 0 && cost !== 2
    ? [...lines, line(netns, link, `bridge_slave cost ${cost}`)]
    : lines;
}

/** A port that does not forward although it is up: set after it is up. */
export function portStateLines(netns: NetnsDraft, link: Link, port: JsonRecord): readonly Line[] {
  const states = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'];
  const state = states.indexOf(String(port.state));
  if (state < 0 || state === 3 || !link.up || !link.carrier) return [];
  return [line(netns, link, `bridge_slave state ${state}`)];
}

function line(netns: NetnsDraft, link: Link, words: string): Line {
  const [, ...option] = words.split(' ');
  return {
    text: `link set dev ${link.name} type ${words}`,
    fact: factOf(netns, 'device-setting', `${link.name} ${option.join(' ')}`, {
      source: link.source,
      device: link.name,
    }),
  };
}
