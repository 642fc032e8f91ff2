import type { RuleContext } from '../random-rules.ts';
import type { RulePlace } from './random-matches.ts';

/** A target, the protocol it needs, and a rule that belongs beside it. */
export interface DrawnTarget {
  readonly text: string;
  readonly protocol: 'tcp' | null;
  readonly own?: string;
}

const plain = (text: string): DrawnTarget => ({ text, protocol: null });

const MARK_TARGETS = [
  '-j MARK --set-xmark 0x1/0xffffffff',
  '-j MARK --set-xmark 0x10/0xf0',
  '-j MARK --set-xmark 0x2000/0x2000',
  '-j MARK --and-mark 0xfffffff0',
  '-j MARK --xor-mark 0x4000',
];

const TTLS = ['set 64', 'set 3', 'dec 1', 'inc 1'];

/** A target that may stand there. What ends packets is drawn less often than what lets them pass. */
export function randomTarget(context: RuleContext, place: RulePlace): DrawnTarget {
  const { random } = context;
  switch (place.table) {
    case 'raw':
      return plain(
        random.weighted([
          [4, '-j CT --notrack'],
          [2, `-j CT --zone ${1 + random.below(2)}`],
          [2, '-j MARK --set-xmark 0x1/0xffffffff'],
          [1, '-j DROP'],
          [1, '-j ACCEPT'],
        ]),
      );
    case 'mangle':
      return mangleTarget(context, place);
    case 'nat':
      return natTarget(context, place);
    case 'filter':
      return filterTarget(context);
  }
}

function mangleTarget({ random }: RuleContext, { hook }: RulePlace): DrawnTarget {
  return random.weighted<DrawnTarget>([
    [8, plain(random.pick(MARK_TARGETS))],
    [
      3,
      {
        ...plain('-j CONNMARK --save-mark'),
        own: '-m connmark ! --mark 0x0 -j CONNMARK --restore-mark',
      },
    ],
    [2, plain('-j CONNMARK --set-xmark 0x1/0xffffffff')],
    [1, plain('-j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0')],
    [1, plain(`-j TOS --set-tos ${random.pick(['0x10', '0x08', '0x00'])}`)],
    [1, plain('-j DSCP --set-dscp-class EF')],
    // Where packets pass again and again, a TTL that does not fall would let them do so for ever.
    [1, plain(`-j TTL --ttl-${hook === 'OUTPUT' ? random.pick(TTLS) : 'dec 1'}`)],
    [
      1,
      plain(
        random.pick([
          '-j HMARK --hmark-tuple src,dst --hmark-mod 4 --hmark-rnd 0x5 --hmark-offset 1',
          '-j CHECKSUM --checksum-fill',
          '-j TOS --or-tos 0x08',
          ...(hook === 'OUTPUT' || hook === 'FORWARD' || hook === 'POSTROUTING'
            ? ['-j CLASSIFY --set-class 1:1']
            : []),
        ]),
      ),
    ],
    [
      0.5,
      {
        text: random.pick([
          '-j TCPOPTSTRIP --strip-options timestamp',
          '-m tcp -j ECN --ecn-tcp-remove',
        ]),
        protocol: 'tcp',
      },
    ],
    [1, plain('-j DROP')],
    [1, plain('-j ACCEPT')],
    [
      hook === 'FORWARD' || hook === 'POSTROUTING' ? 2 : 0,
      {
        text: '-m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
        protocol: 'tcp',
      },
    ],
  ]);
}

function natTarget({ random, site, node }: RuleContext, { hook }: RulePlace): DrawnTarget {
  const pod = random.pick([...site.pods.map(({ address }) => address), node.nics[0].address]);
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    return random.weighted<DrawnTarget>([
      [4, { text: `-m tcp -j DNAT --to-destination ${pod}:8080`, protocol: 'tcp' }],
      [3, plain(`-j DNAT --to-destination ${pod}`)],
      [1, { text: `-m tcp -j DNAT --to-destination ${pod}:8080-8090/80`, protocol: 'tcp' }],
      [2, { text: '-m tcp -j REDIRECT --to-ports 8080', protocol: 'tcp' }],
      [1, plain('-j NETMAP --to 10.244.1.0/24')],
      [2, plain('-j RETURN')],
      [1, plain('-j ACCEPT')],
    ]);
  }
  return random.weighted<DrawnTarget>([
    [3, plain(`-j SNAT --to-source ${random.pick(node.nics).address}`)],
    [1, plain('-j SNAT --to-source 198.51.100.77')],
    [
      1,
      plain(`-j SNAT --to-source 192.168.7.11-192.168.7.12${random.pick(['', ' --persistent'])}`),
    ],
    [hook === 'POSTROUTING' ? 1 : 0, plain('-j MASQUERADE --random')],
    [hook === 'POSTROUTING' ? 4 : 0, plain('-j MASQUERADE')],
    [
      hook === 'POSTROUTING' ? 1 : 0,
      { text: '-m tcp -j MASQUERADE --to-ports 20000-30000', protocol: 'tcp' },
    ],
    [2, plain('-j RETURN')],
    [1, plain('-j ACCEPT')],
  ]);
}

const REJECTIONS = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-proto-unreachable',
  'icmp-port-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
] as const;

function filterTarget({ random }: RuleContext): DrawnTarget {
  return random.weighted<DrawnTarget>([
    [3, plain('-j DROP')],
    [2, plain(`-j REJECT --reject-with ${random.pick(REJECTIONS)}`)],
    [1, { text: '-j REJECT --reject-with tcp-reset', protocol: 'tcp' }],
    [4, plain('-j ACCEPT')],
    [2, plain('-j RETURN')],
    [1, plain('-j LOG --log-prefix "hl: "')],
    [1, plain('-j LOG --log-level 4')],
    [1, plain(random.pick(['-j NFLOG --nflog-group 9', '-j AUDIT --type accept']))],
  ]);
}
