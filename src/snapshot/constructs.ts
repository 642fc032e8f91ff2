import type { Device } from '../kernel/device/device.ts';
import { matchSupport } from '../kernel/netfilter/xtables/match/registry.ts';
import { targetSupport } from '../kernel/netfilter/xtables/target/registry.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Support } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { ConstructCount } from './snapshot.ts';

/** Counts the constructs of the captured namespaces, each with how far it is modelled. */
export function countConstructs(namespaces: readonly NetnsState[]): readonly ConstructCount[] {
  const counts = new Map<string, ConstructCount>();
  const add = (construct: string, support: Support, source: SourceRef | null): void => {
    const key = `${support} ${construct}`;
    const before = counts.get(key);
    counts.set(key, {
      construct,
      support,
      count: (before?.count ?? 0) + 1,
      source: before?.source ?? source,
    });
  };
  for (const netns of namespaces) {
    if (netns.origin.kind !== 'captured') continue;
    for (const device of netns.devices ?? []) {
      add(`device ${deviceKind(device)}`, deviceSupport(device), device.source);
    }
    for (const route of netns.routing.routes ?? []) {
      add(`route ${route.type}`, 'exact', route.source);
      for (const what of route.unsupported ?? []) {
        add(`route ${firstWord(what)}`, 'unsupported', route.source);
      }
    }
    for (const rule of netns.routing.rules ?? []) {
      add('routing rule', 'exact', rule.line);
      for (const what of rule.unsupported) add(`routing rule ${what}`, 'unsupported', rule.line);
    }
    countXtables(netns, add);
    for (const { what, source } of netns.ruleset.unsupported) add(what, 'unsupported', source);
  }
  return [...counts.values()].sort((a, b) => (a.construct < b.construct ? -1 : 1));
}

function countXtables(
  netns: NetnsState,
  add: (construct: string, support: Support, source: SourceRef) => void,
): void {
  for (const table of netns.ruleset.xtables ?? []) {
    for (const chain of table.chains.values()) {
      for (const rule of chain.rules) {
        for (const match of rule.matches) {
          const name = match.kind === 'unsupported' ? match.name : match.kind;
          add(`match ${name}`, matchSupport(match), rule.source);
        }
        const { target } = rule;
        const name = target.kind === 'unsupported' ? target.name : target.kind;
        add(`target ${name}`, targetSupport(target), rule.source);
      }
    }
  }
}

function deviceKind({ details }: Device): string {
  return details.kind === 'other' ? details.infoKind : details.kind;
}

function deviceSupport({ details }: Device): Support {
  switch (details.kind) {
    case 'loopback':
    case 'ethernet':
    case 'veth':
    case 'vxlan':
      return 'exact';
    case 'bridge':
      return details.bridge.vlanFiltering ? 'unsupported' : 'exact';
    case 'tun':
      return details.tun.reader.kind === 'unknown' ? 'given-fact' : 'exact';
    case 'other':
      return 'unsupported';
  }
}

function firstWord(text: string): string {
  return text.split(' ', 1)[0] ?? text;
}
