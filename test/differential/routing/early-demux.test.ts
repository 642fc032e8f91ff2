import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { routeInput } from '../../../src/kernel/routing/input-route.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';
import { startRun } from '../../../src/trace/run-record.ts';
import { labMissing, makeNamespaces, type Namespaces, until } from '../paths/namespaces.ts';
import { readState } from './read-state.ts';

/**
 * A connection that was established before rp_filter became strict goes on, while the next one is
 * dropped: the kernel gives a packet of an established socket the route that the socket remembers,
 * until any route changes. The model follows new connections only. docs/lab-notes/early-demux.md.
 */
const missing = labMissing(['ip', 'sysctl', 'socat', 'mkfifo', 'nstat']);

const RPFILTER = 'TcpExtIPReversePathFilter';

/** The client's packets come in by d0, and the way to it is d1. */
function build(namespaces: Namespaces): void {
  const client = namespaces.named('client');
  const mac = (end: string): string => `02:00:00:00:00:${end}`;
  const lines = [
    `link add d0 address ${mac('01')} type veth peer name d0 address ${mac('02')} netns ${client}`,
    `link add d1 address ${mac('03')} type veth peer name d1 address ${mac('04')} netns ${client}`,
    'addr add 10.0.0.2/24 dev d0',
    'link set d0 up',
    'addr add 10.0.1.2/24 dev d1',
    'link set d1 up',
    'route add 10.0.0.9/32 dev d1',
    // ARP, which a strict check would silence too, is not part of this.
    `neigh add 10.0.0.9 lladdr ${mac('04')} dev d1 nud permanent`,
  ];
  namespaces.run('host', ['ip', '-batch', '-'], lines.join('\n'));
  const ends = [
    'addr add 10.0.0.9/24 dev d0',
    'link set d0 up',
    'link set d1 up',
    `neigh add 10.0.0.2 lladdr ${mac('01')} dev d0 nud permanent`,
  ];
  namespaces.run('client', ['ip', '-batch', '-'], ends.join('\n'));
}

const strict = (lab: Namespaces, value: 0 | 1): string =>
  lab.run('host', ['sysctl', '-qw', `net.ipv4.conf.all.rp_filter=${value}`]);

/** Packets that the source check has dropped so far. */
function dropped(lab: Namespaces): number {
  const text = lab.run('host', ['nstat', '-asz', RPFILTER]);
  return Number(/ReversePathFilter\s+(\d+)/.exec(text)?.[1]);
}

describe.skipIf(missing !== null)(
  `early demux on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    let namespaces: Namespaces | undefined;
    let folder = '';
    afterEach(() => {
      namespaces?.dispose();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    });

    test('an established connection goes on where a new one fails the source check', async () => {
      const lab = makeNamespaces(['host', 'client'], 95);
      namespaces = lab;
      folder = mkdtempSync(`${tmpdir()}/hookline-demux-`);
      const [heard, spoken] = [`${folder}/heard`, `${folder}/spoken`];
      writeFileSync(heard, '');
      build(lab);
      lab.run('client', ['mkfifo', spoken]);
      lab.start('host', ['socat', '-u', 'TCP4-LISTEN:8080,reuseaddr,fork', `OPEN:${heard},append`]);
      await until('the listener', () => lab.run('host', ['ss', '-Hnlt']).includes(':8080'));
      lab.start('client', ['socat', '-u', `OPEN:${spoken},rdwr`, 'TCP4:10.0.0.2:8080']);
      writeFileSync(spoken, 'before\n');
      await until('the first words', () => readFileSync(heard, 'utf8').includes('before'));

      strict(lab, 1);
      writeFileSync(spoken, 'strict\n');
      await until('words past the check', () => readFileSync(heard, 'utf8').includes('strict'));
      expect(dropped(lab)).toBe(0);

      const again = ['socat', '-u', 'OPEN:/dev/null', 'TCP4:10.0.0.2:8080,connect-timeout=0.3'];
      expect(() => lab.run('client', again)).toThrow(/timed out/);
      const refused = dropped(lab);
      expect(refused).toBeGreaterThan(0);
      expect(newConnection(lab)).toMatchObject({ kind: 'drop', reason: 'IP_RPFILTER' });
    });
  },
);

/** What the model says of the SYN of a new connection. */
function newConnection(lab: Namespaces) {
  const [source, destination] = [parseIpv4('10.0.0.9'), parseIpv4('10.0.0.2')];
  if (!source || !destination) throw new Error('an address');
  const run = startRun((question) => {
    throw new Error(`asked ${question.id}`);
  });
  const packet = {
    source,
    destination,
    protocol: 6,
    ttl: 64,
    tos: 0,
    length: 60,
    dontFragment: true,
    transport: { kind: 'tcp', sport: 40000, dport: 8080, flags: { syn: true } },
  } as const;
  return routeInput(readState(lab, 'host'), { packet, iif: 'd0', mark: 0 }, run.decider);
}
