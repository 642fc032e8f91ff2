import { describe, expect, test } from 'vitest';
import { serviceName } from '../../src/kube/service.ts';
import { serviceOfAddress } from '../../src/kube/service-lookup.ts';
import { formatAddress, parseAddress } from '../../src/packet/address.ts';
import { netnsKey } from '../../src/packet/place.ts';
import { assembleWith } from '../../src/snapshot/assemble-with.ts';
import { resolveDestination, resolveSource } from '../../src/snapshot/resolve.ts';
import { readFolder } from './read-folder.ts';
import { WITHOUT_RULES } from './without-rules.ts';

const snapshot = assembleWith(readFolder('seed-udp-nomasq-rpf1'), WITHOUT_RULES).value;

describe('a source', () => {
  test.each([
    ['n1', 'n1'],
    ['n2/web12', 'n2/web12'],
    ['pod/prod/one-remote-0', 'n2/web12'],
    ['pod/prod/web-0', 'n1/prod/web-0'],
    ['n1/prod/web-0', 'n1/prod/web-0'],
    ['pod/prod/hostnet-0', 'n1'],
    ['192.168.10.10', '192.168.10.10'],
  ])('%s is %s', (text, key) => {
    const found = resolveSource(snapshot, text);
    expect(found.kind === 'found' ? netnsKey(found.value) : found).toBe(key);
  });

  test.each([
    ['n3', 'node', ['n1', 'n2']],
    ['n2/web21', 'netns', ['n2/web12']],
    ['pod/prod/webb-0', 'pod', ['pod/prod/web-0', 'pod/prod/web-1', 'pod/prod/web-2']],
    ['mars', 'node', []],
  ])('%s is unknown, and near names are told', (text, what, near) => {
    const result = resolveSource(snapshot, text);
    expect(result).toMatchObject({ kind: 'unknown', what });
    expect(result.kind === 'unknown' ? result.near : []).toEqual(expect.arrayContaining(near));
  });
});

describe('a destination', () => {
  const told = (text: string, protocol?: 'tcp' | 'udp'): string => {
    const result = resolveDestination(snapshot, text, protocol);
    if (result.kind !== 'found') return result.kind;
    const { address, port, service, protocol: found } = result.value;
    const name = service ? ` ${serviceName(service)}` : '';
    return `${formatAddress(address)} ${port ?? '-'} ${found ?? '-'}${name}`;
  };

  test.each([
    ['10.96.10.2:80', '10.96.10.2 80 - prod/one-remote'],
    ['10.96.10.2', '10.96.10.2 - - prod/one-remote'],
    ['1.2.3.4:53', '1.2.3.4 53 -'],
    ['fd00:96::14', 'fd00:96::14 - - prod/dual'],
    ['[fd00:96::14]:80', 'fd00:96::14 80 - prod/dual'],
    ['svc/prod/one-remote', '10.96.10.2 80 tcp prod/one-remote'],
    ['svc/prod/one-remote:http', '10.96.10.2 80 tcp prod/one-remote'],
    ['svc/prod/lb-web:https', '10.96.10.5 443 tcp prod/lb-web'],
    ['svc/prod/web:81', '10.96.10.1 81 - prod/web'],
    ['svc/kube-system/kube-dns:53', '10.96.0.10 53 tcp kube-system/kube-dns'],
    ['svc/prod/udp-np', '10.96.10.12 514 udp prod/udp-np'],
    ['pod/prod/one-remote-0:8080', '10.244.2.12 8080 -'],
    ['n2/web12:8080', '10.244.2.12 8080 -'],
    ['n1:30080', '192.168.10.11 30080 - prod/np-web'],
  ])('%s is %s', (text, expected) => {
    expect(told(text)).toBe(expected);
  });

  test('the protocol chooses between ports of one number', () => {
    expect(told('svc/kube-system/kube-dns:53', 'udp')).toBe(
      '10.96.0.10 53 udp kube-system/kube-dns',
    );
  });

  test.each([
    ['svc/prod/lb-web', 'ambiguous', ['http (80/tcp)', 'https (443/tcp)']],
    ['svc/prod/headless', 'ambiguous', ['pod/prod/headless-0']],
  ])('%s is %s', (text, kind, candidates) => {
    expect(resolveDestination(snapshot, text)).toMatchObject({ kind, candidates });
  });

  test.each([
    ['svc/prod/one-remte', 'service', ['svc/prod/one-remote']],
    ['svc/prod/lb-web:htttp', 'port', ['http', 'https']],
    ['n9:80', 'node', ['n1', 'n2']],
  ])('%s is unknown, and near names are told', (text, what, near) => {
    const result = resolveDestination(snapshot, text);
    expect(result).toMatchObject({ kind: 'unknown', what });
    expect(result.kind === 'unknown' ? result.near : []).toEqual(expect.arrayContaining(near));
  });

  test.each([
    '10.96.10.300',
    '10.96.10.2:99999',
    '10.96.10.2:0',
    ':80',
    '[fd00::1',
    'svc/prod/web:0',
  ])('%s is malformed', (text) => {
    expect(told(text)).toBe('malformed');
  });
});

describe('the Service of an address', () => {
  test.each([
    ['10.96.10.2', 80, 'tcp', 'prod/one-remote clusterIP http'],
    ['10.96.10.2', 81, 'tcp', 'prod/one-remote clusterIP -'],
    ['198.51.100.50', 80, 'tcp', 'prod/extip externalIP '],
    ['203.0.113.10', 443, 'tcp', 'prod/lb-web loadBalancerIP https'],
    ['192.168.10.12', 30080, 'tcp', 'prod/np-web nodePort '],
    ['127.0.0.1', 30080, 'tcp', 'prod/np-web nodePort '],
    ['192.168.10.12', 30080, 'udp', null],
    ['10.244.2.12', 8080, 'tcp', null],
  ] as const)('%s port %d over %s is %s', (text, port, protocol, expected) => {
    const address = parseAddress(text);
    if (!address) throw new Error('bad table row');
    const match = serviceOfAddress(snapshot.kube, address, port, protocol);
    const told = match
      ? `${serviceName(match.service)} ${match.via} ${match.port ? match.port.name : '-'}`
      : null;
    expect(told).toBe(expected);
  });
});
