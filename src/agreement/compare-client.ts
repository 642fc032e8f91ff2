import type { Answer } from '../lab/flow.ts';
import type { FlowReport } from '../lab/report.ts';
import { formatAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import type { Endpoint, Outcome } from '../trace/trace.ts';
import type { Difference } from './agreement.ts';
import { type Places, refOf } from './places.ts';

/** What the client's program saw: its result, the error, who answered and whom that one saw. */
export function compareClient(
  outcome: Outcome,
  { client }: FlowReport,
  places: Places,
): readonly Difference[] {
  if (outcome.client !== client.outcome && !isHalfOpen(outcome, client)) {
    return [{ kind: 'client', model: outcome.client, kernel: client.outcome }];
  }
  const differences: Difference[] = [];
  const failed = client.outcome !== 'connected' && client.outcome !== 'timeout';
  if (failed && outcome.errno !== client.errno) {
    differences.push({ kind: 'errno', model: outcome.errno, kernel: client.errno });
  }
  const { answer } = client;
  if (!answer) return differences;
  const model = outcome.endpoint ? modelEndpoint(outcome.endpoint) : null;
  const kernel = kernelEndpoint(answer, places);
  if (model !== kernel) differences.push({ kind: 'endpoint', model, kernel });
  const source = outcome.sourceAtEndpoint ? formatAddress(outcome.sourceAtEndpoint) : null;
  if (source !== answer.source) {
    differences.push({ kind: 'source', model: source, kernel: answer.source });
  }
  return differences;
}

/**
 * connect() returns when the SYN-ACK is there. When the last packet of the handshake is lost, the
 * server never accepts, and the client waits for an answer: the model calls that a timeout.
 */
function isHalfOpen(outcome: Outcome, client: FlowReport['client']): boolean {
  if (outcome.client !== 'timeout' || client.outcome !== 'connected' || client.answer) return false;
  return outcome.packets.some(
    ({ kind, disposition }) => kind === 'syn-ack' && disposition === 'delivered',
  );
}

/** Whether a report's answer came from the endpoint of an outcome. */
export function sameEndpoint(outcome: Outcome, report: FlowReport, places: Places): boolean {
  const { answer } = report.client;
  if (!answer || !outcome.endpoint) return answer === null;
  return modelEndpoint(outcome.endpoint) === kernelEndpoint(answer, places);
}

function modelEndpoint({ where, address, port }: Endpoint): string {
  return `${netnsKey(where)} ${formatAddress(address)}:${port}`;
}

function kernelEndpoint({ namespace, address, port }: Answer, places: Places): string {
  const place = places.get(namespace);
  const ref = place ? refOf(place) : null;
  return `${ref ? netnsKey(ref) : namespace} ${address}:${port}`;
}
