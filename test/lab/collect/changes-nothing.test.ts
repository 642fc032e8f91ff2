import { beforeAll, describe, expect, it } from 'vitest';
import { labMissing } from '../../differential/paths/namespaces.ts';
import {
  inSandbox,
  NETWORK_TOOLS,
  pathWith,
  readTree,
  SMALL_NODE,
  temporaryFolder,
  UTILITIES,
  unknownLines,
} from './sandbox.ts';

const missing = labMissing(['unshare', 'busybox', ...NETWORK_TOOLS]);

/** State of the node, in the words of the kernel's own tools. */
const STATE = `
state() {
  for netns in n1 p1; do
    ip netns exec $netns iptables-legacy-save
    ip netns exec $netns iptables-nft-save
    ip netns exec $netns ip6tables-nft-save
    ip netns exec $netns nft list ruleset
    ip netns exec $netns ipset save
    ip netns exec $netns ip -d address show
    ip netns exec $netns ip route show table all
    ip netns exec $netns ip rule show
    ip netns exec $netns ip neigh show
    ip netns exec $netns conntrack -L -o id 2>/dev/null
    ip netns exec $netns sysctl -a -r '^net\\.' 2>/dev/null
    ip netns exec $netns cat /proc/net/ip_tables_names /proc/net/ip6_tables_names
  done | grep -v '^#'
  find /run /tmp /root /var -xdev ! -type s | sort
  ls /sys/module
}
# The checkout may lie in a folder that is hidden now.
cp "$COLLECT" /run/collect && COLLECT=/run/collect
for folder in /tmp /root /var; do mount -t tmpfs none $folder; done
mkdir /tmp/out
`;

describe.skipIf(missing !== null)(`collecting (${missing ?? 'as root'})`, () => {
  it('leaves the node and its files as they were', () => {
    const out = temporaryFolder();
    const { stdout } = inSandbox(
      `exec 3>"$OUT/before" 4>"$OUT/after" 5>"$OUT/first" 6>"$OUT/made"
      ${SMALL_NODE}${STATE}
      export HOME=/root
      state >&5
      state >&3
      in_n1 sh "$COLLECT" --node n1 --netns p1 --tar /tmp/out/n1.tar 2>/dev/null
      find /tmp/out -type f >&6
      rm /tmp/out/n1.tar
      state >&4
      # kubectl talks to the cluster, and would keep what it learned in the home folder.
      in_n1 sh "$COLLECT" --no-netns --kubernetes --output /tmp/out/n1 2>/dev/null
      find /root -type f >&6`,
      { OUT: out },
    );
    const files = readTree(out);
    const settled = (name: string): string =>
      (files.get(name) ?? '').replaceAll(/ \d+ (?=EST)/g, '');
    // Two looks in a row are equal: what differs between them is no change of ours.
    expect(settled('before')).toBe(settled('first'));
    expect(settled('after')).toBe(settled('before'));
    expect(settled('before')).toMatch(/--dport 81[\s\S]*--dport 82[\s\S]*dport=80/);
    expect({ stdout, made: files.get('made') }).toEqual({ stdout: '', made: '/tmp/out/n1.tar\n' });
  });
});

/**
 * A /proc and /sys of a kernel that has modules: these are loaded, and those in kallsyms are built
 * in. The tools that would load others are watched.
 */
function modules(loaded: readonly string[], symbols: string): string {
  const dirs = loaded.map((name) => `/sys/module/${name}`).join(' ');
  return `
  mkdir /run/proc
  mount -t proc proc /run/proc
  mount -t tmpfs none /proc
  ln -s $(seq -f '/run/proc/%g' 1 600) /run/proc/self /run/proc/sys /proc/
  mkdir /proc/net
  ln -s /run/proc/self/net/dev /run/proc/self/net/tcp /run/proc/self/net/udp /proc/net/
  ln -s /run/proc/self/net/snmp /run/proc/self/net/netstat /proc/net/
  echo 'veth 40960 0 - Live 0x0000000000000000' >/proc/modules
  echo '${symbols}' >/proc/kallsyms
  mount -t tmpfs none /sys/module
  mkdir -p ${dirs || '/sys/module/veth'}`;
}

const ASKING = ['nft', 'iptables-nft-save', 'iptables-legacy-save', 'conntrack', 'ipset', 'ss'];

function collectWatched(setup: string): {
  readonly asked: readonly string[];
  readonly files: ReadonlyMap<string, string>;
} {
  const out = temporaryFolder();
  const tools = pathWith([...UTILITIES, ...NETWORK_TOOLS].filter((name) => !ASKING.includes(name)));
  const { stdout } = inSandbox(
    `mkdir /run/watched
    for tool in ${ASKING.join(' ')}; do
      printf '#!/bin/sh\\necho %s >>/run/asked\\nexec %s "$@"\\n' $tool $(command -v $tool) >/run/watched/$tool
      chmod +x /run/watched/$tool
    done
    ip link set lo up
    busybox httpd -p 127.0.0.1:8080
    ${setup}
    PATH=/run/watched:${tools} ${tools}/sh "$COLLECT" --node n1 --no-netns --output "$OUT" 2>&1
    cat /run/asked`,
    { OUT: out },
  );
  const asked = stdout.split('\n').filter((line) => ASKING.includes(line));
  return { asked: [...new Set(asked)].sort(), files: readTree(out) };
}

describe.skipIf(missing !== null)(`modules (${missing ?? 'as root'})`, () => {
  let without: ReturnType<typeof collectWatched>;
  beforeAll(() => {
    without = collectWatched(modules([], '0000000000000000 T veth_open'));
  });

  it('that are not loaded are not asked for', () => {
    expect(without.asked).toEqual([]);
  });

  it.each([
    ['nft-ruleset.json', '{"nftables": []}\n'],
    ['iptables-nft-save.txt', '# no tables\n'],
    ['iptables-legacy-save.txt', '# no tables\n'],
    ['conntrack.txt', '# no connections\n'],
    ['ipset-save.txt', '# the kernel has no sets\n'],
    ['sockets.txt', 'tcp LISTEN 0 0 127.0.0.1:8080 *:* uid:0\n'],
  ])('%s is known without its module', (file, text) => {
    expect(without.files.get(`nodes/n1/${file}`)).toBe(text);
    expect(unknownLines(without.files)).toEqual([]);
  });

  it('that are loaded are asked', () => {
    const loaded = ['nf_tables', 'ip_set', 'tcp_diag', 'udp_diag'];
    expect(collectWatched(modules(loaded, '')).asked).toEqual(['ipset', 'nft', 'ss']);
  });

  it('that are built in are asked', () => {
    const symbols = '0 T nft_register_expr [x]\\n0 T ip_set_type_register';
    expect(collectWatched(modules([], symbols)).asked).toEqual(['ipset', 'nft']);
  });

  it('do not matter to a kernel that has none', () => {
    const { asked } = collectWatched('iptables-legacy -A INPUT -j ACCEPT');
    expect(asked).toEqual(['ipset', 'iptables-legacy-save', 'nft', 'ss']);
  });
});
