import type { NetnsState } from '../kernel/netns-state.ts';
import { assembleSnapshot } from '../snapshot/assemble.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { inputFailure } from './failure.ts';
import type { Io } from './io.ts';
import { printIssues } from './print-issues.ts';
import { readSnapshotFiles } from './snapshot-files.ts';

/** Reads and assembles a snapshot, and tells what of it could not be used. */
export async function loadSnapshot(folder: string, io: Io): Promise<Snapshot> {
  return (await loadSnapshotWithFiles(folder, io)).snapshot;
}

/** The same, with the texts it was assembled of. */
export async function loadSnapshotWithFiles(
  folder: string,
  io: Io,
): Promise<{ readonly snapshot: Snapshot; readonly files: ReadonlyMap<string, string> }> {
  const { files, issues } = await readSnapshotFiles(folder);
  const { value, issues: found } = assembleSnapshot(files);
  const told = found.filter(({ source }) => files.has(source.file));
  printIssues(io, folder, [...issues, ...told]);
  if (![...value.network.namespaces.values()].some(isKnown)) {
    throw inputFailure(folder, 'no snapshot here: no file like nodes/NODE/ip-link.json was usable');
  }
  return { snapshot: value, files };
}

/** A captured namespace of which at least one file could be used. */
function isKnown({ origin, devices, routing, ruleset, sysctls, ...others }: NetnsState): boolean {
  const { conntrack, neighbours, fdb, sockets, ipsets } = others;
  const lists = [devices, routing.routes, routing.rules, ruleset.xtables, ruleset.nft, ipsets];
  return (
    origin.kind === 'captured' &&
    (sysctls.values.size > 0 ||
      [...lists, conntrack, neighbours, fdb, sockets].some((list) => list !== undefined))
  );
}
