import { expect, test } from 'vitest';
import { formatAddress } from '../packet/address.ts';
import { parseSockets } from './sockets.ts';

const sockets = (text: string): readonly string[] =>
  parseSockets(text, 'sockets.txt').value.map((s) => {
    const host = s.address ? formatAddress(s.address) : '*';
    const both = s.dualStack ? '+4' : '';
    return `${s.protocol} ${host}${s.device ? `%${s.device}` : ''}:${s.port} v${s.family}${both}`;
  });

test.each([
  ['udp UNCONN 0 0 0.0.0.0%d0:85 0.0.0.0:*', 'udp *%d0:85 v4'],
  ['udp UNCONN 0 0 *%d0:86 *:*', 'udp *%d0:86 v6+4'],
  ['tcp LISTEN 0 128 10.1.1.1%d0:88 0.0.0.0:*', 'tcp 10.1.1.1%d0:88 v4'],
  ['tcp LISTEN 0 128 127.0.0.53%lo:53 0.0.0.0:*', 'tcp 127.0.0.53%lo:53 v4'],
  ['tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*', 'tcp *:80 v4'],
  ['tcp LISTEN 0 128 [::ffff:10.1.1.1]:87 *:*', 'tcp 10.1.1.1:87 v4'],
  ['tcp LISTEN 0 128 [fd01::1]%d0:89 [::]:*', 'tcp fd01::1%d0:89 v6'],
  ['tcp LISTEN 0 128 [fe80::1%eth0]:546 [::]:*', 'tcp fe80::1%eth0:546 v6'],
  ['tcp LISTEN 0 128 [::]:83 [::]:*', 'tcp *:83 v6'],
  ['tcp LISTEN 0 4096 *:10256 *:* users:(("kube-proxy",pid=1,fd=8))', 'tcp *:10256 v6+4'],
  ['LISTEN 0 128 127.0.0.1:631 0.0.0.0:*', 'tcp 127.0.0.1:631 v4'],
])('reads %s', (line, expected) => {
  expect(sockets(`${line}\n`)).toEqual([expected]);
});

test('reads the stars and colons of old ss by what else is in the file', () => {
  const text = `Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port
tcp LISTEN 0 128 *:22 *:*
tcp LISTEN 0 128 :::22 :::*
tcp LISTEN 0 128 :::10250 :::*
`;
  expect(sockets(text)).toEqual(['tcp *:22 v4', 'tcp *:22 v6', 'tcp *:10250 v6+4']);
});

test('leaves out connected sockets and names what is no socket', () => {
  const { value, issues } = parseSockets(
    'tcp ESTAB 0 0 10.0.0.1:22 10.0.0.2:5555\ntcp LISTEN 0 1 banana:x *:*\n',
    'sockets.txt',
  );
  expect(value).toEqual([]);
  expect(issues).toMatchObject([{ code: 'unreadable-record', source: { line: 2 } }]);
});

test.each([
  ['tcp LISTEN 0 1 127.0.0.1:80 0.0.0.0:* ino:75593769 sk:42d8c cgroup:/ <->', 0],
  ['udp UNCONN 0 0 0.0.0.0:90 0.0.0.0:* uid:1000 ino:7 sk:43c36 cgroup:/ <->', 1000],
  ['tcp LISTEN 0 0 127.0.0.1:80 *:* uid:0', 0],
  ['tcp LISTEN 0 1 127.0.0.1:80 0.0.0.0:*', null],
  ['tcp LISTEN 0 1 127.0.0.1:80 0.0.0.0:* uid:x', null],
])('the owner in %s is %s', (line, uid) => {
  expect(parseSockets(line, 'sockets.txt').value.map((socket) => socket.uid)).toEqual([uid]);
});
