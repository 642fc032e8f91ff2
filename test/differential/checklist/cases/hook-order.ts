import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { type Change, site, VIP } from '../site.ts';

/** Points 1 to 3: hooks, nat chains, verdicts. */
const REMOTE = '10.1.2.2';
const flow = { from: 'n1', protocol: 'tcp', to: REMOTE, port: 8080 } as const;
const toService = { from: 'n1', protocol: 'tcp', to: VIP, port: 80 } as const;

const OUTPUT = 'type filter hook output priority';
const NAT = 'type nat hook output priority';
const toVip = `ip daddr ${VIP} tcp dport 80`;

const onN1 = (change: Change) => site({ n1: change });
const withTwoPods = (change: Change) => site({ n1: change, q2: {} });

/** A table with chains `a`, `b`, ... in the order they are given. */
export function table(name: string, ...chains: readonly string[]): string {
  const parts = chains.map(
    (text, i) => `chain ${'abcdef'[i]} {\n${text.replaceAll('; ', '\n')}\n}`,
  );
  return `table ip ${name} {\n${parts.join('\n')}\n}\n`;
}

const marks = `ip daddr ${REMOTE} counter meta mark set 7`;
const dropsMarked = `ip daddr ${REMOTE} meta mark 7 counter drop`;
const legacyDropsMarked = `*filter\n-A OUTPUT -d ${REMOTE} -m mark --mark 7 -j DROP\nCOMMIT\n`;

const connected: Proof = { kind: 'client', outcome: 'connected' };
const timeout: Proof = { kind: 'client', outcome: 'timeout' };
const filtered: Proof = { kind: 'drop', reason: 'NETFILTER_DROP' };
const rule = (chain: string, position: number, packets: number | 'some'): Proof => ({
  kind: 'rule',
  at: 'n1',
  chain,
  position,
  packets,
});

