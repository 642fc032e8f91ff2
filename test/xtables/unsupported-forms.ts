import type { OptionForm } from './option-form.ts';

/** Matches that are recognised and not modelled: a rule with one must say so. */
export const UNSUPPORTED_FORMS: readonly OptionForm[] = [
  { family: 4, table: 'filter', rule: '-m bpf --bytecode "1,6 0 0 65535"' },
  { family: 6, table: 'filter', rule: '-m bpf --bytecode "1,6 0 0 65535"' },
];

/** The same, and the kernel of these tests has no module for them. */
export const ABSENT_UNSUPPORTED_FORMS: readonly OptionForm[] = [
  { family: 4, table: 'filter', rule: '-m ipvs --ipvs' },
  {
    family: 4,
    table: 'filter',
    rule: '-d 10.0.0.9/32 -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5e:00:00:20 --total-nodes 2 --local-node 1',
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
  { family: 4, table: 'filter', rule: '-m cgroup --path "/kubepods/a b"' },
  { family: 4, table: 'filter', rule: '-m cgroup ! --path kubepods' },
  { family: 4, table: 'filter', rule: '-j QUEUE' },
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
