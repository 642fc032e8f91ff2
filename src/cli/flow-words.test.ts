import { describe, expect, it } from 'vitest';
import { readFlowWords } from './flow-words.ts';

const SHARED = { from: 'n1', to: '10.96.10.2:80', iface: 'eth0' };

describe('readFlowWords', () => {
  it.each([
    ['adds to what is shared', 'sport=4000', { ...SHARED, sport: '4000' }],
    ['replaces what is shared', 'iface=flannel0', { ...SHARED, iface: 'flannel0' }],
    ['takes back what is shared', 'iface=', { ...SHARED, iface: undefined }],
    [
      'reads several words',
      '  src=10.0.0.1  proto=udp ',
      { ...SHARED, src: '10.0.0.1', proto: 'udp' },
    ],
  ])('%s', (_what, text, flow) => {
    expect(readFlowWords(text, SHARED)).toEqual(flow);
  });

  it.each([
    ['ifcae=eth0', "'ifcae=eth0' is no part of a flow; near: iface"],
    ['eth0', "'eth0' is no part of a flow; known: from, to, proto, src, iface, in, sport, mark"],
    ['iface', "'iface' is no part of a flow; near: iface"],
  ])('refuses %s', (text, message) => {
    expect(() => readFlowWords(text, {})).toThrow(message);
  });
});
