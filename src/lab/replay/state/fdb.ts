import { factOf, type NetnsDraft } from '../draft.ts';
import { type Entry, numberOf, textOf, wordsOf } from '../read/records.ts';
import { addressFamily, isCount, isDeviceName, isMac } from '../read/safe-words.ts';
import type { Line, Why } from '../rebuild.ts';

/**
 * Forwarding entries for `bridge -batch`: a tunnel's, static ones, and what bridges learned. The
 * kernel's own (`permanent` without a destination: addresses of devices, multicast groups) come with
 * the devices.
 */
export function fdbLines(
  netns: NetnsDraft,
  entries: readonly Entry[],
  refuse: (line: Line, why: Why) => void,
): readonly Line[] {
  return entries.flatMap(({ value, source }): readonly Line[] => {
    const mac = textOf(value, 'mac') ?? '';
    const device = textOf(value, 'ifname') ?? '';
    const destination = textOf(value, 'dst');
    const permanent = textOf(value, 'state') === 'permanent';
    const static_ = textOf(value, 'state') === 'static';
    if (destination === null && permanent) return [];
    const fact = factOf(netns, 'fdb', `forwarding entry ${mac} on ${device}`, { source, device });
    if (!isMac(mac) || !isDeviceName(device)) {
      refuse({ text: '', fact }, { kind: 'unreadable', text: `${mac} ${device}` });
      return [];
    }
    if (destination === null) {
      if (!wordsOf(value, 'flags').includes('self') && textOf(value, 'master') !== null) {
        const kind = static_ ? 'static' : 'dynamic';
        return [{ text: `fdb replace ${mac} dev ${device} master ${kind}`, fact }];
      }
      return [];
    }
    if (addressFamily(destination) === null) {
      refuse({ text: '', fact }, { kind: 'unreadable', text: destination });
      return [];
    }
    const words = [`fdb append ${mac} dev ${device} dst ${destination}`];
    for (const key of ['port', 'vni'] as const) {
      const number = numberOf(value, key);
      if (isCount(number)) words.push(key, String(number));
    }
    const via = textOf(value, 'viaIf');
    if (via !== null && isDeviceName(via)) words.push('via', via);
    words.push('self', permanent ? 'permanent' : 'dynamic');
    return [{ text: words.join(' '), fact }];
  });
}
