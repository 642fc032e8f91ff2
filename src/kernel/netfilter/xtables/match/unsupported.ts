import { OPEN_QUESTION } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/**
 * A match that is not modelled, or one of its options. It is named when a packet meets it, and
 * both answers are followed.
 */
export interface UnsupportedMatch {
  readonly kind: 'unsupported';
  readonly name: string;
  /** The match and its options as they were read. */
  readonly text: string;
  /** False when the name itself was not recognised. */
  readonly known: boolean;
  /** It registers connection tracking. Linux: nf_ct_netns_get() in its checkentry. */
  readonly usesConntrack: boolean;
}

export const unsupportedMatch: MatchModel<UnsupportedMatch> = {
  support: (match) => (match.known ? 'unsupported' : 'unknown'),
  effect: 'asks',
  evaluate(match, context) {
    const { rule } = context.site;
    context.run.unsupported({
      construct: `match ${match.name}`,
      where: context.packet.context.netns.ref,
      source: rule.source,
    });
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: `${match.name} ${rule.matches.indexOf(match)}`,
      options: OPEN_QUESTION,
    });
  },
};
