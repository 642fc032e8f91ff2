import type { SourceRef } from '../../../packet/source-ref.ts';
import type { NotRebuilt } from '../rebuild.ts';
import { type CapturedNetns, entriesOf } from './captured.ts';
import {
  type Entry,
  type JsonRecord,
  numberOf,
  recordOf,
  recordsOf,
  textOf,
  wordsOf,
} from './records.ts';
import { isDeviceName } from './safe-words.ts';

/** A device as `ip -j -d link show` and `ip -j -d addr show` print it. */
export interface Link {
  readonly name: string;
  readonly index: number;
  /** `loopback`, `ethernet` for a card, else the kernel's kind: `veth`, `bridge`, `vxlan`. */
  readonly kind: string;
  /** `info_data`: options of its kind. */
  readonly data: JsonRecord;
  /** `info_slave_data` of a bridge port. */
  readonly port: JsonRecord | null;
  readonly master: string | null;
  readonly mtu: number | null;
  readonly mac: string | null;
  readonly flags: ReadonlySet<string>;
  readonly up: boolean;
  readonly carrier: boolean;
  /** The other end, or the device below: by index in another namespace, or by name in this one. */
  readonly other: { readonly index: number | null; readonly name: string | null };
  /** `link_netnsid`: null when the other device is in this namespace. */
  readonly otherNetns: number | null;
  /** `addr_info` in the order of the listing; null when addresses were not collected. */
  readonly addresses: readonly JsonRecord[] | null;
  readonly source: SourceRef;
}

type Refuse = (
  refused: Pick<NotRebuilt, 'code' | 'subject' | 'source' | 'why'> & {
    readonly device?: string;
  },
) => void;

/** The devices of a namespace, joined from both listings. Null when neither was collected. */
export function readLinks(captured: CapturedNetns, refuse: Refuse): readonly Link[] | null {
  const links = entriesOf(captured, 'ip-link', refuse);
  const addrs = entriesOf(captured, 'ip-addr', refuse);
  const listed = links ?? addrs;
  if (!listed) return null;
  const addresses = new Map(
    (addrs ?? []).map((entry) => [textOf(entry.value, 'ifname'), entry] as const),
  );
  const found: Link[] = [];
  const names = new Set<string>();
  for (const entry of listed) {
    const name = textOf(entry.value, 'ifname');
    const index = numberOf(entry.value, 'ifindex');
    if (name === null || index === null || names.has(name)) {
      refuse(bad(entry, name, { kind: 'unreadable', text: 'no name, or one that repeats' }));
    } else if (!isDeviceName(name)) {
      refuse(bad(entry, name, { kind: 'unsafe-name' }));
    } else {
      names.add(name);
      found.push(readLink(entry, name, index, addresses.get(name)));
    }
  }
  return found;
}

function bad(entry: Entry, name: string | null, why: NotRebuilt['why']): Parameters<Refuse>[0] {
  return { code: 'device', subject: `device ${JSON.stringify(name)}`, source: entry.source, why };
}

function readLink(entry: Entry, name: string, index: number, addr: Entry | undefined): Link {
  const { value } = entry;
  const info = recordOf(value, 'linkinfo');
  const flags = new Set(wordsOf(value, 'flags'));
  const loopback = textOf(value, 'link_type') === 'loopback' || name === 'lo';
  const mac = textOf(value, 'address');
  return {
    name,
    index,
    kind: loopback ? 'loopback' : (textOf(info, 'info_kind') ?? 'ethernet'),
    data: recordOf(info, 'info_data'),
    port: textOf(info, 'info_slave_kind') === 'bridge' ? recordOf(info, 'info_slave_data') : null,
    master: textOf(value, 'master'),
    mtu: numberOf(value, 'mtu'),
    mac: textOf(value, 'link_type') === 'ether' ? mac : null,
    flags,
    up: flags.has('UP'),
    carrier: flags.has('LOWER_UP'),
    other: { index: numberOf(value, 'link_index'), name: textOf(value, 'link') },
    otherNetns: numberOf(value, 'link_netnsid'),
    addresses: addr ? recordsOf(addr.value, 'addr_info') : null,
    source: addr && !('linkinfo' in value) ? addr.source : entry.source,
  };
}
