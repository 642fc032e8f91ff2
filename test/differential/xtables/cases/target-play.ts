import type { Question } from '../../../../src/kernel/decide.ts';
import type { Departure } from '../../../../src/kernel/departure.ts';
import { formatAddress } from '../../../../src/packet/address.ts';
import { type Left, wordsOfPacket } from './capture.ts';
import { type Backend, rawTable } from './host.ts';
import { type Arriving, FAR, HOST, NEAR } from './packets.ts';
import { TARGET_CASES, type TargetCase } from './target-cases.ts';
import { packetOf } from './wire.ts';

const FIRST_PORT = 1000;
const SYN_OPTIONS = [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
/** Bits of the mark that are shown one by one. */
const MARK_BITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 31];

/** A packet of a case. */
export interface Played {
  readonly name: string;
  readonly isUnsupported: boolean;
  readonly only?: Backend;
  readonly arriving: Arriving;
}

export const PLAYED: readonly Played[] = TARGET_CASES.flatMap((one, index) =>
  familiesOf(one).flatMap((family) =>
    Array.from(
      { length: one.times ?? 1 },
      (_, time): Played => ({
        name: `IPv${family} ${one.target} #${time}`,
        isUnsupported: one.unsupported === true,
        ...(one.only ? { only: one.only } : {}),
        arriving: { packet: packetFor(one, { family, index, time }) },
      }),
    ),
  ),
);

function familiesOf({ family }: TargetCase): readonly (4 | 6)[] {
  return family === 'both' ? [4, 6] : [family];
}

function packetFor(
  one: TargetCase,
  at: { readonly family: 4 | 6; readonly index: number; readonly time: number },
) {
  const { family, index, time } = at;
  const { flags = { syn: true } as const } = one;
  const ports = { sport: 40_000 + time, dport: FIRST_PORT + index };
  return packetOf({
    source: one.source ?? NEAR[family],
    destination: one.destination ?? (one.toHost ? HOST : FAR)[family],
    ttl: one.ttl ?? 64,
    tos: one.tos ?? 0,
    carries:
      one.protocol === 'udp'
        ? { kind: 'udp', ...ports, payload: 'abc' }
        : { kind: 'tcp', ...ports, flags, options: flags.syn ? SYN_OPTIONS : [] },
  });
}

/** Everything in one ruleset: each case has a port, so that none meets another's rules. */
export function targetRuleset(family: 4 | 6, backend: Backend): string {
  const tables = new Map<string, string[]>([
    ['mangle', []],
    ['nat', []],
    ['filter', []],
  ]);
  const raw: string[] = [];
  const shows: string[] = [];
  TARGET_CASES.forEach((one, index) => {
    if (!familiesOf(one).includes(family)) return;
    if (one.only !== undefined && one.only !== backend) return;
    const protocol = one.protocol ?? 'tcp';
    const port = `-p ${protocol} -m ${protocol} --dport ${FIRST_PORT + index}`;
    const lines = one.table === 'raw' ? raw : (tables.get(one.table) ?? []);
    lines.push(`-A ${one.hook} ${port} ${one.when ? `${one.when} ` : ''}-j ${one.target}`);
    for (const rule of one.also ?? []) {
      const at = rule.indexOf(' ');
      lines.push(`-A ${rule.slice(0, at)} ${port}${rule.slice(at)}`);
    }
    for (const show of one.shows ?? []) shows.push(`-A POSTROUTING ${port} ${show}`);
  });
  const bits = MARK_BITS.map((bit) => {
    const mark = `0x${(2 ** bit).toString(16)}`;
    return `-A POSTROUTING -m mark --mark ${mark}/${mark}`;
  });
  tables.get('mangle')?.push(...shows, ...bits);
  const rest = [...tables].map(([name, lines]) => {
    const chains = name === 'filter' ? ':c1 - [0:0]\n' : '';
    return `*${name}\n${chains}${lines.join('\n')}\nCOMMIT\n`;
  });
  return rawTable(family, raw, false) + rest.join('');
}

/** What the model says leaves the host, or null. */
export function departureWords(departure: Departure): Omit<Left, 'at'> | null {
  switch (departure.kind) {
    case 'transmit':
      return wordsOfPacket(departure.device, departure.skb.packet);
    case 'dropped': {
      const { answer, skb, iif } = departure;
      if (answer === null) return null;
      const { source, destination } = skb.packet;
      const family = source.family;
      if (answer === 'tcp-reset') {
        const { transport } = skb.packet;
        // Nobody answers a reset with one.
        if (transport.kind === 'tcp' && transport.flags.rst) return null;
        return {
          words: `in0 ${formatAddress(destination)}>${formatAddress(source)} reset`,
          ports: null,
          addresses: [],
        };
      }
      const way = `${iif ?? 'in0'} ${HOST[family]}>${formatAddress(source)}`;
      return { words: `${way} error ${answer.type}/${answer.code}`, ports: null, addresses: [] };
    }
    case 'local':
    case 'bridged':
    case 'unknown':
      return null;
  }
}

/**
 * Whether the ports that left are those of the model; one that the kernel chose must lie in the range that
 * the model names.
 */
export function portWithin(
  asked: readonly Question[],
  model: Left['ports'],
  kernel: Left['ports'],
): boolean {
  if (model === null || kernel === null) return true;
  const range = asked.map(({ subject }) => /in (\d+)-(\d+)/.exec(subject)).find((found) => found);
  const within = (port: number): boolean =>
    range ? port >= Number(range[1]) && port <= Number(range[2]) : false;
  return kernel.every((port, i) => port === model[i] || within(port));
}
