import type { Answer, ClientReport } from '../lab/flow.ts';
import type { FlowReport } from '../lab/report.ts';
import { formatAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import type { Endpoint, Outcome } from '../trace/trace.ts';
import type { Difference } from './agreement.ts';
import type { Findings } from './compare-visits.ts';
import { type Places, refOf } from './places.ts';
import { toleratedClient } from './tolerations.ts';

/** What the client's program saw: its result, the error, who answered and whom that one saw. */
export function compareClient(outcome: Outcome, { client }: FlowReport, places: Places): Findings {
  const rule = client.answer ? null : toleratedClient(outcome);
  if (rule) return { differences: [], tolerated: [{ rule, detail: client.outcome }] };
  return { differences: clientDifferences(outcome, client, places), tolerated: [] };
}

function clientDifferences(
  outcome: Outcome,
  client: ClientReport,
  places: Places,
): readonly Difference[] {
  if (outcome.client !== client.outcome) {
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
