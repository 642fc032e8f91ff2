import type { Explanation } from './explanation.ts';

/** How a trace says that a packet ended. */

function disposition(term: string, short: string, meaning: string, usual: string): Explanation {
  return {
    term,
    kind: 'disposition',
    short,
    meaning,
    where: "Hookline's trace",
    seen: 'hookline trace',
    usual,
    check: ['hookline trace SNAPSHOT --from NODE --to TARGET --level detailed'],
  };
}

export const DISPOSITION_WORDS: readonly Explanation[] = [
  disposition(
    'delivered',
    'a socket got the packet',
    'The packet reached a listening socket, the socket of the client, or the kernel itself for ping.',
    'what one wants',
  ),
  disposition(
    'dropped',
    'the packet was freed without an answer',
    "There is always a drop reason with the kernel's own name.",
    'the client waits until it times out',
  ),
  disposition(
    'rejected',
    'the packet was refused with an answer',
    'The sender gets a TCP reset or an ICMP error.',
    'the client fails at once',
  ),
  disposition(
    'forwarded-out',
    'the packet left what the snapshot knows',
    'It went towards a host that was not captured.',
    'capture that host too, or describe it in snapshot.json',
  ),
  disposition(
    'looped',
    'the packet came to the same place again',
    'Routes send it in a circle; in reality its TTL ends it.',
    'two nodes that each hold the other for the next hop',
  ),
];
