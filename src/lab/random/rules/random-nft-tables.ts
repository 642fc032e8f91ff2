import type { RuleContext } from '../random-rules.ts';
import { randomDevice, randomPrefix } from './addresses.ts';
import {
  type Proto,
  RARE_MATCHES,
  RARE_PROTOCOL_MATCHES,
  RARE_SETS,
  RARE_STATEMENTS,
  rareDestination,
} from './random-nft-rare.ts';

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

type NftHook = (typeof HOOKS)[number];

/** A native table with sets, maps and rules at random, at odd priorities. */
export function randomNftTables(context: RuleContext): void {
  const { random, draft } = context;
  const family = random.pick(['ip', 'inet']);
  const count = 1 + random.below(2);
  const chains = Array.from({ length: count }, (_, i) => {
    const chain = randomChain(context, i);
    // An address alone does not tell the family of a table of both.
    return family === 'inet' ? chain.replaceAll(/\b([ds]nat) to/g, '$1 ip to') : chain;
  });
  draft.nft.push(`table ${family} hl-random {
  set nets {
    type ipv4_addr
    flags interval
    elements = { 192.168.7.0/24, 10.244.1.0/25, 203.0.113.10 }
  }
  map marks {
    type inet_service : mark
    elements = { 8080 : 0x1, 53 : 0x10, 30080 : 0x2000 }
  }
  set seen {
    type ipv4_addr
    flags dynamic
    size 64
  }
${RARE_SETS}  chain helper {
    ${randomRule(context, 'forward', false)}
    ${random.pick(['return', 'accept', 'meta mark 0x1 return', 'counter'])}
  }
${chains.join('')}}
`);
  if (random.chance(0.2)) draft.nft.push(randomBridgeTable(context));
}

/** Rules for the frames of a bridge, which let ARP pass. */
function randomBridgeTable({ random, site }: RuleContext): string {
  const [hook, priority] = random.pick([
    ['prerouting', '-300'],
    ['forward', '-200'],
    ['input', '-200'],
    ['output', '100'],
    ['postrouting', '300'],
  ] as const);
  const prefix = () => randomPrefix(random, site).replace('/32', '');
  const rules = Array.from({ length: 1 + random.below(2) }, () =>
    [
      random.pick([
        `ip saddr ${prefix()}`,
        `ip daddr ${prefix()}`,
        'ip protocol udp',
        'tcp dport 8080',
      ]),
      random.weighted([
        [3, 'counter'],
        [2, 'accept'],
        [1, 'drop'],
        [1, 'meta mark set 0x1'],
      ]),
    ].join(' '),
  );
  return `table bridge hl-bridge {
  chain frames {
    type filter hook ${hook} priority ${priority}; policy accept;
    ${rules.join('\n    ')}
  }
}
`;
}

function randomChain(context: RuleContext, index: number): string {
  const { random } = context;
  const nat = random.chance(0.2);
  const hook = nat
    ? random.pick(['prerouting', 'postrouting', 'output'] as const)
    : random.pick(HOOKS);
  const route = !nat && hook === 'output' && random.chance(0.5);
  const type = nat ? 'nat' : route ? 'route' : 'filter';
  const usual = hook === 'postrouting' ? '100' : '-100';
  const priority = nat ? usual : random.pick(['-310', '-150', '-10', '0', '5', '150']);
  const policy = !nat && random.chance(0.04) ? 'drop' : 'accept';
  const rules = Array.from({ length: 1 + random.below(3) }, () => randomRule(context, hook, nat));
  // What the helper refuses with is allowed in these hooks only.
  const mayRefuse = hook === 'input' || hook === 'forward' || hook === 'output';
  if (!nat && mayRefuse && random.chance(0.3)) rules.push('jump helper');
  return `  chain chain${index} {
    type ${type} hook ${hook} priority ${priority}; policy ${policy};
    ${rules.join('\n    ')}
  }
`;
}

/** All matches of a rule are about one protocol: nft refuses others. */
function randomRule(context: RuleContext, hook: NftHook, nat: boolean): string {
  const { random } = context;
  const protocol = random.pick<Proto>(['tcp', 'tcp', 'udp', 'icmp', null, null]);
  const count = 1 + random.below(3);
  const matches = Array.from({ length: count }, () =>
    random.chance(0.4) && protocol !== null
      ? random.pick(
          random.chance(0.2) ? RARE_PROTOCOL_MATCHES[protocol] : PROTOCOL_MATCHES[protocol],
        )
      : randomMatch(context, hook),
  );
  const what = nat ? natStatement(context, hook, protocol) : statement(context, hook, protocol);
  return [...new Set(matches), what].join(' ');
}

const PROTOCOL_MATCHES: Readonly<Record<Exclude<Proto, null>, readonly string[]>> = {
  tcp: [
    'tcp dport { 8080, 30080-30090 }',
    'tcp dport != { 8080, 30080-30090 }',
    'tcp dport 8080',
    'tcp dport < 1024',
    'tcp flags syn / syn,ack,rst,fin',
  ],
  udp: ['udp dport 53', 'udp sport 53', 'udp dport { 53, 8472 }'],
  icmp: ['icmp type echo-request', 'icmp type echo-reply', 'icmp type destination-unreachable'],
};

