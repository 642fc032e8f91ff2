import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshSkb } from '../../../src/kernel/answer.ts';
import { trackIncoming } from '../../../src/kernel/conntrack/track.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { parseConntrack } from '../../../src/snapshot/conntrack.ts';
import { explore } from '../../../src/trace/branches.ts';
import { labMissing, makeNamespaces, type Namespaces, shell, until } from '../paths/namespaces.ts';
import { readState, WITH_RULES } from '../routing/read-state.ts';
import { openSender, ROUTER_MACS } from './episodes/play-kernel.ts';
import { udp } from './scenario.ts';

/**
 * A table that is full, the model against the running kernel. The limit is the machine's, and a namespace
 * cannot change it: so many entries are made.
 */
const MOST = 300_000;

function limit(): number {
  try {
    return Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8'));
  } catch {
    return 0;
  }
}

const max = limit();
const missing =
  labMissing(['ip', 'sysctl', 'nft', 'iptables-legacy', 'conntrack']) ??
  (max > 0 && max <= MOST ? null : `nf_conntrack_max is ${max}`);

const PORTS = 1000;

/** Assured entries, so that none may be dropped for another; the last one is easily named. */
function entries(): string {
  const lines: string[] = [];
  for (let i = 0; i < max; i++) {
    const host = Math.floor(i / PORTS);
    lines.push(
      `-I -p udp -s 10.9.${host >> 8}.${host & 255} -d 10.8.0.1 --sport ${1 + (i % PORTS)} --dport 53 -t 900 -u SEEN_REPLY,ASSURED`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Whether a datagram of a new connection gets past conntrack in the model. */
function passesInModel(state: NetnsState, from: string): readonly boolean[] {
  const { branches } = explore(
    (run) => !trackIncoming(run, state, 'prerouting', freshSkb(udp(from, '10.0.1.9:53'))).full,
    new Map(),
    4,
  );
  return branches.map(({ result }) => result);
}

describe.skipIf(missing !== null)(`a full table${missing ? ` (${missing})` : ''}`, () => {
  let namespaces: Namespaces | undefined;
  const lab = (): Namespaces => {
    if (!namespaces) throw new Error('no namespaces');
    return namespaces;
  };
  const passed = (): number =>
    Number(/\[(\d+):\d+\] -A FORWARD/.exec(lab().run('host', ['iptables-legacy-save', '-c']))?.[1]);
  const counted = (key: string): number =>
    [
      ...lab()
        .run('host', ['conntrack', '-S'])
        .matchAll(new RegExp(`\\b${key}=(\\d+)`, 'g')),
    ].reduce((sum, [, count]) => sum + Number(count), 0);

  beforeAll(() => {
    namespaces = makeNamespaces(['host', 'wire'], 140);
    const wire = namespaces.named('wire');
    const lines = (['client', 'server'] as const).flatMap((end, i) => [
      `link add d${i} address ${ROUTER_MACS[end]} type veth peer name d${i} netns ${wire}`,
      `addr add 10.0.${i}.1/24 dev d${i}`,
      `link set d${i} up`,
      `neigh add 10.0.${i}.9 lladdr 02:00:00:00:00:99 dev d${i} nud permanent`,
    ]);
    namespaces.run('host', ['ip', '-batch', '-'], lines.join('\n'));
    namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up\n');
    namespaces.run('host', ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
    const rules = [
      '-t nat -A POSTROUTING -s 240.0.0.1 -j MASQUERADE',
      '-A FORWARD -p udp -j ACCEPT',
    ];
    for (const rule of rules) namespaces.run('host', ['iptables-legacy', '-w', ...rule.split(' ')]);
    // conntrack reads its commands from a file alone.
    const folder = mkdtempSync(join(tmpdir(), 'hookline-'));
    try {
      writeFileSync(join(folder, 'entries'), entries());
      namespaces.run('host', ['conntrack', '-R', join(folder, 'entries')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 240_000);

  afterAll(() => namespaces?.dispose());

  const stateWithoutEntries = (): NetnsState =>
    readState(
      lab(),
      'host',
      WITH_RULES.filter((name) => name !== 'conntrack'),
    );

  async function send(from: string): Promise<'passed' | 'dropped'> {
    const before = { passed: passed(), dropped: counted('drop') };
    const sender = openSender(lab());
    try {
      sender.send({ from: 'client', packet: udp(from, '10.0.1.9:53') }, 1);
    } finally {
      sender.close();
    }
    const now = { passed: 0, dropped: 0 };
    await until('the datagram to end', () => {
      now.passed = passed() - before.passed;
      now.dropped = counted('drop') - before.dropped;
      return now.passed + now.dropped > 0;
    });
    return now.passed > 0 ? 'passed' : 'dropped';
  }

  test('drops the first packet of a connection, and lets those of known ones pass', async () => {
    // All are made alike: those of one host stand for them, for a whole listing takes long.
    const listed = await shell(
      `ip netns exec ${lab().named('host')} conntrack -L -s 10.9.0.0 -o extended 2>/dev/null`,
    );
    const conntrack = parseConntrack(listed, 'conntrack.txt').value;
    expect(conntrack).toHaveLength(PORTS);
    expect(conntrack.every(({ assured }) => assured)).toBe(true);
    const full = { ...stateWithoutEntries(), conntrack };
    expect(passesInModel(full, '10.0.0.9:5000')).toEqual([false]);
    expect(await send('10.0.0.9:5000')).toBe('dropped');

    lab().run('host', ['conntrack', '-D', '-p', 'udp', '-s', '10.9.0.0', '--sport', '1']);
    const room = { ...stateWithoutEntries(), conntrack: [] };
    expect(passesInModel(room, '10.0.0.9:5000')).toEqual([true]);
    expect(await send('10.0.0.9:5000')).toBe('passed');
    // Full again, and with the one that just came: its connection is known.
    expect(await send('10.0.0.9:5000')).toBe('passed');
    expect(await send('10.0.0.9:5001')).toBe('dropped');
  }, 240_000);
});
