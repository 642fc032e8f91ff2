import { expect, test } from 'vitest';
import { formatAddress } from '../packet/address.ts';
import { parseIpvsadmSave } from './ipvsadm-save.ts';
import { parseProcIpVs } from './proc-ip-vs.ts';

/** Written after ipvsadm(8) and what kube-proxy sets up. */
const SAVED = `-A -t 10.96.0.1:443 -s rr
-a -t 10.96.0.1:443 -r 192.168.10.11:6443 -m -w 1
-A -u 10.96.0.10:53 -s wrr -p 10800
-a -u 10.96.0.10:53 -r 10.244.1.2:53 -m -w 3
-a -u 10.96.0.10:53 -r 10.244.2.2:53 -g -w 0
-A --sctp-service [fd00::1]:3868 -s lc -o
-a --sctp-service [fd00::1]:3868 -r [fd00:244::2]:3868 -i -w 1
-A -f 7 -s sh
-a -f 7 -r 10.244.1.3:0 -m -w 1
`;

test('reads services, schedulers, persistence, methods and weights', () => {
  const { value, issues } = parseIpvsadmSave(SAVED, 'ipvsadm-save.txt');
  expect(issues).toEqual([]);
  expect(value).toMatchObject([
    { match: { kind: 'address', protocol: 6, port: 443 }, scheduler: 'rr', persistence: null },
    { match: { kind: 'address', protocol: 17, port: 53 }, scheduler: 'wrr', persistence: 10800 },
    { match: { kind: 'address', protocol: 132, port: 3868 }, scheduler: 'lc', onePacket: true },
    { match: { kind: 'fwmark', mark: 7, family: 4 }, scheduler: 'sh' },
  ]);
  const servers = value.map((service) =>
    service.servers.map(
      ({ address, port, method, weight }) =>
        `${formatAddress(address)}:${port} ${method} ${weight}`,
    ),
  );
  expect(servers).toEqual([
    ['192.168.10.11:6443 masquerade 1'],
    ['10.244.1.2:53 masquerade 3', '10.244.2.2:53 direct-route 0'],
    ['fd00:244::2:3868 tunnel 1'],
    ['10.244.1.3:0 masquerade 1'],
  ]);
  expect(value[1]?.servers[1]?.source).toMatchObject({ file: 'ipvsadm-save.txt', line: 5 });
});

test('names what it cannot read, and goes on', () => {
  const text = '-A -t 10.96.0.1 -s rr\n-a -t 10.96.0.9:1 -r 1.2.3.4:5 -m\nhello\n';
  const { value, issues } = parseIpvsadmSave(text, 'f');
  expect(value).toHaveLength(1);
  expect(issues.map(({ source }) => source.line)).toEqual([2, 3]);
});

const PROC = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:01BB rr persistent 10800 FFFFFFFF
  -> C0A80A0B:192B      Masq    1      0          0
UDP  [fd00:0000:0000:0000:0000:0000:0000:000a]:0035 wrr ops
  -> [fd00:0244:0000:0000:0000:0000:0000:0002]:0035      Route   2      0          0
FWM  00000007 sh
`;

test('reads /proc/net/ip_vs', () => {
  const { value, issues } = parseProcIpVs(PROC, 'ip_vs.txt');
  expect(issues).toEqual([]);
  expect(value).toMatchObject([
    {
      match: { kind: 'address', protocol: 6, port: 443 },
      persistence: 10800,
      servers: [{ port: 6443, method: 'masquerade', weight: 1 }],
    },
    {
      match: { kind: 'address', protocol: 17, port: 53 },
      onePacket: true,
      servers: [{ method: 'direct-route', weight: 2 }],
    },
    { match: { kind: 'fwmark', mark: 7 }, servers: [] },
  ]);
  const [first] = value;
  expect(first?.match.kind === 'address' && formatAddress(first.match.address)).toBe('10.96.0.1');
});
