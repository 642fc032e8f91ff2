import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Network } from '../../../src/kernel/network.ts';
import { parseAddress } from '../../../src/packet/address.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import { NETNS_SOURCES } from '../../../src/snapshot/source.ts';
import { traceFlow } from '../../../src/trace/tracer.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import {
  inSandbox,
  NETWORK_TOOLS,
  readTree,
  SMALL_NODE,
  temporaryFolder,
  unknownLines,
} from './sandbox.ts';

const missing = labMissing(['unshare', 'busybox', ...NETWORK_TOOLS]);

/** The commands of the table, run by themselves in the node's namespace. */
const BY_HAND = NETNS_SOURCES.map(
  ({ argv, file }) => `in_n1 ${argv.map((word) => `'${word}'`).join(' ')} >$OUT/hand/${file}`,
).join('\n');

/** What differs between two runs of the same command. */
function settled(text: string): string {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\[\d+:\d+\]/g, '[0:0]')
    .replaceAll(/"(?:packets|bytes|used|updated|confirmed)": ?\d+/g, '"n":0')
    .replaceAll(/ \d+ (?=ESTABLISHED)/g, ' 0 ')
    .replaceAll(/"stats64":\{"rx":\{.*?\},"tx":\{.*?\}\}/g, '"stats64":{}')
    .replaceAll(/"stats":\{"rx":\{.*?\},"tx":\{.*?\}\}/g, '"stats":{}');
}

/** Asked for only where the kernel or the node has what they list. */
const RARE = [
  'wg-show',
  ...(existsSync('/proc/net/ip_vs') ? [] : ['ip-vs']),
  ...(['/usr/sbin', '/usr/bin'].some((folder) => existsSync(`${folder}/bpftool`))
    ? []
    : ['bpftool-net']),
];

describe.skipIf(missing !== null)(`a node is collected (${missing ?? 'as root'})`, () => {
  let files: ReadonlyMap<string, string>;
  let hand: ReadonlyMap<string, string>;
  let said: string;

  beforeAll(() => {
    const out = temporaryFolder();
    const { stderr } = inSandbox(
      `${SMALL_NODE}
      ip netns exec n1 sh "$COLLECT" --node n1 --netns p1=web --output $OUT/snapshot
      mkdir $OUT/hand
      { ${BY_HAND}
      } 2>/dev/null`,
      { OUT: out },
    );
    said = stderr;
    files = readTree(`${out}/snapshot`);
    hand = readTree(`${out}/hand`);
  });

  it('says where, and that nothing is unknown', () => {
    expect(said).toMatch(/^hookline-collect: node n1 and 1 other namespaces in .*\/snapshot\n$/);
    expect(unknownLines(files)).toEqual([]);
  });

  it('with exactly the current namespace and those it was told', () => {
    const folders = new Set([...files.keys()].map((path) => path.replace(/[^/]*$/, '')));
    expect([...folders].sort()).toEqual(['', 'nodes/n1/', 'nodes/n1/netns/web/']);
    expect(files.get('nodes/n1/netns/web/ip-addr.json')).toContain('10.1.0.2');
  });

  it.each(RARE)('does not ask for %s where there is nothing of it', (name) => {
    const file = NETNS_SOURCES.find((source) => source.name === name)?.file;
    expect(files.has(`nodes/n1/${file}`)).toBe(false);
  });

  it.each(
    NETNS_SOURCES.filter(
      ({ name }) =>
        !['iptables-save', 'ip6tables-save', 'flannel-subnet', 'nstat', ...RARE].includes(name),
    ).map(({ file }) => file),
  )('%s is what its command prints', (file) => {
    const own = settled(files.get(`nodes/n1/${file}`) ?? 'absent');
    const other = settled(hand.get(file) ?? '');
    if (file !== 'sysctl.txt') {
      expect(own).toBe(other);
      return;
    }
    // In another order, and without what is secret.
    const lines = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => !/^net\.\S*(?:tcp_fastopen_key|stable_secret|_count) =/.test(line))
        .sort();
    expect(lines(own)).toEqual(lines(other));
    expect(lines(own).length).toBeGreaterThan(400);
    expect(own).toContain('net.ipv4.conf.dotted/9.rp_filter = ');
    expect(own).not.toMatch(/fastopen_key|stable_secret/);
  });

  it('with the counters of its own namespace', () => {
    const names = (text = '{}'): string[] =>
      Object.keys((JSON.parse(text) as { kernel?: object }).kernel ?? {});
    expect(names(files.get('nodes/n1/nstat.json'))).toEqual(names(hand.get('nstat.json')));
  });

  it('so that it loads without an issue', () => {
    const { issues } = assembleSnapshot(files);
    expect(issues.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it.each<[port: number, client: string, why: string]>([
    [80, 'connected', 'somebody listens'],
    [82, 'connected', 'a rule of iptables-nft redirects it'],
    [81, 'timeout', 'a rule of iptables-legacy drops it'],
    [84, 'timeout', 'a rule of nft drops it'],
    [85, 'refused', 'nobody listens'],
  ])('so that a flow to port %i is %s: %s', (port, client) => {
    const { value } = assembleSnapshot(files);
    expect(outcomeOf(value.network, port)).toEqual([client]);
  });
});

function outcomeOf(network: Network, port: number): readonly string[] {
  const to = parseAddress('10.1.0.1');
  if (!to) throw new Error('not an address');
  const { outcomes } = traceFlow(network, {
    from: { node: 'n1', netns: 'web' },
    arrivesOn: null,
    to,
    port,
    protocol: 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
  });
  return outcomes.map(({ client }) => client);
}
