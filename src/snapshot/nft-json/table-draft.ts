import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { type JsonObject, textOf } from '../json-value.ts';

/** One object of the listing and the line on which it starts. */
export interface ListedObject {
  readonly json: JsonObject;
  readonly source: SourceRef;
}

/** What the listing holds of one table, in its order. */
export interface TableDraft {
  readonly family: NftTable['family'];
  readonly name: string;
  /** null when objects of the table are listed, but not the table itself. */
  table: ListedObject | null;
  readonly chains: ListedObject[];
  readonly rules: ListedObject[];
  /** Sets and maps. */
  readonly sets: ListedObject[];
  /** Elements that are listed apart from their set. */
  readonly elements: ListedObject[];
  /** By `limit NAME` and `quota NAME`. */
  readonly limits: Map<string, JsonObject>;
  /** It has an object of type `ct helper`. */
  hasHelper: boolean;
  /** iptables-nft says that it is its own, so that nft shows its rules in translation. */
  managed: boolean;
}

export const FAMILIES: readonly NftTable['family'][] = [
  'ip',
  'ip6',
  'inet',
  'arp',
  'bridge',
  'netdev',
];

/** All tables, in the order in which they are first named. */
export class TableDrafts {
  private readonly byName = new Map<string, TableDraft>();

  /** The draft of the object's table; null when the object does not name one. */
  of(json: JsonObject, nameField: 'table' | 'name'): TableDraft | null {
    const family = FAMILIES.find((known) => known === textOf(json, 'family'));
    const name = textOf(json, nameField);
    if (!family || name === null) return null;
    const key = `${family} ${name}`;
    let draft = this.byName.get(key);
    if (!draft) {
      draft = {
        family,
        name,
        table: null,
        chains: [],
        rules: [],
        sets: [],
        elements: [],
        limits: new Map(),
        hasHelper: false,
        managed: false,
      };
      this.byName.set(key, draft);
    }
    return draft;
  }

  all(): readonly TableDraft[] {
    return [...this.byName.values()];
  }
}
