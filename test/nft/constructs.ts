import type { BinaryOperator } from '../../src/kernel/netfilter/nft/expression/binary.ts';
import { CT_KEYS } from '../../src/kernel/netfilter/nft/expression/ct.ts';
import {
  type Expression,
  expressionSupport,
  operandsOf,
} from '../../src/kernel/netfilter/nft/expression/expression.ts';
import type { FibExpression } from '../../src/kernel/netfilter/nft/expression/fib.ts';
import { META_KEYS } from '../../src/kernel/netfilter/nft/expression/meta.ts';
import { PAYLOAD_PROTOCOLS } from '../../src/kernel/netfilter/nft/expression/payload.ts';
import { RAW_BASES } from '../../src/kernel/netfilter/nft/expression/raw-payload.ts';
import { RT_KEYS } from '../../src/kernel/netfilter/nft/expression/rt.ts';
import { SOCKET_KEYS } from '../../src/kernel/netfilter/nft/expression/socket.ts';
import { createSet } from '../../src/kernel/netfilter/nft/set.ts';
import type { LimiterStatement } from '../../src/kernel/netfilter/nft/statement/limiter.ts';
import type { MangleKey } from '../../src/kernel/netfilter/nft/statement/mangle.ts';
import type { MatchOperator } from '../../src/kernel/netfilter/nft/statement/match.ts';
import { MAPPED_OBJECTS } from '../../src/kernel/netfilter/nft/statement/object-map.ts';
import type { SideEffect } from '../../src/kernel/netfilter/nft/statement/side-effect.ts';
import {
  type Statement,
  statementSupport,
} from '../../src/kernel/netfilter/nft/statement/statement.ts';
import type { Verdict } from '../../src/kernel/netfilter/nft/verdict.ts';
import type { Support } from '../../src/packet/issue.ts';
import { PAYLOAD_TYPES } from '../../src/snapshot/nft-json/field-types.ts';

/** A construct that a rule holds, with how far it is supported there. */
export interface Held {
  readonly name: string;
  readonly support: Support;
}

/** All constructs that a statement holds. */
export function constructsOf(statement: Statement): readonly Held[] {
  return [
    { name: nameOfStatement(statement), support: statementSupport(statement) },
    ...(statement.kind === 'match' && statement.right.kind === 'set'
      ? [{ name: 'match in a set', support: 'exact' as const }]
      : []),
    ...expressionsOf(statement).flatMap(within),
  ];
}

function within(expression: Expression): readonly Held[] {
  return [
    { name: nameOfExpression(expression), support: expressionSupport(expression) },
    ...operandsOf(expression).flatMap(within),
  ];
}

/** The expressions that a statement itself holds. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'match':
      return [statement.left];
    case 'vmap':
    case 'object-map':
      return [statement.key];
    case 'set-update':
      return statement.data ? [statement.key, statement.data] : [statement.key];
    case 'mangle':
      return [statement.value];
    case 'nat':
    case 'tproxy':
      return [statement.address, statement.port].filter((part) => part !== null);
    default:
      return [];
  }
}

function nameOfExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'binary':
      return `operator ${expression.operator}`;
    case 'concat':
      return 'concatenation';
    case 'ct':
    case 'meta':
    case 'rt':
    case 'socket':
    case 'osf':
      return `${expression.kind} ${expression.key}`;
    case 'dccp-option':
      return 'dccp option';
    case 'exthdr':
      return expression.family === 6 ? 'exthdr' : 'ip option';
    case 'fib':
      return `fib ${expression.result}`;
    case 'hash':
      return expression.mode;
    case 'ipsec':
      return `ipsec ${expression.direction}`;
    case 'literal':
      return 'constant';
    case 'numgen':
      return `numgen ${expression.mode}`;
    case 'payload':
      return `${expression.protocol} ${expression.field}`;
    case 'raw-payload':
      return `@${expression.base}`;
    case 'sctp-chunk':
      return 'sctp chunk';
    case 'tcp-option':
      return 'tcp option';
    case 'map':
      return 'map';
    case 'unsupported':
      return `unsupported ${expression.name}`;
  }
}

function nameOfStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'flow':
      return 'flow add';
    case 'limiter':
    case 'side-effect':
      return statement.name;
    case 'mangle':
      return `set ${statement.key.kind}`;
    case 'match':
      return `match ${statement.operator}`;
    case 'nat':
      return statement.operation;
    case 'object-map':
      return `${statement.object} by map`;
    case 'optstrip':
      return 'reset tcp option';
    case 'set-update':
      return `${statement.operation} @set`;
    case 'stolen':
      return statement.by;
    case 'verdict':
      return statement.verdict.kind;
    case 'unsupported':
      return `unsupported ${statement.name}`;
    case 'notrack':
    case 'reject':
    case 'synproxy':
    case 'tproxy':
    case 'vmap':
      return statement.kind;
  }
}

/** The lists' own types say when one is missing. */
const namesOf = <T extends string>(names: Readonly<Record<T, true>>): readonly T[] =>
  Object.keys(names) as T[];

