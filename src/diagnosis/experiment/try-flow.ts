import { formatAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import { command } from '../command.ts';
import type { Command } from '../diagnosis.ts';

const SECONDS = '5';

/** A command that tries the flow once, or null when no common tool can send it. */
export function tryFlow(flow: Flow): Command | null {
  if (flow.arrivesOn !== null) return null;
  const to = formatAddress(flow.to);
  const bound = flow.boundDevice ?? (flow.boundSource ? formatAddress(flow.boundSource) : null);
  switch (flow.protocol) {
    case 'tcp': {
      const option = bound === null ? [] : ['--interface', bound];
      const url = `http://${flow.to.family === 6 ? `[${to}]` : to}:${flow.port}/`;
      return command(flow.from, ['curl', '-sS', '-m', SECONDS, '-o', '/dev/null', ...option, url]);
    }
    case 'udp': {
      const source = flow.boundSource ? ['-s', formatAddress(flow.boundSource)] : [];
      const send = `echo hookline | nc -u -w 2 ${[...source, to, flow.port].join(' ')}`;
      return flow.boundDevice === null ? command(flow.from, ['sh', '-c', send]) : null;
    }
    case 'icmp': {
      const option = bound === null ? [] : ['-I', bound];
      return command(flow.from, ['ping', '-c', '1', '-W', '2', ...option, to]);
    }
    case 'sctp':
      return null;
  }
}
