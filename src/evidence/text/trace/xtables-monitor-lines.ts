import { parseAddress } from '../../../packet/address.ts';
import type { TcpFlags } from '../../../packet/packet.ts';
import { PROTOCOL, parseProtocol } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedLink, ObservedPacket } from '../../observation.ts';
import { NO_TCP_OPTIONS } from '../../tcp-options.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { observeStep, type TraceStep } from './trace-draft.ts';
import { type TracedPacket, tracedPackets } from './traced-packets.ts';
import { translations } from './translations.ts';

const PACKET = /^PACKET: (\d{1,3}) ([0-9a-f]{1,16}) (.*)$/;
const TRACE =
  /^TRACE: (\d{1,3}) ([0-9a-f]{1,16}) ([^\s:]{1,64}):([^\s:]{1,128}):(rule|return|policy):(?:0x([0-9a-f]{1,16}):)?([A-Z]*)(?:[ :]+(.*))?$/;
const NOISE = /^(?:EVENT: |xtables-monitor v|Perhaps xtables-monitor or your kernel)/;

interface WaitingStep {
  readonly step: TraceStep;
  readonly line: TextLine;
}

/**
 * Reads `xtables-monitor --trace`: a PACKET line with the headers and TRACE lines of the rules,
 * in either order. iptables: iptables/xtables-monitor.c, trace_print_packet().
 */
export function xtablesMonitorLines(draft: PartDraft): LineReader {
  const packets = tracedPackets<WaitingStep>();
  const translated = translations();

  const takeTrace = (match: RegExpExecArray, line: TextLine): void => {
    const [, protocol = '', id = '', table = '', chain = '', kind, , verdict = '', rest] = match;
    const text = rest?.trim() ?? '';
    const step: TraceStep = {
      id,
      family: familyOf(protocol),
      table,
      chain,
      ruleText: kind === 'policy' ? 'policy' : text === '' ? null : text,
      verdict: kind === 'return' ? 'return' : verdict === '' ? null : verdict.toLowerCase(),
    };
    const packet = packets.get(id);
    if (packet && translated.changed(step)) return;
    if (packet) observeStep(draft, step, packet, line, 'xtables-trace');
    if (packet) translated.decided(step);
    else if (!packets.isHidden(id)) packets.wait(id, { step, line });
  };

  const takePacket = (match: RegExpExecArray, line: TextLine): void => {
    const [, , id = '', fields = ''] = match;
    const traced = readFields(fields);
    if (traced === null) draft.unreadable('trace-line', line.source);
    if (traced === null || traced === 'protocol-not-shown') {
      packets.hide(id);
      return;
    }
    packets.set(id, traced);
    translated.printed(id);
    for (const waiting of packets.waited(id)) {
      observeStep(draft, waiting.step, traced, waiting.line, 'xtables-trace');
    }
  };

  return {
    take(line): boolean {
      const { text } = line;
      if (text.startsWith('PACKET: ')) {
        const match = PACKET.exec(text);
        if (match) takePacket(match, line);
        return match !== null;
      }
      if (!text.startsWith('TRACE: ')) return NOISE.test(text);
      const match = TRACE.exec(text);
      if (match) takeTrace(match, line);
      return match !== null;
    },
    end(): void {
      for (const { line } of packets.rest()) draft.remark('trace-without-packet', line.source);
    },
  };
}

/** NFPROTO_* of the line. */
function familyOf(protocol: string): string {
  const names: Readonly<Record<string, string>> = {
    '0': 'ip',
    '1': 'inet',
    '2': 'ip',
    '3': 'arp',
    '7': 'bridge',
    '10': 'ip6',
  };
  return names[protocol] ?? 'inet';
}

const FLAG_WORDS = ['cwr', 'ece', 'urg', 'ack', 'psh', 'rst', 'syn', 'fin'] as const;

