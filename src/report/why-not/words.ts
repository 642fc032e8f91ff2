import type { FieldCheck } from '../../kernel/netfilter/explain/field-check.ts';
import { PACKET_NAMES, placeName } from '../trace/words.ts';
import type {
  CallerJson,
  MeetingJson,
  PacketJson,
  PlaceJson,
  TakenJson,
  TargetJson,
  WayJson,
} from './why-not-json.ts';

/** `nat KUBE-SERVICES 12 on n1`. */
export function targetName(target: TargetJson): string {
  const { table, chain, number } = target;
  const name = number === null ? `chain ${table} ${chain}` : `${table} ${chain} ${number}`;
  return `${name} on ${placeName(target)}`;
}

export function packetWords(packet: PacketJson): string {
  const name = `the ${PACKET_NAMES[packet.kind] ?? packet.kind}`;
  return packet.carrier ? `the tunnel packet that carries ${name}` : name;
}

export function sourceWords(source: PlaceJson | null): string {
  return source === null ? '' : `${source.file}:${source.line}`;
}

const PLAIN_FIELDS: ReadonlySet<string> = new Set([
  ...['saddr', 'daddr', 'iif', 'oif', 'protocol', 'sport', 'dport'],
]);

/** `-d 10.96.0.10/32: the packet has daddr 10.39.0.17`. */
export function checkWords({ field, text, had }: FieldCheck): string {
  if (field === 'statistic' || field === 'numgen') return `${text}: chance was against it`;
  if (had === null) return `${text}: it does not hold`;
  if (PLAIN_FIELDS.has(field)) return `${text}: the packet has ${field} ${had}`;
  // nft's fields have blanks in their names, matches of iptables have none.
  const name = field.includes(' ') || field.endsWith('name') ? `${field} ` : '';
  return had.startsWith('no such field')
    ? `${text}: ${had}`
    : `${text}: the packet has ${name}${had}`;
}

function failed(checks: readonly FieldCheck[]): string {
  const first = checks.find(({ result }) => result === 'no');
  return first ? checkWords(first) : 'one of its matches does not hold';
}

/** What became of the packet and the rule, without the rule's name: `did not match the SYN: ...`. */
export function meetingWords(way: WayJson, target: TargetJson): string {
  const { meeting, packet } = way;
  const name = packet === null ? 'the packet' : packetWords(packet);
  const at = meeting.hook === null ? '' : ` in ${meeting.hook}`;
  switch (meeting.kind) {
    case 'matched':
      return `matches ${name}${at}`;
    case 'entered':
      return `is passed by ${name}${at}`;
    case 'failed':
      return `does not match ${name}: ${failed(meeting.checks)}`;
    case 'not-called':
      return `is not reached by ${name}${at}: ${calledWords(meeting.callers)}`;
    case 'taken':
      return `is not reached by ${name}${at}: ${takenWords(meeting.takenBy, target)}`;
    case 'no-caller':
      return `is not reached by ${name}: nothing on its way in this table leads to ${target.chain}`;
    case 'other-hooks':
      return `is not reached by ${name}: ${hooksWords(meeting, target)}${lostWords(packet)}`;
    case 'elsewhere':
      return `is not reached by ${name}: it never is on ${placeName(target)}; ${endWords(packet)}`;
    case 'nat-passed-by':
      return `is not reached by ${name}${at}: ${natWords(meeting.because)}`;
    case 'no-packet':
      return 'is not reached: there is no such packet, the flow ends before it';
  }
}

function calledWords(callers: readonly CallerJson[]): string {
  const [first, ...more] = callers;
  if (!first) return 'nothing leads there';
  const others =
    more.length === 0 ? '' : `; ${more.length} more that lead there do not match either`;
  return `${first.chain} ${first.number} leads to ${first.called}, but ${callerWords(first)}${others}`;
}

/** Why a rule did not lead to the chain that it can lead to. */
export function callerWords({ checks, ledTo, keys }: CallerJson): string {
  const map = checks.find(({ wanted }) => wanted.startsWith('vmap '));
  if (map && keys.length > 0) {
    const had = map.had ?? 'a key that is not known';
    const told = keys.slice(0, 3).join(', ');
    return `its key for it is ${told}, and the packet has ${had}${ledTo === null ? ', which the map lacks' : `, which leads to ${ledTo.replace(/^(?:goto|jump) /, '')}`}`;
  }
  return ledTo === null ? `asks ${failed(checks)}` : `ends in ${ledTo}`;
}

function takenWords(taken: TakenJson | null, target: TargetJson): string {
  if (taken === null) return 'it ended before';
  const table = taken.table === target.table ? '' : ` of table ${taken.table}`;
  if (taken.rule === null) return `${taken.chain}${table} ends with ${taken.verdict} before`;
  return `a rule of ${taken.chain}${table} before it ends with ${taken.verdict} (${sourceWords(taken.source)}): ${taken.rule}`;
}

function hooksWords({ wantedHooks, passedHooks }: MeetingJson, { table }: TargetJson): string {
  const passed = passedHooks.length === 0 ? 'no hook' : passedHooks.join(', ');
  return `table ${table} leads there in ${wantedHooks.join(', ')} only, and the packet passes ${passed}`;
}

const NAT_WORDS: Readonly<Record<string, string>> = {
  'known-connection':
    'only the first packet of a connection is shown to nat, and this one belongs to a known one',
  untracked: 'nat sees only tracked packets, and this one is not tracked (notrack)',
  invalid: 'nat sees only tracked packets, and conntrack calls this one INVALID',
  'no-conntrack': 'nothing here turns connection tracking on, so no packet is shown to nat',
};

function natWords(because: string | null): string {
  return NAT_WORDS[because ?? ''] ?? 'nat is not asked';
}

/** Where a packet that did not arrive ended: that may be why it passes no more hooks. */
function lostWords(packet: PacketJson | null): string {
  return packet === null || packet.disposition === 'delivered' ? '' : `; ${endWords(packet)}`;
}

function endWords(packet: PacketJson | null): string {
  if (packet === null) return 'the flow ends before';
  const where = packet.at === null ? '' : ` on ${packet.at}`;
  const why = packet.dropReason === null ? '' : ` (${packet.dropReason})`;
  return `it is ${packet.disposition}${where}${why}`;
}
