import type { LabFlow } from '../flow.ts';
import type { ReplayAsk } from './ask.ts';

/** The flow as the client in the laboratory sends it, under an id. */
export function labFlowOf(ask: ReplayAsk, client: string, id: string): LabFlow {
  const { protocol, to, port, source, device, sourcePort, mark } = ask;
  return {
    id,
    from: client,
    protocol,
    to,
    port,
    ...(source === null ? {} : { source }),
    ...(device === null ? {} : { device }),
    ...(sourcePort === null ? {} : { sourcePort }),
    ...(mark === 0 ? {} : { mark }),
    ...(protocol === 'udp' ? { payload: 1 } : {}),
  };
}
