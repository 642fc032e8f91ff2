import type { CommentMatch } from '../../../kernel/netfilter/xtables/match/comment.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';
import { printValue } from '../tokenize.ts';

export const commentGrammar: Grammar<CommentMatch> = {
  extensions: { comment: { '--comment': 1 } },
  negatable: [],
  parse({ options }) {
    const option = find(options, '--comment');
    return option ? { kind: 'comment', text: firstValue(option) } : null;
  },
  print: ({ text }) => `comment --comment ${printValue(text)}`,
};
