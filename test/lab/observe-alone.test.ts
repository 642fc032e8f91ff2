import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { traceInstanceOf } from '../../src/lab/observe/trace-instance.ts';
import { openLab } from '../../src/lab/open-lab.ts';
import type { FlowReport } from '../../src/lab/report.ts';
import { labMissing } from '../differential/paths/namespaces.ts';
import { ROUTED } from './observe-routed.ts';
import { dropText, EVERYTHING, headers, sent } from './observe-support.ts';

const missing = labMissing(['ip', 'unshare', 'nft', 'iptables-legacy', 'iptables-nft', 'ss']);

const ROUNDS = 12;

function sendMany(lab: Lab, port: number): Promise<readonly FlowReport[]> {
  const flows = Array.from({ length: ROUNDS }, (_, i) => ({
    ...({ id: `${i}`, from: 'c', protocol: 'udp', to: '10.2.0.2', port, payload: 1 } as const),
  }));
  return lab.send({ flows, observe: EVERYTHING });
}

/** Names in the machine's tracefs, mounted for one command. */
function traceInstances(): readonly string[] {
  const script = 'mount -t tracefs tracefs /mnt && ls /mnt/instances';
  const text = execFileSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
  return text.split('\n');
}

describe.skipIf(missing !== null)(`two laboratories${missing ? ` (${missing})` : ''}`, () => {
  const labs: Lab[] = [];
  beforeAll(async () => {
    labs.push(...(await Promise.all([openLab(), openLab()])));
    for (const lab of labs) await lab.build(ROUTED);
  });
  afterAll(() => Promise.all(labs.map((lab) => lab.close())));

  it('see their own packets and drops only, though names and lengths are the same', async () => {
    const [one, two] = await Promise.all(labs.map((lab, i) => sendMany(lab, i === 0 ? 8080 : 85)));
    for (const { client, drops, visits } of one ?? []) {
      expect(client.outcome).toBe('connected');
      expect(drops).toEqual([]);
      expect(visits.length).toBeGreaterThan(0);
      for (const { packet } of visits) expect(headers(packet)).toContain(':8080');
    }
    for (const { drops, blind } of two ?? []) {
      const lost = blind.some(({ what, why }) => what === 'drops' && why === 'lost');
      if (lost && drops.length === 0) continue;
      expect(drops.map(dropText)).toEqual(['NO_SOCKET s eth0 10.1.0.2:*>10.2.0.2:85']);
    }
    expect((two ?? []).flatMap(({ drops }) => drops).length).toBeGreaterThan(0);
    for (const { visits } of two ?? []) {
      expect(visits.length).toBeGreaterThan(0);
      for (const { packet } of visits) expect(headers(packet)).not.toContain(':8080');
    }
  });

  it('have a trace instance each while they stand, and none afterwards', async () => {
    const lab = await openLab();
    const own = traceInstanceOf(readlinkSync(`/proc/${lab.pid}/ns/pid`));
    try {
      await lab.build(ROUTED);
      await sent(lab, { from: 'c', protocol: 'tcp', to: '10.2.0.2', port: 8080 });
      expect(traceInstances()).toContain(own);
    } finally {
      await lab.close();
    }
    expect(traceInstances()).not.toContain(own);
  });

  it('take over what a killed one left under the same name', async () => {
    const lab = await openLab();
    try {
      await lab.build(ROUTED);
      const own = traceInstanceOf(readlinkSync(`/proc/${lab.pid}/ns/pid`));
      const script = `mkdir /run/t && mount -t tracefs t /run/t && mkdir /run/t/instances/${own}`;
      const [made] = await lab.run([{ namespace: null, argv: ['sh', '-c', script] }]);
      expect(made?.status).toBe(0);
      const flow = { from: 'c', protocol: 'udp', to: '10.2.0.2', port: 85 } as const;
      const { drops, blind } = await sent(lab, flow);
      expect(drops.map(dropText)).toEqual(['NO_SOCKET s eth0 10.1.0.2:*>10.2.0.2:85']);
      expect(blind.filter(({ why }) => why !== 'lost')).toEqual([]);
    } finally {
      await lab.close();
    }
  });

  it('are as they were after something was watched', async () => {
    const [lab] = labs;
    if (!lab) throw new Error('no laboratory');
    const state = async (): Promise<readonly string[]> => {
      const commands = ['c', 'r', 's'].flatMap((namespace) => [
        { namespace, argv: ['nft', 'list', 'ruleset'] },
        { namespace, argv: ['sysctl', '-a', '-r', '^net.netfilter.nf_log|^net.ipv4.conf'] },
        { namespace, argv: ['ip', '-d', 'link'] },
        { namespace, argv: ['ss', '-Hlnp0'] },
      ]);
      return (await lab.run(commands)).map(({ stdout }) => stdout);
    };
    const before = await state();
    const report = await sent(lab, { from: 'c', protocol: 'tcp', to: '10.99.0.2', port: 80 });
    expect(report.rules.some(({ backend }) => backend === 'legacy')).toBe(true);
    await expect.poll(state).toEqual(before);
  });

  it('track no connection where no rule asks for it', async () => {
    const [lab] = labs;
    if (!lab) throw new Error('no laboratory');
    const report = await sent(lab, { from: 'c', protocol: 'tcp', to: '10.2.0.2', port: 8080 });
    const states = (namespace: string): readonly (string | null)[] =>
      report.visits.filter((visit) => visit.namespace === namespace).map(({ ctState }) => ctState);
    expect(new Set(states('s'))).toEqual(new Set([null]));
    expect(states('r')).toContain('NEW');
    const [count] = await lab.run([
      { namespace: 's', argv: ['sysctl', '-n', 'net.netfilter.nf_conntrack_count'] },
    ]);
    expect(count?.stdout.trim()).toBe('0');
  });
});
