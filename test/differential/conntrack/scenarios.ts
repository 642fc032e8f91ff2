import {
  arrive,
  icmp,
  numbered,
  type Scenario,
  type Step,
  send,
  tcp,
  udp,
  unreachable,
} from './scenario.ts';

const CLIENT = '10.0.0.9:5000';
const SERVER = '10.0.1.9:53';
const VIP = '10.96.0.1:53';

const query = arrive('d0', udp(CLIENT, SERVER));
const reply = arrive('d1', udp(SERVER, CLIENT));
const ask = arrive('d0', udp(CLIENT, VIP));
/** Answers to what was masqueraded to d1's first address. */
const masqueradedReply = (port: number) => arrive('d1', udp(SERVER, `10.0.1.1:${port}`));

const DNAT =
  '-t nat -A PREROUTING -d 10.96.0.1 -p udp --dport 53 -j DNAT --to-destination 10.0.1.9';
const LOCAL_DNAT =
  '-t nat -A OUTPUT -d 10.96.0.1 -p udp --dport 53 -j DNAT --to-destination 10.0.1.9';
const MASQUERADE = '-t nat -A POSTROUTING -o d1 -j MASQUERADE';

const NAT: readonly Scenario[] = [
  { name: 'a datagram opens a connection', rules: [], packets: [query] },
  { name: 'a second datagram without an answer is new again', rules: [], packets: [query, query] },
  { name: 'an answer establishes both directions', rules: [], packets: [query, reply, query] },
  { name: 'DNAT, undone for the reply in POSTROUTING', rules: [DNAT], packets: [ask, reply, ask] },
  {
    name: 'MASQUERADE, undone for the reply in PREROUTING',
    rules: [MASQUERADE],
    packets: [query, masqueradedReply(5000), query],
  },
  {
    name: 'DNAT and MASQUERADE together',
    rules: [DNAT, MASQUERADE],
    packets: [ask, masqueradedReply(5000), ask],
  },
  {
    name: 'a local DNAT is undone in INPUT',
    rules: [LOCAL_DNAT],
    packets: [send(udp('10.0.1.1:5000', VIP), false), arrive('d1', udp(SERVER, '10.0.1.1:5000'))],
  },
  {
    name: 'a local DNAT that moves the packet to another device',
    rules: [
      '-t nat -A OUTPUT -d 10.96.0.1 -p udp --dport 53 -j DNAT --to-destination 10.0.0.9:5353',
    ],
    packets: [
      send(udp('10.0.1.1:5000', VIP), false),
      arrive('d0', udp('10.0.0.9:5353', '10.0.1.1:5000')),
    ],
  },
  {
    name: 'a local DNAT and MASQUERADE',
    rules: [LOCAL_DNAT, MASQUERADE],
    packets: [send(udp('10.0.0.1:5000', VIP)), masqueradedReply(5000)],
  },
  {
    name: 'a process reaches another of its host through a local DNAT to loopback',
    rules: [
      '-t nat -A OUTPUT -d 10.96.0.1 -p udp --dport 53 -j DNAT --to-destination 127.0.0.1:5353',
    ],
    packets: [send(udp('10.0.1.1:5000', VIP), false)],
  },
  {
    name: 'SNAT in INPUT is undone in OUTPUT',
    rules: ['-t nat -A INPUT -p udp --dport 53 -j SNAT --to-source 10.0.0.77'],
    packets: [arrive('d0', udp(CLIENT, '10.0.0.1:53')), send(udp('10.0.0.1:53', '10.0.0.77:5000'))],
  },
  {
    name: 'REDIRECT goes to the first address of the device',
    rules: ['-t nat -A PREROUTING -p udp --dport 53 -j REDIRECT --to-ports 5353'],
    packets: [arrive('d1', udp('10.0.1.9:5000', VIP)), send(udp('10.0.1.1:5353', '10.0.1.9:5000'))],
  },
  {
    name: 'NETMAP keeps the host part',
    rules: ['-t nat -A PREROUTING -d 10.96.0.0/24 -j NETMAP --to 10.0.1.0/24'],
    packets: [arrive('d0', udp(CLIENT, '10.96.0.9:53')), reply],
  },
  {
    name: 'DNAT to loopback from outside needs route_localnet',
    rules: ['-t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 127.0.0.1:5353'],
    packets: [arrive('d0', udp(CLIENT, '10.0.0.1:53'))],
  },
  {
    name: 'DNAT to loopback from outside with route_localnet, and the reply',
    rules: ['-t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 127.0.0.1:5353'],
    sysctls: ['net.ipv4.conf.all.route_localnet=1'],
    packets: [arrive('d0', udp(CLIENT, '10.0.0.1:53')), send(udp('127.0.0.1:5353', CLIENT))],
  },
  {
    name: 'hairpin: client and backend on one link without masquerade',
    rules: ['-t nat -A PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.0.8'],
    packets: [ask],
  },
  {
    name: 'hairpin with masquerade',
    rules: [
      '-t nat -A PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.0.8',
      '-t nat -A POSTROUTING -s 10.0.0.0/24 -d 10.0.0.8 -j MASQUERADE',
    ],
    packets: [ask, arrive('d0', udp('10.0.0.8:53', '10.0.0.1:5000'))],
  },
  {
    name: 'MASQUERADE takes the first address where the route has another source',
    rules: [MASQUERADE],
    packets: [arrive('d0', udp(CLIENT, '8.8.8.8:53'))],
  },
  {
    name: 'nat rules are asked for the first packet only',
    rules: [
      '-t nat -A POSTROUTING -o d1 -m statistic --mode nth --every 2 --packet 1 -j MASQUERADE',
    ],
    packets: [query, query],
    asks: ['random-match'],
  },
];

