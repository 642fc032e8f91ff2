import type { OptionForm } from './option-form.ts';

/** Matches that are recognised and not modelled: a rule with one must say so. */
export const UNSUPPORTED_FORMS: readonly OptionForm[] = [
  {
    family: 4,
    table: 'filter',
    rule: '-p sctp ! --sport 1:2 --chunk-types any INIT',
    saved: '-p sctp -m sctp ! --sport 1:2 --chunk-types any INIT',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-p sctp --chunk-types all DATA:B,INIT',
    saved: '-p sctp -m sctp --chunk-types all DATA:B,INIT',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-m set --match-set hl-a src ! --update-counters --packets-gt 5',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-m u32 --u32 "6&0xFF=1"',
    saved: '-m u32 --u32 "0x6&0xff=0x1"',
  },
  { family: 4, table: 'filter', rule: '-m bpf --bytecode "1,6 0 0 65535"' },
  {
    family: 4,
    table: 'filter',
    rule: '-m string --string abc --algo bm',
    saved: '-m string --string "abc" --algo bm',
  },
  { family: 4, table: 'filter', rule: '-m cpu --cpu 0' },
  { family: 4, table: 'filter', rule: '-m helper --helper ftp' },
  { family: 4, table: 'filter', rule: '-m quota --quota 100' },
  {
    family: 4,
    table: 'filter',
    rule: '-m connbytes --connbytes 10:20 --connbytes-dir both --connbytes-mode packets',
    saved: '-m connbytes --connbytes 10:20 --connbytes-mode packets --connbytes-dir both',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-m connlimit --connlimit-above 5',
    saved: '-m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr',
  },
  { family: 4, table: 'filter', rule: '-m socket --transparent' },
  { family: 4, table: 'filter', rule: '-m realm --realm 1', saved: '-m realm --realm 0x1' },
  { family: 4, table: 'filter', rule: '-m policy --dir in --pol none' },
  { family: 4, table: 'filter', rule: '-m ecn --ecn-ip-ect 1' },
  {
    family: 4,
    table: 'filter',
    rule: '-m devgroup --src-group 1',
    saved: '-m devgroup --src-group 0x1',
  },
  { family: 6, table: 'filter', rule: '-m frag --fragfirst' },
  {
    family: 6,
    table: 'filter',
    rule: '-m ipv6header --header hop',
    saved: '-m ipv6header --header hop-by-hop',
  },
];

/** What the kernel of these tests has no module or object for, as the man page shows it saved. */
export const ABSENT_FORMS: readonly OptionForm[] = [
  {
    family: 4,
    table: 'filter',
    rule: '-m nfacct --nfacct-name x',
    saved: '-m nfacct --nfacct-name  x',
  },
  { family: 4, table: 'raw', rule: '-p tcp -j CT --timeout hl' },
  {
    family: 4,
    table: 'filter',
    rule: '-j LED --led-trigger-id hl --led-delay 5 --led-always-blink',
  },
  { family: 4, table: 'mangle', rule: '-j SECMARK --selctx a' },
  {
    family: 4,
    table: 'filter',
    rule: '-j ULOG --ulog-nlgroup 5 --ulog-prefix "x y" --ulog-cprange 100 --ulog-qthreshold 3',
  },
];