function randomMatch({ random, site }: RuleContext, hook: NftHook): string {
  const not = random.chance(0.15) ? '!= ' : '';
  const prefix = randomPrefix(random, site).replace('/32', '');
  const device = randomDevice(random, site).replace('+', '*');
  const mark = random.pick(['0x1', '0x0', '0x10']);
  return random.pick([
    `ip saddr ${not}${prefix}`,
    `ip daddr ${not}${prefix}`,
    `ip saddr ${not}@nets`,
    `ip daddr ${not}@nets`,
    `ip daddr ${not}{ ${prefix}, 203.0.113.77 }`,
    `ct state ${not}${random.pick(['new', 'established', '{ established, related }', 'invalid', 'untracked'])}`,
    `meta mark ${not}${mark}`,
    `meta mark & 0xf0 == ${random.pick(['0x10', '0x0'])}`,
    `ct mark ${not}${mark}`,
    `fib daddr type ${not}${random.pick(['local', 'unicast'])}`,
    `fib saddr type ${not}${random.pick(['local', 'unicast'])}`,
    `ip ttl ${random.pick(['64', '< 64'])}`,
    `ip dscp ${not}cs0`,
    'ct direction reply',
    `ct status ${random.pick(['dnat', 'snat', 'confirmed'])}`,
    `ct original ip daddr ${prefix}`,
    'meta pkttype host',
    // Rarer than the others, all together.
    ...(random.chance(0.5) ? [random.pick(RARE_MATCHES), random.pick(RARE_MATCHES)] : []),
    ...(hook === 'prerouting' || hook === 'input' || hook === 'forward'
      ? [`iifname ${not}"${device}"`, `iifname { "${device}", "eth1" }`]
      : []),
    ...(hook === 'output' || hook === 'postrouting' || hook === 'forward'
      ? [`oifname ${not}"${device}"`, 'meta skuid 0']
      : []),
    ...(hook === 'prerouting' ? ['fib saddr . iif oif missing'] : []),
  ]);
}

function statement({ random }: RuleContext, hook: NftHook, protocol: Proto): string {
  const canReject = hook === 'input' || hook === 'forward' || hook === 'output';
  return random.weighted([
    [3, 'drop'],
    [
      canReject ? 3 : 0,
      `reject with ${random.pick(['icmp port-unreachable', 'icmp host-unreachable', 'icmp admin-prohibited', 'icmp net-unreachable'])}`,
    ],
    [3, `meta mark set ${random.pick(['0x1', '0x10', 'meta mark | 0x2000', 'ct mark'])}`],
    [protocol === 'tcp' ? 2 : 0, 'meta mark set tcp dport map @marks'],
    [canReject && protocol === 'tcp' ? 1 : 0, 'reject with tcp reset'],
    [2, `ct mark set ${random.pick(['0x1', 'meta mark'])}`],
    [3, 'accept'],
    [2, 'return'],
    [1, 'counter'],
    [3, random.pick(RARE_STATEMENTS)],
    [1, `ip dscp set ${random.pick(['cs1', 'cs0', 'ef'])}`],
    // Anywhere else a loop of routes would never end.
    [hook === 'output' ? 2 : 0, `ip ttl set ${random.pick(['64', '3'])}`],
    [
      protocol === null ? 2 : 0,
      `meta l4proto vmap { tcp : accept, udp : ${random.pick(['accept', 'drop', 'continue'])} }`,
    ],
    [hook === 'prerouting' || hook === 'output' ? 2 : 0, 'notrack'],
    [1, `numgen random mod 2 vmap { 0 : accept, 1 : ${random.pick(['continue', 'drop'])} }`],
  ]);
}

function natStatement(context: RuleContext, hook: NftHook, protocol: Proto): string {
  const { random, site, node } = context;
  if (hook === 'postrouting') {
    return random.pick([
      'masquerade',
      'masquerade fully-random',
      `snat to ${random.pick(node.nics).address}`,
      `snat to ip saddr map { 10.244.0.0/16 : ${random.pick(node.nics).address} }`,
      'accept',
    ]);
  }
  // A relay whose own datagrams are sent to a pod would carry them for ever.
  const tcpOnly = hook === 'output' ? 'meta l4proto tcp ' : '';
  if (tcpOnly !== '' && protocol !== 'tcp') return 'accept';
  if (random.chance(0.3)) return `${tcpOnly}${rareDestination(context, protocol)}`;
  const pod = random.pick([...site.pods.map(({ address }) => address), node.nics[0].address]);
  if (protocol !== 'tcp') return `dnat to ${pod}`;
  return random.pick([`meta l4proto tcp dnat to ${pod}:8080`, 'tcp dport 80 redirect to :8080']);
}
