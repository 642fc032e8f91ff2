import type { UnsupportedMatch } from '../../../kernel/netfilter/xtables/match/unsupported.ts';
import type { Grammar } from '../grammar.ts';

/** What could not be read is printed as it was. */
export const unsupportedGrammar: Grammar<UnsupportedMatch> = {
  extensions: {},
  negatable: [],
  parse: () => null,
  print: ({ text }) => text,
};

/** Matches that exist and are not modelled; the value says whether they need conntrack. */
const KNOWN: Readonly<Record<string, boolean>> = {
  ah: false,
  bpf: false,
  cgroup: false,
  cluster: true,
  connbytes: true,
  connlabel: true,
  connlimit: true,
  control: false,
  cpu: false,
  dccp: false,
  devgroup: false,
  dst: false,
  ecn: false,
  esp: false,
  eui64: false,
  frag: false,
  hbh: false,
  helper: true,
  ipcomp: false,
  ipv6header: false,
  ipvs: false,
  l2tp: false,
  mh: false,
  osf: false,
  policy: false,
  quota: false,
  rateest: false,
  realm: false,
  rt: false,
  socket: false,
  srh: false,
  string: false,
  u32: false,
  udplite: false,
};

/** A match that stays as it was read. */
export function unsupportedMatch(name: string, text: string, named: boolean): UnsupportedMatch {
  const usesConntrack = Object.hasOwn(KNOWN, name) && KNOWN[name] === true;
  return {
    kind: 'unsupported',
    name,
    text,
    known: named || Object.hasOwn(KNOWN, name),
    usesConntrack: usesConntrack || name === 'conntrack' || name === 'state' || name === 'connmark',
  };
}
