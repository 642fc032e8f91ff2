import type { ReplayAsk } from '../ask.ts';
import { type Draft, factOf, type NetnsDraft } from '../draft.ts';
import { numberOf } from '../read/records.ts';
import type { Target } from '../read/targets.ts';
import { assumedListeners } from '../stand-in/pods.ts';
import { FLANNEL_UDP_PORT } from '../wiring/flannel-udp.ts';
import { listenersOf } from './sockets.ts';

/**
 * Listeners of every namespace: of its sockets where they were collected, else at what rules
 * translate to and the flow asks for: a server is assumed where somebody sends traffic to.
 */
export function planListeners(draft: Draft, targets: readonly Target[], ask: ReplayAsk): void {
  const asked: Target[] =
    ask.protocol === 'icmp'
      ? []
      : [{ address: ask.to, port: ask.port, protocol: ask.protocol, source: null }];
  for (const netns of draft.namespaces) {
    const sockets = netns.captured?.files.get('sockets');
    if (sockets) {
      netns.listeners.push(
        ...listenersOf(netns, sockets, { udp: ownPorts(netns) }, (fact, why) =>
          draft.refuse(fact, why),
        ),
      );
      continue;
    }
    if (netns.socketsKnown || netns.owned.size === 0) continue;
    const assumed = assumedListeners(netns.owned, [...targets, ...asked]);
    netns.listeners.push(...assumed);
    for (const { protocol, port } of assumed) {
      draft.standIns.push({
        kind: 'listener',
        place: netns.place,
        subject: `${protocol} port ${port}`,
        because: 'its sockets are not known, and traffic is sent there',
        source: factOf(netns, 'socket', '').source,
      });
    }
  }
}

/** UDP ports of the kernel's tunnels and of relays: no program's. */
function ownPorts(netns: NetnsDraft): ReadonlySet<number> {
  const tunnels = netns.links.flatMap(({ kind, data }) =>
    kind === 'vxlan' || kind === 'geneve' ? [numberOf(data, 'port') ?? 0] : [],
  );
  return new Set([...tunnels, ...(netns.tunnels.length > 0 ? [FLANNEL_UDP_PORT] : [])]);
}
