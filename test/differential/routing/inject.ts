import { execFileSync } from 'node:child_process';
import type { Namespaces } from '../paths/namespaces.ts';

/** A frame to send into a namespace, and what to set there before. */
export interface Injection {
  readonly sysctls: Readonly<Record<string, string>>;
  /** Device of the `wire` namespace, the other end of one under test. */
  readonly through: string;
  readonly frame: Buffer;
}

/** What the kernel showed of one frame. */
export interface Observed {
  /** Packets of each rule with a comment, by that comment. */
  readonly counters: ReadonlyMap<string, number>;
  readonly nstat: ReadonlyMap<string, number>;
  /** Drop reason of the frame's packet; null: it was not dropped, or there is no tracefs. */
  readonly reason: string | null;
}

const MARK = '=== case';

/**
 * Sends frames one after another and reads the counters of `host` after each. The kernel traces
 * all namespaces as one: a frame is found by the device that received it since the last mark and
 * by its length, and its end by the address of its buffer.
 */
export function inject(
  namespaces: Namespaces,
  injections: readonly Injection[],
): readonly Observed[] {
  const host = `ip netns exec ${namespaces.named('host')}`;
  const wire = `ip netns exec ${namespaces.named('wire')}`;
  const trace = '/sys/kernel/tracing';
  const own = `${trace}/instances/${namespaces.named('trace')}`;
  const look = `${host} sh -c 'iptables-legacy-save -c; nstat -as'`;
  const script = [
    // tracefs is mounted for this process only; without it the reasons are not known.
    `mount -t tracefs tracefs ${trace} 2>&1 && mkdir ${own} && {`,
    `trap 'echo 0 > ${own}/tracing_on; rmdir ${own}' EXIT`,
    // A clock that all processors share keeps their events in order.
    `echo mono > ${own}/trace_clock`,
    `echo 'protocol == 2048' > ${own}/events/skb/kfree_skb/filter`,
    `echo 'name ~ "d?"' > ${own}/events/net/netif_receive_skb/filter`,
    `echo 1 > ${own}/events/skb/kfree_skb/enable`,
    `echo 1 > ${own}/events/net/netif_receive_skb/enable; }`,
    `echo '${MARK}'; ${look}`,
    ...injections.flatMap(({ sysctls, through, frame }, i) => [
      `${host} sysctl -qw ${Object.entries(sysctls)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
      `echo '${MARK}'`,
      `[ ! -d ${own} ] || echo 'frame ${i}' > ${own}/trace_marker`,
      `echo ${frame.toString('hex')} | xxd -r -p | ${wire} socat -u - INTERFACE:${through}`,
      look,
    ]),
    `echo '${MARK}'; cat ${own}/trace 2>/dev/null; exit 0`,
  ].join('\n');
  const printed = execFileSync('unshare', ['-m', 'sh'], {
    input: script,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const parts = printed.split(`${MARK}\n`);
  const reasons = dropReasons(parts.at(-1) ?? '', injections);
  const snapshots = parts.slice(1, -1);
  return injections.map((_, i): Observed => {
    const before = snapshots[i] ?? '';
    const after = snapshots[i + 1] ?? '';
    return {
      counters: difference(ruleCounters(before), ruleCounters(after)),
      nstat: difference(nstatCounters(before), nstatCounters(after)),
      reason: reasons.get(i) ?? null,
    };
  });
}

/** The drop reason of each frame, by its number. */
function dropReasons(trace: string, injections: readonly Injection[]): ReadonlyMap<number, string> {
  const reasons = new Map<number, string>();
  let current = -1;
  // Neighbour discovery, and the frames of other tests, come in by devices of the same names.
  const buffers = new Set<string>();
  for (const line of trace.split('\n')) {
    const mark = /: tracing_mark_write: frame (\d+)/.exec(line);
    if (mark) {
      current = Number(mark[1]);
      buffers.clear();
      continue;
    }
    const received = /: netif_receive_skb: dev=(\w+) skbaddr=(\w+) len=(\d+)/.exec(line);
    const sent = injections[current];
    const isOurs =
      received?.[1] === sent?.through && Number(received?.[3]) === (sent?.frame.length ?? 0) - 14;
    if (received?.[2] && isOurs) buffers.add(received[2]);
    const freed = /: kfree_skb: skbaddr=(\w+) .* reason: (\w+)/.exec(line);
    if (freed?.[1] && freed[2] && buffers.has(freed[1]) && !reasons.has(current)) {
      reasons.set(current, freed[2]);
    }
  }
  return reasons;
}

function ruleCounters(text: string): ReadonlyMap<string, number> {
  const found = text.matchAll(/^\[(\d+):\d+\] -A .*--comment "?([^"\s]+)/gm);
  return new Map([...found].map(([, packets, name]) => [name ?? '', Number(packets)]));
}

function nstatCounters(text: string): ReadonlyMap<string, number> {
  const found = text.matchAll(/^([A-Z]\w+)\s+(\d+)\s/gm);
  return new Map([...found].map(([, name, value]) => [name ?? '', Number(value)]));
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const grown = [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return new Map(grown.filter(([, value]) => value > 0));
}
