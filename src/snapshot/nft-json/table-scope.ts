import type { NftSet } from '../../kernel/netfilter/nft/set.ts';
import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { DataType } from './data-type.ts';

/** A set of a table with the types that its constants are written in. */
export interface TypedSet {
  readonly set: NftSet;
  readonly keyTypes: readonly DataType[];
  /** What a map gives; null for a set and for a verdict map. */
  readonly dataTypes: readonly DataType[] | null;
}

/** What a rule of a table can refer to. */
export interface TableScope {
  readonly family: NftTable['family'];
  readonly name: string;
  /** null for a set that could not be read. */
  readonly sets: ReadonlyMap<string, TypedSet | null>;
  /** Named objects, by `limit NAME` and `quota NAME`. */
  readonly limits: ReadonlyMap<string, NamedLimit>;
  /** Where the rule or set stands that is being read. */
  readonly source: { readonly file: string; readonly line: number };
}

export interface NamedLimit {
  readonly over: boolean;
  /** A quota that was used up when the snapshot was taken. */
  readonly exceeded: boolean;
}

/** The type of addresses in the table: its family's, or IPv4 in an inet table. */
export function addressFamily({ family }: TableScope): 4 | 6 {
  return family === 'ip6' ? 6 : 4;
}