/** Of ICMPv6 it shows no more than the IP header, which names no protocol. */
function readFields(text: string): TracedPacket | 'protocol-not-shown' | null {
  const fields = new Map<string, string>();
  const words = new Set<string>();
  // Some versions print no blank before PROTO=: `ID=38349DFPROTO=ICMP`.
  const spaced = text.replace(/(ID=\d{1,5})(DF|MF|CE)?(?=PROTO=)/, '$1 $2 ');
  for (const token of spaced.split(' ', 100)) {
    const at = token.indexOf('=');
    if (at < 0) words.add(token.toLowerCase());
    // The first of a name: LEN= is the IP header's, then UDP's.
    else if (!fields.has(token.slice(0, at))) fields.set(token.slice(0, at), token.slice(at + 1));
  }
  const source = parseAddress(fields.get('SRC') ?? '');
  const destination = parseAddress(fields.get('DST') ?? '');
  if (!source || !destination) return null;
  const number = (name: string): number | null => {
    const value = fields.get(name) ?? '';
    return /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(value) ? Number(value) : null;
  };
  const flags: { -readonly [name in keyof TcpFlags]: TcpFlags[name] } = {};
  for (const word of FLAG_WORDS) if (words.has(word)) flags[word] = true;
  const isTcp = Object.keys(flags).length > 0;
  const protocol = protocolOf(fields, isTcp);
  if (protocol === null) return 'protocol-not-shown';
  const v4 = source.family === 4;
  const type = number('TYPE');
  const packet: ObservedPacket = {
    ...BARE_PACKET,
    source,
    destination,
    protocol,
    sport: number('SPORT') ?? number('SPT'),
    dport: number('DPORT') ?? number('DPT'),
    tos: v4 ? number('TOS') : number('TC'),
    ttl: v4 ? number('TTL') : number('HOPLIMIT'),
    ipId: number('ID'),
    dontFragment: v4 ? words.has('df') : null,
    fragmentOffset: null,
    // Of IPv6 it prints the payload's length and that of an IPv4 header.
    length: v4 ? number('LEN') : null,
    mark: number('MARK'),
    tcp: isTcp
      ? {
          ...NO_TCP_OPTIONS,
          flags,
          sequence: null,
          printedSequence: null,
          acknowledgement: null,
          window: null,
          payloadLength: null,
        }
      : null,
    icmp:
      type === null
        ? null
        : {
            type,
            code: number('CODE') ?? 0,
            id: null,
            sequence: number('SEQ'),
            mtu: null,
            quoted: null,
          },
  };
  return {
    iif: fields.get('IN') || null,
    oif: fields.get('OUT') || null,
    mark: packet.mark,
    link: readLink(fields),
    packet,
  };
}

/** PROTO= is printed of what it does not take apart; TCP shows its flags. */
function protocolOf(fields: ReadonlyMap<string, string>, isTcp: boolean): number | null {
  const named = fields.get('PROTO');
  if (named !== undefined) return parseProtocol(named);
  if (isTcp) return PROTOCOL.tcp;
  if (fields.has('SPORT')) return PROTOCOL.udp;
  if (!fields.has('TYPE')) return null;
  return fields.has('HOPLIMIT') ? PROTOCOL.icmpv6 : PROTOCOL.icmp;
}

function readLink(fields: ReadonlyMap<string, string>): ObservedLink | null {
  const sourceMac = mac(fields.get('MACSRC'));
  const destinationMac = mac(fields.get('MACDST'));
  return sourceMac === null && destinationMac === null
    ? null
    : { sourceMac, destinationMac, vlan: null };
}

/** Octets are printed without a leading zero. */
function mac(text: string | undefined): string | null {
  const octets = text?.split(':') ?? [];
  if (octets.length !== 6 || octets.some((octet) => !/^[0-9a-f]{1,2}$/.test(octet))) return null;
  return octets.map((octet) => octet.padStart(2, '0')).join(':');
}
