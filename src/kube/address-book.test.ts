import { expect, test } from 'vitest';
import { parseAddress } from '../packet/address.ts';
import { parsePrefix } from '../packet/prefix.ts';
import { addressBook } from './address-book.ts';
import type { KubeFacts } from './facts.ts';

function at(text: string) {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return address;
}

function cidr(text: string) {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(text);
  return prefix;
}

const source = { file: 'f', line: 1 };

const KUBE: KubeFacts = {
  services: [
    {
      namespace: 'prod',
      name: 'web',
      type: 'NodePort',
      clusterIps: [at('10.96.0.1'), at('fd00:96::1')],
      externalIps: [],
      loadBalancerIps: [{ address: at('203.0.113.1'), mode: 'VIP' }],
      loadBalancerSourceRanges: [],
      ports: [{ name: 'http', protocol: 'tcp', port: 80, nodePort: 30080, targetPort: '8080' }],
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: false,
      healthCheckNodePort: null,
      selector: {},
      source,
    },
  ],
  endpoints: [
    {
      service: { namespace: 'prod', name: 'web' },
      address: at('10.244.1.9'),
      ports: [{ name: 'http', protocol: 'tcp', port: 8080 }],
      ready: true,
      serving: true,
      terminating: false,
      node: 'n1',
      zone: null,
      pod: { namespace: 'prod', name: 'web-1' },
      source,
    },
  ],
  pods: [
    {
      namespace: 'prod',
      name: 'web-1',
      node: 'n1',
      addresses: [at('10.244.1.9')],
      hostNetwork: false,
      phase: 'Running',
      labels: {},
      ports: [],
      source,
    },
  ],
  nodes: [
    {
      name: 'n1',
      addresses: [{ type: 'InternalIP', address: at('192.168.0.11') }],
      hostnames: [],
      podCidrs: [cidr('10.244.1.0/24'), cidr('fd00:244:1::/64')],
      ready: true,
      flannel: { publicAddress: null, backend: null },
      source,
    },
  ],
  networkPolicies: undefined,
};

test.each([
  ['10.96.0.1', 80, { kind: 'service', name: 'web', port: 'http' }],
  ['fd00:96::1', 80, { kind: 'service', name: 'web', port: 'http' }],
  ['203.0.113.1', 80, { kind: 'service', name: 'web', port: 'http' }],
  ['10.96.0.1', 81, { kind: 'service', name: 'web', port: null }],
  ['192.168.0.11', 30080, { kind: 'service', name: 'web', port: 'http' }],
  ['192.168.0.11', 22, { kind: 'node', name: 'n1' }],
  ['10.244.1.9', 8080, { kind: 'endpoint', name: 'web', pod: 'prod/web-1' }],
  ['10.244.1.9', 40000, { kind: 'pod', name: 'web-1' }],
  ['10.244.1.77', 40000, { kind: 'pod-network', node: 'n1' }],
  ['fd00:244:1::7', 40000, { kind: 'pod-network', node: 'n1' }],
])('%s:%i is %j', (address, port, name) => {
  expect(addressBook(KUBE).nameOf(at(address), 'tcp', port)).toMatchObject(name);
});

test('nobody is known by an address of nothing', () => {
  expect(addressBook(KUBE).nameOf(at('8.8.8.8'), 'udp', 53)).toBeNull();
  expect(addressBook(null).nameOf(at('10.96.0.1'), 'tcp', 80)).toBeNull();
});

test('an endpoint is behind its Service', () => {
  const book = addressBook(KUBE);
  expect([...book.servicesBehind(at('10.244.1.9'), 'tcp', 8080)]).toEqual(['prod/web']);
  expect([...book.servicesBehind(at('10.244.1.9'), 'udp', 8080)]).toEqual([]);
});
