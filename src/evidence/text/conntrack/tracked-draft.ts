import { parseAddress } from '../../../packet/address.ts';
import type { TrackedConnection, TrackedTuple } from '../../tracked-connection.ts';
import type { TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import type { LineTime } from '../wall-time.ts';

/** Fields of one direction, by the names that conntrack prints. */
type TupleFields = ReadonlyMap<string, string>;

/** An entry as one of conntrack's forms shows it; what is missing there is null. */
export interface EntryText {
  readonly event: TrackedConnection['event'];
  readonly protocol: number;
  readonly original: TupleFields;
  readonly reply: TupleFields;
  readonly state: string | null;
  readonly unreplied: boolean;
  readonly assured: boolean;
  readonly mark: string | undefined;
  readonly zone: string | undefined;
  readonly timeout: string | undefined;
  readonly time: LineTime;
}

/** False when a tuple has no addresses. */
export function trackEntry(draft: PartDraft, entry: EntryText, line: TextLine): boolean {
  const original = readTuple(entry.original);
  const reply = readTuple(entry.reply);
  if (!original || !reply || original.source.family !== reply.source.family) return false;
  const { node, netns } = draft.place;
  const when = entry.time.time === null && line.carrier ? line.carrier : entry.time;
  const where = line.carrier?.host ?? node;
  draft.track({
    node: where,
    netns,
    time: when.time,
    timeBase: when.base,
    clock: `${where ?? `${draft.file}#conntrack`}@${when.base}`,
    event: entry.event,
    protocol: entry.protocol,
    original,
    reply,
    state: entry.state,
    unreplied: entry.unreplied,
    assured: entry.assured,
    mark: number(entry.mark),
    zone: number(entry.zone),
    timeout: number(entry.timeout),
    source: line.source,
  });
  return true;
}

function readTuple(fields: TupleFields): TrackedTuple | null {
  const source = parseAddress(fields.get('src') ?? '');
  const destination = parseAddress(fields.get('dst') ?? '');
  if (!source || !destination || source.family !== destination.family) return null;
  return {
    source,
    destination,
    sport: port(fields.get('sport')),
    dport: port(fields.get('dport')),
    packets: number(fields.get('packets')),
    bytes: number(fields.get('bytes')),
  };
}

function port(text: string | undefined): number | null {
  const value = number(text);
  return value !== null && value <= 65_535 ? value : null;
}

function number(text: string | undefined): number | null {
  return text !== undefined && /^(?:\d{1,20}|0x[0-9a-f]{1,8})$/.test(text) ? Number(text) : null;
}