const CLASHES: readonly Scenario[] = [
  {
    name: 'MASQUERADE keeps a port that another server is asked from',
    rules: [MASQUERADE],
    packets: [query, arrive('d0', udp('10.0.0.8:5000', '10.0.1.8:53'))],
  },
  {
    name: 'MASQUERADE takes another port when two clients ask one server from the same',
    rules: [MASQUERADE],
    packets: [query, arrive('d0', udp('10.0.0.8:5000', SERVER))],
    asks: ['port'],
  },
  {
    name: 'a low port is replaced by a low one',
    rules: [MASQUERADE],
    packets: [arrive('d0', udp('10.0.0.9:500', SERVER)), arrive('d0', udp('10.0.0.8:500', SERVER))],
    asks: ['port'],
  },
  {
    name: 'a port of the middle range is replaced by one of it',
    rules: [MASQUERADE],
    packets: [arrive('d0', udp('10.0.0.9:700', SERVER)), arrive('d0', udp('10.0.0.8:700', SERVER))],
    asks: ['port'],
  },
  {
    name: 'two Service addresses with one backend clash without any SNAT rule',
    rules: ['-t nat -A PREROUTING -d 10.96.0.0/24 -j DNAT --to-destination 10.0.1.9'],
    packets: [ask, arrive('d0', udp(CLIENT, '10.96.0.2:53'))],
    asks: ['port'],
  },
  {
    name: 'an own connection keeps its port when a forwarded one clashes with it',
    rules: [MASQUERADE],
    packets: [send(udp('10.0.1.1:5000', SERVER)), query],
    asks: ['port'],
  },
  {
    name: 'random-fully: some port',
    rules: ['-t nat -A POSTROUTING -o d1 -j MASQUERADE --random-fully'],
    packets: [query],
    asks: ['port'],
  },
  {
    name: 'random: some port',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j SNAT --to-source 10.0.1.2 --random'],
    packets: [query],
    asks: ['port'],
  },
  {
    name: 'a port range is searched for a free port',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j MASQUERADE --to-ports 7000-7003'],
    packets: [query],
    asks: ['port'],
  },
  {
    name: 'a port in the range is kept',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j MASQUERADE --to-ports 4999-5003'],
    packets: [query],
  },
  {
    name: 'a single port is given without a search',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j MASQUERADE --to-ports 7000'],
    packets: [query],
  },
  {
    name: 'a single port that is taken loses the second client',
    rules: ['-t nat -A POSTROUTING -o d1 -p tcp -j MASQUERADE --to-ports 7000'],
    packets: [
      arrive('d0', tcp('syn', '10.0.0.9:5000', '10.0.1.9:80')),
      arrive('d0', tcp('syn', '10.0.0.8:5000', '10.0.1.9:80')),
    ],
  },
  {
    name: 'a range whose ports are all taken loses the next client',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j MASQUERADE --to-ports 7000-7001'],
    packets: ['10.0.0.9', '10.0.0.8', '10.0.0.7'].map((from) =>
      arrive('d0', udp(`${from}:5000`, SERVER)),
    ),
    asks: ['port'],
  },
  {
    name: 'a range whose ports are all taken has some for another server',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j MASQUERADE --to-ports 7000-7001'],
    packets: [
      ...['10.0.0.9', '10.0.0.8'].map((from) => arrive('d0', udp(`${from}:5000`, SERVER))),
      arrive('d0', udp('10.0.0.7:5000', '10.0.1.8:53')),
    ],
    asks: ['port'],
  },
  {
    name: 'entries of before take the ports of a range',
    rules: ['-t nat -A POSTROUTING -o d1 -p udp -j MASQUERADE --to-ports 7000-7001'],
    entries: ['7000', '7001'].map(
      (port) => `-I -p udp -s 10.0.1.1 -d 10.0.1.9 --sport ${port} --dport 53 -t 60`,
    ),
    packets: [query],
    asks: ['conntrack-entry', 'conntrack-table', 'port'],
  },
  {
    name: 'SNAT to a range of addresses',
    rules: ['-t nat -A POSTROUTING -o d1 -j SNAT --to-source 10.0.1.20-10.0.1.23'],
    packets: [query, query],
    asks: ['nat-address'],
  },
  {
    name: 'one client keeps its address of the range',
    rules: ['-t nat -A POSTROUTING -o d1 -j SNAT --to-source 10.0.1.20-10.0.1.23'],
    packets: [query, arrive('d0', udp(CLIENT, '10.0.1.8:53'))],
    asks: ['nat-address'],
  },
  {
    name: 'SNAT to a range, persistent',
    rules: ['-t nat -A POSTROUTING -o d1 -j SNAT --to-source 10.0.1.20-10.0.1.23 --persistent'],
    packets: [query, arrive('d0', udp('10.0.0.9:5001', '10.0.1.8:53'))],
    asks: ['nat-address'],
  },
  {
    name: 'DNAT to a range of addresses',
    rules: ['-t nat -A PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.1.7-10.0.1.9'],
    packets: [ask, ask],
    asks: ['nat-address'],
  },
  {
    name: 'an echo identifier is kept',
    rules: [MASQUERADE],
    packets: [
      arrive('d0', icmp('10.0.0.9', '10.0.1.9', 77)),
      arrive('d1', icmp('10.0.1.9', '10.0.1.1', 77, 0)),
    ],
  },
  {
    name: 'an echo identifier that is taken is replaced',
    rules: [MASQUERADE],
    packets: [
      arrive('d0', icmp('10.0.0.9', '10.0.1.9', 77)),
      arrive('d0', icmp('10.0.0.8', '10.0.1.9', 77)),
    ],
    asks: ['port'],
  },
];

