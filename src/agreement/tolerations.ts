import type { Drop, FlowReport } from '../lab/report.ts';
import type { Outcome, PacketKind } from '../trace/trace.ts';
import type { Difference, VisitField } from './agreement.ts';
import type { Findings } from './compare-visits.ts';
import { isOuter } from './kernel-packets.ts';
import { comparedPackets, type VisibleKind } from './packet-kind.ts';
import type { VisitFacts } from './visit-facts.ts';

/**
 * What differs between a trace and a kernel by design, each with its reason. A rule is named in every
 * result it was used for, so that what it hides can be counted.
 */
export const TOLERATIONS = {
  'chosen-port':
    'The port that a translation picks is drawn; the model names one of the range. Linux: nf_nat_l4proto_unique_tuple().',
  'unspecified-drop':
    'The kernel frees delivered clones with NOT_SPECIFIED too, so such drops are not reported; the last hook that the packet met proves the place.',
  'offloaded-checksum':
    'NAT takes the checksum of a tunnel packet for unfinished when that of the packet inside is, and spoils it. Linux: inet_proto_csum_replace4(), CHECKSUM_PARTIAL.',
  'purged-error':
    'An ICMP error that leaves by the neighbour that just failed is purged from its queue, which is not reported. Linux: neigh_invalidate().',
  'lost-ack':
    'A client whose last packet of the handshake is lost is connected for its own kernel; what its program sees depends on what it does next. Linux: tcp_v4_err(), sk_err_soft.',
  'never-sent':
    'A call that fails before a packet exists frees none: the model shows the packet that would have been.',
  'end-of-story':
    'The model stops when the client knows its result: data, resets and errors that follow are not in it.',
} as const;

export type TolerationName = keyof typeof TOLERATIONS;

/** Why a field's difference does not matter here, or null when it does. */
export function toleratedField(
  outcome: Outcome,
  field: VisitField,
  model: string,
): TolerationName | null {
  if (field !== 'sport' && field !== 'dport') return null;
  const isDrawn = outcome.assumptions.some(
    ({ topic, value }) => topic === 'port' && value === model,
  );
  return isDrawn ? 'chosen-port' : null;
}

/** Why a visit after the model's last one does not matter, or null when it does. */
export function toleratedVisit(
  packet: PacketKind,
  { hook, edge }: VisitFacts,
): TolerationName | null {
  // The ICMP error that was refused in a tunnel's packet: another one tells the tunnel's end of it.
  const isNew = hook === 'output' && edge === 'first';
  return packet === 'icmp-error' && isNew ? 'end-of-story' : null;
}

/** Why a drop's reason differs and does not matter, or null when it does. */
export function toleratedDrop(model: string | null, drops: readonly Drop[]): TolerationName | null {
  return model === 'NOT_SPECIFIED' && drops.length === 0 ? 'unspecified-drop' : null;
}

/**
 * Leaves out what follows from a tunnel packet that arrives with a bad checksum: no answer to it, and
 * a client that waits.
 */
export function exceptSpoiled(report: FlowReport, findings: Findings): Findings {
  const isSpoiled = report.drops.some(
    ({ reason, packet }) => reason === 'UDP_CSUM' && packet !== null && isOuter(packet),
  );
  if (!isSpoiled) return findings;
  return {
    differences: findings.differences.filter((difference) => !followsFromLoss(difference)),
    tolerated: [...findings.tolerated, { rule: 'offloaded-checksum', detail: report.id }],
  };
}

function followsFromLoss(difference: Difference): boolean {
  switch (difference.kind) {
    case 'client':
      return difference.kernel === 'timeout';
    case 'missing-visit':
      return difference.at.index === 0 || difference.at.edge === 'first';
    case 'drop-reason':
      return true;
    case 'errno':
    case 'endpoint':
    case 'source':
    case 'extra-visit':
    case 'other-visit':
    case 'field':
    case 'extra-packet':
      return false;
  }
}

/** Why the client's result differs and does not matter, or null when it does. */
export function toleratedClient(outcome: Outcome): TolerationName | null {
  const last = comparedPackets(outcome).at(-1);
  return last?.kind === 'ack' && last.disposition !== 'delivered' ? 'lost-ack' : null;
}

/** Why a drop that the kernel does not report does not matter, or null when it does. */
export function toleratedLoss(
  outcome: Outcome,
  packet: PacketKind,
  model: string | null,
  reported: boolean,
): TolerationName | null {
  const about = outcome.packets.find(({ kind }) => kind !== 'icmp-error');
  const bothFailed = model === 'NEIGH_FAILED' && about?.dropReason === 'NEIGH_FAILED';
  return packet === 'icmp-error' && bothFailed && !reported ? 'purged-error' : null;
}

/** Why packets of a kind that the trace does not have are no surprise, or null when they are. */
export function toleratedPacket(outcome: Outcome, kind: VisibleKind): TolerationName | null {
  const last = comparedPackets(outcome).at(-1);
  if (!last) return null;
  switch (kind) {
    case 'rst':
      // A connection that was closed, or a SYN-ACK that found no socket, is answered by a reset.
      return last.kind === 'ack' || last.kind === 'syn-ack' ? 'end-of-story' : null;
    case 'icmp-error':
      // An answer that cannot get back is reported to the server, which gives up in silence.
      return last.direction === 'reply' || last.kind === 'ack' ? 'end-of-story' : null;
    case 'syn':
    case 'syn-ack':
    case 'pure-ack':
    case 'datagram':
    case 'echo-request':
    case 'echo-reply':
      return null;
  }
}
