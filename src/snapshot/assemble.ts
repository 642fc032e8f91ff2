import type { Parsed } from '../packet/issue.ts';
import { assembleWith } from './assemble-with.ts';
import { parseIpsetSave } from './ipset-save.ts';
import { parseIptablesSave } from './iptables-save/parse.ts';
import { parseNftListing } from './nft-text/parse.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Makes a snapshot of the texts of its files, by path relative to its root (DESIGN.md, "Snapshot
 * format"). What could not be read is an issue with its file and line; the rest is still used.
 */
export function assembleSnapshot(files: ReadonlyMap<string, string>): Parsed<Snapshot> {
  return assembleWith(files, {
    iptablesSave: parseIptablesSave,
    ipsetSave: parseIpsetSave,
    nftRuleset: parseNftListing,
  });
}
