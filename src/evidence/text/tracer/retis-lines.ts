import { parseProtocol } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedPacket, ObservedTcp } from '../../observation.ts';
import { NO_TCP_OPTIONS } from '../../tcp-options.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import { readFraming } from '../log/log-framing.ts';
import type { PartDraft } from '../part-draft.ts';
import type { LineTime } from '../wall-time.ts';
import { reasonName, seenByTracer, type TracerEvent } from './seen-by-tracer.ts';
import { flagsOfBits, tuplePacket } from './tuple-packet.ts';

/** The first line of an event: time, processor, task, probe, the packet's number. */
const HEAD =
  /^(\d{9,20}|\d{4}-\d{2}-\d{2}T\S{8,40})(?: \(\d{1,4}\))?(?: \[[^\]]{0,32}\] {0,2}\d{1,10}(?:\/\d{1,10})?)? \[(?:tp|k|kr|u)\] (\S{1,120})(.*)$/;
const TRACKED = /#([0-9a-f]{8,32}) ?\(skb (?:0x)?([0-9a-f]{8,16})\)/;
const DROP = /\bdrop \((?:reason )?([\w/ .-]{1,80})\)/;
const PACKET =
  /(?:^|\s)(\S{2,46}?)(?:\.(\d{1,5}))? > (\S{2,46}?)(?:\.(\d{1,5}))?(?= tos | ttl |$).* proto (?:[\w-]{1,20} )?\((?:0x)?([0-9a-f]{1,3})\)(.*)$/;
const NAMESPACE = /(?:^|\s)ns (?:0x[0-9a-f]{1,16}\/)?(\d{6,10})\b/;
const DEVICE = /(?:^|\s)if \d{1,10} \(([^)\s]{1,15})\)/;
const NFT =
  /(?:^|\s)table (\S{1,128}) \(\d{1,10}\) chain (\S{1,128}) \(\d{1,10}\)(?: handle \d{1,20})? (\w{1,20})/;
const MAX_LINES = 60;

interface OpenEvent {
  readonly line: TextLine;
  readonly symbol: string;
  readonly time: LineTime;
  text: string;
  lines: number;
}

/** Reads the events of `retis collect` and `retis print`, on one line or several. */
export function retisLines(draft: PartDraft): LineReader {
  const events = seenByTracer(draft);
  let open: OpenEvent | null = null;

  const finish = (): void => {
    if (open) events.put(eventOf(open), open.line);
    open = null;
  };

  return {
    take(line): boolean {
      const { text, raw } = line;
      const head = text.includes('] ') ? HEAD.exec(text) : null;
      if (head) {
        finish();
        const [, stamp = '', symbol = '', rest = ''] = head;
        open = { line, symbol, time: timeOf(stamp), text: rest, lines: 0 };
        return true;
      }
      if (open === null) return false;
      const continues = /^\s+\S/.test(raw) && !line.afterBlank && open.lines < MAX_LINES;
      if (!continues) {
        finish();
        return false;
      }
      open.text += ` ${text}`;
      open.lines++;
      return true;
    },
    end: finish,
  };
}

/** Nanoseconds since boot, or UTC with `--utc`. */
function timeOf(stamp: string): LineTime {
  if (/^\d+$/.test(stamp)) return { time: Number(stamp) / 1e9, base: 'uptime' };
  const { time, base } = readFraming(`${stamp} `);
  return { time, base };
}

function eventOf({ symbol, time, text }: OpenEvent): TracerEvent {
  const tracked = TRACKED.exec(text);
  const reason = DROP.exec(text)?.[1];
  const nft = NFT.exec(text);
  return {
    format: 'retis',
    location: symbol,
    reason: reason === undefined ? undefined : reasonName(reason),
    node: null,
    netns: NAMESPACE.exec(text)?.[1] ?? null,
    device: DEVICE.exec(text)?.[1] ?? null,
    protocol: null,
    packet: packetOf(text),
    link: null,
    id: tracked?.[1] ?? null,
    buffer: tracked?.[2] ?? null,
    when: time,
    ...(nft && { table: nft[1] ?? '', chain: nft[2] ?? '', verdict: nft[3] ?? null }),
  };
}

function packetOf(text: string): ObservedPacket | null {
  const match = PACKET.exec(text);
  if (!match) return null;
  const [all, source = '', sport, destination = '', dport, protocol = '', rest = ''] = match;
  const number = parseProtocol(protocol);
  const ends = tuplePacket({
    source,
    destination,
    sport: sport === undefined ? null : Number(sport),
    dport: dport === undefined ? null : Number(dport),
    protocol: number,
  });
  if (!ends) return null;
  const field = (pattern: RegExp): number | null => {
    const value = pattern.exec(all)?.[1];
    return value === undefined ? null : Number(value);
  };
  const flags = /\[([^\]]{0,12})\] len /.exec(all)?.[1];
  return {
    ...BARE_PACKET,
    ...ends,
    tos: field(/ tos (0x[0-9a-f]{1,2})/),
    ttl: field(/ ttl (\d{1,3})/),
    ipId: field(/ id (\d{1,5}) off/),
    dontFragment: flags === undefined ? null : flags.includes('DF'),
    fragmentOffset: field(/ off (\d{1,5})/),
    length: field(/ len (\d{1,5})/),
    tcp: tcpOf(rest),
  };
}

/** The letters of the flags, in the order of their bits. */
const LETTERS = 'FSRP.UEW';

function tcpOf(text: string): ObservedTcp | null {
  const match =
    /\bflags \[([A-Za-z.]{0,10})\] seq (\d{1,10})(?::\d{1,10})?(?: ack (\d{1,10}))? win (\d{1,5})/.exec(
      text,
    );
  if (!match) return null;
  const [, letters = '', sequence, acknowledgement, window] = match;
  const bits = [...LETTERS].reduce(
    (sum, letter, at) => (letters.includes(letter) ? sum | (1 << at) : sum),
    0,
  );
  return {
    ...NO_TCP_OPTIONS,
    flags: flagsOfBits(bits),
    sequence: Number(sequence),
    printedSequence: Number(sequence),
    acknowledgement: acknowledgement === undefined ? null : Number(acknowledgement),
    window: Number(window),
    payloadLength: null,
  };
}
