import { describe, expect, test } from 'vitest';
import type { Ipset } from '../kernel/netfilter/ipset.ts';
import { parseIpsetSave } from './ipset-save.ts';

/** Written by ipset 7.17 on Linux 6.18, one set per type the kernel has. */
const SAVED = `create a hash:ip family inet hashsize 64 maxelem 100 netmask 24 timeout 300 counters comment skbinfo bucketsize 6 initval 0x00000001
add a 10.0.0.0 timeout 99 packets 3 bytes 4 comment "he llo" skbmark 0x1/0xff skbprio 1:10 skbqueue 5
create b hash:net,iface family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0xa29dba00
add b ::/0,x
add b fd00::/64,physdev:eth0
add b fd01::/64,eth0 nomatch
create c bitmap:ip range 10.0.0.0-10.0.255.255 netmask 24
add c 10.0.4.0
create d bitmap:port range 10-100
add d 80
create e bitmap:ip,mac range 10.0.0.0-10.0.0.255
add e 10.0.0.1,AA:BB:CC:DD:EE:FF
add e 10.0.0.2
create l hash:ip,port,ip family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x7d48824a
add l fd00::1,sctp:128,::2
add l fd00::1,ipv6-icmp:echo-request,::2
create o hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xadf3aab3
add o 0.0.0.0/0,eth wildcard
create f list:set size 4
add f a
create v hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xed5b81eb
add v 1.1.1.1,ospf:0
add v 10.0.0.1,tcp:82
add v 10.0.0.1,icmp:echo-request
create k hash:ip,mark family inet markmask 0x000000ff hashsize 1024 maxelem 65536
add k 10.0.0.1,0x00000012
create m hash:mac hashsize 1024 maxelem 65536
add m AA:BB:CC:DD:EE:FF
`;

const { value, issues } = parseIpsetSave(SAVED, 'ipset-save.txt');

function set(name: string): Ipset {
  const found = value.find((s) => s.name === name);
  if (!found) throw new Error(`no set ${name}`);
  return found;
}

function elements(name: string): readonly string[] {
  return set(name).entries.map(({ element }) => element);
}

describe('a save of every type', () => {
  test('is read without an issue and without anything unsupported', () => {
    expect(issues).toEqual([]);
    expect(value.filter(({ unsupported }) => unsupported.length > 0)).toEqual([]);
    expect(value.map(({ type }) => type)).toContain('list:set');
  });

  test.each([
    ['a hash has the family that it names', 'b', { family: 6 }],
    ['a bitmap of addresses is IPv4', 'c', { family: 4, netmask: 24 }],
    ['a bitmap of ports is of any family', 'd', { family: null }],
    ['a hash of MACs is of any family', 'm', { family: null }],
    ['a list is of any family', 'f', { family: null }],
    ['netmask and markmask are kept', 'a', { netmask: 24, markmask: null }],
    ['a markmask is a number', 'k', { markmask: 255 }],
  ])('%s', (_, name, expected) => {
    expect(set(name)).toMatchObject(expected);
  });

  test.each([
    ['the details of an element are left out', 'a', ['10.0.0.0']],
    ['members of a list are names', 'f', ['a']],
    ['a MAC may not be known yet', 'e', ['10.0.0.1,AA:BB:CC:DD:EE:FF', '10.0.0.2']],
    ['an ICMPv6 name becomes type and code', 'l', ['fd00::1,132:128,::2', 'fd00::1,58:128/0,::2']],
    ['protocol names become numbers', 'v', ['1.1.1.1,89:0', '10.0.0.1,6:82', '10.0.0.1,1:8/0']],
    ['physdev stays', 'b', ['::/0,x', 'fd00::/64,physdev:eth0', 'fd01::/64,eth0']],
  ])('%s', (_, name, expected) => {
    expect(elements(name)).toEqual(expected);
  });

  test('exceptions and beginnings of names are told', () => {
    expect(set('b').entries.map(({ nomatch }) => nomatch)).toEqual([false, false, true]);
    expect(set('o').entries[0]).toMatchObject({ wildcard: true, nomatch: false });
  });

  test('a set and an element have their lines', () => {
    expect(set('d').source).toMatchObject({ file: 'ipset-save.txt', line: 9 });
    expect(set('d').entries[0]?.source).toMatchObject({ line: 10, text: 'add d 80' });
  });
});

describe('bad input', () => {
  test.each([
    ['an unknown option', 'create a hash:ip frob 3\n', 'unsupported-set-option', 'frob 3'],
    ['bitmask', 'create a hash:ip bitmask 255.0.0.255\n', 'unsupported-set-option', 'bitmask'],
    ['an unknown type', 'create a hash:vlan\n', 'unknown-set-type', 'type hash:vlan'],
    ['a cut last line', 'create a hash:ip\nadd a 10.0.0.1', 'truncated', 'cut-off line'],
    [
      'an element of another type',
      'create a hash:ip\nadd a 10.0.0.1,80\n',
      'unreadable-element',
      'element 10.0.0.1,80',
    ],
    [
      'an unknown word of an element',
      'create a hash:ip\nadd a 10.0.0.1 frob\n',
      'unsupported-set-option',
      'frob',
    ],
    [
      'an open quote',
      'create a hash:ip comment\nadd a 10.0.0.1 comment "x\n',
      'unknown-line',
      'unreadable line',
    ],
    [
      'an option without its value',
      'create a hash:ip netmask\n',
      'unsupported-set-option',
      'netmask',
    ],
  ])('%s makes the members of its set unknown', (_, text, code, unsupported) => {
    const parsed = parseIpsetSave(text, 'f');
    expect(parsed.issues.map((issue) => issue.code)).toEqual([code]);
    expect(parsed.value[0]?.unsupported).toEqual([unsupported]);
  });

  test('an element of no set is told', () => {
    const parsed = parseIpsetSave('add a 10.0.0.1\n', 'f');
    expect(parsed.issues).toMatchObject([{ code: 'undeclared-set', detail: 'a' }]);
  });

  test.each([
    ['an empty file is no sets', '', []],
    ['what iptables wrote is an error', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', ['error']],
    ['what ipset list wrote is an error', 'Name: a\nType: hash:ip\nMembers:\n', ['error']],
  ])('%s', (_, text, severities) => {
    const parsed = parseIpsetSave(text, 'f');
    const errors = parsed.issues.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ severity }) => severity)).toEqual(severities);
    expect(parsed.value).toEqual([]);
  });
});
