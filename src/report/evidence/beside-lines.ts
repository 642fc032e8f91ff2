import type { DropSighting } from '../../evidence/drop.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { SocketState } from '../../evidence/socket-state.ts';
import type { TrackedConnection } from '../../evidence/tracked-connection.ts';
import { formatAddress } from '../../packet/address.ts';
import { protocolName } from '../../packet/protocol.ts';
import { formatSource } from '../../packet/source-ref.ts';
import type { Level } from '../text/level.ts';
import { hostPort } from '../trace/words.ts';
import { addressWords, endpointWords, packetWords } from './words.ts';

/** Of very many entries the first ones; those that tell of trouble come first. */
const SHOWN = 10;

/** What other tools than captures and logs say of connections, one line each. */
export function trackedLines({ tracked }: Evidence, level: Level): readonly string[] {
  return limited(latest(tracked).toSorted(byTrouble), level, trackedWords);
}

/** Of events about one entry the last. */
export function latest(tracked: readonly TrackedConnection[]): readonly TrackedConnection[] {
  const last = new Map<string, TrackedConnection>();
  for (const entry of tracked) {
    const { source, destination, sport, dport } = entry.original;
    const ends = [
      hostPort(formatAddress(source), sport),
      hostPort(formatAddress(destination), dport),
    ];
    const key = [entry.node, entry.netns, entry.zone, entry.protocol, ...ends].join(' ');
    last.delete(key);
    last.set(key, entry);
  }
  return [...last.values()];
}

function byTrouble(a: TrackedConnection, b: TrackedConnection): number {
  return Number(isWaiting(b)) - Number(isWaiting(a));
}

/** An entry that no answer came for. */
export function isWaiting({ unreplied, state, event }: TrackedConnection): boolean {
  return event !== 'destroy' && (unreplied || state === 'SYN_SENT' || state === 'SYN_RECV');
}

/** `198.51.100.78:63302 -> 203.0.113.22:80 tcp SYN_SENT, no answer (file:3)`. */
export function trackedWords(entry: TrackedConnection): string {
  const { original, reply, protocol, state, unreplied, event, source } = entry;
  const to = hostPort(formatAddress(original.destination), original.dport);
  const answers = hostPort(formatAddress(reply.source), reply.sport);
  const translated = answers === to ? '' : ` (${answers})`;
  const words = [
    `${hostPort(formatAddress(original.source), original.sport)} -> ${to}${translated}`,
    protocolName(protocol),
    ...(state === null ? [] : [state]),
    ...(event === 'listed' ? [] : [`[${event}]`]),
  ];
  const zone = entry.zone === null ? '' : `, zone ${entry.zone}`;
  return `${words.join(' ')}${unreplied ? ', no answer' : ''}${zone} (${formatSource(source)})`;
}

export function socketLines({ sockets }: Evidence, level: Level): readonly string[] {
  const troubled = sockets.filter(isStuck);
  return limited(level === 'detailed' ? sockets : troubled, level, socketWords);
}

/** A socket that waits for the other end. */
export function isStuck({ state, retransmitting, backoff }: SocketState): boolean {
  return state === 'SYN-SENT' || (retransmitting ?? 0) > 0 || (backoff ?? 0) > 0;
}

/** `10.1.0.2:40000 -> 10.2.0.2:80 tcp SYN-SENT, sent again 3 times (file:5)`. */
export function socketWords(socket: SocketState): string {
  const { protocol, state, local, remote, retransmitting, sendQueue, source } = socket;
  const again =
    retransmitting === null
      ? ''
      : `, sent again ${retransmitting === 1 ? 'once' : `${retransmitting} times`}`;
  const waiting =
    sendQueue > 0 && state !== 'SYN-SENT' ? `, ${sendQueue} bytes not acknowledged` : '';
  return `${endpointWords(local)} -> ${endpointWords(remote)} ${protocol} ${state}${again}${waiting} (${formatSource(source)})`;
}

/** Drops by what was dropped and why, each once with how often. */
export function dropLines({ drops }: Evidence, level: Level): readonly string[] {
  const groups = new Map<string, { readonly drop: DropSighting; count: number }>();
  for (const drop of drops) {
    const key = dropWords(drop);
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { drop, count: 1 });
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count);
  return limited(sorted, level, ({ drop, count }) => {
    const often = count === 1 ? '' : `, ${count} times`;
    return `${dropWords(drop)}${often} (${formatSource(drop.source)})`;
  });
}

/** What the kernel logs without one of its reasons. */
const UNTOLD: Readonly<Record<string, string>> = {
  ip_handle_martian_source: 'martian source',
  ip_route_input_slow: 'martian destination',
};

/** `IP_RPFILTER in ip_rcv_finish on n2 eth0: SYN 10.1.0.2:40000 > 10.2.0.2:80`. */
export function dropWords({ reason, location, node, device, packet }: DropSighting): string {
  const place = [node, device].filter((part) => part !== null).join(' ');
  const words = [
    reason ?? UNTOLD[location ?? ''] ?? 'no reason given',
    ...(location === null ? [] : [`in ${location}()`]),
    ...(place === '' ? [] : [`on ${place}`]),
  ];
  const kind = packet === null || packet.protocol === 0 ? '' : `${packetWords(packet)} `;
  const what = packet === null ? '' : `: ${kind}${addressWords(packet)}`;
  return words.join(' ') + what;
}

function limited<T>(
  items: readonly T[],
  level: Level,
  words: (item: T) => string,
): readonly string[] {
  const shown = level === 'detailed' ? items : items.slice(0, SHOWN);
  const left = items.length - shown.length;
  return [...shown.map(words), ...(left > 0 ? [`and ${left} more`] : [])];
}