const HTTP = '10.0.1.9:80';
const syn = arrive('d0', tcp('syn', CLIENT, HTTP));
const synAck = arrive('d1', tcp('syn ack', HTTP, CLIENT));
const ack = arrive('d0', tcp('ack', CLIENT, HTTP));
const finAck = arrive('d0', tcp('fin ack', CLIENT, HTTP));
const finAckBack = arrive('d1', tcp('fin ack', HTTP, CLIENT));
const ackBack = arrive('d1', tcp('ack', HTTP, CLIENT));
const resetByServer = arrive('d1', tcp('rst ack', HTTP, CLIENT));
const handshake = [syn, synAck, ack];

/** A connection through MASQUERADE that its client resets, from a port that is kept. */
const overFrom = (client: string, port: number): readonly Step[] => [
  arrive('d0', tcp('syn', `${client}:${port}`, HTTP)),
  arrive('d1', tcp('syn ack', HTTP, `10.0.1.1:${port}`)),
  arrive('d0', tcp('ack', `${client}:${port}`, HTTP)),
  arrive('d0', tcp('rst', `${client}:${port}`, HTTP)),
];

const EVICTIONS: readonly Scenario[] = [
  ['a SYN of a higher number takes the port of a connection that is over', 5000],
  ['a SYN of a lower number takes no port of a connection that is over', 500],
].map(([name, seq]) => ({
  name: String(name),
  rules: ['-t nat -A POSTROUTING -o d1 -p tcp -j MASQUERADE --to-ports 7000-7001'],
  packets: [
    ...overFrom('10.0.0.9', 7000),
    ...overFrom('10.0.0.8', 7001),
    arrive('d0', numbered(tcp('syn', '10.0.0.7:7000', HTTP), Number(seq))),
  ],
  asks: ['conntrack-table', 'port'],
}));

