import { HEADER_FORMS } from './header-forms.ts';
import { ICMP_FORMS } from './icmp-forms.ts';
import { IPV6_MATCH_FORMS } from './ipv6-match-forms.ts';
import { MATCH_FORMS } from './match-forms.ts';
import type { OptionForm } from './option-form.ts';
import { RARE_MATCH_FORMS } from './rare-match-forms.ts';
import { RARE_TARGET_FORMS, RATEEST_FORMS } from './rare-target-forms.ts';
import { TARGET_FORMS } from './target-forms.ts';

/** Matches whose rules the kernel of these tests takes. */
export const ALL_MATCH_FORMS: readonly OptionForm[] = [
  ...MATCH_FORMS,
  ...RARE_MATCH_FORMS,
  ...IPV6_MATCH_FORMS,
];

/** Everything that is modelled and that the kernel of these tests takes. */
export const MODELLED_FORMS: readonly OptionForm[] = [
  ...HEADER_FORMS,
  ...ICMP_FORMS,
  ...ALL_MATCH_FORMS,
  ...TARGET_FORMS,
  ...RARE_TARGET_FORMS,
  ...RATEEST_FORMS,
];
