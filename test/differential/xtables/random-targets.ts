import { type Place, pick, type Random, TARGETS } from './random-rules.ts';

/** What a rule does, with the matches that it needs for that. */
export interface RandomTarget {
  readonly needs: string;
  readonly text: string;
}

const plain = (text: string): RandomTarget => ({ needs: '', text });

/** A target that the kernel takes in a table at a hook. */
export function randomTarget(random: Random, place: Place): RandomTarget {
  if (random(5) === 0) return plain(pick(random, ['', '-j RETURN', '-j NFLOG', '-j LOG']));
  switch (place.table) {
    case 'raw':
      return plain(
        pick(random, [
          '-j CT --notrack',
          '-j MARK --set-mark 0x1',
          '-j ACCEPT',
          '-j RETURN',
          '-j DROP',
          '',
        ]),
      );
    case 'mangle':
      return mangle(random, place);
    case 'nat':
      return nat(random, place);
    case 'filter':
      return filter(random);
  }
}

function mangle(random: Random, { hook }: Place): RandomTarget {
  const value = pick(random, ['0x1', '0x2', '0x4', '0x10', '0x7']);
  return pick(random, [
    plain(`-j MARK --set-xmark ${value}/${pick(random, ['0xf', '0xffffffff', '0x3'])}`),
    plain(
      `-j MARK ${pick(random, ['--or-mark', '--and-mark', '--xor-mark', '--set-mark'])} ${value}`,
    ),
    plain(`-j CONNMARK ${pick(random, ['--set-mark', '--or-mark', '--xor-mark'])} ${value}`),
    plain('-j CONNMARK --save-mark'),
    plain('-j CONNMARK --restore-mark'),
    plain(`-j CONNMARK --restore-mark --nfmask 0x${random(16).toString(16)} --ctmask 0xf`),
    plain(`-j CONNMARK --save-mark --nfmask 0xf --ctmask 0x${random(16).toString(16)}`),
    plain(`-j TTL ${pick(random, ['--ttl-set 64', '--ttl-dec 1', '--ttl-inc 2'])}`),
    plain(
      `-j TOS ${pick(random, ['--set-tos 0x10', '--or-tos 0x08', '--and-tos 0x10', '--set-tos 0x08/0x3f', '--xor-tos 0x18'])}`,
    ),
    plain(`-j DSCP --set-dscp ${pick(random, ['0x02', '0x04'])}`),
    { needs: '-p tcp --syn', text: '-j TCPMSS --set-mss 1200' },
    ...(hook === 'FORWARD' || hook === 'POSTROUTING'
      ? [{ needs: '-p tcp --syn', text: '-j TCPMSS --clamp-mss-to-pmtu' }]
      : []),
    plain(pick(random, ['-j ACCEPT', '-j RETURN', '-j DROP', '-j CHECKSUM --checksum-fill'])),
  ]);
}

const PORTED = ['-p tcp', '-p udp'] as const;

function nat(random: Random, { hook }: Place): RandomTarget {
  const address = pick(random, TARGETS.slice(2));
  const needs = pick(random, PORTED);
  if (hook === 'PREROUTING') {
    return pick(random, [
      plain(`-j DNAT --to-destination ${address}`),
      { needs, text: `-j DNAT --to-destination ${address}:${pick(random, [80, 8080])}` },
      { needs, text: '-j DNAT --to-destination :443' },
      plain('-j REDIRECT'),
      { needs, text: '-j REDIRECT --to-ports 8080' },
      plain('-j NETMAP --to 10.0.1.0/29'),
      plain('-j ACCEPT'),
    ]);
  }
  const target = pick(random, [
    plain('-j SNAT --to-source 10.0.1.1'),
    plain('-j SNAT --to-source 10.0.1.77'),
    { needs, text: '-j SNAT --to-source 10.0.1.77:5000' },
    plain('-j ACCEPT'),
  ]);
  // The kernel takes MASQUERADE in POSTROUTING only.
  return hook === 'POSTROUTING' && random(3) === 0 ? plain('-j MASQUERADE') : target;
}

function filter(random: Random): RandomTarget {
  return pick(random, [
    plain('-j ACCEPT'),
    plain('-j DROP'),
    plain('-j RETURN'),
    plain(
      `-j REJECT --reject-with ${pick(random, ['icmp-port-unreachable', 'icmp-host-unreachable', 'icmp-admin-prohibited'])}`,
    ),
    { needs: '-p tcp', text: '-j REJECT --reject-with tcp-reset' },
    plain(''),
    plain(''),
  ]);
}
