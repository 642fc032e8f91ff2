import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

/** A source text of ours; paths are relative to the project's root. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** One import or re-export; `typeOnly` means that it vanishes when compiled. */
export interface ImportFact {
  readonly specifier: string;
  /** The imported file for a relative specifier, else null. */
  readonly target: string | null;
  readonly typeOnly: boolean;
  readonly reExport: boolean;
  readonly line: number;
}

/** A use of a global or of a member, e.g. `console`, `Math.random`, `it.only`. */
export interface UseFact {
  readonly name: string;
  readonly line: number;
}

export interface SourceFacts {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ImportFact[];
  readonly uses: readonly UseFact[];
}

/** Reads every TypeScript file under the folders, recordings and golden files left out. */
export function readSources(folders: readonly string[]): SourceText[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name))
      .filter((path) => path.endsWith('.ts') && !/^test\/(recorded|golden)\//.test(path))
      .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
  );
}

/** What one file imports and uses, read from its syntax tree. */
export function sourceFacts({ path, text }: SourceText): SourceFacts {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: ImportFact[] = [];
  const uses: UseFact[] = [];
  const lineOf = (node: ts.Node): number =>
    tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  const addImport = (node: ts.Node, specifier: ts.Node, typeOnly: boolean, reExport: boolean) => {
    if (!ts.isStringLiteralLike(specifier)) return;
    const name = specifier.text;
    const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : null;
    imports.push({ specifier: name, target, typeOnly, reExport, line: lineOf(node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      addImport(node, node.moduleSpecifier, isTypeImport(node.importClause), false);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      addImport(node, node.moduleSpecifier, node.isTypeOnly, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      if (node.arguments[0]) addImport(node, node.arguments[0], false, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      addImport(node, node.argument.literal, true, false);
    } else if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      uses.push({ name: `${node.expression.text}.${node.name.text}`, line: lineOf(node) });
    } else if (ts.isIdentifier(node) && isFreeName(node)) {
      uses.push({ name: node.text, line: lineOf(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { path, lines, imports, uses };
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return (
    !clause.name &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.length > 0 &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

/** Whether an identifier is a value's name, not a member's, a key's, a type's or a declaration's. */
function isFreeName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return (
    ts.isExpression(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isExpressionStatement(parent) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === node)
  );
}
