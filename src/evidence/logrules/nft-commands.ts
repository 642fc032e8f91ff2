import { formatAddress } from '../../packet/address.ts';
import { logComment, logPrefix } from './log-prefix.ts';
import { type Moment, NFT_MOMENTS } from './moment.ts';
import { type LogEnds, type Selector, selectorsAt } from './selector.ts';
import { LOG_LIMIT } from './xt-commands.ts';

/** A table of its own with a chain before each table and one after the last; the undo deletes it. */
export function nftCommands(
  id: string,
  ends: LogEnds,
): {
  readonly add: readonly string[][];
  readonly undo: readonly string[][];
  readonly rules: number;
} {
  const table = `${ends.destination.address.family === 4 ? 'ip' : 'ip6'} hookline_${id}`;
  const rules = NFT_MOMENTS.flatMap((moment) =>
    (['to', 'back'] as const).flatMap((direction) =>
      selectorsAt(ends, direction, moment).map((selector) => {
        const prefix = logPrefix(id, moment, direction);
        const limit = `limit rate ${LOG_LIMIT.perSecond}/second burst ${LOG_LIMIT.burst} packets`;
        const what = `${matchText(ends, selector)} ${limit} log prefix "${prefix}"`;
        return `add rule ${table} ${chainName(moment)} ${what} comment "${logComment(id)}"`;
      }),
    ),
  );
  const chains = NFT_MOMENTS.map(
    (moment) =>
      `add chain ${table} ${chainName(moment)} { type filter hook ${moment.hook} priority ${moment.priority} ; policy accept ; }`,
  );
  return {
    add: [`add table ${table}`, ...chains, ...rules].map((text) => ['nft', text]),
    undo: [['nft', `delete table ${table}`]],
    rules: rules.length,
  };
}

function chainName({ hook, table }: Moment): string {
  return `${hook}_${table === null ? 'after' : `before_${table}`}`;
}

function matchText({ protocol }: LogEnds, selector: Selector): string {
  const { direction, server, client, clientPort } = selector;
  const ip = server.address.family === 4 ? 'ip' : 'ip6';
  const [near, far] = direction === 'to' ? ['daddr', 'saddr'] : ['saddr', 'daddr'];
  const [nearPort, farPort] = direction === 'to' ? ['dport', 'sport'] : ['sport', 'dport'];
  const parts = client === null ? [] : [`${ip} ${far} ${formatAddress(client)}`];
  parts.push(`${ip} ${near} ${formatAddress(server.address)}`);
  if (protocol === 'icmp') parts.push(`meta l4proto ${ip === 'ip' ? 'icmp' : 'ipv6-icmp'}`);
  else if (server.port === null && clientPort === null) parts.push(`meta l4proto ${protocol}`);
  if (protocol !== 'icmp' && clientPort !== null)
    parts.push(`${protocol} ${farPort} ${clientPort}`);
  if (protocol !== 'icmp' && server.port !== null) {
    parts.push(`${protocol} ${nearPort} ${server.port}`);
  }
  return parts.join(' ');
}
