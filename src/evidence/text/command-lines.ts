import type { XtTableName } from '../../linux/priority.ts';
import { parseIptablesCommand, savedTableLine } from './iptables-command.ts';
import type { LineReader } from './line-reader.ts';
import type { PartDraft } from './part-draft.ts';

const RESTART =
  /(?:^|[\s$#;&|])(?:systemctl (?:restart|start|reload) (\S{1,60})|service (\S{1,60}) (?:restart|start|reload))$/;

/** Reads what was done to a node: LOG rules inserted, tables flushed, daemons restarted. */
export function commandLines(draft: PartDraft): LineReader {
  let savedTable: XtTableName | null = null;
  return {
    take({ text, source }): boolean {
      savedTable = savedTableLine(text) ?? (text === 'COMMIT' ? null : savedTable);
      const rule = parseIptablesCommand(text, savedTable);
      if (rule?.kind === 'log-rule') draft.state({ ...rule, source });
      // A flush of one chain leaves the table's other rules.
      else if (rule?.kind === 'flush' && rule.chain === null) {
        draft.state({ kind: 'flush', table: rule.table, source });
      }
      if (rule) return true;
      const restart = RESTART.exec(text);
      if (!restart) return false;
      const unit = (restart[1] ?? restart[2] ?? '').replace(/\.service$/, '');
      draft.state({ kind: 'restart', unit, source });
      return true;
    },
  };
}
