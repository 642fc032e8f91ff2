import { OPEN_QUESTION, yesNo } from '../../../decide.ts';
import { type MatchAnswer, type MatchContext, unknownHere } from './match-model.ts';

/** Asks what bytes of a packet say that the model does not have. */
export function unknownBytes(
  context: MatchContext,
  about: string,
  expected: 'yes' | 'no' | null = null,
): MatchAnswer {
  return unknownHere(context, {
    kind: 'unknown',
    topic: 'match',
    about,
    options: expected === null ? OPEN_QUESTION : yesNo(expected, 1),
  });
}
