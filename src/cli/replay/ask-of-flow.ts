import type { ReplayAsk } from '../../lab/replay/ask.ts';
import { formatAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import { usageFailure } from '../failure.ts';

/** A resolved flow as a replay takes it. Fails for what the laboratory cannot send. */
export function askOfFlow(flow: Flow): ReplayAsk {
  const { protocol, to, from, port, boundSource, boundDevice, arrivesOn, sport, mark } = flow;
  if (protocol === 'sctp') throw usageFailure('--proto sctp: replay sends tcp, udp and icmp');
  return {
    from,
    to: formatAddress(to),
    port,
    protocol,
    source: boundSource && formatAddress(boundSource),
    device: boundDevice,
    arrivesOn,
    sourcePort: sport,
    mark,
  };
}
