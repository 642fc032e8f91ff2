import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIpv4, parseIpv6 } from '../../../../src/packet/address.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../../paths/namespaces.ts';
import { readState, WITH_RULES } from '../../routing/read-state.ts';
import type { Ends, Episode } from './episode.ts';
import { GROUPS } from './groups.ts';
import { playInKernel, ROUTER_MACS } from './play-kernel.ts';
import { type Played, playInModel } from './play-model.ts';

/**
 * What connection tracking makes of whole conversations, the model against the running kernel: the state
 * of every packet, and what is left in the table.
 */
const missing = labMissing(['ip', 'sysctl', 'nft', 'iptables-legacy', 'conntrack']);

function build(namespaces: Namespaces): void {
  const wire = namespaces.named('wire');
  const lines = (['client', 'server'] as const).flatMap((end, i) => [
    `link add d${i} address ${ROUTER_MACS[end]} type veth peer name d${i} netns ${wire}`,
    `addr add 10.0.${i}.1/24 dev d${i}`,
    `addr add fd00:${i}::1/64 dev d${i} nodad`,
    `link set d${i} up`,
    `neigh add 10.0.${i}.9 lladdr 02:00:00:00:00:99 dev d${i} nud permanent`,
    `neigh add fd00:${i}::9 lladdr 02:00:00:00:00:99 dev d${i} nud permanent`,
  ]);
  const routes = ['route add 10.1.0.0/16 via 10.0.0.9', '-6 route add fd01::/64 via fd00:0::9'];
  namespaces.run('host', [
    'sysctl',
    '-qw',
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
  ]);
  namespaces.run('host', ['ip', '-batch', '-'], [...lines].join('\n'));
  namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up\n');
  namespaces.run('host', ['ip', '-batch', '-'], routes[0] ?? '');
  namespaces.run('host', ['ip', '-6', 'route', 'add', 'fd01::/64', 'via', 'fd00::9']);
  namespaces.run('host', [
    'iptables-legacy',
    '-w',
    '-t',
    'nat',
    '-A',
    'POSTROUTING',
    '-s',
    '240.0.0.1',
    '-j',
    'MASQUERADE',
  ]);
  namespaces.run('host', [
    'ip6tables-legacy',
    '-w',
    '-t',
    'nat',
    '-A',
    'POSTROUTING',
    '-s',
    '2001:db8::1',
    '-j',
    'MASQUERADE',
  ]);
}

function endsOf({ family }: Episode, at: number): Ends {
  const client =
    family === 6
      ? parseIpv6(`fd01::${(at + 1).toString(16)}`)
      : parseIpv4(`10.1.${at >> 8}.${at & 255}`);
  const server = family === 6 ? parseIpv6('fd00:1::9') : parseIpv4('10.0.1.9');
  if (!client || !server) throw new Error('no address');
  return { client, server };
}

describe.skipIf(missing !== null)(`episodes on the kernel${missing ? ` (${missing})` : ''}`, () => {
  let namespaces: Namespaces | undefined;
  const played = new Map<string, { readonly model: Played | string; readonly kernel: Played }>();

  beforeAll(async () => {
    namespaces = makeNamespaces(['host', 'wire'], 130);
    build(namespaces);
    for (const { name, sysctls, episodes } of GROUPS) {
      namespaces.run('host', ['sysctl', '-qw', ...sysctls]);
      const state = { ...readState(namespaces, 'host', WITH_RULES), conntrack: [] };
      const lines = episodes.map((episode, at) => episode.lines(endsOf(episode, at)));
      const kernel = await playInKernel(namespaces, lines);
      for (const [at, episode] of episodes.entries()) {
        const result = kernel[at];
        if (!result) continue;
        played.set(`${name}: ${episode.name}`, {
          model: inModel(state, lines[at] ?? []),
          kernel: result,
        });
      }
    }
  }, 240_000);

  function inModel(...args: Parameters<typeof playInModel>): Played | string {
    try {
      return playInModel(...args);
    } catch (error) {
      return String(error);
    }
  }

  afterAll(() => namespaces?.dispose());

  test.each(
    GROUPS.flatMap(({ name, episodes }) => episodes.map((episode) => `${name}: ${episode.name}`)),
  )('%s', (name) => {
    const found = played.get(name);
    expect(found?.model).toEqual(found?.kernel);
    expect(found?.kernel.states).not.toContain('not seen');
  });
});
