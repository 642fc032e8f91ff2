import { type FlowTuple, flowNames } from '../../evidence/annotate/flow-names.ts';
import { streamReader } from '../../evidence/annotate/line-reader.ts';
import { addressBook } from '../../kube/address-book.ts';
import { ruleNames } from '../../kube/rule-names.ts';
import { protocolName } from '../../packet/protocol.ts';
import { type LineNote, noteOf } from '../../report/annotate/line-note.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { NO_RULES, snapshotRules } from './snapshot-rules.ts';

/** What is known beside a line of a stream; lines are given in order. */
export type Annotator = (line: string) => LineNote | null;

/**
 * Indexes a snapshot once, so that a line takes microseconds.
 * @param node where the lines are from, when they do not say
 */
export function annotator(snapshot: Snapshot | null, node: string | null = null): Annotator {
  const book = addressBook(snapshot?.kube ?? null);
  for (const { ref, devices, origin } of snapshot?.network.namespaces.values() ?? []) {
    if (origin.kind !== 'captured' || ref.netns !== null) continue;
    for (const { name, addresses } of devices ?? []) {
      for (const { address } of addresses) {
        // Every node has its own loopback.
        if (name !== 'lo') book.addNode(address, ref.node, name);
      }
    }
  }
  const names = ruleNames(book);
  const rules = snapshot ? snapshotRules(snapshot, names, book, node) : NO_RULES;
  const entries = [...(snapshot?.network.namespaces.values() ?? [])].flatMap(
    ({ conntrack }) => conntrack ?? [],
  );
  const reader = streamReader(rules.byPrefix);
  const translates = (from: FlowTuple, to: FlowTuple): boolean => {
    const protocol = protocolName(from.protocol);
    if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return false;
    const service = book.nameOf(from.destination, protocol, from.dport);
    if (service?.kind !== 'service') return false;
    const behind = book.servicesBehind(to.destination, protocol, to.dport);
    return behind.has(`${service.namespace}/${service.name}`);
  };
  const context = { rules: rules.book, names, book, flowOf: flowNames(translates, entries) };
  return (line) => {
    const read = reader.read(line);
    return read && noteOf(read, context);
  };
}
