import type { CtDirection } from '../../linux/ct-state.ts';
import type { SctpChunk, SctpContent, SctpHeader } from '../../packet/packet.ts';
import type { Connection } from './connection.ts';
import {
  SCTP_CHUNK,
  type SctpMemory,
  sctpStateOf,
  sctpTransition,
  wellFormed,
} from './sctp-state.ts';
import type { TableHit } from './table.ts';

/**
 * Follows an association by the chunks of a packet; one whose content nobody looks at passes.
 * Linux: nf_conntrack_sctp_packet().
 */
export function advanceSctp(hit: TableHit, { content }: SctpHeader): 'ok' | 'invalid' {
  if (!content) return 'ok';
  if (!wellFormed(content)) return 'invalid';
  const { connection, direction } = hit;
  if (!connection.confirmed && !beginSctp(connection, content)) return 'invalid';
  const memory = memoryOf(connection);
  if (!tagFits(memory, direction, content)) return 'invalid';
  for (const chunk of content.chunks) {
    if (!step(connection, memory, direction, chunk, content)) return 'invalid';
  }
  return 'ok';
}

/** Chunks that nothing can begin with. Linux: sctp_new() and what comes before it. */
const NEVER_FIRST: ReadonlySet<number> = new Set([
  SCTP_CHUNK.abort,
  SCTP_CHUNK.shutdownComplete,
  SCTP_CHUNK.cookieAck,
]);

function beginSctp(connection: Connection, { tag, chunks }: SctpContent): boolean {
  if (chunks.some(({ type }) => NEVER_FIRST.has(type))) return false;
  connection.state = 'NONE';
  connection.sctp = memoryWith(0);
  const { tags } = connection.sctp;
  for (const { type, initiateTag } of chunks) {
    if (sctpTransition('NONE', 'original', type) === 'NONE') return false;
    if (type === SCTP_CHUNK.init) {
      if (tag !== 0) return false;
      tags.reply = initiateTag ?? 0;
    } else if (type === SCTP_CHUNK.heartbeat) tags.original = tag;
    // Out of the blue: what comes back should have the same tag.
    else tags.reply = tag;
  }
  return true;
}

function memoryWith(tag: 0 | null): SctpMemory {
  return {
    tags: { original: tag, reply: tag },
    init: { original: false, reply: false },
    strayHeartbeat: null,
  };
}

/** The tags of an entry of a snapshot are in no listing: every one fits. */
function memoryOf(connection: Connection): SctpMemory {
  connection.sctp ??= memoryWith(null);
  return connection.sctp;
}

/** Chunks that are looked at for themselves. */
const OWN_RULES: ReadonlySet<number> = new Set([
  SCTP_CHUNK.init,
  SCTP_CHUNK.shutdownComplete,
  SCTP_CHUNK.cookieEcho,
  SCTP_CHUNK.abort,
  SCTP_CHUNK.shutdownAck,
  SCTP_CHUNK.heartbeat,
  SCTP_CHUNK.heartbeatAck,
]);

/** RFC 9260, section 8.5. */
function tagFits(
  { tags }: SctpMemory,
  direction: CtDirection,
  { tag, chunks }: SctpContent,
): boolean {
  return chunks.some(({ type }) => OWN_RULES.has(type)) || isTag(tags[direction], tag);
}

function isTag(known: number | null, tag: number): boolean {
  return known === null || known === tag;
}

/** One chunk; false when the packet is refused. What chunks before it changed stays. */
function step(
  connection: Connection,
  memory: SctpMemory,
  direction: CtDirection,
  chunk: SctpChunk,
  content: SctpContent,
): boolean {
  const { tags, init } = memory;
  const { tag } = content;
  const other = direction === 'original' ? 'reply' : 'original';
  switch (chunk.type) {
    case SCTP_CHUNK.init:
      if (tag !== 0) return false;
      break;
    case SCTP_CHUNK.abort:
    case SCTP_CHUNK.shutdownComplete:
      if (!isTag(tags[chunk.reflectedTag ? other : direction], tag)) return false;
      break;
    case SCTP_CHUNK.cookieEcho:
      if (!isTag(tags[direction], tag)) return false;
      break;
    case SCTP_CHUNK.cookieAck:
      init.original = false;
      init.reply = false;
      break;
    case SCTP_CHUNK.heartbeat:
    case SCTP_CHUNK.heartbeatAck:
      switch (heartbeat(memory, direction, chunk, content)) {
        case 'refused':
          return false;
        case 'passed-by':
          return true;
        case 'counts':
          break;
      }
      break;
  }
  const after = sctpTransition(sctpStateOf(connection.state), direction, chunk.type);
  if (after === null) return false;
  if (chunk.type === SCTP_CHUNK.init) {
    if (init[direction] && init[other]) init[other] = false;
    init[direction] = true;
    tags[other] = chunk.initiateTag ?? 0;
  } else if (chunk.type === SCTP_CHUNK.initAck) {
    const known = tags[other];
    const asked = chunk.initiateTag ?? 0;
    if (!init[other] && known !== 0 && !isTag(known, asked)) return false;
    if (init[direction] && init[other] && !isTag(known, asked)) return false;
    tags[other] = asked;
  }
  if (after === 'ESTABLISHED' && connection.state !== after) connection.assured = true;
  connection.state = after;
  return true;
}

/** A heartbeat of another path brings the tag of its own. */
function heartbeat(
  memory: SctpMemory,
  direction: CtDirection,
  { type }: SctpChunk,
  { tag, chunks }: SctpContent,
): 'counts' | 'passed-by' | 'refused' {
  const { tags } = memory;
  if (!tags[direction]) {
    tags[direction] = tag;
    return 'counts';
  }
  if (tag === tags[direction]) {
    memory.strayHeartbeat = null;
    return 'counts';
  }
  if (chunks.some((chunk) => chunk.type === SCTP_CHUNK.data)) return 'refused';
  if (type === SCTP_CHUNK.heartbeat) {
    memory.strayHeartbeat = direction;
    return 'passed-by';
  }
  if (memory.strayHeartbeat === null || memory.strayHeartbeat === direction) return 'refused';
  memory.strayHeartbeat = null;
  tags[direction] = tag;
  tags[direction === 'original' ? 'reply' : 'original'] = 0;
  return 'counts';
}
