import type { CtDirection } from '../../linux/ct-state.ts';
import type { SctpChunk, SctpContent } from '../../packet/packet.ts';

/** States of an SCTP association by conntrack's names; `NONE` before its first packet. */
export const SCTP_STATES = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
] as const;

export type SctpState = (typeof SCTP_STATES)[number];

/** Chunk types that move an association, and DATA. RFC 9260, section 3.2. */
export const SCTP_CHUNK = {
  data: 0,
  init: 1,
  initAck: 2,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const;

/** What the tracker remembers. Linux: struct ip_ct_sctp. */
export interface SctpMemory {
  /** The verification tag that packets of a direction carry; 0: none yet, null: any may be right. */
  readonly tags: { original: number | null; reply: number | null };
  /** Which ends have sent an INIT. */
  readonly init: { original: boolean; reply: boolean };
  /** Whose last HEARTBEAT had another tag; null: nobody's. */
  strayHeartbeat: CtDirection | null;
}

const CODES: Readonly<Record<string, SctpState>> = {
  CL: 'CLOSED',
  CW: 'COOKIE_WAIT',
  CE: 'COOKIE_ECHOED',
  ES: 'ESTABLISHED',
  SS: 'SHUTDOWN_SENT',
  SR: 'SHUTDOWN_RECD',
  SA: 'SHUTDOWN_ACK_SENT',
  HS: 'HEARTBEAT_SENT',
};

/** Null: the packet is refused. */
function row(text: string): readonly (SctpState | null)[] {
  return text.split(' ').map((code) => CODES[code] ?? null);
}

type Rows = ReadonlyMap<number, readonly (SctpState | null)[]>;

/** Columns are `SCTP_STATES`. Linux: sctp_conntracks[] of nf_conntrack_proto_sctp.c. */
const TRANSITIONS: Readonly<Record<CtDirection, Rows>> = {
  original: new Map([
    [SCTP_CHUNK.init, row('CL CL CW CE ES CL CL SA CW')],
    [SCTP_CHUNK.initAck, row('CL CL CW CE ES SS SR SA CL')],
    [SCTP_CHUNK.abort, row('CL CL CL CL CL CL CL CL CL')],
    [SCTP_CHUNK.shutdown, row('CL CL CW CE SS SS SR SA CL')],
    [SCTP_CHUNK.shutdownAck, row('SA CL CW CE ES SA SA SA SA')],
    [SCTP_CHUNK.error, row('CL CL CW CE ES SS SR SA CL')],
    [SCTP_CHUNK.cookieEcho, row('CL CL CE CE ES SS SR SA CL')],
    [SCTP_CHUNK.cookieAck, row('CL CL CW ES ES SS SR SA CL')],
    [SCTP_CHUNK.shutdownComplete, row('CL CL CW CE ES SS SR CL CL')],
    [SCTP_CHUNK.heartbeat, row('HS CL CW CE ES SS SR SA HS')],
    [SCTP_CHUNK.heartbeatAck, row('CL CL CW CE ES SS SR SA HS')],
  ]),
  reply: new Map([
    [SCTP_CHUNK.init, row('- CL CW CE ES SS SR SA -')],
    [SCTP_CHUNK.initAck, row('- CW CW CE ES SS SR SA -')],
    [SCTP_CHUNK.abort, row('- CL CL CL CL CL CL CL -')],
    [SCTP_CHUNK.shutdown, row('- CL CW CE SR SS SR SA -')],
    [SCTP_CHUNK.shutdownAck, row('- CL CW CE ES SA SA SA -')],
    [SCTP_CHUNK.error, row('- CL CW CL ES SS SR SA -')],
    [SCTP_CHUNK.cookieEcho, row('- CL CE CE ES SS SR SA -')],
    [SCTP_CHUNK.cookieAck, row('- CL CW ES ES SS SR SA -')],
    [SCTP_CHUNK.shutdownComplete, row('- CL CW CE ES SS SR CL -')],
    [SCTP_CHUNK.heartbeat, row('- CL CW CE ES SS SR SA HS')],
    [SCTP_CHUNK.heartbeatAck, row('- CL CW CE ES SS SR SA ES')],
  ]),
};

/** What a chunk does to the state: DATA, SACK and others leave it. Null: the packet is refused. */
export function sctpTransition(
  state: SctpState,
  direction: CtDirection,
  type: number,
): SctpState | null {
  const known = TRANSITIONS[direction].get(type);
  return known ? (known[SCTP_STATES.indexOf(state)] ?? null) : state;
}

/** Reads conntrack's name of a state; an association of an unknown one counts as established. */
export function sctpStateOf(name: string | null): SctpState {
  return SCTP_STATES.find((state) => state === name) ?? 'ESTABLISHED';
}

/**
 * A cookie is the first chunk, and INIT, INIT ACK and SHUTDOWN COMPLETE are the only one.
 * Linux: do_basic_checks().
 */
export function wellFormed({ chunks }: SctpContent): boolean {
  const alone = (chunk: SctpChunk): boolean =>
    chunk.type === SCTP_CHUNK.init ||
    chunk.type === SCTP_CHUNK.initAck ||
    chunk.type === SCTP_CHUNK.shutdownComplete;
  const first = (chunk: SctpChunk): boolean =>
    chunk.type === SCTP_CHUNK.cookieEcho || chunk.type === SCTP_CHUNK.cookieAck;
  if (chunks.length === 0) return false;
  if (chunks.length > 1 && chunks.some(alone)) return false;
  return !chunks.slice(1).some(first);
}
