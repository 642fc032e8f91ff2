import { HOOKS } from '../../../linux/hook.ts';
import { parseAddress } from '../../../packet/address.ts';
import type { TcpFlags } from '../../../packet/packet.ts';
import { PROTOCOL } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedIcmp, ObservedPacket, ObservedTcp } from '../../observation.ts';
import { NO_TCP_OPTIONS } from '../../tcp-options.ts';
import type { TextLine } from '../line-reader.ts';
import { LOG_VANTAGE } from '../log/log-lines.ts';
import type { PartDraft } from '../part-draft.ts';

/** The keys of ulogd's interpreters as its JSON, GPRINT and OPRINT outputs print them. */
export type UlogdFields = (key: string) => string | undefined;

/** Puts down the packet of one ulogd record; says so when its addresses are not printed. */
export function observeUlogd(draft: PartDraft, fields: UlogdFields, line: TextLine): void {
  const packet = readPacket(fields);
  if (!packet) {
    draft.unreadable('ulogd-without-packet', line.source);
    return;
  }
  const { place, file } = draft;
  const node = line.carrier?.host ?? place.node;
  const seconds = number(fields('oob.time.sec'));
  const time = seconds === null ? null : seconds + (number(fields('oob.time.usec')) ?? 0) / 1e6;
  const own = { time, base: time === null ? ('none' as const) : ('epoch' as const) };
  const when = time === null && line.carrier ? line.carrier : own;
  const sourceMac = fields('mac.saddr.str') ?? null;
  const destinationMac = fields('mac.daddr.str') ?? null;
  draft.observe({
    vantage: {
      ...LOG_VANTAGE,
      node,
      netns: place.netns,
      hook: HOOKS[number(fields('oob.hook')) ?? -1] ?? null,
      iif: fields('oob.in') || null,
      oif: fields('oob.out') || null,
      label: fields('oob.prefix') ?? '',
      group: `${file}#log:${node ?? ''}`,
    },
    time: when.time,
    timeBase: when.base,
    clock: `${node ?? `${file}#log`}@${when.base}`,
    packet,
    link:
      sourceMac === null && destinationMac === null
        ? null
        : { sourceMac, destinationMac, vlan: null },
    uid: number(fields('oob.uid')),
    format: 'kernel-log',
    source: line.source,
  });
}

function readPacket(fields: UlogdFields): ObservedPacket | null {
  const source = parseAddress(fields('src_ip') ?? fields('ip.saddr.str') ?? '');
  const destination = parseAddress(fields('dest_ip') ?? fields('ip.daddr.str') ?? '');
  const protocol = number(fields('ip.protocol')) ?? number(fields('ip6.nexthdr'));
  if (!source || !destination || protocol === null) return null;
  const offset = number(fields('ip.fragoff'));
  const payload = number(fields('ip6.payloadlen'));
  const length = number(fields('ip.totlen')) ?? (payload === null ? null : payload + 40);
  const header = protocol === PROTOCOL.tcp ? 'tcp' : protocol === PROTOCOL.sctp ? 'sctp' : 'udp';
  return {
    ...BARE_PACKET,
    source,
    destination,
    protocol,
    sport: number(fields('src_port') ?? fields(`${header}.sport`)),
    dport: number(fields('dest_port') ?? fields(`${header}.dport`)),
    tos: number(fields('ip.tos')) ?? number(fields('ip6.priority')),
    ttl: number(fields('ip.ttl')) ?? number(fields('ip6.hoplimit')),
    ipId: number(fields('ip.id')),
    dontFragment: offset === null ? null : (offset & 0x4000) !== 0,
    fragmentOffset: offset === null ? null : (offset & 0x1fff) * 8,
    length,
    mark: number(fields('oob.mark')),
    tcp: protocol === PROTOCOL.tcp ? readTcp(fields) : null,
    icmp: readIcmp(fields),
  };
}

const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'] as const;

function readTcp(fields: UlogdFields): ObservedTcp | null {
  const window = number(fields('tcp.window'));
  if (window === null) return null;
  const flags: { -readonly [name in keyof TcpFlags]: TcpFlags[name] } = {};
  for (const name of FLAGS) {
    if (/^(?:1|true)$/.test(fields(`tcp.${name}`) ?? '')) flags[name] = true;
  }
  const sequence = number(fields('tcp.seq'));
  return {
    ...NO_TCP_OPTIONS,
    flags,
    sequence,
    printedSequence: sequence,
    acknowledgement: flags.ack ? number(fields('tcp.ackseq')) : null,
    window,
    payloadLength: null,
  };
}

function readIcmp(fields: UlogdFields): ObservedIcmp | null {
  const header = fields('icmpv6.type') === undefined ? 'icmp' : 'icmpv6';
  const type = number(fields(`${header}.type`));
  if (type === null) return null;
  return {
    type,
    code: number(fields(`${header}.code`)) ?? 0,
    id: number(fields(`${header}.echoid`)),
    sequence: number(fields(`${header}.echoseq`)),
    mtu: number(fields(`${header}.fragmtu`)),
    quoted: null,
  };
}

function number(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
