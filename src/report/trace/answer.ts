import { decidingPacket, packetEnd } from './packet-end.ts';
import { type FlowJson, getsThrough, type OutcomeJson, type TraceJson } from './trace-json.ts';
import { clientWords, hostPort, percent, placeName } from './words.ts';

/** A flow in one phrase: `n1 -> 10.96.10.2:80 tcp bound to flannel0`. */
export function flowWords(flow: FlowJson): string {
  const parts = [`${flow.from} -> ${flow.to} ${flow.proto}`];
  if (flow.in !== null) parts.push(`arriving on ${flow.in} from ${flow.src ?? '?'}`);
  else if (flow.src !== null) parts.push(`from ${flow.src}`);
  if (flow.iface !== null) parts.push(`bound to ${flow.iface}`);
  if (flow.sport !== null) parts.push(`from port ${flow.sport}`);
  if (flow.mark !== 0) parts.push(`mark 0x${flow.mark.toString(16)}`);
  return parts.join(' ');
}

/** What happens in one outcome, and why when it fails. */
export function outcomeWords(outcome: OutcomeJson): string {
  const client = clientWords(outcome);
  if (outcome.client === 'connected' && !getsThrough(outcome)) return stallWords(outcome);
  if (outcome.client === 'connected') {
    const { endpoint, sourceAtEndpoint } = outcome;
    if (endpoint === null) return client;
    const where = `${hostPort(endpoint.ip, endpoint.port)} on ${placeName(endpoint)}`;
    const source = sourceAtEndpoint === null ? '' : `, which sees the source ${sourceAtEndpoint}`;
    return `${client} to ${where}${source}`;
  }
  const packet = decidingPacket(outcome);
  if (packet === null) return client;
  return `${client}; ${packetEnd(packet)}`;
}

function resultWords(outcome: OutcomeJson): string {
  return outcome.client === 'connected' && !getsThrough(outcome)
    ? 'connects, then hangs'
    : clientWords(outcome);
}

/** The handshake passes and data does not: where it ends, and what its sender hears of it. */
function stallWords(outcome: OutcomeJson): string {
  const { transfer, packets } = outcome;
  const data = packets.find(({ kind }) => kind === 'data');
  if (!transfer || !data) return resultWords(outcome);
  const error = packets[packets.indexOf(data) + 1];
  const heard = error === undefined ? '' : `; ${packetEnd(error)}`;
  const bytes = transfer.bytes[data.direction];
  return `${resultWords(outcome)}; of ${bytes} bytes, ${packetEnd(data)}${heard}`;
}

/** The first line of a trace: the whole answer. */
export function answerLine(trace: TraceJson): string {
  const [first, ...others] = trace.outcomes;
  const head = `${flowWords(trace.flow)}: `;
  if (!first) return `${head}undetermined; no branch could be followed`;
  if (others.length === 0) {
    return trace.verdict === 'undetermined'
      ? `${head}undetermined; ${outcomeWords(first)}`
      : head + outcomeWords(first);
  }
  const results = new Set(trace.outcomes.map(resultWords));
  if (results.size === 1 && trace.verdict !== 'undetermined') {
    return `${head}${resultWords(first)} in each of ${trace.outcomes.length} ways; most often: ${outcomeWords(first)}`;
  }
  const shares = trace.outcomes.map((o) => `${percent(o.probability)} ${resultWords(o)}`);
  const counted = shares.length > 4 ? [...shares.slice(0, 3), `${shares.length - 3} more`] : shares;
  return `${head}${trace.verdict}; ${counted.join(', ')}`;
}
