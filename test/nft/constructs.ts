import { CT_KEYS } from '../../src/kernel/netfilter/nft/expression/ct.ts';
import {
  type Expression,
  expressionSupport,
  operandsOf,
} from '../../src/kernel/netfilter/nft/expression/expression.ts';
import { META_KEYS } from '../../src/kernel/netfilter/nft/expression/meta.ts';
import { PAYLOAD_PROTOCOLS } from '../../src/kernel/netfilter/nft/expression/payload.ts';
import { RAW_BASES } from '../../src/kernel/netfilter/nft/expression/raw-payload.ts';
import { RT_KEYS } from '../../src/kernel/netfilter/nft/expression/rt.ts';
import { SOCKET_KEYS } from '../../src/kernel/netfilter/nft/expression/socket.ts';
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

function expressionNames(): Readonly<Record<Expression['kind'], readonly string[]>> {
  return {
    binary: ['&', '|', '^', '<<', '>>'].map((operator) => `operator ${operator}`),
    concat: ['concatenation'],
    ct: CT_KEYS.map((key) => `ct ${key}`),
    'dccp-option': ['dccp option'],
    exthdr: ['exthdr', 'ip option'],
    fib: ['type', 'oif', 'oifname', 'present'].map((result) => `fib ${result}`),
    hash: ['jhash', 'symhash'],
    ipsec: ['ipsec in', 'ipsec out'],
    literal: ['constant'],
    map: ['map'],
    meta: META_KEYS.map((key) => `meta ${key}`),
    numgen: ['numgen random', 'numgen inc'],
    osf: ['osf name', 'osf version'],
    payload: PAYLOAD_PROTOCOLS.flatMap((protocol) =>
      Object.keys(PAYLOAD_TYPES[protocol]).map((field) => `${protocol} ${field}`),
    ),
    'raw-payload': RAW_BASES.map((base) => `@${base}`),
    rt: RT_KEYS.map((key) => `rt ${key}`),
    'sctp-chunk': ['sctp chunk'],
    socket: SOCKET_KEYS.map((key) => `socket ${key}`),
    'tcp-option': ['tcp option'],
    unsupported: [],
  };
}

function statementNames(): Readonly<Record<Statement['kind'], readonly string[]>> {
  return {
    flow: ['flow add'],
    limiter: namesOf<LimiterStatement['name']>({ limit: true, quota: true, 'ct-count': true }),
    mangle: namesOf<MangleKey['kind']>({
      'meta-mark': true,
      'ct-mark': true,
      'ct-zone': true,
      'ct-label': true,
      'tcp-mss': true,
      payload: true,
      'no-effect': true,
      unmodelled: true,
    }).map((key) => `set ${key}`),
    match: [
      ...namesOf<MatchOperator>({
        '==': true,
        '!=': true,
        '<': true,
        '>': true,
        '<=': true,
        '>=': true,
        in: true,
        '!': true,
      }).map((operator) => `match ${operator}`),
      'match in a set',
    ],
    nat: ['dnat', 'snat', 'masquerade', 'redirect'],
    notrack: ['notrack'],
    'object-map': MAPPED_OBJECTS.map((object) => `${object} by map`),
    optstrip: ['reset tcp option'],
    reject: ['reject'],
    'set-update': ['add', 'update', 'delete'].map((operation) => `${operation} @set`),
    'side-effect': namesOf<SideEffect>({
      counter: true,
      log: true,
      last: true,
      dup: true,
      'ct-object': true,
      secmark: true,
    }),
    stolen: ['queue', 'fwd'],
    synproxy: ['synproxy'],
    tproxy: ['tproxy'],
    unsupported: [],
    verdict: namesOf<Verdict['kind']>({
      accept: true,
      drop: true,
      continue: true,
      return: true,
      jump: true,
      goto: true,
    }),
    vmap: ['vmap'],
  };
}

/** The lists' own types say when one is missing. */
const namesOf = <T extends string>(names: Readonly<Record<T, true>>): readonly string[] =>
  Object.keys(names);

/**
 * Everything that the model registers of nftables, by name: the table of docs/support-matrix.md has a row
 * for each, and each has a case on the kernel. The lists are exhaustive over the unions: what is added
 * there does not compile before it is named here.
 */
export const CONSTRUCTS: readonly string[] = [
  ...Object.values(expressionNames()).flat(),
  ...Object.values(statementNames()).flat(),
];

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
