import { isIPv6 } from 'node:net';
import { refOf } from '../../agreement/places.ts';
import type { ReplayAsk } from '../../lab/replay/ask.ts';
import type { NotRebuilt } from '../../lab/replay/rebuild.ts';
import { netnsKey } from '../../packet/place.ts';
import type { Relevance } from '../../report/replay/replay-view.ts';
import type { Touched } from './touched.ts';

/** Settings of memory, timers and other protocols, which decide no packet's way. */
const NO_WAY =
  /^net\.(?:core\.|unix\.|sctp\.|mptcp\.|netfilter\.nf_conntrack_(?:max|expect_max|.*timeout.*|buckets|generic.*|acct|events|timestamp)|netfilter\.nf_log|ipv4\.(?:tcp_(?:mem|rmem|wmem|.*time.*|.*intvl|.*probes|congestion.*|available.*|allowed.*|max_.*|fastopen.*|keepalive.*|retries.*|syn.*retries)|udp_.*mem.*|inet_peer.*|ipfrag.*|igmp.*|cipso.*|neigh\.|route\.)|ipv6\.)/;

/** The same for a flow of IPv6. */
const NO_WAY_6 = new RegExp(NO_WAY.source.replace('|ipv6\\.', '|ipv6\\.neigh\\.|ipv4\\.conf\\.'));

/** Whether something that the laboratory lacks can change what it shows of this flow, and why not. */
export function relevanceOf(missing: NotRebuilt, ask: ReplayAsk, touched: Touched): Relevance {
  const no = (because: Extract<Relevance, { matters: false }>['because']): Relevance => ({
    matters: false,
    because,
  });
  const { why, code, family, device, subject, place } = missing;
  if (why.kind === 'on-purpose') return no('on-purpose');
  if (family === (isIPv6(ask.to) ? 4 : 6)) return no('other-family');
  if (code === 'ifindex') return no('name-only');
  const noWay = isIPv6(ask.to) ? NO_WAY_6 : NO_WAY;
  if (code === 'sysctl' && noWay.test(subject)) return no('no-way');
  const ref = refOf(place);
  if (ref && !touched.places.has(netnsKey(ref))) return no('not-on-the-way');
  switch (code) {
    case 'device':
    case 'device-setting':
    case 'address':
    case 'neighbour':
    case 'fdb':
    case 'wire':
    case 'sysctl':
      return ref && device !== null && !touched.devices.has(`${netnsKey(ref)} ${device}`)
        ? no('not-on-the-way')
        : { matters: true };
    case 'conntrack':
      return subject.includes(`dst=${ask.to} `) || subject.includes('connections')
        ? { matters: true }
        : no('another-connection');
    case 'socket':
      return subject.endsWith(`:${ask.port}`) ? { matters: true } : no('another-port');
    case 'file':
    case 'route':
    case 'rule':
    case 'ipset':
    case 'iptables':
    case 'nft':
    case 'extra':
      return { matters: true };
  }
}
