import { expect, test } from 'vitest';
import type { Device } from '../kernel/device/device.ts';
import { parseBridgeLink } from './bridge-link.ts';
import { mergeDevices } from './devices.ts';
import { parseIpLink } from './ip-link.ts';

const device = (json: string): Device => {
  const [record] = parseIpLink(`[${json}]`, 'ip-link.json').value;
  if (!record) throw new Error('no device');
  return record.device;
};

const base = (more: string): string =>
  `{"ifindex":5,"ifname":"x0","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1450,"link_type":"ether","address":"0A:00:00:00:00:01","promiscuity":0${more}}`;

test.each([
  ['a card', '', { kind: 'ethernet' }],
  [
    'a veth with its peer elsewhere',
    ',"link_index":17,"link_netnsid":2,"linkinfo":{"info_kind":"veth"}',
    { kind: 'veth', peerIfindex: 17, peerNetnsId: 2 },
  ],
  [
    'a veth with its peer beside it',
    ',"link":"x0","linkinfo":{"info_kind":"veth"}',
    { kind: 'veth', peerIfindex: 5, peerNetnsId: null },
  ],
  [
    'a bridge',
    ',"linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":1,"nf_call_iptables":0}}',
    { kind: 'bridge', bridge: { vlanFiltering: true, nfCallIptables: false } },
  ],
  [
    'a vxlan',
    ',"linkinfo":{"info_kind":"vxlan","info_data":{"id":1,"local":"192.168.10.11","link":"eth0","port":8472,"learning":false}}',
    { kind: 'vxlan', vxlan: { vni: 1, port: 8472, link: 'eth0', learning: false, remote: null } },
  ],
  [
    'a tap',
    ',"linkinfo":{"info_kind":"tun","info_data":{"type":"tap"}}',
    { kind: 'tun', tun: { mode: 'tap', reader: { kind: 'unknown' } } },
  ],
  ['another kind', ',"linkinfo":{"info_kind":"ipvlan"}', { kind: 'other', infoKind: 'ipvlan' }],
])('reads %s', (_name, more, details) => {
  expect(device(base(more)).details).toMatchObject(details);
});

test('reads the flags', () => {
  expect(device(base(''))).toMatchObject({
    up: true,
    carrier: true,
    noArp: false,
    mac: '0a:00:00:00:00:01',
    mtu: 1450,
  });
  expect(
    device(
      '{"ifindex":3,"ifname":"t","flags":["NO-CARRIER","POINTOPOINT","NOARP","UP"],"link_type":"none","promiscuity":0,"linkinfo":{"info_kind":"tun"}}',
    ),
  ).toMatchObject({ up: true, carrier: false, noArp: true, mac: null });
});

test('joins addresses in the kernel order and the settings of ports', () => {
  const links = parseIpLink(
    '[{"ifindex":4,"ifname":"br0","flags":[],"link_type":"ether","promiscuity":0,"linkinfo":{"info_kind":"bridge"}},' +
      '{"ifindex":5,"ifname":"p1","master":"br0","flags":[],"link_type":"ether","promiscuity":1,"linkinfo":{"info_kind":"veth","info_slave_kind":"bridge","info_slave_data":{"state":"blocking","hairpin":true,"isolated":true,"learning":false,"flood":false}}},' +
      '{"ifindex":6,"ifname":"p2","master":"br0","flags":[],"link_type":"ether","promiscuity":1,"linkinfo":{"info_kind":"veth"}},' +
      '{"ifindex":7,"ifname":"p3","master":"br0","flags":[],"link_type":"ether","promiscuity":1,"linkinfo":{"info_kind":"veth"}}]',
    'ip-link.json',
  );
  const addresses = parseIpLink(
    '[{"ifindex":4,"ifname":"br0","addr_info":[{"family":"inet","local":"10.1.1.2","prefixlen":24,"scope":"global"},{},{"family":"inet","local":"10.1.1.1","prefixlen":24,"scope":"global","secondary":true},{"family":"inet","local":"10.9.9.1","address":"10.9.9.2","prefixlen":32,"scope":"link"}]}]',
    'ip-addr.json',
  );
  const ports = parseBridgeLink(
    '[{"ifname":"p2","state":"forwarding","hairpin":true,"learning":true,"flood":true,"isolated":false}]',
    'bridge-link.json',
  );
  const { value, issues } = mergeDevices({
    links: links.value,
    addresses: addresses.value,
    ports: ports.value,
  });
  const by = (name: string) => value?.find((d) => d.name === name);
  expect(
    by('br0')?.addresses.map((a) => [a.prefixLength, a.secondary, a.scope, a.peer !== null]),
  ).toEqual([
    [24, false, 'global', false],
    [24, true, 'global', false],
    [32, false, 'link', true],
  ]);
  expect(by('p1')?.bridgePort).toEqual({
    state: 'blocking',
    hairpin: true,
    isolated: true,
    learning: false,
    flood: false,
  });
  expect(by('p2')?.bridgePort?.hairpin).toBe(true);
  expect(by('p3')?.bridgePort?.hairpin).toBe(false);
  expect(issues.filter((i) => i.code === 'port-settings-missing').map((i) => i.detail)).toEqual([
    'p3',
  ]);
});

test('says when -d was not given and guesses only what shows', () => {
  const { value, issues } = parseIpLink(
    '[{"ifindex":2,"link_index":40,"ifname":"eth0","flags":["UP"],"link_type":"ether","link_netnsid":0},' +
      '{"ifindex":3,"ifname":"flannel.1","flags":["UP"],"link_type":"ether"},' +
      '{"ifindex":4,"ifname":"cni0","flags":["UP"],"link_type":"ether"},' +
      '{"ifindex":5,"link_index":2,"ifname":"veth1","flags":["UP"],"master":"cni0","link_type":"ether","link_netnsid":1}]',
    'ip-link.json',
  );
  expect(value.map((r) => r.device.details.kind)).toEqual(['veth', 'other', 'bridge', 'veth']);
  expect(issues.map((i) => i.code)).toEqual(['link-details-missing']);
});
