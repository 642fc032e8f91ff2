import { parseAddress } from '../../packet/address.ts';
import { BARE_VANTAGE } from '../bare-vantage.ts';
import type { Observation } from '../observation.ts';
import type { CaptureGroups } from './capture-groups.ts';
import { parseCaptureNotice } from './capture-notice.ts';
import type { LineReader } from './line-reader.ts';
import type { PartDraft } from './part-draft.ts';
import { type TcpdumpPacket, tcpdumpReader } from './tcpdump-reader.ts';

/** Reads tcpdump's text: its packets and what it says around them. */
export function tcpdumpLines(draft: PartDraft, groups: CaptureGroups): LineReader {
  const { place } = draft;
  const tcpdump = tcpdumpReader((read: TcpdumpPacket) => {
    const group = groups.current();
    group.packets++;
    const observation: Omit<Observation, 'id'> = {
      vantage: {
        kind: 'capture',
        ...BARE_VANTAGE,
        node: place.node,
        netns: place.netns,
        device: read.prefix.device ?? group.device,
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
    };
    draft.observe(observation, read.elapsed);
  });

  const takeNotice: LineReader['take'] = ({ text, source }) => {
    const notice = parseCaptureNotice(text);
    if (!notice) return false;
    tcpdump.flush();
    switch (notice.kind) {
      case 'listening': {
        const { device, linkType } = notice;
        groups.started(device === 'any' ? null : device);
        draft.state({ kind: 'capture-start', device, linkType, source });
        return true;
      }
      case 'command':
        groups.started(notice.device);
        return true;
      case 'end':
        groups.ended();
        if (notice.dropped) draft.state({ kind: 'capture-loss', dropped: notice.dropped, source });
        return true;
      case 'chatter':
        return true;
    }
  };

  return {
    take(line): boolean {
      if (takeNotice(line)) return true;
      if (isTsharkLine(line.text)) {
        draft.unreadable('tshark-text-not-read', line.source);
        return true;
      }
      const fed = tcpdump.feed(line.text, line.source);
      if (fed.kind === 'unreadable') draft.unreadable(fed.code, line.source);
      return fed.kind !== 'other';
    },
    end: tcpdump.flush,
  };
}

/** tshark's own one-line form; its capture says the same and more. */
function isTsharkLine(text: string): boolean {
  const ends =
    /^\d{1,9} +-?\d{1,10}\.\d{3,9} +(\S{2,45}) (?:→|->) (\S{2,45}) +\S{1,20} \d{1,6} /.exec(text);
  return (
    ends !== null && parseAddress(ends[1] ?? '') !== null && parseAddress(ends[2] ?? '') !== null
  );
}
