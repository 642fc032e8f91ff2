import { endDevice } from './packet-end.ts';
import type { OutcomeJson, PacketJson, TraceJson } from './trace-json.ts';
import { hostPort, percent, placeName } from './words.ts';

/**
 * The form that golden files hold: one line per packet with what must not change by accident.
 * Client ports are left out, because the kernel chooses them.
 */
export function minimalTrace(trace: TraceJson): string {
  const lines: string[] = [trace.verdict];
  for (const outcome of trace.outcomes) {
    const { endpoint, sourceAtEndpoint } = outcome;
    const reached = endpoint
      ? ` ${hostPort(endpoint.ip, endpoint.port)}@${placeName(endpoint)} from ${sourceAtEndpoint ?? '?'}`
      : '';
    const errno = outcome.errno === null ? '' : ` ${outcome.errno}`;
    lines.push(`${percent(outcome.probability)} ${outcome.client}${errno}${reached}`);
    lines.push(...outcome.packets.map((packet) => `  ${packetLine(packet)}`));
    if (outcome.transfer && outcome.transfer.kind !== 'delivered') {
      lines.push(`  data ${outcome.transfer.kind} ${outcome.transfer.direction}`);
    }
    lines.push(...assumed(outcome).map((line) => `  ${line}`));
  }
  for (const { construct } of trace.unsupported) lines.push(`unsupported ${construct}`);
  return `${lines.join('\n')}\n`;
}

function packetLine(packet: PacketJson): string {
  const last = packet.steps.at(-1);
  const header = last
    ? packet.direction === 'original'
      ? `${last.saddr} > ${hostPort(last.daddr, last.dport)}`
      : `${hostPort(last.saddr, last.sport)} > ${last.daddr}`
    : '-';
  const reason = packet.dropReason === null ? '' : ` ${packet.dropReason}`;
  const device = endDevice(packet);
  const at =
    packet.node === null
      ? ''
      : ` at ${placeName({ node: packet.node, netns: packet.netns })}${device === null ? '' : ` ${device}`}`;
  return `${packet.kind} ${header} ${packet.disposition}${reason}${at}`;
}

function assumed(outcome: OutcomeJson): string[] {
  return outcome.assumptions
    .filter((assumption) => assumption.kind === 'unknown')
    .map(({ topic, subject, value }) => `assumed ${topic} ${subject} = ${value}`);
}
