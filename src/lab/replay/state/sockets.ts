import type { Listener } from '../../topology/topology.ts';
import { factOf, type NetnsDraft } from '../draft.ts';
import type { CapturedFile } from '../read/captured.ts';
import { addressFamily, isDeviceName } from '../read/safe-words.ts';
import type { Fact, Why } from '../rebuild.ts';

/** Ports whose sockets are the kernel's own, or a relay's that the laboratory makes. */
export interface OwnPorts {
  readonly udp: ReadonlySet<number>;
}

/**
 * A listener for each socket of `ss -Hnltu`: `udp UNCONN 0 0 192.168.10.11%eth0:68 0.0.0.0:* ...`. The
 * program behind it is not known: the laboratory's answers who it is.
 */
export function listenersOf(
  netns: NetnsDraft,
  { file, text }: CapturedFile,
  own: OwnPorts,
  refuse: (fact: Fact, why: Why) => void,
): readonly Listener[] {
  const listeners = new Map<string, Listener>();
  for (const [index, content] of text.split('\n').entries()) {
    const [protocol, state, , , local] = content.trim().split(/\s+/);
    if (local === undefined || (protocol !== 'tcp' && protocol !== 'udp')) continue;
    if (state !== 'LISTEN' && state !== 'UNCONN') continue;
    const found = readLocal(local);
    const subject = `socket ${protocol} ${local}`;
    const source = { file, line: index + 1 };
    if (!found) {
      const fact = factOf(netns, 'socket', subject, { source });
      refuse(fact, { kind: 'unreadable', text: local });
    } else if (protocol !== 'udp' || !own.udp.has(found.port)) {
      const { address, device, port } = found;
      listeners.set(`${protocol} ${address ?? ''} ${device ?? ''} ${port}`, {
        protocol,
        port,
        ...(address === null ? {} : { address }),
        ...(device === null ? {} : { device }),
      });
    }
  }
  return [...listeners.values()];
}

interface Local {
  readonly family: 4 | 6 | null;
  /** Null: all. */
  readonly address: string | null;
  readonly device: string | null;
  readonly port: number;
}

function readLocal(local: string): Local | null {
  const colon = local.lastIndexOf(':');
  const port = Number(local.slice(colon + 1));
  const [host = '', device = null] = local.slice(0, colon).split('%');
  if (colon < 0 || !(port >= 1 && port <= 65_535)) return null;
  if (device !== null && !isDeviceName(device)) return null;
  // `*` is an IPv6 socket that takes IPv4 as well; 0.0.0.0 and :: are for one family.
  if (host === '*') return { family: null, address: null, device, port };
  const address = host.replaceAll(/[[\]]/g, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const family = addressFamily(mapped ?? address);
  return family === null ? null : { family, address: mapped ?? address, device, port };
}
