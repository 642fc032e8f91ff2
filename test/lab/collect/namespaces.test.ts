import { beforeAll, describe, expect, it } from 'vitest';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { inSandbox, type Ran, readTree, temporaryFolder, unknownLines } from './sandbox.ts';

const missing = labMissing(['unshare', 'ip', 'nsenter', 'setpriv', 'busybox']);

/** A name that a shell, a folder and a list of lines would each stumble over. */
const HOSTILE = '-a b;$(touch bad)*?\\"\'=..';
const LINE_BREAK = 'line\nbreak';

/** Waits until a process of ours is where it shall be. */
const SETUP = `
until_in() { # FILE: until a process is in that namespace
  until stat -L -c %i /proc/[0-9]*/ns/net 2>/dev/null | grep -qx "$(stat -L -c %i "$1")"; do :; done
}
pod() { # NETNS HOSTNAME
  ip netns add "$1"
  ip -n "$1" link add "in-$2" type veth peer name other
  ip netns exec "$1" unshare --uts sh -c 'hostname "$0"; exec sleep 1000' "$2" &
  until_in "/run/netns/$1"
}
ip netns add n1
pod cni-11111111-2222-3333-4444-555555555555 web-0
pod cni-aaaaaaaa-2222-3333-4444-555555555555 web-0
# Named by hand, with a visitor who has the node's host name.
ip netns add router
ip netns exec router sleep 1000 &
until_in /run/netns/router
ip netns add "$HOSTILE"
ip netns add "$LINE_BREAK"
# A file that was left when its namespace went away.
touch /run/netns/leftover
# Known by a process only, as those of containers may be.
unshare --net --uts sh -c 'hostname job; touch /run/up; exec sleep 1000' &
unshare --net sh -c 'touch /run/up2; exec sleep 1000' &
until [ -e /run/up ] && [ -e /run/up2 ]; do :; done
`;

function collect(options: string, setup = SETUP) {
  const out = temporaryFolder();
  const ran = inSandbox(
    `${setup}
    cd /run
    ip netns exec n1 sh "$COLLECT" --node n1 --output "$OUT" ${options}
    echo "exit $?"
    [ -z "$(find /run "$OUT" -name bad)" ] || echo 'something was executed'`,
    { OUT: out, HOSTILE, LINE_BREAK },
  );
  const files = readTree(out);
  const names = [...files.keys()].map((path) => /\/netns\/([^/]+)\//.exec(path)?.[1]);
  const netns = [...new Set(names.filter((name) => name !== undefined))].sort();
  return { ...ran, files, netns };
}

describe.skipIf(missing !== null)(`other namespaces (${missing ?? 'as root'})`, () => {
  let all: ReturnType<typeof collect>;
  beforeAll(() => {
    all = collect('');
  });

  it('are all found, each once, and named after the pod where that can be told', () => {
    const [anonymous, ...unnamed] = all.netns.filter((name) => /^netns-\d+$/.test(name));
    expect(anonymous).toBeDefined();
    // The sandbox's own namespace, in which no node is, has no name either.
    expect(unnamed.length).toBe(1);
    expect(all.netns.filter((name) => !/^netns-\d+$/.test(name))).toEqual([
      '-a_b___touch_bad_______..',
      'job',
      'router',
      'web-0',
      'web-0.2',
    ]);
  });

  it('have their own facts', () => {
    const devices = (name: string): string =>
      all.files.get(`nodes/n1/netns/${name}/ip-link.json`) ?? '';
    expect(devices('web-0')).toContain('"in-web-0"');
    expect(devices('web-0.2')).toContain('"in-web-0"');
    expect(devices('router')).not.toContain('"in-web-0"');
    expect(all.files.get('nodes/n1/ip-link.json')).not.toContain('"in-web-0"');
  });

  it('cannot do harm by their names', () => {
    expect(all.stdout).toBe('exit 0\n');
    expect(unknownLines(all.files)).toEqual(['netns: one has a line break in its name']);
  });

  it('are those that were asked for, by the names that were asked for', () => {
    const { netns, stdout } = collect(
      '--netns router=gw --netns "$HOSTILE=odd" --netns "$HOSTILE"',
    );
    expect({ netns, stdout }).toEqual({
      netns: ['-a_b___touch_bad_______..', 'gw', 'odd'],
      stdout: 'exit 0\n',
    });
  });

  it('are left alone with --no-netns', () => {
    expect(collect('--no-netns', 'ip netns add n1; ip netns add router').netns).toEqual([]);
  });

  it.each<[what: string, options: string, exit: number, words: string]>([
    ['a namespace that is not there', '--netns nope', 65, 'there is no namespace /run/netns/nope'],
    ['a folder outside', '--netns router=../a', 64, '--netns: not a name for a folder: ../a'],
    ['an empty folder name', '--netns router=', 64, '--netns: not a name for a folder: '],
    ['a node outside', '--node ../n1', 64, '--node: not a name for a folder: ../n1'],
  ])('%s is refused before anything is written', (_what, options, exit, words) => {
    const { stdout, stderr, files } = collect(options, 'ip netns add n1; ip netns add router');
    expect(stdout).toBe(`exit ${exit}\n`);
    expect(stderr).toBe(`hookline-collect: ${words}\n`);
    expect(files.size).toBe(0);
  });
});

describe.skipIf(missing !== null)(`a user who is not root (${missing ?? 'as root'})`, () => {
  let ran: Ran & { readonly files: ReadonlyMap<string, string> };
  beforeAll(() => {
    const out = temporaryFolder();
    const result = inSandbox(
      `${SETUP}
      ip -n n1 address add 10.9.0.1/32 dev lo
      ip netns exec n1 iptables-legacy -A INPUT -j DROP
      chmod 777 "$OUT"
      ip netns exec n1 setpriv --reuid 65534 --regid 65534 --clear-groups \\
        sh "$COLLECT" --node n1 --output "$OUT/snapshot"
      chmod -R a+rX "$OUT"`,
      { OUT: out, HOSTILE, LINE_BREAK },
    );
    ran = { ...result, files: readTree(`${out}/snapshot`) };
  });

  it('knows what anybody may read', () => {
    expect(ran.files.get('nodes/n1/ip-addr.json')).toContain('10.9.0.1');
    expect(ran.files.get('nodes/n1/sysctl.txt')).toContain('net.ipv4.conf.all.rp_filter = ');
  });

  it('is told what is unknown and why', () => {
    const places = unknownLines(ran.files).map((line) => line.split(':')[0]);
    for (const file of ['nft-ruleset.json', 'iptables-nft-save.txt', 'iptables-legacy-save.txt']) {
      expect(places).toContain(file);
      expect(ran.files.has(`nodes/n1/${file}`)).toBe(false);
    }
    expect(places).toContain('netns/router');
    expect(unknownLines(ran.files).join('\n')).toMatch(/^nft-ruleset\.json: .*not permitted/m);
    expect(ran.stderr).toContain('  nft-ruleset.json: ');
  });
});
