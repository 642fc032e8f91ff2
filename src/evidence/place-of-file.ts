/** Where evidence was made, as its path says: `evidence/<node>/[netns/<name>/]<device>.pcap`. */
export interface FilePlace {
  readonly node: string | null;
  readonly netns: string | null;
  readonly device: string | null;
  /** The file's name. */
  readonly name: string;
}

/** Folders that sort evidence by kind and are no nodes. */
const KINDS = new Set(['captures', 'logs', 'pcap', 'pcaps', 'text']);

export function placeOfFile(file: string): FilePlace {
  const parts = file.replaceAll('\\', '/').split('/');
  const name = parts.at(-1) ?? file;
  const at = parts.lastIndexOf('evidence', parts.length - 2);
  const below = at < 0 ? [] : parts.slice(at + 1, -1);
  const node = below[0] !== undefined && !KINDS.has(below[0]) ? below[0] : null;
  const netns = node !== null && below[1] === 'netns' ? (below[2] ?? null) : null;
  return { node, netns, device: deviceOfName(name), name };
}

/** Linux: IFNAMSIZ; a capture named after a device, as the collector names it. */
function deviceOfName(name: string): string | null {
  const base = /^(.{1,15})\.(?:pcap|pcapng|cap)$/.exec(name)?.[1];
  return base !== undefined && /^[a-z][\w.-]*$/i.test(base) && /\d|^lo$/.test(base) ? base : null;
}
