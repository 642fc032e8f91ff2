import { expect, test } from 'vitest';
import { kubeChainRole, serviceOfComment, serviceOfNftChain } from './chain-name.ts';

test.each([
  ['KUBE-SVC-TCOU7JCQXEZGVUNU', 'service'],
  ['KUBE-SVL-XGNI3YLYOEM2ECEY', 'service-local'],
  ['KUBE-XLB-XGNI3YLYOEM2ECEY', 'service-local'],
  ['KUBE-SEP-4IRIPNKGDTSX2PKA', 'endpoint'],
  ['KUBE-EXT-4IRIPNKGDTSX2PKA', 'external'],
  ['KUBE-FW-4IRIPNKGDTSX2PKA', 'firewall'],
  ['KUBE-FIREWALL', 'firewall'],
  ['KUBE-MARK-MASQ', 'mark-masq'],
  ['KUBE-PROXY-CANARY', 'canary'],
  ['KUBE-ROUTER-INPUT', 'other'],
  ['FLANNEL-POSTRTG', null],
  ['constructor', null],
])('%s is %s', (chain, role) => {
  expect(kubeChainRole(chain)).toBe(role);
});

test.each([
  ['prod/lb-web:http cluster IP', 'prod', 'lb-web', 'http'],
  ['prod/one-remote:http -> 10.244.2.12:8080', 'prod', 'one-remote', 'http'],
  ['prod/web', 'prod', 'web', ''],
  ['prod/noeps has no endpoints', 'prod', 'noeps', ''],
  ['masquerade traffic for prod/np-web external destinations', 'prod', 'np-web', ''],
  ['route LOCAL traffic for prod/lb-local external destinations', 'prod', 'lb-local', ''],
  ['Balancing rule 0 for kube-system/kube-dns:dns', 'kube-system', 'kube-dns', 'dns'],
])('%j belongs to a Service', (comment, namespace, name, port) => {
  expect(serviceOfComment(comment)).toEqual({ namespace, name, port });
});

test.each([
  'kubernetes service portals',
  'kubernetes service nodeports; NOTE: this must be the last rule in this chain',
  'block incoming localnet connections',
  '',
])('%j belongs to none', (comment) => {
  expect(serviceOfComment(comment)).toBeNull();
});

test.each([
  ['external-4UOP3YTY-prod/lb-web/tcp/https', 'prod', 'lb-web', 'tcp', 'https'],
  ['endpoint-J5LVGR2K-prod/sticky/tcp/__10.244.1.18/8080', 'prod', 'sticky', 'tcp', ''],
  ['service-FY5PMXPG-kube-system/kube-dns/udp/dns', 'kube-system', 'kube-dns', 'udp', 'dns'],
])('the nftables chain %s belongs to a Service', (chain, namespace, name, protocol, port) => {
  expect(serviceOfNftChain(chain)).toEqual({ namespace, name, protocol, port });
});

test('other nftables chains belong to none', () => {
  expect(serviceOfNftChain('nodeports')).toBeNull();
  expect(serviceOfNftChain('mark-for-masquerade')).toBeNull();
});
