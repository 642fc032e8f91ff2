import type { SourceName } from '../../../snapshot/source.ts';
import { type Draft, factOf, type NetnsDraft } from '../draft.ts';
import { type CapturedNetns, entriesOf } from '../read/captured.ts';
import type { Entry } from '../read/records.ts';
import type { Line, Why } from '../rebuild.ts';
import { addressLines } from './addresses.ts';
import { conntrackLines } from './conntrack.ts';
import { fdbLines } from './fdb.ts';
import { neighbourLines } from './neighbours.ts';
import { routeLines } from './routes.ts';
import { ruleLines } from './rules.ts';
import { planRulesets } from './rulesets.ts';
import { planSysctls } from './sysctls.ts';
import type { TableNames } from './table-names.ts';

/** Everything of a captured namespace but its devices and listeners. */
export function planState(draft: Draft, netns: NetnsDraft, tables: TableNames): void {
  const { captured } = netns;
  if (!captured) return;
  const refuse = ({ fact }: Line, why: Why): void => draft.refuse(fact, why);
  const entries = (name: SourceName): readonly Entry[] | null =>
    entriesOf(captured, name, ({ why, ...fact }) =>
      draft.refuse({ ...factOf(netns, fact.code, fact.subject), source: fact.source }, why),
    );
  planSysctls(draft, netns);
  for (const link of netns.links) {
    if (netns.built.has(link.name)) netns.network.push(...addressLines(netns, link, refuse));
  }
  const routes = [
    ...routeLines(netns, entries('ip-route') ?? [], 4, tables, refuse),
    ...(captured.files.has('ip6-route')
      ? routeLines(netns, entries('ip6-route') ?? [], 6, tables, refuse)
      : routeLines(netns, entries('ip-route') ?? [], 6, tables, refuse)),
  ];
  netns.routes.push(...routes);
  for (const [name, family] of [
    ['ip-rule', 4],
    ['ip6-rule', 6],
  ] as const) {
    const listed = entries(name);
    if (listed === null) continue;
    const wanted = ruleLines(netns, listed, family, tables, refuse);
    const lines = family === 4 ? netns.network : netns.rules6;
    lines.push(...replaceRules(netns, wanted, family));
  }
  netns.network.push(...neighbourLines(netns, entries('ip-neigh') ?? [], refuse));
  netns.bridge.push(...fdbLines(netns, entries('bridge-fdb') ?? [], refuse));
  planRulesets(draft, netns, captured);
  const conntrack = captured.files.get('conntrack');
  if (conntrack)
    netns.conntrack.push(
      ...conntrackLines(netns, conntrack, (fact, why) => draft.refuse(fact, why)),
    );
  planUnknown(draft, netns, captured);
}

/** The rules every namespace starts with; those that are listed stay. */
const STANDARD_RULES: Readonly<Record<4 | 6, readonly string[]>> = {
  4: [
    'pref 0 from all table local',
    'pref 32766 from all table main',
    'pref 32767 from all table default',
  ],
  6: ['pref 0 from all table local', 'pref 32766 from all table main'],
};

/**
 * Rules besides the standard ones are added; standard ones that are missing are taken away at the
 * end: a namespace without them has no routes.
 */
function replaceRules(netns: NetnsDraft, listed: readonly Line[], family: 4 | 6): readonly Line[] {
  const standard = STANDARD_RULES[family];
  const withoutProtocol = (text: string): string => text.replace(/ protocol kernel$/, '');
  const kept = new Set(listed.map(({ text }) => withoutProtocol(text)));
  const added = listed.filter(({ text }) => !standard.includes(withoutProtocol(text)));
  const removed = standard.filter((text) => !kept.has(text));
  return [
    ...added.map(({ text, fact }) => ({ text: `rule add ${text}`, fact })),
    ...removed.map((text) => ({
      text: `rule del ${text}`,
      fact: factOf(netns, 'rule', `no rule ${text}`, { family }),
    })),
  ];
}

/** Files without which a namespace has what a fresh one has: that is not what the node had. */
function planUnknown(draft: Draft, netns: NetnsDraft, captured: CapturedNetns): void {
  const missing = (
    [
      ['ip-addr', 'address'],
      ['ip-route', 'route'],
      ['ip-rule', 'rule'],
      ['sysctl', 'sysctl'],
    ] as const
  ).filter(([name]) => !captured.files.has(name));
  for (const [name, code] of missing) {
    draft.refuse(factOf(netns, code, `${name}, not collected`), {
      kind: 'unreadable',
      text: 'this file is missing: the kernel has its defaults',
    });
  }
}
