import type { ConntrackEntry } from '../kernel/conntrack/entry.ts';
import { SCTP_STATES } from '../kernel/conntrack/sctp-state.ts';
import { TCP_STATES } from '../kernel/conntrack/tcp-state.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import {
  finishTuple,
  finishZone,
  type HalfTuple,
  isTupleField,
  numberOf,
  setAddress,
  setField,
} from './conntrack-tuple.ts';

/** Whether a line of `conntrack -L -o xml` is an entry. */
export function isXmlFlow(line: string): boolean {
  return line.startsWith('<flow');
}

/**
 * The entry of a line of `conntrack -L -o xml`; null when it is none, `no-identifier` for one of
 * ICMP, whose type and identifier XML leaves out.
 */
export function conntrackOfXml(line: string): ConntrackEntry | 'no-identifier' | null {
  if (!line.endsWith('</flow>')) return null;
  const halves: Readonly<Record<string, HalfTuple>> = { original: {}, reply: {}, independent: {} };
  const flags = new Set<string>();
  const labels: string[] = [];
  const others = new Map<string, string>();
  let half: HalfTuple = {};
  let protocol: number | null = null;
  for (const [, name = '', attributes = '', value = ''] of line.matchAll(ELEMENT)) {
    if (name === 'meta') {
      half = halves[/direction="(\w+)"/.exec(attributes)?.[1] ?? ''] ?? {};
    } else if (name === 'layer4') {
      protocol = numberOf(/protonum="(\d+)"/.exec(attributes)?.[1] ?? '');
    } else if (name === 'src' || name === 'dst') {
      if (!setAddress(half, name, value)) return null;
    } else if (name === 'zone' && half !== halves.independent) {
      half.zone = numberOf(value) ?? 0;
    } else if (name === 'label') labels.push(value);
    else if (isTupleField(name) && half !== halves.independent) {
      setField(half, name, numberOf(value) ?? 0);
    } else if (value === '') flags.add(name);
    else others.set(name, value);
  }
  if (protocol === null) return null;
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) return 'no-identifier';
  const original = finishTuple(halves.original ?? {}, protocol);
  const reply = finishTuple(halves.reply ?? {}, protocol);
  if (!original || !reply) return null;
  const number = (key: string): number | undefined => numberOf(others.get(key) ?? '') ?? undefined;
  return {
    original,
    reply,
    state: stateName(others.get('state') ?? null, protocol),
    seenReply: !flags.has('unreplied'),
    assured: flags.has('assured'),
    mark: number('mark') ?? 0,
    zone: finishZone(number('zone'), halves.original?.zone, halves.reply?.zone),
    timeout: number('timeout') ?? null,
    labels: flags.has('labels') || labels.length > 0 ? labels : null,
    helper: others.get('helper') ?? null,
    offloaded: flags.has('offload') || flags.has('hw_offload'),
    source: null,
  };
}

const ELEMENT = /<(\w+)([^<>]*)>([^<]*)/g;

const TCP_NAMES: readonly string[] = TCP_STATES;

/** conntrack 1.4.7 writes SCTP's states in XML by the names that TCP's of the same number have. */
function stateName(state: string | null, protocol: number): string | null {
  if (protocol !== PROTOCOL.sctp) return state;
  const index = TCP_NAMES.indexOf(state ?? '');
  return index < 0 ? state : (SCTP_STATES[index] ?? state);
}
