import { parseAddress } from '../../../packet/address.ts';
import { PROTOCOL } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedPacket } from '../../observation.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import { readFraming } from '../log/log-framing.ts';
import type { PartDraft } from '../part-draft.ts';

/** Linux: ip_handle_martian_source(), ip_route_input_slow(). The destination stands first. */
const MARTIAN =
  /^(?:IPv4: )?martian (source|destination) (\S{2,45}) from (\S{2,45}), (?:on )?dev (\S{1,15})$/;
/** Linux: __udp4_lib_rcv(), udp6_csum_init(). */
const UDP =
  /^UDP(?:v6|-Lite|Lite)?: (bad checksum\.|short packet:) From \[?([0-9a-fA-F.:]{2,45}?)\]?:(\d{1,5}) (?:\d{1,5}\/\d{1,5} )?to \[?([0-9a-fA-F.:]{2,45}?)\]?:(\d{1,5})(?: ulen \d{1,5})?$/;
/** Linux: nf_conntrack_alloc(), neigh_alloc(). */
const FULL =
  /^(?:nf_conntrack: )?(?:nf_conntrack: table full, dropping packet|neighbour: \w{1,20}: neighbor table overflow!)\.?$/;
/** What is printed beside them. */
const BESIDE =
  /^(?:ll header: \d{8}: [0-9a-f ]{2,100}|net_ratelimit: \d{1,9} callbacks suppressed)$/;

/** Reads what the kernel itself says of packets that it drops. */
export function kernelMessageLines(draft: PartDraft): LineReader {
  const put = (
    line: TextLine,
    message: string,
    dropped: { readonly reason: string | null; readonly location: string },
    known: { readonly device?: string; readonly packet?: ObservedPacket | null },
  ): void => {
    const framing = readFraming(line.text);
    const node = framing.host ?? line.carrier?.host ?? draft.place.node;
    const when = framing.time === null && line.carrier ? line.carrier : framing;
    draft.drop({
      node,
      netns: draft.place.netns,
      device: known.device ?? null,
      time: when.time,
      timeBase: when.base,
      clock: `${node ?? `${draft.file}#log`}@${when.base}`,
      ...dropped,
      protocol: message.startsWith('IPv4') ? 0x0800 : null,
      packet: known.packet ?? null,
      buffer: null,
      format: 'kernel-message',
      source: line.source,
    });
  };

  const takeMartian = (line: TextLine, message: string): boolean => {
    const match = MARTIAN.exec(message);
    if (!match) return false;
    const [, which, to = '', from = '', device = ''] = match;
    // Why a source is refused it does not say: by reverse path filtering, or for what it is.
    const location = which === 'source' ? 'ip_handle_martian_source' : 'ip_route_input_slow';
    const packet = packetOf(from, null, to, null);
    put(line, 'IPv4', { reason: null, location }, { device, packet });
    return true;
  };

  const takeUdp = (line: TextLine, message: string): boolean => {
    const match = UDP.exec(message);
    if (!match) return false;
    const [, what, from = '', sport, to = '', dport] = match;
    const reason = what === 'short packet:' ? 'PKT_TOO_SMALL' : 'UDP_CSUM';
    const packet = packetOf(from, Number(sport), to, Number(dport));
    put(line, message, { reason, location: 'udp_rcv' }, { packet });
    return true;
  };

  return {
    take(line): boolean {
      const { text } = line;
      if (!MAY_BE.test(text)) return false;
      const { message } = readFraming(text);
      if (takeMartian(line, message) || takeUdp(line, message)) return true;
      if (FULL.test(message)) {
        const isTracking = message.includes('conntrack');
        const reason = isTracking ? 'NETFILTER_DROP' : 'NEIGH_CREATEFAIL';
        put(
          line,
          message,
          { reason, location: isTracking ? 'nf_conntrack_in' : 'neigh_create' },
          {},
        );
        return true;
      }
      return BESIDE.test(message);
    },
  };
}

/** A cheap look at a line of any log. */
const MAY_BE =
  /martian (?:source|destination)|bad checksum\. From|short packet: From|table full, dropping|neighbor table overflow|ll header: |callbacks suppressed/;

function packetOf(
  from: string,
  sport: number | null,
  to: string,
  dport: number | null,
): ObservedPacket | null {
  const source = parseAddress(from);
  const destination = parseAddress(to);
  if (!source || !destination) return null;
  const protocol = sport === null ? BARE_PACKET.protocol : PROTOCOL.udp;
  return { ...BARE_PACKET, source, destination, protocol, sport, dport };
}
