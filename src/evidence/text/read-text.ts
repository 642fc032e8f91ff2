import type { Parsed } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { EvidencePart, ReadOptions } from '../part.ts';
import { captureGroups } from './capture-groups.ts';
import type { CarriedLine } from './carrier/carried-line.ts';
import { journalExport } from './carrier/journal-export.ts';
import { journalRecords } from './carrier/journal-records.ts';
import { unwrapLine } from './carrier/unwrap-line.ts';
import { cleanLine, ownCopy } from './clean-line.ts';
import { clientLines } from './client/client-lines.ts';
import { commandLines } from './command-lines.ts';
import { conntrackLines } from './conntrack/conntrack-lines.ts';
import { counterDraft } from './counter/counter-draft.ts';
import { ifconfigLines, netstatInterfaceLines, procNetDevLines } from './counter/device-tables.ts';
import { ipLinkLines, ipLinkRecords } from './counter/ip-link-lines.ts';
import { kernelCounterLines, kernelCounterRecords } from './counter/kernel-counters.ts';
import { netstatStatisticsLines } from './counter/netstat-s-lines.ts';
import { conntrackStatLines, ethtoolLines } from './counter/other-counters.ts';
import { dropwatchLines } from './drop/dropwatch-lines.ts';
import { kernelMessageLines } from './drop/kernel-message-lines.ts';
import { kfreeSkbLines } from './drop/kfree-skb-lines.ts';
import { jsonLines } from './json-lines.ts';
import type { LineReader, TextLine } from './line-reader.ts';
import { lineSplitter } from './line-splitter.ts';
import { bulkLog } from './log/bulk-log.ts';
import { logLines } from './log/log-lines.ts';
import { partDraft } from './part-draft.ts';
import { proseLines } from './prose-lines.ts';
import { netstatLines } from './socket/netstat-lines.ts';
import { ssLines } from './socket/ss-lines.ts';
import { tcpdumpLines } from './tcpdump-lines.ts';
import { nftTraceLines } from './trace/nft-trace-lines.ts';
import { xtablesMonitorLines } from './trace/xtables-monitor-lines.ts';
import { ciliumLines, ciliumRecords } from './tracer/cilium.ts';
import { hubbleLines } from './tracer/hubble-lines.ts';
import { pwruLines, pwruRecords } from './tracer/pwru.ts';
import { retisLines } from './tracer/retis-lines.ts';
import { retisRecords } from './tracer/retis-records.ts';
import { ulogdLines, ulogdRecords } from './ulogd/ulogd-lines.ts';

/** Reads a text of any size line by line; memory stays bounded by the options' limit. */
export interface EvidenceTextReader {
  line(text: string): void;
  /** A piece of text that need not end at a line's end. */
  chunk(text: string): void;
  end(): Parsed<EvidencePart>;
}

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
  const draft = partDraft(file, options);
  const groups = captureGroups(file, draft.place.name);
  const counters = counterDraft(draft);
  const client = clientLines(draft);
  const bulk = bulkLog();
  let number = 0;
  let afterBlank = true;

  const give = (line: TextLine): boolean => readers.some((reader) => reader.take(line));
  const carried: CarriedLine = (text, carrier, at) => {
    const cleaned = ownCopy(cleanLine(text));
    return cleaned !== '' && give({ ...at, text: cleaned, carrier });
  };
  const readers: readonly LineReader[] = [
    journalExport(carried),
    nftTraceLines(draft),
    xtablesMonitorLines(draft),
    logLines(draft),
    ulogdLines(draft),
    conntrackLines(draft),
    ssLines(draft),
    netstatLines(draft),
    kernelCounterLines(counters),
    netstatStatisticsLines(counters),
    ipLinkLines(counters),
    procNetDevLines(counters),
    ifconfigLines(counters),
    netstatInterfaceLines(counters),
    ethtoolLines(counters, draft.place.name),
    conntrackStatLines(counters),
    kfreeSkbLines(draft),
    dropwatchLines(draft),
    kernelMessageLines(draft),
    pwruLines(draft),
    retisLines(draft),
    ciliumLines(draft),
    hubbleLines(draft),
    bulkFilter([
      tcpdumpLines(draft, groups),
      commandLines(draft),
      client,
      proseLines(draft, groups, counters),
    ]),
  ];
  const json = jsonLines([
    journalRecords(carried),
    ulogdRecords(draft),
    kernelCounterRecords(counters),
    ipLinkRecords(counters),
    pwruRecords(draft),
    retisRecords(draft),
    ciliumRecords(draft),
  ]);

  const plain = (line: TextLine): void => {
    const cleaned = cleanLine(line.raw);
    client.watch(line.raw, cleaned, line.number);
    afterBlank = cleaned === '';
    if (cleaned === '') return;
    const { text: inner, carrier } = unwrapLine(cleaned);
    const text = ownCopy(inner);
    const source: SourceRef = { file, line: line.number, text };
    if (give({ ...line, text, source, carrier })) draft.recognise();
  };

  const line = (raw: string): void => {
    number++;
    if (bulk.isSpare(raw, draft.share())) {
      draft.leaveOut();
      return;
    }
    draft.beginLine();
    const read: TextLine = {
      text: '',
      raw,
      number,
      source: { file, line: number },
      carrier: null,
      afterBlank,
    };
    const fed = json.feed(read);
    if (fed.kind !== 'other') afterBlank = false;
    if (fed.kind === 'taken') draft.recognise(fed.lines);
    else if (fed.kind === 'other') for (const each of fed.lines) plain(each);
  };

  const splitter = lineSplitter(line);

  const end = (): Parsed<EvidencePart> => {
    splitter.end();
    for (const each of json.end()) plain(each);
    for (const reader of readers) reader.end?.();
    return draft.finish({ overlong: splitter.overlong(), labels: groups.labels });
  };

  return { line, chunk: splitter.chunk, end };
}

/** Keeps what is long and of none of these formats away from readers that try many patterns. */
function bulkFilter(readers: readonly LineReader[]): LineReader {
  return {
    take: (line) => worthReading(line.text) && readers.some((reader) => reader.take(line)),
    end: () => {
      for (const reader of readers) reader.end?.();
    },
  };
}

/** Cheap test that keeps the bulk of a large log away from the parsers. */
function worthReading(line: string): boolean {
  return line.length < 400 || line.includes('SRC=') || line.includes(' > ');
}
