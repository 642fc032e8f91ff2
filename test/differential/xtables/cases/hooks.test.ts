import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { labMissing, makeNamespaces, type Namespaces, until } from '../../paths/namespaces.ts';
import { BRIDGED_RULES } from './bridged-rules.ts';
import { countedIn, rulesAt } from './hook.ts';
import { type Backend, buildCaseHost, CASE_NAMES, readCaseHost } from './host.ts';
import { LOCAL_RULES } from './local-rules.ts';
import { FAR, HOST, NEAR } from './packets.ts';
import { startSender } from './shell.ts';
import { bytesOf, packetOf } from './wire.ts';

/** Rules about what only some packets have: a socket that sends them, ports of a bridge. */
const missing = labMissing(['ip', 'iptables-nft', 'iptables-legacy', 'socat']);

const RUNS = (['legacy', 'nft'] as const).flatMap((backend) =>
  ([4, 6] as const).map((family) => [backend, family] as const),
);
const tools = { 4: 'iptables', 6: 'ip6tables' } as const;
const MAY_ASK = /--gid-owner|-m cgroup /;

describe.skipIf(missing !== null)(`rules by hook${missing ? ` (${missing})` : ''}`, () => {
  let ns: Namespaces;
  let state: NetnsState;

  beforeAll(() => {
    ns = makeNamespaces(CASE_NAMES, 68);
    buildCaseHost(ns);
    state = readCaseHost(ns);
    const lines = ['port0', 'port1'].flatMap((port, i) => [
      `link add ${port} type veth peer name ${port} netns ${ns.named(i === 0 ? 'near' : 'far')}`,
      `link set ${port} master bridge0`,
      `link set ${port} up`,
    ]);
    const all = ['link add bridge0 type bridge', 'link set bridge0 up', ...lines];
    ns.run('host', ['ip', '-batch', '-'], all.join('\n'));
    ns.run('near', ['ip', 'link', 'set', 'port0', 'up']);
    ns.run('far', ['ip', 'link', 'set', 'port1', 'up']);
    ns.run('host', [
      'sysctl',
      '-qw',
      'net.bridge.bridge-nf-call-iptables=1',
      'net.bridge.bridge-nf-call-ip6tables=1',
    ]);
  });
  afterAll(() => ns?.dispose());

  const save = (backend: Backend, family: 4 | 6): string =>
    ns.run('host', [`${tools[family]}-${backend}-save`, '-c', '-t', 'mangle']);
  const load = (backend: Backend, family: 4 | 6, lines: readonly string[]): void => {
    const text = `*mangle\n${lines.join('\n')}\nCOMMIT\n`;
    ns.run('host', [`${tools[family]}-${backend}-restore`], text);
  };

  test.each(RUNS)('what the host sends, iptables-%s, IPv%s', async (backend, family) => {
    const to = FAR[family];
    const sent = `-p udp -m udp --dport 53`;
    load(
      backend,
      family,
      LOCAL_RULES.map((rule) =>
        /^(?:! )?-o /.test(rule) ? `-A OUTPUT ${rule} ${sent}` : `-A OUTPUT ${sent} ${rule}`,
      ),
    );
    const target = family === 4 ? `UDP4-SENDTO:${to}:53` : `UDP6-SENDTO:[${to}]:53`;
    ns.run('host', ['socat', '-u', '-', target], 'x');
    const text = save(backend, family);
    const counted = countedIn(text, 'OUTPUT');
    const packet = packetOf({
      source: family === 4 ? '10.0.1.1' : 'fd00:1::1',
      destination: to,
      carries: { kind: 'udp', dport: 53, payload: 'x' },
    });
    const at = { hook: 'output', packet, iif: '', oif: 'out0', localSocket: { uid: 0 } } as const;
    const { matched, asked } = rulesAt(state, at, { text, backend, counted });
    expect(matched).toEqual(counted);
    expect(asked.filter((rule) => !MAY_ASK.test(rule))).toEqual([]);
    expect(counted.length).toBeGreaterThan(10);
    expect(counted.length).toBeLessThan(LOCAL_RULES.length);
    load(backend, family, []);
  });

  test.each(RUNS)('what a bridge passes on, iptables-%s, IPv%s', async (backend, family) => {
    const packet = packetOf({
      source: NEAR[family],
      destination: HOST[family],
      carries: { kind: 'udp', dport: 77, payload: 'x' },
    });
    const only = '-p udp -m udp --dport 77';
    const hooks = ['prerouting', 'forward', 'postrouting'] as const;
    load(
      backend,
      family,
      hooks.flatMap((hook) =>
        BRIDGED_RULES[hook].map((rule) =>
          rule.startsWith('-m')
            ? `-A ${hook.toUpperCase()} ${only} ${rule}`
            : `-A ${hook.toUpperCase()} ${rule} ${only}`,
        ),
      ),
    );
    const sender = startSender(ns, 'near', 'port0');
    const type = family === 4 ? '0800' : '86dd';
    const frame = Buffer.from(`020000000066020000000065${type}`, 'hex');
    let text = '';
    try {
      sender.send(Buffer.concat([frame, bytesOf(packet, 1)]));
      await until('the packet', () => {
        text = save(backend, family);
        return countedIn(text, 'POSTROUTING').length > 1;
      });
    } finally {
      sender.end();
    }
    text = save(backend, family);
    const ports = { physin: 'port0', physout: 'port1' };
    for (const hook of hooks) {
      const counted = countedIn(text, hook.toUpperCase());
      const at = {
        hook,
        packet,
        iif: hook === 'postrouting' ? '' : 'bridge0',
        oif: hook === 'prerouting' ? '' : 'bridge0',
        localSocket: null,
        bridge: hook === 'prerouting' ? { physin: 'port0', physout: null } : ports,
      };
      const { matched, asked } = rulesAt(state, at, { text, backend, counted });
      expect({ hook, matched, asked }).toEqual({ hook, matched: counted, asked: [] });
      expect(counted.length).toBeGreaterThan(1);
    }
    load(backend, family, []);
  });
});
