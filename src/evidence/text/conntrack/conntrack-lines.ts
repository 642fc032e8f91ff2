import { ownCopy } from '../clean-line.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { parseConntrackLine } from './conntrack-line.ts';
import { parseConntrackSave } from './conntrack-save.ts';
import { parseConntrackXml } from './conntrack-xml.ts';
import { type EntryText, trackEntry } from './tracked-draft.ts';

const SUMMARY = /^conntrack v\S{1,20} \(conntrack-tools\): /;
/** A flow that somebody's XML tool has put on several lines. */
const MAX_FLOW = 8192;

/** Reads connection tracking entries and events in each of their forms. */
export function conntrackLines(draft: PartDraft): LineReader {
  let flow: { readonly line: TextLine; text: string } | null = null;

  const put = (entry: EntryText | null, line: TextLine): boolean => {
    if (entry === null) return false;
    if (!trackEntry(draft, entry, line)) draft.unreadable('conntrack-entry', line.source);
    return true;
  };

  const takeXml = (line: TextLine): boolean => {
    const { raw } = line;
    const start = raw.indexOf('<flow');
    if (flow === null && start < 0) return /^\s*<\/?(?:conntrack>|\?xml )/.test(raw);
    if (start >= 0) flow = { line, text: raw.slice(start) };
    else if (flow) flow.text += raw.trim();
    if (!flow || (!raw.includes('</flow>') && flow.text.length < MAX_FLOW)) return true;
    const { line: first, text } = flow;
    flow = null;
    const source = { ...first.source, text: ownCopy(text.slice(0, 400)) };
    if (!put(parseConntrackXml(text.replace(/>\s{1,20}</g, '><')), { ...first, source })) {
      draft.unreadable('conntrack-entry', source);
    }
    return true;
  };

  return {
    take(line): boolean {
      const { text, raw } = line;
      if (flow !== null || (raw.includes('<') && /<(?:flow|\/?conntrack|\?xml)/.test(raw))) {
        return takeXml(line);
      }
      if (text.includes('src=') && text.includes(' dst=')) {
        return put(parseConntrackLine(text), line);
      }
      if (text.startsWith('-') && text.includes(' -s ') && text.includes(' -p '))
        return put(parseConntrackSave(text), line);
      return text.startsWith('conntrack v') && SUMMARY.test(text);
    },
    end(): void {
      if (flow) draft.unreadable('conntrack-entry', flow.line.source);
    },
  };
}
