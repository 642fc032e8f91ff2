import type { SourceRef } from '../../../packet/source-ref.ts';
import type { CapturedNetns } from './captured.ts';
import { isRecord, numberOf, parse, recordOf, textOf } from './records.ts';
import { addressFamily } from './safe-words.ts';

/** An address that rules translate to, or that the flow asks for. */
export interface Target {
  readonly address: string;
  readonly port: number | null;
  readonly protocol: 'tcp' | 'udp' | null;
  readonly source: SourceRef | null;
}

/** The DNAT targets of a namespace's rules, as their texts name them. IPv4. */
export function dnatTargets({ files }: CapturedNetns): readonly Target[] {
  const targets = new Map<string, Target>();
  const add = (target: Target): void => {
    if (addressFamily(target.address) !== 4) return;
    targets.set(`${target.address} ${target.port} ${target.protocol}`, target);
  };
  for (const name of ['iptables-save', 'iptables-nft-save', 'iptables-legacy-save'] as const) {
    const file = files.get(name);
    if (!file?.text.includes('--to-destination')) continue;
    for (const [index, line] of file.text.split('\n').entries()) {
      const to = /--to-destination ([\d.]+)(?::(\d{1,5}))?(?:\s|$)/.exec(line);
      if (!to) continue;
      const protocol = /-p (\w+)/.exec(line)?.[1];
      if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp') continue;
      add({
        address: to[1] ?? '',
        port: to[2] === undefined ? null : Number(to[2]),
        protocol: protocol ?? null,
        source: { file: file.file, line: index + 1 },
      });
    }
  }
  const nft = files.get('nft-ruleset');
  if (nft?.text.includes('"dnat"')) {
    walk(parse(nft.text), (dnat) => {
      const port = numberOf(dnat, 'port');
      const address = textOf(dnat, 'addr') ?? '';
      add({ address, port, protocol: null, source: { file: nft.file, line: 1 } });
    });
  }
  return [...targets.values()];
}

/** Calls `found` with each `dnat` statement that names one address. */
function walk(value: unknown, found: (dnat: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(value)) for (const element of value) walk(element, found);
  else if (isRecord(value)) {
    if ('dnat' in value) found(recordOf(value, 'dnat'));
    for (const child of Object.values(value)) walk(child, found);
  }
}
