import type { Statement } from '../../../kernel/netfilter/nft/statement/statement.ts';
import type { Printed } from '../read-value.ts';
import type { TableScope } from '../table-scope.ts';

/**
 * Reads what stands behind a statement's name in JSON. null when it is not as nft writes it, or
 * holds what the model cannot tell: the statement is then unsupported.
 */
export type StatementReader = (operand: unknown, scope: TableScope) => Printed<Statement> | null;
