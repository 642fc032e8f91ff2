import { expect, test } from 'vitest';
import { proxyMode } from './proxy-mode.ts';

test.each([
  ['iptables', ['KUBE-SERVICES'], [], ['eth0']],
  ['nftables', [], ['ip kube-proxy'], ['eth0']],
  ['ipvs', ['KUBE-SERVICES'], [], ['kube-ipvs0']],
  ['ebpf', [], [], ['cilium_host']],
  ['none', ['DOCKER'], ['ip nat'], ['eth0']],
])('is %s', (mode, xtChains, nftTables, devices) => {
  expect(proxyMode({ xtChains, nftTables, devices })).toBe(mode);
});

test('is unknown when a ruleset was not collected', () => {
  expect(proxyMode({ xtChains: [], nftTables: undefined, devices: ['eth0'] })).toBe('unknown');
});
