import { command } from '../../diagnosis/command.ts';
import { logComment } from '../../evidence/logrules/log-prefix.ts';
import type { LogPlan, LogSection } from '../../evidence/logrules/plan.ts';
import type { LogEnd } from '../../evidence/logrules/selector.ts';
import { formatAddress } from '../../packet/address.ts';

export const LOGRULES_SCHEMA = 'hookline/logrules/v1';

/** What `logrules --json` prints. */
export interface LogRulesJson {
  readonly schema: typeof LOGRULES_SCHEMA;
  readonly id: string;
  /** The comment that every rule has. */
  readonly comment: string;
  readonly proto: string;
  readonly destination: LogEndJson;
  readonly endpoints: readonly LogEndJson[];
  readonly clients: readonly string[];
  readonly sections: readonly LogSectionJson[];
}

export interface LogEndJson {
  readonly ip: string;
  readonly port: number | null;
}

export interface LogSectionJson {
  /** Null without a snapshot: any node on the way. */
  readonly node: string | null;
  readonly netns: string | null;
  readonly role: 'client' | 'other';
  readonly backend: string;
  readonly rules: number;
  /** Chains that do not exist there and get no rule; null where it is not known which exist. */
  readonly absent: readonly string[] | null;
  readonly commands: readonly LogCommandJson[];
  readonly undo: readonly LogCommandJson[];
}

/** `netns` null is the node's own namespace; the command runs as it stands in its namespace. */
export interface LogCommandJson {
  readonly node: string | null;
  readonly netns: string | null;
  readonly argv: readonly string[];
  readonly text: string;
}

/** A plan in its published form. */
export function logRulesJson(plan: LogPlan): LogRulesJson {
  const { ends, id } = plan;
  return {
    schema: LOGRULES_SCHEMA,
    id,
    comment: logComment(id),
    proto: ends.protocol,
    destination: endJson(ends.destination),
    endpoints: ends.endpoints.map(endJson),
    clients: ends.clients.map(formatAddress),
    sections: plan.sections.map(sectionJson),
  };
}

function endJson({ address, port }: LogEnd): LogEndJson {
  return { ip: formatAddress(address), port };
}

/** Linux: sysctl_nf_log_all_netns; only the host has it, and it is off unless somebody set it. */
const ALL_NETNS = 'net.netfilter.nf_log_all_netns';

function sectionJson({ site, add, undo, rules, absent }: LogSection): LogSectionJson {
  const { where, role, backend, chains, logsOf } = site;
  const node = where?.node ?? null;
  const netns = where?.netns ?? null;
  const here = (argv: readonly string[]): LogCommandJson => commandIn(node, netns, argv);
  const sets = logsOf === 'others-refused' || logsOf === 'others-unknown';
  const set = (value: 0 | 1): readonly LogCommandJson[] =>
    sets ? [commandIn(node, null, ['sysctl', '-w', `${ALL_NETNS}=${value}`])] : [];
  return {
    node,
    netns,
    role,
    backend,
    rules,
    absent:
      backend === 'nft' || chains !== null
        ? absent.map(({ table, hook }) => `${table} ${hook.toUpperCase()}`)
        : null,
    commands: [...set(1), ...add.map(here)],
    undo: [...undo.map(here), ...set(0)],
  };
}

function commandIn(
  node: string | null,
  netns: string | null,
  argv: readonly string[],
): LogCommandJson {
  const { text } = command({ node: node ?? '', netns }, argv);
  return { node, netns, argv, text };
}
