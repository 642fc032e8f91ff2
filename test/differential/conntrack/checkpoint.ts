import type { Hook } from '../../../src/linux/hook.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';

/** A packet as it looks at a hook, before or after the hook's nat. */
export interface Checkpoint {
  readonly hook: Hook;
  readonly when: 'before' | 'after';
  /** Says everything below; also the comment of the rule that counts it. */
  readonly name: string;
  /** The rule's conditions in nft's words. */
  readonly match: string;
}

export function checkpoint(
  hook: Hook,
  when: Checkpoint['when'],
  packet: Packet,
  state: string | null,
  oif: string | null,
): Checkpoint {
  const source = formatAddress(packet.source);
  const destination = formatAddress(packet.destination);
  const { transport } = packet;
  const match = [`ip saddr ${source} ip daddr ${destination}`];
  const words: string[] = [hook, when];
  switch (transport.kind) {
    case 'udp':
    case 'tcp':
    case 'sctp':
      match.push(
        `${transport.kind} sport ${transport.sport} ${transport.kind} dport ${transport.dport}`,
      );
      words.push(transport.kind, `${source}:${transport.sport}>${destination}:${transport.dport}`);
      break;
    case 'icmp': {
      const hasId = transport.type === 0 || transport.type === 8;
      match.push(`icmp type ${transport.type}`);
      if (hasId) match.push(`icmp id ${transport.id}`);
      words.push(`icmp${transport.type}`, `${source}>${destination}`);
      if (hasId) words.push(`id ${transport.id}`);
      break;
    }
    case 'other':
      break;
  }
  if (state !== null) {
    match.push(`ct state ${state.toLowerCase()}`);
    words.push(state.toLowerCase());
  }
  if (oif !== null) {
    match.push(`oifname "${oif}"`);
    words.push(`by ${oif}`);
  }
  return { hook, when, name: words.join(' '), match: match.join(' ') };
}
