import { LOG_LIMIT } from '../../evidence/logrules/xt-commands.ts';
import { displayWidth, wrap } from '../text/width.ts';
import { hostPort } from '../trace/words.ts';
import type { LogCommandJson, LogEndJson, LogRulesJson, LogSectionJson } from './logrules-json.ts';

/** Which part of the commands is wanted. */
export type LogRulesPart = 'both' | 'add' | 'undo';

/** The plan as text that a shell takes: everything but the commands is a comment. */
export function renderLogRules(plan: LogRulesJson, part: LogRulesPart, width: number): string {
  const { sections } = plan;
  const rules = sections.reduce((sum, section) => sum + section.rules, 0);
  const where = sections.map(placeOf).join(', ');
  const head =
    part === 'undo'
      ? `Deletes the ${rules} rules that log ${flowText(plan)} on ${where}.`
      : `${rules} rules that log ${flowText(plan)} on ${where}. Nothing has been inserted: run each part where it says.`;
  const lines = comment(head, width);
  if (part !== 'undo') {
    lines.push(
      ...comment(
        `Every rule has the comment ${plan.comment} and writes at most ${LOG_LIMIT.perSecond} lines a second. The lines are in the kernel log (dmesg, journalctl -k); give them to hookline evidence or hookline annotate.`,
        width,
      ),
    );
  }
  for (const section of sections) lines.push('', ...sectionLines(section, plan, part, width));
  return `${lines.join('\n')}\n`;
}

function flowText({ proto, destination, endpoints, clients }: LogRulesJson): string {
  const from = clients.length === 0 ? 'any client' : clients.join(', ');
  const ends = endpoints.length === 0 ? '' : `, translated to ${endpoints.map(end).join(', ')}`;
  return `${proto} from ${from} to ${end(destination)}${ends}, and back,`;
}

function end({ ip, port }: LogEndJson): string {
  return hostPort(ip, port);
}

function placeOf({ node, netns, role }: LogSectionJson): string {
  if (node === null) return role === 'client' ? "the client's node" : 'the other nodes';
  return netns === null ? node : `${node}/${netns}`;
}

function sectionLines(
  section: LogSectionJson,
  plan: LogRulesJson,
  part: LogRulesPart,
  width: number,
): string[] {
  const lines: string[] = [];
  const title = `=== ${placeOf(section)}, by ${section.backend}: `;
  if (part !== 'undo') {
    lines.push(...comment(`${title}${section.rules} rules`, width));
    for (const note of notes(section, plan)) lines.push(...comment(note, width));
    lines.push(...enter(section), ...section.commands.map(text(section)));
  }
  if (part === 'both') lines.push('');
  if (part !== 'add') {
    lines.push(...comment(`${title}undo`, width));
    if (section.netns !== null && part === 'undo') lines.push(...enter(section));
    lines.push(...section.undo.map(text(section)));
  }
  return lines;
}

/** What has to be known before the commands are run. */
function notes(section: LogSectionJson, plan: LogRulesJson): readonly string[] {
  const told: string[] = [];
  const { backend, absent } = section;
  if (backend === 'nft') {
    told.push(
      'A table of its own; nft has no rules that end by themselves, so it stays until the undo deletes it.',
    );
  } else {
    told.push('Only the first packet of a connection meets the nat table, and no answer does.');
  }
  if (absent === null) {
    told.push(
      'It is not known which tables are in use here: the first rule in one that is not makes it, and the undo leaves it, empty. A nat table is met only where something translates or asks for states.',
    );
  } else if (absent.length > 0) {
    told.push(`Not in use here and left alone: ${absent.join(', ')}.`);
  }
  if (section.role === 'client' && plan.endpoints.length === 0 && section.node === null) {
    told.push('If the destination is translated, name what to: --endpoint IP:PORT, or --snapshot.');
  }
  if (section.commands.some(({ netns, argv }) => netns === null && argv[0] === 'sysctl')) {
    told.push(
      'The kernel logs for other namespaces than the host only when told so; the undo sets its default.',
    );
  }
  return told;
}

/** How a pod's namespace is entered; which process is in it nobody can know before. */
function enter({ node, netns }: LogSectionJson): readonly string[] {
  if (netns === null) return [];
  return [`: "\${PID:?set it to the id of a process in ${node}/${netns}}"`];
}

function text(section: LogSectionJson): (command: LogCommandJson) => string {
  return (command) =>
    section.netns !== null && command.netns !== null
      ? `nsenter -t "$PID" -n ${command.text}`
      : command.text;
}

function comment(words: string, width: number): string[] {
  const lines = wrap(words, Math.max(20, width - displayWidth('# ')), '');
  return lines.map((line) => `# ${line}`);
}
