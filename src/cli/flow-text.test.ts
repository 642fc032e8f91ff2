import { describe, expect, it } from 'vitest';
import { addressPort, type FlowText, readFlowText } from './flow-text.ts';

describe('readFlowText', () => {
  it('reads every word of a flow', () => {
    expect(
      readFlowText({
        from: 'n1',
        to: '10.0.0.1:53',
        proto: 'UDP',
        src: '10.0.0.2',
        iface: 'eth0',
        sport: '4000',
        mark: '0x4000',
      }),
    ).toEqual({
      from: 'n1',
      to: '10.0.0.1:53',
      protocol: 'udp',
      src: '10.0.0.2',
      iface: 'eth0',
      in: null,
      sport: 4000,
      mark: 0x4000,
    });
  });

  it.each<[what: string, text: FlowText, message: string]>([
    ['a protocol nobody knows', { proto: 'quic' }, '--proto quic: not one of tcp, udp, icmp, sctp'],
    ['an empty word', { from: ' ' }, '--from is empty'],
    ['a port that is none', { sport: '70000' }, '--sport 70000: not a number from 1 to 65535'],
    ['a port with a sign', { sport: '-1' }, '--sport -1: not a number from 1 to 65535'],
    ['a mark that is none', { mark: '0xzz' }, '--mark 0xzz: not a number from 0 to 4294967295'],
    ['--in with --iface', { in: 'eth0', iface: 'eth1', src: '1.2.3.4' }, '--in and --iface'],
    ['--in without --src', { in: 'eth0' }, '--in needs --src'],
    ['--in with --mark', { in: 'eth0', src: '1.2.3.4', mark: '1' }, '--in and --mark'],
    ['a port for ICMP', { proto: 'icmp', to: '10.0.0.1:80' }, '--to 10.0.0.1:80: ICMP has no'],
    ['a client port for ICMP', { proto: 'icmp', sport: '1' }, '--sport and --proto icmp'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => readFlowText(text)).toThrow(message);
  });
});

describe('addressPort', () => {
  it.each([
    ['10.0.0.1', { host: '10.0.0.1' }],
    ['10.0.0.1:80', { host: '10.0.0.1', port: '80' }],
    ['fd00::1', { host: 'fd00::1' }],
    ['[fd00::1]:80', { host: 'fd00::1', port: '80' }],
    ['svc/default/web', null],
    ['n1:80', null],
  ])('splits %s', (text, parts) => {
    expect(addressPort(text)).toEqual(parts);
  });
});
