import { describe, expect, it } from 'vitest';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import {
  inSandbox,
  NETWORK_TOOLS,
  pathWith,
  readTree,
  temporaryFolder,
  UTILITIES,
  unknownLines,
} from './sandbox.ts';

const missing = labMissing(['unshare', ...NETWORK_TOOLS]);

/**
 * A PATH whose `ip` prints half of a file and then hangs when it is asked for routes, which is in
 * the middle of a namespace; /run/hangs is there from then on.
 */
const HANGING_IP = `
mkdir /run/tools
cat >/run/tools/ip <<'END'
#!/bin/sh
case $* in
  *'-4 route'*) echo '[{"dst":"default","gateway":"10.0.0.1"'; : >/run/hangs; exec sleep 1000 ;;
esac
exec "$REAL/ip" "$@"
END
chmod +x /run/tools/ip
export REAL="$TOOLS" PATH="/run/tools:$TOOLS"
wait_for() { until [ -e "$1" ]; do :; done; }
# Nothing runs but this shell, which is process 1; it buries orphans while it waits for a program.
alone() {
  until set -- /proc/[0-9]*; [ $# -eq 1 ]; do uname >/dev/null; done
}
start_collect() {
  sh "$COLLECT" --node n1 --no-netns --output "$OUT/s" "$@" 2>"$OUT/said" &
  main=$!
  wait_for /run/hangs
}
`;

function interrupt(lines: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly files: ReadonlyMap<string, string>;
} {
  const out = temporaryFolder();
  const tools = pathWith([...UTILITIES, ...NETWORK_TOOLS, 'chmod', 'cp', 'tar']);
  const { status, stdout } = inSandbox(`${HANGING_IP}${lines}`, { OUT: out, TOOLS: tools });
  return { status, stdout, files: readTree(out) };
}

/** What is left but for the text that was said. */
function left(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files.keys()].filter((path) => path !== 'said');
}

describe.skipIf(missing !== null)(
  `a collection that is interrupted (${missing ?? 'as root'})`,
  () => {
    it.each<[what: string, lines: string, exit: string]>([
      ['kill -9', 'start_collect; kill -9 $main; wait $main', '137'],
      ['kill', 'start_collect; kill $main; wait $main', '143'],
      ['a hangup', 'start_collect; kill -s HUP $main; wait $main', '129'],
      [
        'the end of its parent',
        `sh -c 'sh "$COLLECT" --node n1 --no-netns --with-parent --output "$OUT/s" 2>/dev/null & wait' &
      main=$!; wait_for /run/hangs; kill -9 $main; wait $main`,
        '137',
      ],
    ])('by %s leaves no process and no file', (_what, lines, exit) => {
      const { stdout, files } = interrupt(`${lines} 2>/dev/null; echo $?; alone; echo alone`);
      expect(stdout).toBe(`${exit}\nalone\n`);
      expect(left(files)).toEqual([]);
    });

    it('has nothing that loads while it runs', () => {
      const { files } = interrupt(
        `start_collect; cp -r "$OUT/s" "$OUT/seen"; kill $main; wait $main`,
      );
      const seen = new Map([...files].filter(([path]) => path.startsWith('seen/')));
      expect(seen.size).toBeGreaterThan(2);
      const { value } = assembleSnapshot(
        new Map([...seen].map(([path, text]) => [path.slice('seen/'.length), text])),
      );
      expect([...value.network.namespaces.keys()]).toEqual([]);
    });

    it('in one command only loses that fact, and says so', () => {
      const { status, files } = interrupt('start_collect --timeout 1; wait $main');
      expect(status).toBe(0);
      const snapshot = new Map([...files].map(([path, text]) => [path.replace(/^s\//, ''), text]));
      expect(unknownLines(snapshot)).toEqual([
        'ip-route.json: ip took too long (package iproute2)',
        'ip-route-cache.json: ip took too long (package iproute2)',
      ]);
      expect(snapshot.has('nodes/n1/ip-route.json')).toBe(false);
      expect(snapshot.get('nodes/n1/ip6-route.json')).toContain('[');
    });

    it('and would write a tar leaves none', () => {
      const { stdout, files } = interrupt(`
      sh "$COLLECT" --node n1 --no-netns --tar "$OUT/n1.tar" 2>/dev/null &
      main=$!; wait_for /run/hangs; kill -9 $main; wait $main 2>/dev/null; alone; echo alone`);
      expect({ stdout, left: left(files) }).toEqual({ stdout: 'alone\n', left: [] });
    });

    it('that is not comes to its end: a positive control', () => {
      const { status, files } = interrupt(`
      sed -i 's/exec sleep 1000/exit/' /run/tools/ip; start_collect; wait $main`);
      expect(status).toBe(0);
      expect(left(files)).toContain('s/nodes/n1/ip-route.json');
    });
  },
);
