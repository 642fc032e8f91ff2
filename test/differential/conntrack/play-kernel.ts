import { formatAddress } from '../../../src/packet/address.ts';
import { parseConntrack } from '../../../src/snapshot/conntrack.ts';
import { type Namespaces, shell } from '../paths/namespaces.ts';
import { ethernetFrame } from '../routing/frame.ts';
import type { Checkpoint } from './checkpoint.ts';
import { describeConnections } from './describe.ts';
import type { Step } from './scenario.ts';

export const HOST_MACS = { d0: '02:00:00:00:01:00', d1: '02:00:00:00:01:01' } as const;

/** What the kernel showed of a scenario. */
export interface Watched {
  /** Per packet, the names of the checkpoints that counted it, `prerouting before any` included. */
  readonly seen: readonly ReadonlySet<string>[];
  readonly connections: readonly string[];
}

/**
 * Chains that see a packet after mangle, and after the nat of their hook. Nothing in FORWARD
 * translates. The table filter of INPUT and FORWARD comes after the first, and confirmation
 * after the last.
 */
const CHAINS = [
  ['prerouting', 'before', -140],
  ['prerouting', 'after', -90],
  ['input', 'before', -140],
  ['input', 'after', 110],
  ['forward', 'before', -140],
  ['output', 'before', -140],
  ['output', 'after', -90],
  ['postrouting', 'before', -140],
  ['postrouting', 'after', 110],
] as const;

/** The name of the rule that counts everything of a chain. */
export const anyAt = (hook: Checkpoint['hook'], when: Checkpoint['when']): string =>
  `${hook} ${when} any`;

/** Sends a scenario's packets and tells which of the expected checkpoints counted each. */
export async function playKernel(
  namespaces: Namespaces,
  steps: readonly Step[],
  expected: readonly Checkpoint[],
): Promise<Watched> {
  const host = `ip netns exec ${namespaces.named('host')}`;
  const wire = `ip netns exec ${namespaces.named('wire')}`;
  namespaces.run('host', ['nft', '-f', '-'], countingTable(expected));
  const count = `${host} nft list table ip hookline; echo '${MARK}'`;
  const script = [
    count,
    ...steps.flatMap((step) => [
      step.kind === 'arrive'
        ? `${arriving(step)} | ${wire} ${receiver(step)}`
        : sending(step, host),
      count,
    ]),
    `${host} conntrack -L -o extended 2>/dev/null`,
  ].join('\n');
  const parts = (await shell(script)).split(`${MARK}\n`);
  const counted = parts.slice(0, -1).map(counters);
  const seen = steps.map((_, i) => {
    const before = counted[i];
    const grown = [...(counted[i + 1] ?? [])].filter(
      ([name, packets]) => packets > (before?.get(name) ?? 0),
    );
    return new Set(grown.map(([name]) => name));
  });
  const table = parseConntrack(parts.at(-1) ?? '', 'conntrack.txt');
  return { seen, connections: describeConnections(table.value) };
}

const MARK = '=== counted';

function arriving(step: Extract<Step, { kind: 'arrive' }>): string {
  const frame = ethernetFrame(step.packet, HOST_MACS[step.iif]);
  return `echo ${frame.toString('hex')} | xxd -r -p`;
}

const receiver = (step: Extract<Step, { kind: 'arrive' }>): string =>
  `socat -u - INTERFACE:${step.iif}`;

/** A local sender. Only UDP sends one packet and is done. */
function sending({ packet, bound }: Extract<Step, { kind: 'send' }>, host: string): string {
  const { transport } = packet;
  const destination = formatAddress(packet.destination);
  if (transport.kind !== 'udp') throw new Error(`no sender of ${transport.kind}`);
  const from = `${bound ? formatAddress(packet.source) : ''}:${transport.sport}`;
  return `echo hello | ${host} socat -u - UDP4-SENDTO:${destination}:${transport.dport},bind=${from}`;
}

function countingTable(expected: readonly Checkpoint[]): string {
  const lines = CHAINS.flatMap(([hook, when, priority]) => {
    const rules = expected.filter((item) => item.hook === hook && item.when === when);
    const unique = new Map(rules.map((item) => [item.name, item.match]));
    // The kernel's own ICMP errors about what nobody listens for are no part of a scenario.
    const scope = hook === 'output' || hook === 'postrouting' ? 'ip protocol != icmp ' : '';
    return [
      `chain ${hook}-${when} { type filter hook ${hook} priority ${priority};`,
      `${scope}counter comment "${anyAt(hook, when)}"`,
      ...[...unique].map(([name, match]) => `${match} counter comment "${name}"`),
      '}',
    ];
  });
  return ['table ip hookline {', ...lines, '}'].join('\n');
}

function counters(text: string): ReadonlyMap<string, number> {
  const found = text.matchAll(/counter packets (\d+) bytes \d+ comment "([^"]*)"/g);
  return new Map([...found].map(([, packets, name]) => [name ?? '', Number(packets)]));
}
