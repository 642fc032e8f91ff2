import { formatAddress } from '../../packet/address.ts';
import type { HeaderDiff } from '../../packet/header-diff.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { StepJson } from './trace-json.ts';

/** A source without its text, which may be as long as a rule. */
export function place(source: SourceRef): { readonly file: string; readonly line: number } {
  return { file: source.file, line: source.line };
}

/** The header fields of a step. Ports are null for protocols without. */
export function headerFields(
  packet: Packet,
  mark: number,
): Pick<StepJson, 'saddr' | 'daddr' | 'sport' | 'dport' | 'mark'> {
  const { sport, dport } = ports(packet);
  const hasPorts = packet.transport.kind !== 'icmp' && packet.transport.kind !== 'other';
  return {
    saddr: formatAddress(packet.source),
    daddr: formatAddress(packet.destination),
    sport: hasPorts ? sport : null,
    dport: hasPorts ? dport : null,
    mark,
  };
}

export type HeaderFields = ReturnType<typeof headerFields>;

/** Header fields after a rule's change, when only the change is known. */
export function applyDiff(fields: HeaderFields, diff: HeaderDiff): HeaderFields {
  let next = fields;
  for (const { field, after } of diff) {
    switch (field) {
      case 'saddr':
      case 'daddr':
        next = { ...next, [field]: after };
        break;
      case 'sport':
      case 'dport':
      case 'mark':
        next = { ...next, [field]: Number(after) };
        break;
      case 'ttl':
      case 'tos':
      case 'mss':
        break;
    }
  }
  return next;
}