const CONSTANT: Expression = { kind: 'literal', value: [] };
const SET = createSet({ name: null, keyTypes: [], size: null, source: null }, []);

/** One of each expression that has a name of its own; the lists are exhaustive over the union. */
const EXPRESSIONS: Readonly<Record<Expression['kind'], readonly Expression[]>> = {
  binary: namesOf<BinaryOperator>({ '&': true, '|': true, '^': true, '<<': true, '>>': true }).map(
    (operator) => ({ kind: 'binary', operator, left: CONSTANT, right: CONSTANT }),
  ),
  concat: [{ kind: 'concat', parts: [] }],
  ct: CT_KEYS.map((key) => ({ kind: 'ct', key, direction: null })),
  'dccp-option': [{ kind: 'dccp-option', option: 1 }],
  exthdr: ([4, 6] as const).map((family) => ({ kind: 'exthdr', family, name: '', field: null })),
  fib: namesOf<FibExpression['result']>({
    type: true,
    oif: true,
    oifname: true,
    present: true,
  }).map((result) => ({ kind: 'fib', address: 'daddr', mark: false, device: null, result })),
  hash: (['jhash', 'symhash'] as const).map((mode) => ({
    kind: 'hash',
    mode,
    of: null,
    modulus: 1,
    offset: 0,
    seed: null,
  })),
  ipsec: (['in', 'out'] as const).map((direction) => ({
    kind: 'ipsec',
    direction,
    key: 'reqid',
    number: 0,
  })),
  literal: [CONSTANT],
  map: [{ kind: 'map', key: CONSTANT, map: SET }],
  meta: META_KEYS.map((key) => ({ kind: 'meta', key })),
  numgen: (['random', 'inc'] as const).map((mode) => ({
    kind: 'numgen',
    mode,
    modulus: 1,
    offset: 0,
  })),
  osf: (['name', 'version'] as const).map((key) => ({ kind: 'osf', key, ttl: null })),
  payload: PAYLOAD_PROTOCOLS.flatMap((protocol) =>
    Object.keys(PAYLOAD_TYPES[protocol]).map(
      (field): Expression => ({ kind: 'payload', protocol, field }),
    ),
  ),
  'raw-payload': RAW_BASES.map((base) => ({ kind: 'raw-payload', base, offset: 0, length: 8 })),
  rt: RT_KEYS.map((key) => ({ kind: 'rt', key, family: null })),
  'sctp-chunk': [{ kind: 'sctp-chunk', chunk: 'init', field: null }],
  socket: SOCKET_KEYS.map((key) => ({ kind: 'socket', key, level: null })),
  'tcp-option': [{ kind: 'tcp-option', option: 'maxseg', field: 'size' }],
  unsupported: [],
};

const MANGLED: Readonly<Record<MangleKey['kind'], MangleKey>> = {
  'meta-mark': { kind: 'meta-mark' },
  'ct-mark': { kind: 'ct-mark' },
  'ct-zone': { kind: 'ct-zone', direction: 'both' },
  'ct-label': { kind: 'ct-label' },
  'tcp-mss': { kind: 'tcp-mss' },
  payload: { kind: 'payload', protocol: 'ip', field: 'ttl' },
  'no-effect': { kind: 'no-effect', name: '', usesConntrack: false },
  unmodelled: { kind: 'unmodelled', name: '', protocol: null },
};

