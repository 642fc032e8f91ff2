import { describe, expect, it } from 'vitest';
import { type FuzzView, renderFuzzResult } from './render-fuzz-result.ts';

const VIEW: FuzzView = {
  seed: 7,
  seconds: 30,
  networks: 2,
  flows: 50,
  agreed: 45,
  open: 3,
  unstable: 1,
  failures: [],
  outcomes: { connected: 40, timeout: 10 },
  dropReasons: { IP_RPFILTER: 4 },
  tolerated: {},
  openBecause: { 'hook-order': 3 },
  disagreements: [
    {
      number: 1,
      flow: 'f3: n1 to 10.0.0.1:80 tcp',
      differences: ['the client: connected in the model, timeout on the kernel'],
      lines: ['! syn  n1 output first  -'],
      network: Array.from({ length: 70 }, (_, i) => `n1: ip line ${i}`),
    },
  ],
};

describe('the result of random cases as text', () => {
  const text = renderFuzzResult(VIEW);

  it('counts what happened to all flows, with the pace', () => {
    expect(text).toContain('seed 7: 50 flows in 2 networks, 100 flows a minute');
    expect(text).toContain('agreed 45, open 3, unstable 1, disagreements 1');
  });

  it('says how to repeat a disagreement in one line', () => {
    expect(text).toContain('  repeat: hookline lab fuzz --seed 7 --case 1\n');
  });

  it('shows both views, and not more of a network than one can read', () => {
    expect(text).toContain('! syn  n1 output first  -');
    expect(text).toContain('n1: ip line 59\n    ... and 10 lines more\n');
  });

  it('says what was not reached', () => {
    expect(text).toContain('tolerated: none');
  });

  it('names a network that could not run', () => {
    const failed = { ...VIEW, failures: [{ number: 4, message: 'n1: ip: no such device' }] };
    expect(renderFuzzResult(failed)).toContain('network 4 could not run: n1: ip: no such device');
  });
});
