import type { XtTableName } from '../../linux/priority.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { Statement } from '../evidence.ts';
import { type Observation, type ObservedPacket, subject } from '../observation.ts';
import { DEFAULT_LIMIT, type EvidencePart, KEPT_NOTES, type ReadOptions } from '../part.ts';
import { placeOfFile } from '../place-of-file.ts';
import { parseAddressStatement } from './address-statement.ts';
import { captureGroups } from './capture-groups.ts';
import { parseCaptureNotice } from './capture-notice.ts';
import { cleanLine, ownCopy } from './clean-line.ts';
import { curlResult, parseCurlCommand } from './curl-command.ts';
import { parseIptablesCommand, savedTableLine } from './iptables-command.ts';
import { type KernelLogLine, parseKernelLog } from './kernel-log.ts';
import { settleTimes } from './settle-times.ts';
import { type TcpdumpPacket, tcpdumpReader } from './tcpdump-reader.ts';

/** Reads a text of any size line by line; memory stays bounded by the options' limit. */
export interface EvidenceTextReader {
  line(text: string): void;
  /** A piece of text that need not end at a line's end. */
  chunk(text: string): void;
  end(): Parsed<EvidencePart>;
}

/** A line that never ends is a binary file; what exceeds this of a line is passed over. */
const MAX_CARRY = 65_536;

/** Reads a whole text, or its lines. */
export function readEvidenceText(
  text: string | Iterable<string>,
  file: string,
  options: ReadOptions = {},
): Parsed<EvidencePart> {
  const reader = evidenceTextReader(file, options);
  if (typeof text === 'string') reader.chunk(text);
  else for (const line of text) reader.line(line);
  return reader.end();
}

