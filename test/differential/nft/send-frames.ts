import type { Packet } from '../../../src/packet/packet.ts';
import { type Namespaces, shell } from '../paths/namespaces.ts';
import { ethernetFrame } from '../routing/frame.ts';
import { FORGET, type Sighting, sightingOf } from './watch.ts';

const SEPARATOR = '=== next';

/** Address of the device under test. */
export const HOST_MAC = '02:00:00:00:00:10';

/**
 * Sends packets one after another out of `wire`, each as the first of its connection, and tells
 * what the rules of `host` did with it.
 */
export async function sendFrames(
  namespaces: Namespaces,
  packets: readonly Packet[],
): Promise<readonly Sighting[]> {
  const host = `ip netns exec ${namespaces.named('host')}`;
  const wire = `ip netns exec ${namespaces.named('wire')}`;
  const list = `echo '${SEPARATOR}'; ${host} nft -j list ruleset`;
  const script = [
    list,
    ...packets.flatMap((packet) => [
      `${host} sh -c 'conntrack -F 2>/dev/null; nft "${FORGET}"'`,
      `echo ${ethernetFrame(packet, HOST_MAC).toString('hex')} | xxd -r -p | ${wire} socat -u - INTERFACE:d0`,
      list,
    ]),
  ].join('\n');
  const printed = await shell(script);
  const listings = printed.split(`${SEPARATOR}\n`).slice(1);
  return packets.map((_, i) => sightingOf(listings[i] ?? '', listings[i + 1] ?? ''));
}
