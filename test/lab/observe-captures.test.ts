import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { writePcap } from '../../src/lab/observe/write-pcap.ts';
import { openLab } from '../../src/lab/open-lab.ts';
import type { FlowReport, Sighting } from '../../src/lab/report.ts';
import { labMissing } from '../differential/paths/namespaces.ts';
import { headers, sent } from './observe-support.ts';
import { TUNNELS } from './observe-tunnels.ts';

const missing = labMissing(['ip', 'unshare', 'tcpdump']);

/** What a device saw of a packet: its headers, and those of the packet it carries. */
function sightingText({ namespace, device, direction, packet }: Sighting): string | null {
  if (!packet) return null;
  const carried = packet.inner ? ` [${headers(packet.inner)}]` : '';
  return `${namespace} ${device} ${direction} ${headers(packet)}${carried}`;
}

function textsUpTo(report: FlowReport, namespace: string): readonly string[] {
  const texts = report.sightings.flatMap((sighting) => sightingText(sighting) ?? []);
  return texts.slice(0, texts.findIndex((text) => text.startsWith(`${namespace} `)) + 1);
}

describe.skipIf(missing !== null)(
  `captures of all devices${missing ? ` (${missing})` : ''}`,
  () => {
    let lab: Lab;
    let tun: FlowReport;
    let vxlan: FlowReport;
    beforeAll(async () => {
      lab = await openLab();
      await lab.build(TUNNELS);
      const flow = { protocol: 'udp', port: 8080 } as const;
      // The neighbours are known afterwards.
      await sent(lab, { from: 'p1', to: '10.244.2.2', ...flow });
      tun = await sent(lab, { from: 'p1', to: '10.244.2.2', ...flow });
      vxlan = await sent(lab, { from: 'n1', to: '10.55.0.2', ...flow });
    });
    afterAll(() => lab.close());

    it('show a packet through a bridge, a TUN device and its relay', () => {
      expect(tun.client.outcome).toBe('connected');
      const packet = '10.244.1.2:*>10.244.2.2:8080';
      const carried = `10.0.0.1:8285>10.0.0.2:8285 [${packet}]`;
      expect(textsUpTo(tun, 'p2')).toEqual([
        `p1 eth0 out ${packet}`,
        `n1 veth1 in ${packet}`,
        `n1 cni0 in ${packet}`,
        `n1 flannel0 out ${packet}`,
        `n1 eth0 out ${carried}`,
        `segment-u port0 in ${carried}`,
        `segment-u port1 out ${carried}`,
        `n2 eth0 in ${carried}`,
        `n2 flannel0 in ${packet}`,
        `n2 cni0 out ${packet}`,
        `n2 veth1 out ${packet}`,
        `p2 eth0 in ${packet}`,
      ]);
    });

    it('show a packet in a VXLAN before and after the tunnel', () => {
      expect(vxlan.client.outcome).toBe('connected');
      const texts = vxlan.sightings.flatMap((sighting) => sightingText(sighting) ?? []);
      const packet = '10.55.0.1:*>10.55.0.2:8080';
      const carried = `10.0.0.1:*>10.0.0.2:4789 [${packet}]`;
      const way = texts.filter((text) => text.includes(packet));
      expect(way).toEqual([
        `n1 vx0 out ${packet}`,
        `n1 eth0 out ${carried}`,
        `segment-u port0 in ${carried}`,
        `segment-u port1 out ${carried}`,
        `n2 eth0 in ${carried}`,
        `n2 vx0 in ${packet}`,
      ]);
    });

    it('tell of a visit what its packet carries', () => {
      const outer = tun.visits.filter(({ hook, oif }) => hook === 'output' && oif === 'eth0');
      const carriers = outer.filter(({ namespace }) => namespace === 'n1');
      expect(carriers.length).toBeGreaterThan(0);
      for (const { packet } of carriers) expect(packet.encapsulation?.kind).toBe('flannel-udp');
    });

    it.each<[tunnel: string, port: number, from: string, to: string]>([
      ['flannel-udp', 8285, 'p1', '10.244.2.2'],
      ['vxlan', 4789, 'n1', '10.55.0.2'],
    ])('tell what a packet of %s carried that a rule dropped before it left', async (...row) => {
      const [kind, port, from, to] = row;
      const rule = (verb: string): Promise<unknown> =>
        lab.run([
          {
            namespace: 'n1',
            argv: ['iptables-nft', verb, 'OUTPUT', '-p', 'udp', '--dport', `${port}`, '-j', 'DROP'],
          },
        ]);
      await rule('-A');
      try {
        const report = await sent(lab, { from, to, protocol: 'udp', port: 8080 });
        expect(report.client.outcome).toBe('timeout');
        const drop = report.drops.find(({ reason }) => reason === 'NETFILTER_DROP');
        expect(drop?.namespace).toBe('n1');
        const outer = report.visits.find(({ packet }) => packet.dport === port);
        expect(outer?.packet.encapsulation?.kind).toBe(kind);
        expect(outer?.packet.inner && headers(outer.packet.inner)).toContain(`>${to}:8080`);
      } finally {
        await rule('-D');
      }
    });

    it.each<[device: string, report: () => FlowReport, expected: readonly RegExp[]]>([
      [
        'flannel0',
        () => tun,
        [/^IP 10\.244\.1\.2\.\d+ > 10\.244\.2\.2\.8080: UDP/, /^IP 10\.244\.2\.2\.8080 > /],
      ],
      [
        'vx0',
        () => vxlan,
        [/^IP 10\.55\.0\.1\.\d+ > 10\.55\.0\.2\.8080: UDP/, /^IP 10\.55\.0\.2\.8080 > /],
      ],
    ])('can be saved for tcpdump: %s', (device, report, expected) => {
      const { sightings } = report();
      const own = sightings.filter(
        (sighting) => sighting.namespace === 'n1' && sighting.device === device && sighting.packet,
      );
      const folder = mkdtempSync(join(tmpdir(), 'hookline-pcap-'));
      try {
        const file = join(folder, 'device.pcap');
        writeFileSync(file, writePcap(own));
        const text = execFileSync('tcpdump', ['-n', '-t', '-r', file], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        const lines = text.trimEnd().split('\n');
        expect(lines).toHaveLength(expected.length);
        for (const [i, pattern] of expected.entries()) expect(lines[i]).toMatch(pattern);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
);
