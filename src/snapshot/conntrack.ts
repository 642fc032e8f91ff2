import type { ConntrackEntry } from '../kernel/conntrack/entry.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { conntrackOfLine } from './conntrack-line.ts';
import { conntrackOfXml, isXmlFlow } from './conntrack-xml.ts';
import { error, info, warning } from './make-issue.ts';

/**
 * Reads `conntrack -L` with any `-o` (extended, id, labels, ktimestamp, xml), and
 * /proc/net/nf_conntrack; IPv4 and IPv6 may follow one another. A line is an entry:
 * `[ipv4 2] tcp 6 118 TIME_WAIT src= dst= sport= dport= [UNREPLIED] src= ... [ASSURED] mark= use=`.
 */
export function parseConntrack(text: string, file: string): Parsed<readonly ConntrackEntry[]> {
  const entries: ConntrackEntry[] = [];
  const issues: Issue[] = [];
  let unreadable = 0;
  const lines = text.split('\n');
  for (const [index, content] of lines.entries()) {
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#') || AROUND.test(trimmed)) continue;
    const source = { file, line: index + 1, text: trimmed };
    const entry = isXmlFlow(trimmed) ? conntrackOfXml(trimmed) : conntrackOfLine(trimmed);
    if (entry === 'no-identifier') {
      issues.push(info('unreadable-record', source, 'XML lists no identifier of ICMP'));
    } else if (entry) entries.push({ ...entry, source });
    else if (index === lines.length - 1) issues.push(warning('truncated', source, 'last entry'));
    else if (unreadable++ < MOST_ISSUES) {
      issues.push(error('unreadable-record', source, trimmed.slice(0, 80)));
    }
  }
  return { value: entries, issues };
}

/** `conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.`, on standard error; frame of XML. */
const AROUND = /^conntrack v[\d.]+ \(conntrack-tools\)|^<\?xml |^<\/?conntrack>$/;

const MOST_ISSUES = 5;
