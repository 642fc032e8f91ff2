import { parseAddress } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import { BARE_PACKET } from '../bare-packet.ts';
import type { ObservedIcmp, ObservedPacket } from '../observation.ts';
import { servicePort } from './service-ports.ts';

type Ends = Pick<ObservedPacket, 'source' | 'destination'>;

/** Type and code by the words of tcpdump's print-icmp.c; the first that fits. */
const ICMP_WORDS: readonly (readonly [RegExp, number, number])[] = [
  [/^ICMP echo request\b/, 8, 0],
  [/^ICMP echo reply\b/, 0, 0],
  [/^ICMP6, echo request\b/, 128, 0],
  [/^ICMP6, echo reply\b/, 129, 0],
  [/ unreachable - need to frag\b/, 3, 4],
  [/ unreachable - admin prohibited filter\b/, 3, 13],
  [/^ICMP net \S+ unreachable - admin prohibited\b/, 3, 9],
  [/^ICMP host \S+ unreachable - admin prohibited\b/, 3, 10],
  [/^ICMP net \S+ unreachable\b/, 3, 0],
  [/^ICMP host \S+ unreachable\b/, 3, 1],
  [/^ICMP \S+ protocol \S+ (?:port \S+ )?unreachable\b/, 3, 2],
  [/^ICMP \S+ (?:tcp|udp) port \S+ unreachable\b/, 3, 3],
  [/^ICMP time exceeded in-transit\b/, 11, 0],
  [/^ICMP ip reassembly time exceeded\b/, 11, 1],
  [/^ICMP time stamp query\b/, 13, 0],
  [/^ICMP time stamp reply\b/, 14, 0],
  [/^ICMP information request\b/, 15, 0],
  [/^ICMP information reply\b/, 16, 0],
  [/^ICMP address mask request\b/, 17, 0],
  [/^ICMP address mask is\b/, 18, 0],
  [/^ICMP router advertisement\b/, 9, 0],
  [/^ICMP router solicitation\b/, 10, 0],
  [/^ICMP source quench\b/, 4, 0],
  [/^ICMP redirect \S+ to net\b/, 5, 0],
  [/^ICMP redirect \S+ to host\b/, 5, 1],
  [/^ICMP parameter problem\b/, 12, 0],
  [/^ICMP6, destination unreachable, +unreachable prohibited\b/, 1, 1],
  [/^ICMP6, destination unreachable, +beyond scope\b/, 1, 2],
  [/^ICMP6, destination unreachable, +unreachable address\b/, 1, 3],
  [/^ICMP6, destination unreachable, +unreachable port\b/, 1, 4],
  [/^ICMP6, destination unreachable\b/, 1, 0],
  [/^ICMP6, packet too big\b/, 2, 0],
  [/^ICMP6, time exceeded in-transit\b/, 3, 0],
  [/^ICMP6, time exceeded in-reassembly\b/, 3, 1],
  [/^ICMP6, parameter problem, err?or?n?eous\b/, 4, 0],
  [/^ICMP6, parameter problem, next header\b/, 4, 1],
  [/^ICMP6, parameter problem, option\b/, 4, 2],
  [/^ICMP6, multicast listener query\b/, 130, 0],
  [/^ICMP6, multicast listener report v2\b/, 143, 0],
  [/^ICMP6, multicast listener report\b/, 131, 0],
  [/^ICMP6, multicast listener done\b/, 132, 0],
  [/^ICMP6, router solicitation\b/, 133, 0],
  [/^ICMP6, router advertisement\b/, 134, 0],
  [/^ICMP6, redirect\b/, 137, 0],
  [/^ICMP6, neighbor solicitation\b/, 135, 0],
  [/^ICMP6, neighbor advertisement\b/, 136, 0],
];

/** Null for words that the table does not have. */
export function readTcpdumpIcmp(body: string, ends: Ends): ObservedIcmp | null {
  const row = ICMP_WORDS.find(([words]) => words.test(body));
  if (!row) return null;
  const [, type, code] = row;
  return {
    type,
    code,
    id: field(body, /,? id (\d{1,5})/),
    sequence: field(body, /,? seq (\d{1,5})/),
    mtu: field(body, /\bmtu (\d{1,5})/),
    quoted: readQuoted(body, ends),
  };
}

/** An error goes to the source of the packet it is about; its words name the destination. */
function readQuoted(body: string, ends: Ends): ObservedPacket | null {
  const port = /^ICMP (\S{1,60}) (tcp|udp) port (\S{1,40}) unreachable/.exec(body);
  if (!port) return null;
  const destination = parseAddress(port[1] ?? '');
  if (!destination) return null;
  const text = port[3] ?? '';
  const dport = /^\d{1,5}$/.test(text) ? Number(text) : servicePort(text);
  return {
    ...BARE_PACKET,
    source: ends.destination,
    destination,
    protocol: port[2] === 'tcp' ? PROTOCOL.tcp : PROTOCOL.udp,
    dport,
    dportName: dport === null ? text : null,
  };
}

function field(text: string, pattern: RegExp): number | null {
  const value = pattern.exec(text)?.[1];
  return value === undefined ? null : Number(value);
}
