import type { Canvas } from '../text/style.ts';
import { wrap } from '../text/width.ts';
import type { CollectJson, UnknownJson } from './collect-json.ts';

/** What `hookline collect` prints: where the snapshot is, what is unknown, what to type next. */
export function renderCollect(result: CollectJson, canvas: Canvas): string {
  const { strong } = canvas.style;
  const lines = [strong(headline(result))];
  for (const { host, why } of result.failed) {
    lines.push(...indented(`nothing of ${host ?? 'this machine'}: ${why}`, canvas));
  }
  const unknown = grouped(result.unknown);
  if (unknown.length > 0) lines.push('', 'Unknown');
  for (const line of unknown) lines.push(...indented(line, canvas));
  const next = nextCommand(result);
  if (next !== null) lines.push('', 'Next', `  ${next}`);
  return `${lines.join('\n')}\n`;
}

function indented(text: string, canvas: Canvas): readonly string[] {
  return wrap(text, canvas.width - 2, '  ').map((line) => `  ${line}`);
}

function headline({ snapshot, nodes, unknown, failed }: CollectJson): string {
  if (snapshot === null) return 'nothing was collected';
  const others = nodes.reduce((sum, { netns }) => sum + netns.length, 0);
  const names = nodes.map(({ node }) => node);
  const shown = names.length > MOST_NAMES ? `${names.length} nodes` : names.join(', ');
  const namespaces = others === 0 ? '' : ` with ${counted(others, 'other namespace')}`;
  const facts =
    unknown.length === 0 ? 'nothing is unknown' : `${counted(unknown.length, 'fact')} unknown`;
  const hosts = failed.length === 0 ? '' : `, ${counted(failed.length, 'host')} not collected`;
  const where = snapshot === '-' ? 'standard output' : snapshot;
  return `${where}: ${shown}${namespaces}; ${facts}${hosts}`;
}

const MOST_NAMES = 4;

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** One line for each reason: the same tool is missing in every namespace. */
function grouped(unknown: readonly UnknownJson[]): readonly string[] {
  const groups = new Map<string, { facts: UnknownJson[]; files: Set<string> }>();
  for (const fact of unknown) {
    const group = groups.get(fact.why) ?? { facts: [], files: new Set() };
    groups.set(fact.why, group);
    group.facts.push(fact);
    if (fact.file !== null) group.files.add(fact.file);
  }
  return [...groups].map(([why, { facts, files }]) => {
    const places = [...new Set(facts.map(placeName))];
    const first = places.slice(0, MOST_NAMES).join(', ');
    const more = places.length > MOST_NAMES ? ` and ${places.length - MOST_NAMES} more` : '';
    const what = files.size === 0 ? '' : `${[...files].join(', ')} of `;
    return `${what}${first}${more}: ${why}`;
  });
}

function placeName({ node, netns, file }: UnknownJson): string {
  if (node === null) return 'the cluster';
  if (netns !== null) return `${node}/${netns}`;
  return file === null ? `namespaces of ${node}` : node;
}

/** A flow from the first namespace that can be a client. */
function nextCommand({ snapshot, nodes }: CollectJson): string | null {
  const [first] = nodes;
  if (!first || snapshot === null) return null;
  const from = first.netns[0] === undefined ? first.node : `${first.node}/${first.netns[0]}`;
  const file = snapshot === '-' ? 'FILE' : snapshot;
  return `hookline trace ${file} --from ${from} --to ADDRESS:PORT`;
}