const STATES: readonly Scenario[] = [
  { name: 'a SYN', rules: [], packets: [syn] },
  { name: 'a SYN sent again', rules: [], packets: [syn, syn] },
  { name: 'a handshake', rules: [], packets: handshake },
  {
    name: 'a SYN on a half-open connection from the other side',
    rules: [],
    packets: [syn, arrive('d1', tcp('syn', HTTP, CLIENT))],
  },
  {
    name: 'a refused SYN leaves no entry',
    rules: [],
    packets: [syn, arrive('d1', tcp('rst ack', HTTP, CLIENT))],
  },
  {
    name: 'a reset of an established connection',
    rules: [],
    packets: [...handshake, arrive('d0', tcp('rst', CLIENT, HTTP))],
  },
  { name: 'a SYN on an established connection', rules: [], packets: [...handshake, syn] },
  { name: 'a SYN-ACK of nothing is invalid', rules: [], packets: [synAck] },
  {
    name: 'a reset of nothing is invalid',
    rules: [],
    packets: [arrive('d0', tcp('rst', CLIENT, HTTP))],
  },
  { name: 'a FIN of nothing', rules: [], packets: [finAck] },
  { name: 'a lone ACK is picked up', rules: [], packets: [ack, ackBack] },
  {
    name: 'a lone ACK is invalid where nothing is picked up',
    rules: [],
    sysctls: ['net.netfilter.nf_conntrack_tcp_loose=0'],
    packets: [ack],
  },
  { name: 'no flags at all', rules: [], packets: [arrive('d0', tcp('', CLIENT, HTTP))] },
  {
    name: 'SYN and FIN together',
    rules: [],
    packets: [arrive('d0', tcp('syn fin', CLIENT, HTTP))],
  },
  {
    name: 'closing, step by step',
    rules: [],
    packets: [...handshake, finAck, ackBack, finAckBack, ack],
  },
  { name: 'a half-closed connection', rules: [], packets: [...handshake, finAck] },
  {
    name: 'a new SYN after the end opens a new connection',
    rules: [],
    packets: [...handshake, finAck, finAckBack, ack, syn],
  },
  {
    name: 'a new SYN after a reset by the client opens a new connection',
    rules: [],
    packets: [...handshake, arrive('d0', tcp('rst', CLIENT, HTTP)), syn],
  },
  {
    name: 'a new SYN after a reset by the server is let through by the old connection',
    rules: [],
    packets: [...handshake, resetByServer, syn],
  },
  {
    name: 'the answer to a SYN that was let through revives the connection',
    rules: [],
    packets: [...handshake, resetByServer, syn, synAck, ack],
  },
  {
    name: 'the answer to a SYN on an established connection revives it',
    rules: [],
    packets: [...handshake, syn, synAck],
  },
  {
    name: 'a SYN with other packets before its answer',
    rules: [],
    packets: [...handshake, syn, ackBack, synAck],
  },
  {
    name: 'a SYN after a reset of the half-closed connection by the server',
    rules: [],
    packets: [...handshake, finAck, resetByServer, syn],
  },
  {
    name: 'an invalid packet is not translated',
    rules: [MASQUERADE],
    packets: [arrive('d0', tcp('syn ack', CLIENT, HTTP))],
  },
  {
    name: 'CT --notrack: untracked, and not translated',
    rules: ['-t raw -A PREROUTING -p udp -j CT --notrack', MASQUERADE],
    packets: [query],
  },
  {
    name: 'a rule for invalid packets drops them only',
    rules: ['-A FORWARD -m conntrack --ctstate INVALID -j DROP'],
    packets: [syn, arrive('d1', tcp('rst ack', '10.0.1.8:80', CLIENT)), synAck],
  },
  {
    name: 'a rule for established packets lets the reply in',
    rules: [
      '-P FORWARD DROP',
      '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A FORWARD -i d0 -j ACCEPT',
    ],
    packets: [reply, query, reply],
  },
  {
    name: 'a dropped first packet leaves no entry',
    rules: ['-A FORWARD -j DROP'],
    packets: [query],
  },
];

