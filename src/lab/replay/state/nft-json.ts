import { isRecord, type JsonRecord, parse, recordsOf, textOf } from '../read/records.ts';

/** What an exported ruleset becomes so that `nft -j -f` takes it again. */
export interface NftRestore {
  /** Null when the text is no ruleset. */
  readonly text: string | null;
  readonly tables: number;
  /** Rules of iptables-nft whose matches nft prints by name only, in tables that no save holds. */
  readonly unsayable: readonly string[];
}

/**
 * An exported ruleset does not restore as it is: a verdict map's elements name chains that come after
 * it, and matches of iptables-nft are printed by name only. So objects are put in the order of their
 * needs, elements apart from their set, and tables that a save holds are left out: they come from there.
 */
export function nftRestore(
  text: string,
  saved: (family: string, table: string) => boolean,
): NftRestore {
  const value = parse(text);
  if (!isRecord(value) || !Array.isArray(value.nftables)) {
    return { text: null, tables: 0, unsayable: [] };
  }
  const stages: Record<'table' | 'object' | 'chain' | 'set' | 'element' | 'rule', unknown[]> = {
    table: [],
    object: [],
    chain: [],
    set: [],
    element: [],
    rule: [],
  };
  const unsayable: string[] = [];
  for (const item of recordsOf(value, 'nftables')) {
    const [kind, body] = Object.entries(item)[0] ?? [];
    if (kind === undefined || kind === 'metainfo' || !isRecord(body)) continue;
    const family = textOf(body, 'family') ?? '';
    const table = textOf(body, kind === 'table' ? 'name' : 'table') ?? '';
    if (saved(family, table)) continue;
    const { handle: _handle, ...own } = body;
    switch (kind) {
      case 'table':
      case 'chain':
        stages[kind].push({ add: { [kind]: own } });
        break;
      case 'rule':
        if (hasXt(own)) unsayable.push(`rule in ${family} ${table} ${textOf(own, 'chain')}`);
        else stages.rule.push({ add: { rule: own } });
        break;
      case 'set':
      case 'map': {
        const { elem, ...declared } = own;
        stages.set.push({ add: { [kind]: declared } });
        if (Array.isArray(elem) && elem.length > 0) {
          const name = textOf(own, 'name');
          stages.element.push({ add: { element: { family, table, name, elem } } });
        }
        break;
      }
      default:
        stages.object.push({ add: { [kind]: own } });
    }
  }
  const { table, object, chain, set, element, rule } = stages;
  const nftables = [...table, ...object, ...chain, ...set, ...element, ...rule];
  return { text: JSON.stringify({ nftables }), tables: table.length, unsayable };
}

function hasXt(rule: JsonRecord): boolean {
  return recordsOf(rule, 'expr').some((expression) => 'xt' in expression);
}
