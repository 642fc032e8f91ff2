import { expect, test } from 'vitest';
import { parseIpv4 } from '../packet/address.ts';
import { addressBook } from './address-book.ts';
import { policyOfComment, type RuleWords, ruleNames } from './rule-names.ts';

function at(text: string) {
  const address = parseIpv4(text);
  if (!address) throw new Error(text);
  return address;
}

const RULE: RuleWords = {
  chain: 'KUBE-SERVICES',
  destination: null,
  protocol: 'tcp',
  dport: null,
  comment: null,
  target: null,
  translatedTo: null,
};

test('rules of kube-proxy teach what chains are for and whose addresses they name', () => {
  const book = addressBook(null);
  const names = ruleNames(book);
  names.learn({
    ...RULE,
    destination: at('10.96.0.10'),
    dport: 53,
    comment: 'kube-system/kube-dns:dns cluster IP',
    target: 'KUBE-SVC-A',
  });
  names.learn({
    ...RULE,
    chain: 'KUBE-SEP-B',
    comment: 'kube-system/kube-dns:dns',
    target: 'DNAT',
    translatedTo: { address: at('10.244.1.9'), port: 5353 },
  });
  const dns = { namespace: 'kube-system', name: 'kube-dns' };
  expect(book.nameOf(at('10.96.0.10'), 'tcp', 53)).toEqual({
    kind: 'service',
    ...dns,
    port: 'dns',
  });
  expect(book.nameOf(at('10.96.0.10'), 'tcp', 54)).toEqual({ kind: 'service', ...dns, port: null });
  expect(book.nameOf(at('10.244.1.9'), 'tcp', 5353)).toMatchObject({ kind: 'endpoint', ...dns });
  expect(names.meaningOf('KUBE-SVC-A')).toMatchObject({
    role: 'service',
    service: 'kube-system/kube-dns:dns',
  });
  expect(names.meaningOf('KUBE-SEP-B')).toMatchObject({
    role: 'endpoint',
    endpoint: '10.244.1.9:5353',
  });
  expect(
    names.subjectOf({ chain: 'KUBE-SVC-A', comment: null, target: 'KUBE-SEP-B' }),
  ).toMatchObject({
    role: 'endpoint',
  });
  expect(names.meaningOf('DOCKER')).toBeNull();
});

test.each([
  ['endpoint-J5LVGR2K-prod/sticky/tcp/__10.244.1.18/8080', 'prod/sticky', '10.244.1.18:8080'],
  ['service-FY5PMXPG-kube-system/kube-dns/udp/dns', 'kube-system/kube-dns:dns', null],
])('the chain %s of nftables says it itself', (chain, service, endpoint) => {
  expect(ruleNames(addressBook(null)).meaningOf(chain)).toMatchObject({ service, endpoint });
});

test.each([
  ['cali:qEaaHHFOwOFPmbPA Policy default/knp.default.web ingress', 'default/knp.default.web'],
  [
    'rule to ACCEPT traffic from all sources to dest pods selected by policy name: web namespace prod',
    'prod/web',
  ],
  ['kubernetes service portals', null],
])('%j is about the policy %s', (comment, policy) => {
  expect(policyOfComment(comment)).toBe(policy);
});
