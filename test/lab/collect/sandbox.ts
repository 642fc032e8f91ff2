import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** The script under test, as it lies in the package. */
export const SCRIPT = join(import.meta.dirname, '../../../bin/hookline-collect');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs shell lines as the first process of mount, network, host name and process namespaces of its
 * own, with an empty /run: what they make vanishes with them. `$OUT` is a folder that stays.
 */
export function inSandbox(lines: string, env: Readonly<Record<string, string>> = {}): Ran {
  const unshare = ['--mount', '--net', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [...unshare, 'sh', '-c', `mount -t tmpfs none /run\nhostname n1\n${lines}`],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 20_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, COLLECT: SCRIPT, ...env },
    },
  );
  return { status, stdout, stderr };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that is removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookline-collect-test-'));
  folders.push(folder);
  return folder;
}

/** The texts of the files below a folder, by path relative to it. */
export function readTree(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    files.set(full.slice(folder.length + 1), readFileSync(full, 'utf8'));
  }
  return files;
}

/** What the script says it could not find out, from a node's log. */
export function unknownLines(files: ReadonlyMap<string, string>, node = 'n1'): readonly string[] {
  const log = files.get(`nodes/${node}/collect.log`) ?? '';
  return log.split('\n').flatMap((line) => (line.startsWith('unknown ') ? [line.slice(8)] : []));
}

/** Programs that every system has (POSIX utilities, and `stat`). */
export const UTILITIES: readonly string[] =
  'awk cat date find grep mkdir mv printf rm sed sh sleep stat uname'.split(' ');

/** Programs that a node may lack. */
export const NETWORK_TOOLS: readonly string[] = [
  ...['bridge', 'conntrack', 'ip', 'ipset', 'nft', 'nsenter', 'nstat', 'ss', 'sysctl', 'tc'],
  ...['iptables', 'ip6tables'].flatMap((name) => [
    `${name}-save`,
    `${name}-nft-save`,
    `${name}-legacy-save`,
  ]),
];

/** A folder for PATH with these programs, each under its name or that of another one. */
export function pathWith(
  programs: readonly string[],
  others: Readonly<Record<string, string>> = {},
): string {
  const folder = temporaryFolder();
  const found = new Set<string>();
  for (const directory of ['/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
    for (const name of readdirSync(directory)) {
      if (!programs.includes(name) || name in others || found.has(name)) continue;
      found.add(name);
      symlinkSync(join(directory, name), join(folder, name));
    }
  }
  for (const [name, target] of Object.entries(others)) symlinkSync(target, join(folder, name));
  return folder;
}

/** Node n1 with a pod p1, rules of every kind, a set, a connection and a listening socket. */
export const SMALL_NODE = `
ip netns add n1; ip netns add p1
for netns in n1 p1; do
  ip netns exec $netns sysctl -qw net.ipv6.conf.default.disable_ipv6=1
  ip -n $netns link set lo up
done
ip -n n1 link add veth1 type veth peer name eth0 netns p1 address 02:00:00:00:00:02
ip -n n1 link add dotted.9 type veth peer name other.9
ip -n n1 address add 10.1.0.1/24 dev veth1
ip -n n1 link set veth1 up
ip -n p1 address add 10.1.0.2/24 dev eth0
ip -n p1 link set eth0 up
ip -n p1 route add default via 10.1.0.1
ip -n n1 neighbour replace 10.1.0.2 lladdr 02:00:00:00:00:02 dev veth1 nud permanent
for end in 'n1 link show veth1' 'p1 link show eth0'; do
  until ip -n $end | grep -q 'state UP'; do :; done
done
in_n1() { ip netns exec n1 "$@"; }
in_n1 iptables-legacy -A INPUT -p tcp --dport 81 -j DROP
in_n1 iptables-nft -t nat -A PREROUTING -p tcp --dport 82 -j REDIRECT --to-ports 80
in_n1 ip6tables-nft -A INPUT -p tcp --dport 83 -j DROP
in_n1 nft 'add table inet own; add chain inet own in { type filter hook input priority 5; }; add rule inet own in tcp dport 84 drop'
in_n1 ipset create allowed hash:ip
in_n1 ipset add allowed 10.1.0.2
in_n1 conntrack -I -p tcp -s 10.1.0.2 -d 10.1.0.1 --sport 4000 --dport 80 --state ESTABLISHED --timeout 600 >/dev/null 2>&1
in_n1 busybox httpd -p 80
in_n1 busybox httpd -p 10.1.0.1:8080
`;
