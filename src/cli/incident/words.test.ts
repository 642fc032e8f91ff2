import { expect, it } from 'vitest';
import { placedCommand } from './words.ts';

it.each<[text: string, namespace: string, argv: readonly string[]]>([
  ['n1: ip route del default', 'n1', ['ip', 'route', 'del', 'default']],
  ['n1/web: ip link set eth0 mtu 1450', 'n1-web', ['ip', 'link', 'set', 'eth0', 'mtu', '1450']],
  [
    'n2: nft add element inet f t "{ \\"flannel.1\\" }"',
    'n2',
    ['nft', 'add', 'element', 'inet', 'f', 't', '{ "flannel.1" }'],
  ],
  [
    'n1: iptables --comment "default/web cluster IP" ""',
    'n1',
    ['iptables', '--comment', 'default/web cluster IP', ''],
  ],
])('%s', (text, namespace, argv) => {
  expect(placedCommand(text)).toEqual({ namespace, argv });
});
