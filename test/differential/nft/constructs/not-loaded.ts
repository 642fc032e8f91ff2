/** A construct that this kernel or nft 1.0.6 does not take: the rule that was tried, and what it said. */
export interface NotLoaded {
  readonly constructs: readonly string[];
  readonly family: string;
  readonly head: string;
  readonly rule: string;
  /** What nft prints. */
  readonly because: RegExp;
}

const INPUT = 'type filter hook input priority 0;';
const UNSUPPORTED = /Operation not supported/;
const SYNTAX = /syntax error/;
const NO_MODULE = /No such file or directory/;

export const NOT_LOADED: readonly NotLoaded[] = [
  ...['ibrname', 'obrname', 'ibrpvid', 'ibrvproto'].map((key) => ({
    constructs: [`meta ${key}`],
    family: 'bridge',
    head: INPUT,
    rule: `meta ${key} ${key.endsWith('name') ? '"br0"' : key === 'ibrpvid' ? '5' : '8021q'}`,
    // Without nft_meta_bridge.
    because: UNSUPPORTED,
  })),
  {
    constructs: ['meta ibrhwaddr'],
    family: 'bridge',
    head: INPUT,
    rule: 'meta ibrhwaddr 02:00:00:00:00:01',
    because: SYNTAX,
  },
  {
    constructs: ['icmpv6 parameter-problem'],
    family: 'ip6',
    head: INPUT,
    rule: 'icmpv6 parameter-problem 0',
    because: SYNTAX,
  },
  {
    constructs: ['dccp option'],
    family: 'ip',
    head: INPUT,
    rule: 'dccp option 5 exists',
    because: SYNTAX,
  },
  {
    constructs: ['gre protocol', 'gre flags', 'gre version'],
    family: 'ip',
    head: INPUT,
    rule: 'gre protocol ip',
    because: SYNTAX,
  },
  {
    constructs: ['socket cgroupv2'],
    family: 'ip',
    head: INPUT,
    rule: 'socket cgroupv2 level 1 "no.slice"',
    because: /cgroupv2 path fails/,
  },
  { constructs: ['last'], family: 'ip', head: INPUT, rule: 'last', because: SYNTAX },
  { constructs: ['queue'], family: 'ip', head: INPUT, rule: 'queue to 1', because: NO_MODULE },
  {
    constructs: ['flow add'],
    family: 'ip',
    head: 'type filter hook forward priority 0;',
    rule: 'flow add @ft',
    because: NO_MODULE,
  },
  {
    constructs: ['secmark', 'secmark by map'],
    family: 'ip',
    head: INPUT,
    rule: 'meta secmark set "sm"',
    because: NO_MODULE,
  },
];

/** Names that nft takes and lists by another: what a rule with the first is read as. */
export const OTHER_NAMES: readonly {
  readonly construct: string;
  readonly family: string;
  readonly rule: string;
  readonly listedAs: string;
}[] = [
  { construct: 'vlan cfi', family: 'ip', rule: 'vlan cfi 1', listedAs: 'vlan dei' },
  { construct: 'meta secpath', family: 'ip', rule: 'meta secpath exists', listedAs: 'meta ipsec' },
  {
    construct: 'ct saddr',
    family: 'ip',
    rule: 'ct original saddr 10.0.0.1',
    listedAs: 'ct ip saddr',
  },
  {
    construct: 'ct daddr',
    family: 'ip6',
    rule: 'ct original daddr fd00::1',
    listedAs: 'ct ip6 daddr',
  },
];
