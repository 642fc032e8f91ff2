import { clientWords } from '../incident/words.ts';
import { hostPort, placeName } from '../trace/words.ts';
import type { Irrelevance, KernelResult, PlaceView, ReplayView, WhyView } from './replay-view.ts';

/** `n1`, `n1/web`, or nowhere in a snapshot. */
export function placeWord({ node, netns }: PlaceView): string {
  return node === null ? 'outside' : placeName({ node, netns });
}

/** Why something of the snapshot is not in the laboratory. */
export function whyWords(why: WhyView): string {
  switch (why.kind) {
    case 'refused':
      return `${why.by}: ${why.text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .join('; ')}`;
    case 'unreadable':
      return `not readable: ${why.text}`;
    case 'unsafe-name':
      return 'no name for a device or setting';
    case 'no-such-kind':
      return `stood in for: ${why.text}`;
    case 'unsupported':
      return `not rebuilt: ${why.text}`;
    case 'on-purpose':
      return `otherwise on purpose: ${why.text}`;
    case 'differs':
      if (why.found === null) return 'missing after the build';
      if (why.expected === null) return `there after the build, not in the snapshot: ${why.found}`;
      return `${why.found} after the build`;
  }
}

const IRRELEVANCE: Readonly<Record<Irrelevance, string>> = {
  'on-purpose': 'otherwise on purpose',
  'other-family': 'of IPv6, and the flow is of IPv4',
  'name-only': 'a number that nothing of the flow depends on',
  'no-way': 'decides no packet\u2019s way',
  'not-on-the-way': 'where the flow does not come by',
  'another-connection': 'another connection',
  'another-port': 'another port',
};

/** Why something that is missing cannot change what is seen of the flow. */
export function irrelevanceWords(because: Irrelevance): string {
  return IRRELEVANCE[because];
}

/** `connected to n2/web12 10.244.2.12:8080, which saw 10.244.1.0`. */
export function resultWords({ client, errno, endpoint, sourceAtEndpoint }: KernelResult): string {
  const result = client === 'timeout' ? 'timeout' : clientWords(client, errno);
  if (!endpoint) return result;
  const { node, netns, ip, port } = endpoint;
  const where = node === null ? '' : `${placeName({ node, netns })} `;
  return `${result} to ${where}${hostPort(ip, port)}, which saw ${sourceAtEndpoint ?? '?'}`;
}

/** The first packet that the kernel freed: where and why; empty when it freed none. */
export function dropWords({ kernel }: ReplayView): string {
  const drop = kernel.first?.drops[0];
  if (!drop) return '';
  const place = drop.place === null ? '' : ` on ${drop.place}`;
  const device = drop.device === null ? '' : ` at ${drop.device}`;
  return `dropped${place}${device}: ${drop.reason} in ${drop.location}()`;
}
