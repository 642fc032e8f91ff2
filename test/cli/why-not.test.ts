import { describe, expect, it } from 'vitest';
import { whyNotSchema } from '../../src/cli/schema/why-not.ts';
import { SEED } from './built.ts';
import { run } from './run.ts';

const FLOW = ['why-not', SEED, '--from', 'n1', '--to', '10.96.10.2:80'];
const NFT = 'test/recorded/nftables-1.36.3-clustercidr';
const SAVE = 'nodes/n1/iptables-save.txt';

describe('hookline why-not', () => {
  it.each([
    [
      ['--rule', 'nat KUBE-SERVICES 1'],
      1,
      'nat KUBE-SERVICES 1 on n1 does not match the SYN: -d 10.96.10.19/32: the packet has daddr 10.96.10.2',
    ],
    [['--rule', `${SAVE}:313`], 1, 'nat KUBE-SERVICES 1 on n1 does not match the SYN'],
    [
      ['--rule', '--random-fully'],
      1,
      'nat KUBE-POSTROUTING 3 on n1 is not reached by the SYN in postrouting: a rule of KUBE-POSTROUTING',
    ],
    [
      ['--chain', 'nat KUBE-SERVICES'],
      0,
      'chain nat KUBE-SERVICES on n1 is passed by the SYN in output',
    ],
    [
      ['--chain', 'filter FORWARD', '--node', 'n2'],
      1,
      'table filter leads there in forward only, and the packet passes prerouting; it is dropped on n2 (IP_RPFILTER)',
    ],
    [['--chain', 'KUBE-SEP-K6LSNLKNTA7LRFET'], 1, 'is not reached by the SYN in output'],
    [['--chain', 'nat OUTPUT', '--reply'], 1, 'there is no such packet'],
    [['--rule', 'nft nat KUBE-SERVICES 1'], 1, 'nat KUBE-SERVICES 1 on n1 does not match the SYN'],
  ])('answers %j with exit code %i', async (options, code, words) => {
    const { stdout, exit } = await run([...FLOW, ...options]);
    expect(stdout.split('\n\n')[0]?.replaceAll('\n  ', ' ')).toContain(words);
    expect(exit).toBe(code);
  });

  it('finds the element that a verdict map of nft lacks', async () => {
    const flow = ['why-not', NFT, '--from', 'n1', '--to', '10.96.10.20:80'];
    const chain = ['--chain', 'service-4UZQPB2K-prod/lb-web/tcp/http'];
    const { stdout, exit } = await run([...flow, ...chain]);
    expect(exit).toBe(1);
    expect(stdout.replaceAll('\n  ', ' ')).toContain(
      'its key for it is 10.96.10.5 . tcp . 80, and the packet has 10.96.10.20 . tcp . 80',
    );
  });

  it('takes the flow from a frame of a capture', async () => {
    const packet = `${SEED}/evidence/n1/flannel0.pcap:1`;
    const options = [
      '--packet',
      packet,
      '--to',
      'svc/prod/one-remote',
      '--chain',
      'KUBE-MARK-MASQ',
    ];
    const asked = options.map((option) =>
      option === 'KUBE-MARK-MASQ' ? 'nat KUBE-MARK-MASQ' : option,
    );
    const { stdout, exit } = await run(['why-not', SEED, ...asked, '--json']);
    expect(exit).toBe(1);
    const result = whyNotSchema.parse(JSON.parse(stdout));
    expect(result.flow).toMatchObject({ from: 'n1', to: '10.96.10.2:80', sport: 39996 });
    expect(result.ways[0]?.meeting.kind).toBe('not-called');
    const [caller] = result.ways[0]?.meeting.callers ?? [];
    expect(caller?.checks[0]).toMatchObject({ field: 'saddr', had: '192.168.10.11', result: 'no' });
  });

  it('asks about the answer when the frame is one', async () => {
    const packet = `${SEED}/evidence/n1/flannel0.pcap:6`;
    const { stdout } = await run(['why-not', SEED, '--packet', packet, '--chain', 'filter INPUT']);
    expect(stdout).toContain('filter INPUT on n1 is passed by the SYN-ACK in input');
  });

  it.each([
    [[], '--rule or --chain is needed'],
    [['--rule', 'x', '--chain', 'y'], 'contradict'],
    [['--chain', 'KUBE-SERVICES'], 'several fit: nft filter KUBE-SERVICES; nft nat KUBE-SERVICES'],
    [['--chain', 'KUBE-SERVCES'], 'near: KUBE-SERVICES'],
    [['--rule', 'nat KUBE-SERVICES 9999'], 'rules, counted from 1'],
    [['--rule', '-j NOTHING'], 'no such rule'],
    [
      ['--packet', 'x:1', '--chain', 'nat OUTPUT', '--sport', '1'],
      '--packet and --sport contradict',
    ],
    [['--chain', 'nat OUTPUT', '--node', 'n9'], '--node n9: not in the snapshot; it has n1'],
  ])('refuses %j', async (options, words) => {
    const argv = options[0] === '--packet' ? ['why-not', SEED] : FLOW;
    const { stdout, stderr, exit } = await run([...argv, ...options]);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
    expect(stderr).toContain(words);
  });
});
