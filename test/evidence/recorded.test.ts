import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import type { Conversation, Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceFile } from '../../src/evidence/read-evidence-file.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { vantageWords } from '../../src/report/evidence/words.ts';

function recorded(id: string): Evidence {
  const folder = `test/recorded/${id}/evidence`;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => `${parentPath}/${name}`).sort();
  return buildEvidence(paths.map((path) => readEvidenceFile(readFileSync(path), path)));
}

/** `web12 saw 10.244.1.0:40812`, or that the request timed out, for each request captured. */
function truth(id: string): string[] {
  const text = readFileSync(`test/recorded/${id}/truth/curl.txt`, 'utf8');
  return [...text.matchAll(/^\$ curl .*10\.96\.10\.2\/\n(?:\S+ saw (\S+) at|curl: \(28\))/gm)].map(
    ([, source]) => source ?? 'timed out',
  );
}

function told({ conversations }: Evidence): string[] {
  return conversations.map(({ client, outcome }) =>
    outcome === 'established' ? `${formatAddress(client.address)}:${client.port}` : 'timed out',
  );
}

/** Where a conversation's first packet, or the first answer to it, was seen. */
function way(conversation: Conversation | undefined, reply: boolean): string[] {
  const journey = conversation?.journeys.find(
    ({ id }) => conversation.replies.includes(id) === reply,
  );
  return (journey?.sightings ?? []).map(vantageWords);
}

const RECORDED = [
  'seed-udp-clustercidr-rpf1',
  'seed-udp-ipmasq-rpf1',
  'seed-udp-nomasq-rpf0',
  'seed-udp-nomasq-rpf1',
  'seed-vxlan-nomasq-rpf1',
];

describe.each(RECORDED)('the evidence of %s', (id) => {
  const evidence = recorded(id);

  it('has a conversation for each captured request, with what the client and the pod saw', () => {
    expect(truth(id)).toHaveLength(3);
    expect(told(evidence)).toEqual(truth(id));
  });

  it('leaves no packet outside of a conversation and reads every file', () => {
    expect(evidence.issues).toEqual([]);
    const inConversations = evidence.conversations.flatMap(({ journeys }) => journeys);
    expect(inConversations).toHaveLength(evidence.journeys.length);
    expect(evidence.files.every(({ dropped }) => dropped === 0)).toBe(true);
  });

  it('knows which captures are at the client and finds the nodes on one clock', () => {
    const sides = evidence.groups.map(({ node, side }) => `${node} ${side}`);
    expect(new Set(sides)).toEqual(new Set(['n1 client', 'n2 server']));
    expect(evidence.clocks).toHaveLength(1);
    expect(Math.abs(evidence.clocks[0]?.offset ?? 1)).toBeLessThan(0.001);
  });
});

describe('the ways of recorded packets', () => {
  it('a request that is dropped was last seen on the device of the strict filter', () => {
    const { conversations } = recorded('seed-udp-nomasq-rpf1');
    expect(way(conversations[0], false)).toEqual([
      'n1 flannel0',
      'n1 eth0 in flannel-udp',
      'n2 eth0 in flannel-udp',
      'n2 flannel0',
    ]);
    expect(way(conversations[0], true)).toEqual([]);
  });

  it('a request that is answered goes into the pod and back by the overlay', () => {
    const { conversations } = recorded('seed-vxlan-nomasq-rpf1');
    const there = ['n1 flannel.1', 'n1 eth0 in vxlan', 'n2 eth0 in vxlan', 'n2 flannel.1'];
    const way12 = [...there, 'n2 cni0', 'n2/web12 eth0'];
    expect(way(conversations[1], false)).toEqual(way12);
    expect(way(conversations[1], true)).toEqual(way12.toReversed());
  });

  it('without the filter the request comes by the overlay and its answer goes past it', () => {
    const { conversations } = recorded('seed-udp-nomasq-rpf0');
    expect(way(conversations[0], false)).toContain('n2 flannel0');
    expect(way(conversations[0], true)).toEqual(['n2/web12 eth0', 'n2 cni0', 'n2 eth0', 'n1 eth0']);
  });

  it('a client bound to the other device never reaches the overlay', () => {
    const { conversations } = recorded('seed-udp-nomasq-rpf1');
    expect(way(conversations[2], false)).toEqual(['n1 eth0']);
  });

  it('counts each attempt that the strict filter dropped', () => {
    const evidence = recorded('seed-udp-nomasq-rpf1');
    const grown = evidence.counters.filter(({ counter }) => /ReversePath/.test(counter));
    expect(grown.map(({ node, delta }) => [node, delta])).toEqual([
      ['n1', 0],
      ['n2', 4],
    ]);
    expect(evidence.conversations[0]?.journeys).toHaveLength(4);
  });
});
