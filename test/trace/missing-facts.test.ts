import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { readRecorded } from './recorded.ts';

/** A flow that connects with all files: what is said of it without some of them. */
const FOLDER = 'seed-udp-clustercidr-rpf1';
const RULES = /^nodes\/n1\/(?:iptables-save\.txt|nft-ruleset\.json)$/;

describe(`${FOLDER} without`, () => {
  const all = readRecorded(FOLDER);
  const to = parseAddress('10.96.10.2');

  test.each([
    ['nothing', /^$/, 'reachable'],
    ['the rules that translate the Service', RULES, 'undetermined'],
    ["the routes of the endpoint's node", /^nodes\/n2\/ip-route\.json$/, 'undetermined'],
    ["the devices of the endpoint's node", /^nodes\/n2\/ip-(?:link|addr)\.json$/, 'undetermined'],
    ['the Kubernetes objects, which the kernel does not read', /^kubernetes\//, 'reachable'],
    ["the client node's neighbours and sockets", /^nodes\/n1\/(?:ip-neigh|sockets)/, 'reachable'],
  ] as const)('%s', (_, gone, verdict) => {
    const files = new Map([...all].filter(([path]) => !gone.test(path)));
    const { network } = assembleSnapshot(files).value;
    if (!to) throw new Error('no address');
    const trace = traceFlow(network, {
      from: { node: 'n1', netns: null },
      arrivesOn: null,
      to,
      port: 80,
      protocol: 'tcp',
      boundSource: null,
      boundDevice: null,
      sport: null,
      mark: 0,
    });
    expect(trace.verdict).toBe(verdict);
  });
});
