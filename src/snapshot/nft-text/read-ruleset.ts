import type { Issue } from '../../packet/issue.ts';
import { error } from '../make-issue.ts';
import { readHook, readRuleText } from './read-chain.ts';
import { readObjectLine, readSetLine, type TypeNames } from './read-set.ts';
import type { Json } from './read-value.ts';
import { TokenReader, Unexpected } from './token-reader.ts';
import { type Token, tokenize } from './tokens.ts';

/** An object of a listing as JSON has it, and the line on which it starts. */
export interface TextObject {
  readonly kind: string;
  readonly json: Readonly<Record<string, Json>>;
  readonly line: number;
}

const NAMED: readonly string[] = [
  'counter',
  'quota',
  'limit',
  'secmark',
  'synproxy',
  'flowtable',
  'tunnel',
];

/**
 * Reads `nft list ruleset`, with or without `-a` and `-s`, into the objects that `nft -j` lists. Handles
 * that are not printed are counted up, in the order of the listing. Linear time.
 */
export class RulesetReader {
  readonly objects: TextObject[] = [];
  readonly issues: Issue[] = [];
  private readonly reader: TokenReader;
  private family = '';
  private table = '';
  /** The last handle that was not printed. */
  private counted = 0;
  private tables = 0;
  /** Tables that iptables-nft says to be its own. */
  readonly managed = new Set<string>();

  private readonly text: string;
  private readonly file: string;
  private readonly namesOf: (family: string, expression: Json) => readonly string[];

  /** `namesOf` gives the types of a set's `typeof`, in a table of a family. */
  constructor(
    text: string,
    file: string,
    namesOf: (family: string, expression: Json) => readonly string[],
  ) {
    this.text = text;
    this.file = file;
    this.namesOf = namesOf;
    this.reader = new TokenReader(tokenize(text));
  }

  /** Reads to the end of the text. */
  read(): void {
    const { reader } = this;
    for (;;) {
      reader.skipLines();
      const token = reader.peek();
      if (!token) return;
      if (token.kind === 'comment') {
        const managed = /table (\S+) (\S+) is managed by iptables-nft/.exec(token.text);
        if (managed) this.managed.add(`${managed[1]} ${managed[2]}`);
        reader.take();
      } else if (reader.word() === 'table') this.readTable();
      else this.skipStray(token);
    }
  }

  /** A line that opens no table; the end of a block that was not opened is a line too. */
  private skipStray(token: Token): void {
    if (this.endsLine()) this.reader.take();
    this.skipLine(token);
  }

  private readTable(): void {
    const { reader } = this;
    const line = this.lineOf();
    this.tables++;
    this.counted = 0;
    const flags: string[] = [];
    this.guarded(() => {
      reader.take();
      this.family = reader.name();
      this.table = reader.name();
      reader.expect('{');
      const handle = this.handle() ?? this.tables;
      this.block((word) => {
        if (word === 'flags') {
          reader.take();
          while (!reader.atEnd()) flags.push(reader.take().text);
        } else this.readTableLine(word);
      });
      const json = { family: this.family, name: this.table, handle };
      this.objects.push({
        kind: 'table',
        json: { ...json, flags: flags.filter((flag) => flag !== ',') },
        line,
      });
    });
  }

  private readTableLine(word: string): void {
    const { reader } = this;
    switch (word) {
      case 'comment':
        reader.take();
        reader.name();
        return;
      case 'chain':
        this.readChain();
        return;
      case 'set':
      case 'map':
      case 'meter':
        this.readSet(word === 'map' ? 'map' : 'set');
        return;
      case 'ct':
        reader.take();
        this.readNamed(`ct ${reader.word()}`);
        return;
      default:
        if (!NAMED.includes(word)) throw new Unexpected(reader.peek());
        this.readNamed(word);
    }
  }

  private readChain(): void {
    const { reader } = this;
    const line = this.lineOf();
    reader.take();
    const name = reader.name();
    reader.expect('{');
    const chain: Record<string, Json> = { ...this.within(), name, handle: this.handleOrNext() };
    this.objects.push({ kind: 'chain', json: chain, line });
    this.block((word) => {
      if (word === 'type' && reader.word(2) === 'hook') {
        Object.assign(chain, readHook(reader, this.family));
        chain.policy = 'accept';
      } else if (word === 'policy') {
        reader.take();
        chain.policy = reader.name();
      } else if (word === 'comment' || (word === 'flags' && reader.word(1) === 'offload')) {
        reader.take();
        reader.name();
      } else this.readRule(name);
    });
  }