export function evidenceTextReader(file: string, options: ReadOptions = {}): EvidenceTextReader {
  const place = placeOfFile(file);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const groups = captureGroups(file, place.name);
  const observations: Observation[] = [];
  const statements: Statement[] = [];
  const issues: Issue[] = [];
  const unplaced: SourceRef[] = [];
  let lines = 0;
  let recognised = 0;
  let unplacedCount = 0;
  let dropped = 0;
  let carry = '';
  let overlong = false;
  let overlongLines = 0;
  let savedTable: XtTableName | null = null;
  let prose: { readonly text: string; readonly line: number } | null = null;
  let afterBlank = true;
  let curl: { readonly at: number; readonly index: number; readonly prompted: boolean } | null =
    null;

  const note = (code: string, source: SourceRef): void => {
    unplacedCount++;
    if (unplaced.length >= KEPT_NOTES) return;
    unplaced.push(source);
    issues.push({ code, severity: 'warning', source, detail: source.text ?? '' });
  };

  const state = (statement: Statement): void => {
    recognised++;
    if (statements.length < KEPT_NOTES * 10) statements.push(statement);
  };

  const keep = (packet: ObservedPacket): boolean => {
    if (options.keep && !options.keep(subject(packet))) return false;
    if (observations.length < limit) return true;
    dropped++;
    return false;
  };

  const tcpdump = tcpdumpReader((read: TcpdumpPacket) => {
    const group = groups.current();
    group.packets++;
    if (!keep(read.packet)) return;
    observations.push({
      id: observations.length,
      vantage: {
        kind: 'capture',
        node: place.node,
        netns: place.netns,
        device: read.prefix.device ?? group.device,
        hook: null,
        table: null,
        chain: null,
        rule: null,
        ruleText: null,
        verdict: null,
        traceId: null,
        iif: null,
        oif: null,
        physin: null,
        physout: null,
        direction: read.prefix.direction,
        label: group.label,
        group: group.id,
      },
      time: read.prefix.time,
      timeBase: read.prefix.base,
      clock: `${place.node ?? group.id}@${read.prefix.base}`,
      packet: read.packet,
      link: read.link,
      uid: null,
      format: 'tcpdump-text',
      source: read.source,
    });
  });

  const logged = (log: KernelLogLine, source: SourceRef): void => {
    recognised++;
    if (log.cut) issues.push({ code: 'log-line-cut', severity: 'warning', source, detail: '' });
    if (!keep(log.packet)) return;
    const node = log.framing.host ?? place.node;
    observations.push({
      id: observations.length,
      vantage: {
        kind: 'log',
        node,
        netns: place.netns,
        device: null,
        hook: null,
        table: null,
        chain: null,
        rule: null,
        ruleText: null,
        verdict: null,
        traceId: null,
        iif: log.iif,
        oif: log.oif,
        physin: log.physin,
        physout: log.physout,
        direction: null,
        label: log.prefix,
        group: `${file}#log:${node ?? ''}`,
      },
      time: log.framing.time,
      timeBase: log.framing.base,
      clock: `${node ?? `${file}#log`}@${log.framing.base}`,
      packet: log.packet,
      link: log.link,
      uid: log.uid,
      format: 'kernel-log',
      source,
    });
  };

  /** Kernel log lines; true when the line was one. */
  const takeLog = (text: string, source: SourceRef): boolean => {
    const log = text.includes('OUT=') ? parseKernelLog(text) : null;
    if (log === null) {
      if (!(text.includes('SRC=') && text.includes('DST=') && text.includes('PROTO=')))
        return false;
      note('log-line-cut-at-start', source);
    } else if (log.kind === 'line') logged(log.line, source);
    else if (log.kind === 'no-packet') recognised++;
    else note(log.code, source);
    return true;
  };

  const takeNotice = (text: string, source: SourceRef): boolean => {
    const notice = parseCaptureNotice(text);
    if (!notice) return false;
    tcpdump.flush();
    switch (notice.kind) {
      case 'listening': {
        const { device, linkType } = notice;
        groups.started(device === 'any' ? null : device);
        state({ kind: 'capture-start', device, linkType, source });
        return true;
      }
      case 'command':
        groups.started(notice.device);
        recognised++;
        return true;
      case 'end':
        groups.ended();
        if (notice.dropped) state({ kind: 'capture-loss', dropped: notice.dropped, source });
        else recognised++;
        return true;
      case 'chatter':
        recognised++;
        return true;
    }
  };

  const takeCommand = (text: string, source: SourceRef): boolean => {
    savedTable = savedTableLine(text) ?? (text === 'COMMIT' ? null : savedTable);
    const rule = parseIptablesCommand(text, savedTable);
    if (rule?.kind === 'log-rule') {
      const { table, chain, destination, narrowed, prefix, insert } = rule;
      state({ kind: 'log-rule', table, chain, destination, narrowed, prefix, insert, source });
    } else if (rule?.kind === 'flush') {
      // A flush of one chain leaves the table's other rules.
      if (rule.chain === null) state({ kind: 'flush', table: rule.table, source });
      else recognised++;
    }
    if (rule) return true;
    const restart = RESTART.exec(text);
    if (restart) {
      state({
        kind: 'restart',
        unit: (restart[1] ?? restart[2] ?? '').replace(/\.service$/, ''),
        source,
      });
      return true;
    }
    const command = text.includes('curl') ? parseCurlCommand(text) : null;
    if (!command) return false;
    const { argv, to, boundTo, prompted } = command;
    curl = { at: lines, index: statements.length, prompted };
    state({ kind: 'client-command', argv, to, boundTo, result: 'unknown', source });
    return true;
  };

  /** The lines after a client command are its output. */
  const takeResult = (text: string): void => {
    if (curl === null || curl.at !== lines - 1) return;
    const { index, prompted } = curl;
    const result = curlResult(text, prompted);
    const statement = statements[index];
    curl = result === 'undecided' ? { ...curl, at: lines } : null;
    if (result === 'undecided') return;
    if (result && statement?.kind === 'client-command')
      statements[index] = { ...statement, result };
  };

  const takePacket = (text: string, source: SourceRef): boolean => {
    const fed = tcpdump.feed(text, source);
    if (fed.kind === 'recognised') recognised++;
    if (fed.kind === 'unreadable') note(fed.code, source);
    return fed.kind !== 'other';
  };

  const takeProse = (text: string, source: SourceRef): void => {
    const near = prose !== null && prose.line >= lines - 3 ? prose.text : null;
    const address = parseAddressStatement(text, near, source);
    if (address) state(address);
    const section = /^#{1,6} +(.{1,200}?)[\s#]*$/.exec(text);
    if (section) groups.heading(section[1] ?? '', lines, 'section');
    else if (afterBlank && text.length <= 200 && /[:：]$/.test(text)) {
      groups.heading(text.replace(/[:：\s]+$/, ''), lines, 'label');
    }
    prose = text.length <= 200 ? { text, line: lines } : null;
  };

  const line = (raw: string): void => {
    lines++;
    const cleaned = cleanLine(raw);
    // What cleaning takes for list and quote marks, curl -v writes itself.
    takeResult(/^\s{0,8}(?:[*<>]|`{3})/.test(raw) ? raw.trim() : cleaned);
    if (cleaned !== '' && worthReading(cleaned)) {
      const text = ownCopy(cleaned);
      const source: SourceRef = { file, line: lines, text };
      if (
        !takeLog(text, source) &&
        !takeNotice(text, source) &&
        !takePacket(text, source) &&
        !takeCommand(text, source)
      ) {
        takeProse(text, source);
      }
    }
    afterBlank = cleaned === '';
  };

  const chunk = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const piece = text.slice(start, end);
      if (overlong || carry.length + piece.length > MAX_CARRY) overlongLines++;
      line(overlong ? carry : carry + piece.slice(0, MAX_CARRY));
      carry = '';
      overlong = false;
      start = end + 1;
    }
    if (overlong) return;
    carry += text.slice(start, start + MAX_CARRY + 1);
    overlong = carry.length > MAX_CARRY;
    // Else the chunk stays alive as long as its last piece does.
    carry = ownCopy(carry);
  };

  const end = (): Parsed<EvidencePart> => {
    if (overlong) overlongLines++;
    if (carry !== '') line(carry);
    tcpdump.flush();
    const whole = (code: string, count: number): void => {
      const source = { file, line: 0 };
      issues.push({ code, severity: 'warning', source, detail: count > 0 ? String(count) : '' });
    };
    if (lines === 0) whole('empty-file', 0);
    if (overlongLines > 0) whole('lines-too-long-read-in-part', overlongLines);
    if (dropped > 0) whole('packets-over-limit', dropped);
    return {
      value: {
        file: { file, format: 'text', lines, recognised, unplaced, unplacedCount, dropped },
        observations: settleTimes(observations),
        statements,
        counters: [],
        drops: [],
        tracked: [],
        sockets: [],
        labels: groups.labels,
      },
      issues,
    };
  };

  return { line, chunk, end };
}

const RESTART =
  /(?:^|[\s$#;&|])(?:systemctl (?:restart|start|reload) (\S{1,60})|service (\S{1,60}) (?:restart|start|reload))$/;

/** Cheap test that keeps the bulk of a large log away from the parsers. */
function worthReading(line: string): boolean {
  return line.length < 400 || line.includes('SRC=') || line.includes(' > ');
}