const quotedQuery = udp(CLIENT, SERVER);
const quotedMasqueraded = udp('10.0.1.1:5000', SERVER);

const ERRORS: readonly Scenario[] = [
  {
    name: 'an error about a known connection is related',
    rules: [],
    packets: [query, arrive('d1', unreachable('10.0.1.9', quotedQuery))],
  },
  {
    name: 'an error of a router on the way is related too',
    rules: [],
    packets: [query, arrive('d1', unreachable('10.0.1.8', quotedQuery))],
  },
  {
    name: 'an error about nothing known is invalid',
    rules: [],
    packets: [arrive('d1', unreachable('10.0.1.9', quotedQuery))],
  },
  {
    name: 'an error that goes to somebody else is invalid',
    rules: [],
    packets: [query, arrive('d1', unreachable('10.0.1.9', quotedQuery, '10.0.0.8'))],
  },
  {
    name: 'an error about a masqueraded packet is translated back',
    rules: [MASQUERADE],
    packets: [query, arrive('d1', unreachable('10.0.1.9', quotedMasqueraded))],
  },
  {
    name: 'an error about a packet with DNAT seems to come from the Service',
    rules: [DNAT],
    packets: [ask, arrive('d1', unreachable('10.0.1.9', quotedQuery))],
  },
  {
    name: 'an error about a packet with DNAT by a router on the way',
    rules: [DNAT],
    packets: [ask, arrive('d1', unreachable('10.0.1.8', quotedQuery))],
  },
  {
    name: 'an echo reply without a request is invalid',
    rules: [],
    packets: [arrive('d1', icmp('10.0.1.9', '10.0.0.9', 77, 0))],
  },
  {
    name: 'an unknown kind of ICMP is invalid',
    rules: [],
    packets: [arrive('d1', icmp('10.0.1.9', '10.0.0.9', 77, 40))],
  },
  {
    name: 'echo requests with two identifiers are two connections',
    rules: [],
    packets: [
      arrive('d0', icmp('10.0.0.9', '10.0.1.9', 1)),
      arrive('d0', icmp('10.0.0.9', '10.0.1.9', 2)),
    ],
  },
];

