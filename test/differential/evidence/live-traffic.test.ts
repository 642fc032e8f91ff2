import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEvidence } from '../../../src/evidence/build-evidence.ts';
import type { Evidence, Journey } from '../../../src/evidence/evidence.ts';
import { readEvidenceFile } from '../../../src/evidence/read-evidence-file.ts';
import { labMissing, makeNamespaces, until } from '../paths/namespaces.ts';
import { kernelLog, letNamespacesLog } from './namespaces-log.ts';

const MARK = `hlev${process.pid}`;
const missing = labMissing([
  'ip',
  'tcpdump',
  'iptables-legacy',
  'ip6tables-legacy',
  'dmesg',
  'bash',
]);

const SETUP = `
ip link add va address 02:00:00:00:77:01 type veth peer name vb address 02:00:00:00:77:02 netns PEER
ip addr add 10.77.0.1/24 dev va
ip addr add fd77::1/64 dev va nodad
ip link set va up
ip neigh add 10.77.0.2 lladdr 02:00:00:00:77:02 dev va
ip neigh add fd77::2 lladdr 02:00:00:00:77:02 dev va
iptables-legacy -t raw -A OUTPUT -j LOG --log-prefix "MARK raw out: " --log-tcp-sequence --log-tcp-options --log-uid
iptables-legacy -t nat -A OUTPUT -p tcp -d 10.99.0.1 --dport 80 -j DNAT --to-destination 10.77.0.2:8080
iptables-legacy -t mangle -A POSTROUTING -j LOG --log-prefix "MARK mangle post: "
iptables-legacy -t mangle -A INPUT -j LOG --log-prefix "MARK mangle in: " --log-tcp-sequence
ip6tables-legacy -t raw -A OUTPUT -p tcp -j LOG --log-prefix "MARK raw out: " --log-tcp-sequence
ip route add 10.99.0.0/24 via 10.77.0.2`;

/** A refused TCP connection through a translation, one over IPv6, and UDP to a closed port. */
const TRAFFIC = [
  'echo > /dev/tcp/10.99.0.1/80',
  'echo > /dev/tcp/fd77::2/8080',
  'echo x > /dev/udp/10.77.0.2/9',
];

/** How many packets of the traffic pass the device, IPv6's neighbour discovery left out. */
const PACKETS = 6;
const LOGGED = 7;

/** Runs tcpdump and waits until it listens. */
async function capture(netns: string, options: readonly string[]): Promise<ChildProcess> {
  const filter = 'tcp or udp or (icmp and icmp[0] = 3)';
  const argv = [
    'netns',
    'exec',
    netns,
    'tcpdump',
    '-i',
    'va',
    '--immediate-mode',
    ...options,
    filter,
  ];
  const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += String(data);
  });
  await until('tcpdump', () => said.includes('listening on'));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}

function keptLog(): string[] {
  return kernelLog().filter((line) => line.includes(MARK));
}

describe.skipIf(missing !== null)(
  `one traffic in the kernel's log, a capture and tcpdump's text${missing ? ` (${missing})` : ''}`,
  () => {
    let folder = '';
    let evidence: Evidence;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'hookline-live-'));
      const stopLogging = letNamespacesLog();
      const lab = makeNamespaces(['a', 'b'], 0);
      const started: ChildProcess[] = [];
      try {
        const script = SETUP.replaceAll('PEER', lab.named('b')).replaceAll('MARK', MARK);
        lab.run('a', ['bash', '-ec', script]);
        lab.run('b', ['ip', 'addr', 'add', '10.77.0.2/24', 'dev', 'vb']);
        lab.run('b', ['ip', 'addr', 'add', 'fd77::2/64', 'dev', 'vb', 'nodad']);
        lab.run('b', ['ip', 'link', 'set', 'vb', 'up']);
        for (const address of ['10.77.0.1', 'fd77::1']) {
          lab.run('b', ['ip', 'neigh', 'add', address, 'lladdr', '02:00:00:00:77:01', 'dev', 'vb']);
        }
        await until('the link', () =>
          /LOWER_UP.* state UP/.test(lab.run('a', ['ip', 'link', 'show', 'va'])),
        );
        const pcap = join(folder, 'va0.pcap');
        started.push(await capture(lab.named('a'), ['-U', '-w', pcap]));
        const printing = await capture(lab.named('a'), ['-l', '-n', '-v', '-S', '-tt']);
        started.push(printing);
        let text = '';
        printing.stdout?.on('data', (data) => {
          text += String(data);
        });
        for (const command of TRAFFIC) lab.run('a', ['bash', '-c', `${command}; true`]);
        const framesRead = () => readEvidenceFile(readFileSync(pcap), pcap).value.file.lines;
        const textRead = () => text.split('\n').filter((line) => /^\d+\.\d+ IP/.test(line)).length;
        await until(
          'the packets',
          () => framesRead() >= PACKETS && textRead() >= PACKETS && keptLog().length >= LOGGED,
        );
        for (const child of started.splice(0)) await end(child);
        writeFileSync(join(folder, 'kernel.log'), keptLog().join('\n'));
        writeFileSync(join(folder, 'va.txt'), text);
      } finally {
        for (const child of started) child.kill('SIGKILL');
        lab.dispose();
        await stopLogging();
      }
      const names = ['kernel.log', 'va0.pcap', 'va.txt'];
      evidence = buildEvidence(
        names.map((name) => readEvidenceFile(readFileSync(join(folder, name)), name)),
      );
    });
    afterAll(() => {
      if (folder !== '') rmSync(folder, { recursive: true });
    });

    it('is read without a line left over', () => {
      expect(evidence.issues).toEqual([]);
      expect(evidence.files.map(({ unplacedCount }) => unplacedCount)).toEqual([0, 0, 0]);
    });

    it('is the same six packets in each, seen where the rules and the device are', () => {
      const seen = (journey: Journey): string =>
        journey.sightings
          .map(({ format, vantage }) =>
            vantage.table ? `${vantage.table} ${vantage.hook}` : format,
          )
          .sort()
          .join(', ');
      const captured = ['pcap', 'tcpdump-text'];
      const sent = ['mangle postrouting', 'pcap', 'raw output', 'tcpdump-text'].join(', ');
      const received = ['mangle input', ...captured].join(', ');
      expect(evidence.journeys.map(seen).sort()).toEqual(
        [
          ...[sent, received], // TCP
          ...[['pcap', 'raw output', 'tcpdump-text'].join(', '), captured.join(', ')], // IPv6, logged once
          ...[sent, received], // UDP and the error about it
        ].sort(),
      );
    });

    it('is two refused connections, one of them translated, and a closed port', () => {
      const told = evidence.conversations.map(({ protocol, service, endpoint, outcome }) => [
        protocol,
        service.port,
        endpoint?.port ?? null,
        outcome,
      ]);
      expect(told.sort()).toEqual([
        [17, 9, null, 'icmp-error'],
        [6, 80, 8080, 'reset'],
        [6, 8080, null, 'reset'],
      ]);
    });
  },
);