export const HOOK_ORDER: readonly ChecklistCase[] = [
  {
    name: 'chains of one hook run by ascending priority',
    topology: onN1({
      nft: table(
        't',
        `${OUTPUT} 50; ip daddr ${REMOTE} meta mark 3 counter meta mark set 4`,
        `${OUTPUT} -150; ip daddr ${REMOTE} meta mark 1 counter meta mark set 2`,
        `${OUTPUT} 0; ip daddr ${REMOTE} meta mark 2 counter meta mark set 3`,
        `${OUTPUT} -300; ip daddr ${REMOTE} counter meta mark set 1`,
      ),
    }),
    flow,
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', mark: 4, destination: REMOTE },
      },
    ],
  },
  {
    name: 'tables of iptables run as raw, mangle, nat, filter',
    topology: onN1({
      iptablesNft: [
        '*raw',
        `-A OUTPUT -d ${VIP} -j MARK --set-mark 1`,
        'COMMIT',
        '*mangle',
        `-A OUTPUT -d ${VIP} -m mark --mark 1 -j MARK --set-mark 2`,
        'COMMIT',
        '*nat',
        `-A OUTPUT -d ${VIP} -p tcp -m mark --mark 2 -j DNAT --to-destination ${REMOTE}:8080`,
        'COMMIT',
        '*filter',
        `-A OUTPUT -d ${REMOTE} -m mark --mark 2 -j MARK --set-mark 3`,
        'COMMIT',
        '',
      ].join('\n'),
    }),
    flow: toService,
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', mark: 3, destination: REMOTE },
      },
    ],
  },
  {
    name: 'of two chains of one table with one priority the later one runs first',
    topology: onN1({ nft: table('t', `${OUTPUT} 0; ${dropsMarked}`, `${OUTPUT} 0; ${marks}`) }),
    flow,
    proof: [timeout, filtered],
    control: 'of two chains of one table with one priority the earlier one runs last',
  },
  {
    name: 'of two chains of one table with one priority the earlier one runs last',
    topology: onN1({ nft: table('t', `${OUTPUT} 0; ${marks}`, `${OUTPUT} 0; ${dropsMarked}`) }),
    flow,
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', mark: 7, destination: REMOTE },
      },
    ],
  },
  {
    name: 'nft registered after iptables-legacy runs before it',
    topology: onN1({
      commands: [
        [
          'sh',
          '-c',
          `printf '${legacyDropsMarked.replaceAll('\n', '\\n')}' | iptables-legacy-restore`,
        ],
        ['nft', table('t', `${OUTPUT} 0; ${marks}`)],
      ],
    }),
    flow,
    proof: [timeout, filtered],
    control: 'nft registered before iptables-legacy runs after it',
    open: ['hook-order'],
  },
  {
    name: 'nft registered before iptables-legacy runs after it',
    topology: onN1({
      commands: [
        ['nft', table('t', `${OUTPUT} 0; ${marks}`)],
        [
          'sh',
          '-c',
          `printf '${legacyDropsMarked.replaceAll('\n', '\\n')}' | iptables-legacy-restore`,
        ],
      ],
    }),
    flow,
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', mark: 7, destination: REMOTE },
      },
    ],
    open: ['hook-order'],
  },
  {
    name: 'a nat chain of priority -190 runs after a filter chain of -150',
    topology: onN1({
      nft: table(
        't',
        `${NAT} -190; ${toVip} meta mark 7 counter dnat to ${REMOTE}:8080`,
        `${OUTPUT} -150; ip daddr ${VIP} counter meta mark set 7`,
      ),
    }),
    flow: toService,
    proof: [connected, rule('a', 1, 1)],
  },
  {
    name: 'a nat chain of priority 50 runs before a filter chain of -50',
    topology: onN1({
      nft: table(
        't',
        `${NAT} 50; ${toVip} counter dnat to ${REMOTE}:8080`,
        `${OUTPUT} -50; ip daddr ${REMOTE} meta mark set 5`,
      ),
    }),
    flow: toService,
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', mark: 5, destination: REMOTE },
      },
    ],
  },
  {
    name: 'among nat chains the own priority counts, and the first mapping ends the search',
    topology: withTwoPods({
      nft: table(
        't',
        `${NAT} -90; ${toVip} counter dnat to 10.1.2.3:8080`,
        `${NAT} -120; ${toVip} counter dnat to ${REMOTE}:8080`,
      ),
    }),
    flow: toService,
    proof: [connected, { kind: 'answer', from: 'p2' }, rule('b', 1, 1), rule('a', 1, 0)],
  },
  {
    name: 'of two nat chains of one table with one priority the later one maps',
    topology: withTwoPods({
      nft: table(
        't',
        `${NAT} -100; ${toVip} counter dnat to ${REMOTE}:8080`,
        `${NAT} -100; ${toVip} counter dnat to 10.1.2.3:8080`,
      ),
    }),
    flow: toService,
    proof: [connected, { kind: 'answer', from: 'q2' }, rule('b', 1, 1), rule('a', 1, 0)],
  },
  {
    name: 'nat rules meet the first packet of a connection only',
    topology: onN1({ nft: table('t', `${NAT} -100; ${toVip} counter dnat to ${REMOTE}:8080`) }),
    flow: toService,
    proof: [
      connected,
      rule('a', 1, 1),
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'first', ctState: null, destination: VIP },
      },
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', ctState: 'ESTABLISHED', destination: REMOTE },
      },
    ],
  },
  {
    name: 'an accepted packet still meets the chains of later priorities',
    topology: onN1({
      nft: table(
        't',
        `${OUTPUT} -1; ip daddr ${REMOTE} counter accept`,
        `${OUTPUT} 5; ip daddr ${REMOTE} counter drop`,
      ),
    }),
    flow,
    proof: [timeout, filtered],
    control: 'an accepted packet does not meet the rest of its chain',
  },
  {
    name: 'an accepted packet does not meet the rest of its chain',
    topology: onN1({
      nft: table(
        't',
        `${OUTPUT} -1; ip daddr ${REMOTE} counter accept; ip daddr ${REMOTE} counter drop`,
      ),
    }),
    flow,
    proof: [connected, rule('a', 2, 0)],
  },
  {
    name: 'a dropped packet meets no later chain',
    topology: onN1({
      nft: table(
        't',
        `${OUTPUT} -1; ip daddr ${REMOTE} counter drop`,
        `${OUTPUT} 5; ip daddr ${REMOTE} counter accept`,
      ),
    }),
    flow,
    proof: [timeout, filtered, rule('b', 1, 0)],
    control: 'an accepted packet does not meet the rest of its chain',
  },
  {
    name: 'the return of a chain that was gone to ends at the policy',
    topology: onN1({
      iptablesNft: `*filter\n:X - [0:0]\n-A OUTPUT -d ${REMOTE} -g X\n-A OUTPUT -d ${REMOTE} -j DROP\n-A X -j RETURN\nCOMMIT\n`,
    }),
    flow,
    proof: [connected, rule('X', 1, 'some'), rule('OUTPUT', 2, 0)],
  },
  {
    name: 'the return of a chain that was jumped to goes on behind the jump',
    topology: onN1({
      iptablesNft: `*filter\n:X - [0:0]\n-A OUTPUT -d ${REMOTE} -j X\n-A OUTPUT -d ${REMOTE} -j DROP\n-A X -j RETURN\nCOMMIT\n`,
    }),
    flow,
    proof: [timeout, filtered],
    control: 'the return of a chain that was gone to ends at the policy',
  },
  {
    name: 'a chain of nft that was gone to ends at the policy',
    topology: onN1({
      nft: `table ip t {\nchain x {\ncounter\n}\nchain a {\n${OUTPUT} 0\nip daddr ${REMOTE} goto x\nip daddr ${REMOTE} drop\n}\n}\n`,
    }),
    flow,
    proof: [connected, rule('a', 2, 0)],
  },
  {
    name: 'a chain of nft that was jumped to goes on behind the jump',
    topology: onN1({
      nft: `table ip t {\nchain x {\ncounter\n}\nchain a {\n${OUTPUT} 0\nip daddr ${REMOTE} jump x\nip daddr ${REMOTE} drop\n}\n}\n`,
    }),
    flow,
    proof: [timeout, filtered],
    control: 'a chain of nft that was gone to ends at the policy',
  },
  {
    name: 'the policy decides about what no rule decided',
    topology: onN1({
      iptablesLegacy: `*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -d 10.1.2.3 -j ACCEPT\n-A OUTPUT -p udp -j ACCEPT\nCOMMIT\n`,
    }),
    flow,
    proof: [timeout, filtered],
    control: 'an accepted packet does not meet the rest of its chain',
  },
];