const ENTRIES: readonly Scenario[] = [
  {
    name: 'an entry without translation overrides a newer DNAT rule',
    rules: [DNAT],
    entries: [
      '-I -p udp -s 10.0.0.9 -d 10.96.0.1 --sport 5000 --dport 53 -r 10.96.0.1 -q 10.0.0.9 --reply-port-src 53 --reply-port-dst 5000 -t 60',
    ],
    packets: [ask],
    asks: ['conntrack-entry'],
  },
  {
    name: 'an entry keeps an older backend than the rule has',
    rules: [DNAT],
    entries: [
      '-I -p udp -s 10.0.0.9 -d 10.96.0.1 --sport 5000 --dport 53 -t 60 --dst-nat 10.0.1.8',
    ],
    packets: [ask, arrive('d1', udp('10.0.1.8:53', CLIENT))],
    asks: ['conntrack-entry'],
  },
  {
    name: 'the reply of a known connection is established',
    rules: [],
    entries: ['-I -p tcp -s 10.0.0.9 -d 10.0.1.9 --sport 5000 --dport 80 --state SYN_SENT -t 60'],
    packets: [synAck],
    asks: ['conntrack-entry'],
  },
  {
    name: 'an established connection of the snapshot goes on',
    rules: [],
    entries: [
      '-I -p tcp -s 10.0.0.9 -d 10.0.1.9 --sport 5000 --dport 80 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 60',
    ],
    packets: [ack],
    asks: ['conntrack-entry'],
  },
  {
    name: 'a mark of the connection',
    rules: ['-t mangle -A PREROUTING -p udp -j CONNMARK --set-mark 7'],
    packets: [query, reply],
  },
  {
    name: 'an entry that takes the port a client would be masqueraded to',
    rules: [MASQUERADE],
    entries: ['-I -p udp -s 10.0.1.1 -d 10.0.1.9 --sport 5000 --dport 53 -t 60'],
    packets: [query],
    asks: ['conntrack-entry', 'port'],
  },
  {
    name: 'a zone keeps equal tuples apart',
    rules: ['-t raw -A PREROUTING -i d1 -j CT --zone 5'],
    packets: [query, reply],
  },
  {
    name: 'a zone of the original direction',
    rules: ['-t raw -A PREROUTING -i d0 -j CT --zone-orig 5'],
    packets: [query, reply, query],
  },
  {
    name: 'a zone of the reply direction',
    rules: ['-t raw -A PREROUTING -j CT --zone-reply 5'],
    packets: [query, reply, query],
  },
  {
    name: 'a zone by the mark of the packet',
    rules: [
      '-t raw -A PREROUTING -i d0 -j MARK --set-mark 9',
      '-t raw -A PREROUTING -i d0 -j CT --zone mark',
    ],
    packets: [query, reply],
  },
  {
    name: 'an entry of a zone of one direction',
    rules: ['-t raw -A PREROUTING -i d0 -j CT --zone-orig 5'],
    entries: ['-I -p udp -s 10.0.0.9 -d 10.0.1.9 --sport 5000 --dport 53 -t 60 --orig-zone 5'],
    packets: [reply, query],
    asks: ['conntrack-entry'],
  },
  {
    name: 'CONNMARK saves and restores under masks',
    rules: [
      '-t mangle -A PREROUTING -i d0 -j MARK --set-mark 0x1234',
      '-t mangle -A PREROUTING -i d0 -j CONNMARK --save-mark --nfmask 0xff00 --ctmask 0xf000',
      '-t mangle -A PREROUTING -i d1 -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0x1000',
    ],
    packets: [query, reply],
  },
  {
    name: 'NOTRACK of the answers alone leaves the connection unreplied',
    rules: ['-t raw -A PREROUTING -i d1 -j CT --notrack'],
    packets: [query, reply, query],
  },
  {
    name: 'an entry to an endpoint that is gone keeps datagrams from the new one',
    rules: [DNAT],
    entries: [
      '-I -p udp -s 10.0.0.9 -d 10.96.0.1 --sport 5000 --dport 53 -t 60 --dst-nat 10.0.1.7',
    ],
    packets: [ask, ask],
    asks: ['conntrack-entry'],
  },
  {
    name: 'an assured entry of UDP goes on',
    rules: [],
    entries: [
      '-I -p udp -s 10.0.0.9 -d 10.0.1.9 --sport 5000 --dport 53 -t 60 -u SEEN_REPLY,ASSURED',
    ],
    packets: [query, reply],
    asks: ['conntrack-entry'],
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...NAT,
  ...CLASHES,
  ...EVICTIONS,
  ...STATES,
  ...ERRORS,
  ...ENTRIES,
];