  private readRule(chain: string): void {
    const { reader } = this;
    const line = this.lineOf();
    const { expr, comment } = readRuleText(reader, () => this.textOfLine());
    const printed = this.handle();
    const json = {
      ...this.within(),
      chain,
      handle: printed ?? ++this.counted,
      expr,
      ...(comment === null ? {} : { comment }),
      ...(printed === null ? { unlisted: true } : {}),
    };
    this.objects.push({ kind: 'rule', json, line });
  }

  private readSet(kind: 'set' | 'map'): void {
    const { reader } = this;
    const line = this.lineOf();
    reader.take();
    const name = reader.name();
    reader.expect('{');
    const fields: Record<string, Json> = { ...this.within(), name, handle: this.handleOrNext() };
    const names: TypeNames = (expression) => this.namesOf(this.family, expression);
    this.block(() => readSetLine(reader, fields, names));
    this.objects.push({ kind, json: fields, line });
  }

  private readNamed(kind: string): void {
    const { reader } = this;
    const line = this.lineOf();
    reader.take();
    const name = reader.name();
    reader.expect('{');
    const fields: Record<string, Json> = { ...this.within(), name, handle: this.handleOrNext() };
    this.block((word) => {
      if (word === 'comment') {
        reader.take();
        reader.name();
      } else readObjectLine(kind, reader, fields);
    });
    this.objects.push({ kind, json: fields, line });
  }

  /** Reads the lines of a block up to its `}`; a line that cannot be read is an issue. */
  private block(readLine: (word: string) => void): void {
    const { reader } = this;
    for (;;) {
      while (reader.word() === '\n' || reader.word() === ';' || reader.peek()?.kind === 'comment')
        reader.take();
      if (reader.accept('}')) return;
      if (!reader.peek()) {
        this.endsTooEarly();
        return;
      }
      this.guarded(() => {
        readLine(reader.word());
        if (!reader.atEnd()) throw new Unexpected(reader.peek());
      });
    }
  }

  /** What cannot be read is an issue, and the rest of its line is passed over. */
  private guarded(read: () => void): void {
    const first = this.reader.peek();
    try {
      read();
    } catch (problem) {
      if (!(problem instanceof Unexpected)) throw problem;
      this.skipLine(first);
    }
  }

  private skipLine(first: Token | undefined): void {
    const source = { file: this.file, line: first?.line ?? this.reader.line };
    const start = first?.start ?? this.text.length;
    const end = Math.max(this.restOfLine(), first?.end ?? start);
    if (this.reader.peek()) {
      const line = this.text.slice(start, end).split('\n', 1)[0] ?? '';
      this.issues.push(error('unexpected-line', source, line.slice(0, 120)));
    } else this.endsTooEarly();
  }

  private endsTooEarly(): void {
    if (this.issues.some(({ code }) => code === 'truncated')) return;
    const source = { file: this.file, line: this.reader.line };
    this.issues.push(error('truncated', source, 'the listing ends too early'));
  }

  /** Takes what is left of a line, with the blocks that it opens, and gives where it ends in the text. */
  private restOfLine(): number {
    const { reader } = this;
    let end = 0;
    for (let depth = 0; reader.peek() && (depth > 0 || !this.endsLine()); ) {
      const token = reader.take();
      if (token.text === '{' && token.kind === 'mark') depth++;
      if (token.text === '}' && token.kind === 'mark') depth--;
      end = token.end;
    }
    return end;
  }

  /** The text of what is left of a line, which is taken. */
  private textOfLine(): string {
    const start = this.reader.peek()?.start ?? 0;
    return this.text.slice(start, this.restOfLine());
  }

  private endsLine(): boolean {
    const token = this.reader.peek();
    if (token?.kind === 'comment') return true;
    return (
      token?.kind === 'mark' && (token.text === '\n' || token.text === '}' || token.text === ';')
    );
  }

  /** `# handle 5`, or null where `-a` was not given. */
  private handle(): number | null {
    const token = this.reader.peek();
    const printed = token?.kind === 'comment' ? /^handle (\d{1,15})$/.exec(token.text) : null;
    if (!printed) return null;
    this.reader.take();
    return Number(printed[1]);
  }

  private handleOrNext(): number {
    return this.handle() ?? ++this.counted;
  }

  private within() {
    return { family: this.family, table: this.table };
  }

  private lineOf(): number {
    return this.reader.line;
  }
}
