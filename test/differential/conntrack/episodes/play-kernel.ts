import { closeFd, insideNetns, openNetns } from '../../../../src/lab/host/syscalls.ts';
import {
  AF_PACKET,
  deviceIndex,
  openSocket,
  SOCK_RAW,
  sendBytesTo,
} from '../../../../src/lab/socket/calls.ts';
import { formatAddress } from '../../../../src/packet/address.ts';
import { parseConntrack } from '../../../../src/snapshot/conntrack.ts';
import { type Namespaces, until } from '../../paths/namespaces.ts';
import { describeConnections } from '../describe.ts';
import type { Line } from './episode.ts';
import { frameOf } from './frame.ts';
import type { Played } from './play-model.ts';

export const ROUTER_MACS = { client: '02:00:00:00:01:00', server: '02:00:00:00:01:01' } as const;

/** Which device of the wire leads to the router. */
const DEVICES = { client: 'd0', server: 'd1' } as const;

/** Notes the state of every packet that has a number, before anything translates. */
const WATCH = `table inet hookline {
  set seen4 { typeof ip id . ct state; size 65535; flags dynamic; }
  set seen6 { typeof ip6 flowlabel . ct state; size 65535; flags dynamic; }
  counter arrived { }
  chain look {
    type filter hook prerouting priority -140;
    ip id != 0 update @seen4 { ip id . ct state } counter name arrived
    ip6 flowlabel != 0 update @seen6 { ip6 flowlabel . ct state } counter name arrived
  }
}
`;

/**
 * Plays episodes side by side in the kernel: the first packet of each, then the second of each. All of
 * a round have arrived before the next one is sent.
 */
export async function playInKernel(
  namespaces: Namespaces,
  episodes: readonly (readonly Line[])[],
): Promise<readonly Played[]> {
  namespaces.run('host', ['conntrack', '-F']);
  namespaces.run(
    'host',
    ['nft', '-f', '-'],
    `table inet hookline\ndelete table inet hookline\n${WATCH}`,
  );
  const numbers = episodes.map(() => [] as number[]);
  const sender = openSender(namespaces);
  try {
    let sent = 0;
    const rounds = Math.max(...episodes.map((lines) => lines.length));
    for (let round = 0; round < rounds; round++) {
      for (const [at, lines] of episodes.entries()) {
        const line = lines[round];
        if (!line) continue;
        const number = ++sent;
        numbers[at]?.push(number);
        sender.send(line, number);
      }
      await until(`${sent} packets`, () => arrived(namespaces) >= sent);
    }
  } finally {
    sender.close();
  }
  const seen = new Map([...statesOf(namespaces, 'seen4'), ...statesOf(namespaces, 'seen6')]);
  const table = connectionsByClient(namespaces);
  namespaces.run('host', ['nft', 'delete', 'table', 'inet', 'hookline']);
  return episodes.map((lines, at) => {
    const first = lines[0];
    const client =
      first && (first.from === 'client' ? first.packet.source : first.packet.destination);
    return {
      states: (numbers[at] ?? []).map((number) => seen.get(number) ?? 'not seen'),
      connections: describeConnections(table.get(client ? formatAddress(client) : '') ?? []),
    };
  });
}

/** Sends frames into the router. */
export interface Sender {
  readonly send: (line: Line, number: number) => void;
  readonly close: () => void;
}

/** Raw sockets in the namespace `wire`, one for each of its devices. */
export function openSender(namespaces: Namespaces): Sender {
  const home = openNetns('/proc/thread-self/ns/net');
  const wire = openNetns(`/run/netns/${namespaces.named('wire')}`);
  const open = (device: string): { readonly fd: number; readonly address: Buffer } => {
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeInt32LE(deviceIndex(device), 4);
    return { fd: openSocket(AF_PACKET, SOCK_RAW), address };
  };
  const ends = insideNetns(home, wire, () => ({
    client: open(DEVICES.client),
    server: open(DEVICES.server),
  }));
  return {
    send({ from, packet }, number) {
      const frame = frameOf(packet, ROUTER_MACS[from], number);
      const { fd, address } = ends[from];
      address.writeUInt16BE(frame.readUInt16BE(12), 2);
      if (sendBytesTo(fd, frame, address) !== frame.length) throw new Error('a frame was not sent');
    },
    close() {
      for (const fd of [ends.client.fd, ends.server.fd, home, wire]) closeFd(fd);
    },
  };
}

function arrived(namespaces: Namespaces): number {
  const text = namespaces.run('host', ['nft', 'list', 'counter', 'inet', 'hookline', 'arrived']);
  return Number(/packets (\d+)/.exec(text)?.[1]);
}

/** The state of each numbered packet. */
function statesOf(namespaces: Namespaces, set: string): ReadonlyMap<number, string> {
  const text = namespaces.run('host', ['nft', 'list', 'set', 'inet', 'hookline', set]);
  const found = text.matchAll(/(\d+) \. (new|established|related|invalid|untracked)/g);
  return new Map([...found].map(([, number, state]) => [Number(number), state ?? '']));
}

type Entries = ReturnType<typeof parseConntrack>['value'];

function connectionsByClient(namespaces: Namespaces): ReadonlyMap<string, Entries> {
  // Without a family conntrack 1.4.7 lists both.
  const { value, issues } = parseConntrack(
    namespaces.run('host', ['conntrack', '-L', '-o', 'extended']),
    'conntrack.txt',
  );
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  const byAddress = new Map<string, Entries[number][]>();
  for (const entry of value) {
    for (const address of new Set([entry.original.source, entry.original.destination])) {
      const key = formatAddress(address);
      byAddress.set(key, [...(byAddress.get(key) ?? []), entry]);
    }
  }
  return byAddress;
}