const OPERATORS = namesOf<MatchOperator>({
  '==': true,
  '!=': true,
  '<': true,
  '>': true,
  '<=': true,
  '>=': true,
  in: true,
  '!': true,
});

const VERDICTS: Readonly<Record<Verdict['kind'], Verdict>> = {
  accept: { kind: 'accept' },
  drop: { kind: 'drop' },
  continue: { kind: 'continue' },
  return: { kind: 'return' },
  jump: { kind: 'jump', target: '' },
  goto: { kind: 'goto', target: '' },
};

/** One of each statement that has a name of its own; the lists are exhaustive over the union. */
const STATEMENTS: Readonly<Record<Statement['kind'], readonly Statement[]>> = {
  flow: [{ kind: 'flow', flowtable: '' }],
  limiter: namesOf<LimiterStatement['name']>({ limit: true, quota: true, 'ct-count': true }).map(
    (name) => ({ kind: 'limiter', name, over: false, exceeded: false, text: '' }),
  ),
  mangle: Object.values(MANGLED).map((key) => ({ kind: 'mangle', key, value: CONSTANT })),
  match: [
    ...OPERATORS.map((operator): Statement => {
      return { kind: 'match', operator, left: CONSTANT, right: { kind: 'value', value: [] } };
    }),
    { kind: 'match', operator: '==', left: CONSTANT, right: { kind: 'set', set: SET } },
  ],
  nat: (['dnat', 'snat', 'masquerade', 'redirect'] as const).map((operation) => ({
    kind: 'nat',
    operation,
    family: null,
    address: null,
    port: null,
    flags: [],
    prefix: false,
  })),
  notrack: [{ kind: 'notrack' }],
  'object-map': MAPPED_OBJECTS.map((object) => ({
    kind: 'object-map',
    object,
    key: CONSTANT,
    map: SET,
  })),
  optstrip: [{ kind: 'optstrip', option: '' }],
  reject: [{ kind: 'reject', with: 'icmp-port-unreachable', family: null }],
  'set-update': (['add', 'update', 'delete'] as const).map((operation) => ({
    kind: 'set-update',
    operation,
    key: CONSTANT,
    set: SET,
    data: null,
    statements: '',
    limits: false,
  })),
  'side-effect': namesOf<SideEffect>({
    counter: true,
    log: true,
    last: true,
    dup: true,
    'ct-object': true,
    secmark: true,
  }).map((name) => ({ kind: 'side-effect', name, prefix: null, text: '', usesConntrack: false })),
  stolen: (['queue', 'fwd'] as const).map((by) => ({ kind: 'stolen', by, text: '' })),
  synproxy: [{ kind: 'synproxy', text: '' }],
  tproxy: [{ kind: 'tproxy', family: null, address: null, port: null }],
  unsupported: [],
  verdict: Object.values(VERDICTS).map((verdict) => ({ kind: 'verdict', verdict })),
  vmap: [{ kind: 'vmap', key: CONSTANT, map: SET }],
};

/**
 * Everything that the model registers of nftables, with how far it is supported: the tables of
 * docs/support-matrix.md have a row for each, and each has a case on the kernel. What is added to the unions
 * does not compile before it is named here.
 */
export const EXPRESSION_CONSTRUCTS: readonly Held[] = Object.values(EXPRESSIONS)
  .flat()
  .map((expression) => ({
    name: nameOfExpression(expression),
    support: expressionSupport(expression),
  }));

export const STATEMENT_CONSTRUCTS: readonly Held[] = Object.values(STATEMENTS)
  .flat()
  .flatMap((statement) => constructsOf(statement).filter(({ name }) => name !== 'constant'))
  .filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);

export const CONSTRUCTS: readonly string[] = [
  ...EXPRESSION_CONSTRUCTS,
  ...STATEMENT_CONSTRUCTS,
].map(({ name }) => name);
