import { expect, test } from 'vitest';
import { asymmetryLine } from './asymmetry.ts';
import type { FlowJson, OutcomeJson, PacketJson, StepJson } from './trace-json.ts';

const step = (stage: string, device: string): StepJson => ({
  node: 'n1',
  netns: null,
  hook: null,
  stage,
  table: null,
  chain: null,
  rule: null,
  iif: null,
  oif: null,
  saddr: '10.0.0.1',
  daddr: '10.0.0.2',
  sport: 40000,
  dport: 80,
  mark: 0,
  verdict: null,
  values: { device },
  changed: [],
  source: null,
});

const packet = (
  direction: PacketJson['direction'],
  kind: string,
  ...steps: readonly StepJson[]
): PacketJson => ({
  direction,
  kind,
  disposition: 'delivered',
  dropReason: null,
  node: 'n1',
  netns: null,
  steps,
});

const TUNNEL_OUT = [step('transmit', 'flannel.1'), step('transmit', 'eth0')];

test.each([
  [
    'a reply outside the tunnel that the request took is asymmetric',
    [step('receive', 'eth0')],
    'Asymmetric: the SYN leaves n1 by flannel.1, the SYN-ACK comes back by eth0.',
  ],
  [
    'a reply unpacked by the tunnel device comes back by it, whatever carried it',
    [step('receive', 'eth0'), step('decapsulate', 'flannel.1')],
    null,
  ],
  ['a reply that never came says nothing', [], null],
] as const)('%s', (_, back, line) => {
  const outcome: OutcomeJson = {
    probability: 1,
    assumptions: [],
    client: 'connected',
    errno: null,
    endpoint: null,
    sourceAtEndpoint: null,
    transfer: null,
    packets: [packet('original', 'syn', ...TUNNEL_OUT), packet('reply', 'syn-ack', ...back)],
  };
  expect(asymmetryLine(outcome, { from: 'n1' } as FlowJson)).toBe(line);
});
