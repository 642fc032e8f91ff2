import { builtinChain } from '../../linux/hook.ts';
import type { XtTableName } from '../../linux/priority.ts';
import { formatAddress } from '../../packet/address.ts';
import { logComment, logPrefix } from './log-prefix.ts';
import type { Moment } from './moment.ts';
import { type Direction, type LogEnds, type Selector, selectorsAt } from './selector.ts';

/** Lines each rule may write: enough for a retried connection, harmless on a busy node. */
export const LOG_LIMIT = { perSecond: 10, burst: 20 } as const;

type XtMoment = Moment & { readonly table: XtTableName };

/** The iptables commands that insert the rules, and those that delete exactly them. */
export function xtCommands(
  id: string,
  ends: LogEnds,
  program: 'iptables' | 'iptables-legacy' | 'iptables-nft',
  moments: readonly XtMoment[],
): { readonly add: readonly string[][]; readonly undo: readonly string[][] } {
  const tool = ends.destination.address.family === 4 ? program : `ip6${program.slice(2)}`;
  const rules = moments.flatMap((moment) =>
    directionsAt(moment).flatMap((direction) =>
      selectorsAt(ends, direction, moment).map((selector) => ({
        chain: [moment.table, builtinChain(moment.hook)] as const,
        spec: [
          ...headerOptions(ends, selector),
          ...['-m', 'limit', '--limit', `${LOG_LIMIT.perSecond}/sec`],
          ...['--limit-burst', String(LOG_LIMIT.burst)],
          ...['-m', 'comment', '--comment', logComment(id)],
          ...['-j', 'LOG', '--log-prefix', logPrefix(id, moment, direction)],
        ],
      })),
    ),
  );
  const command = (action: '-I' | '-D') => (rule: (typeof rules)[number]) => {
    const [table, chain] = rule.chain;
    return [tool, '-w', '-t', table, action, chain, ...rule.spec];
  };
  return { add: rules.map(command('-I')), undo: rules.map(command('-D')) };
}

/** Only the first packet of a connection meets the rules of nat, and no answer does. */
function directionsAt({ table }: XtMoment): readonly Direction[] {
  return table === 'nat' ? ['to'] : ['to', 'back'];
}

function headerOptions({ protocol }: LogEnds, selector: Selector): string[] {
  const { direction, server, client, clientPort } = selector;
  const [near, far] = direction === 'to' ? ['-d', '-s'] : ['-s', '-d'];
  const [nearPort, farPort] = direction === 'to' ? ['--dport', '--sport'] : ['--sport', '--dport'];
  const options = client === null ? [] : [far, formatAddress(client)];
  options.push(near, formatAddress(server.address), '-p', protocolOption(protocol, server));
  if (protocol === 'icmp') return options;
  if (server.port !== null || clientPort !== null) options.push('-m', protocol);
  if (clientPort !== null) options.push(farPort, String(clientPort));
  if (server.port !== null) options.push(nearPort, String(server.port));
  return options;
}

function protocolOption(protocol: LogEnds['protocol'], server: Selector['server']): string {
  return protocol === 'icmp' && server.address.family === 6 ? 'ipv6-icmp' : protocol;
}
