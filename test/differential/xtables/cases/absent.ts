/** A construct for which there is no case, because the kernel of these tests cannot load it. */
export interface Absent {
  /** As in the completeness test: `-m NAME`, `-j NAME`, or either with an option. */
  readonly construct: string;
  readonly table: 'filter' | 'mangle' | 'raw';
  readonly rule: string;
  readonly because: string;
}

export const ABSENT: readonly Absent[] = [
  {
    construct: '-m nfacct',
    table: 'filter',
    rule: '-m nfacct --nfacct-name x',
    because: 'accounting objects are made with a tool of their own',
  },
  {
    construct: '-m ipvs',
    table: 'filter',
    rule: '-m ipvs --ipvs',
    because: 'the kernel has no IPVS',
  },
  {
    construct: '-m cgroup --path',
    table: 'filter',
    rule: '-A OUTPUT -m cgroup --path hookline',
    because: 'the path must be that of a group of processes that the machine has',
  },
  {
    construct: '-j LED',
    table: 'filter',
    rule: '-j LED --led-trigger-id x',
    because: 'the kernel has no LED triggers',
  },
  {
    construct: '-j ULOG',
    table: 'filter',
    rule: '-j ULOG --ulog-nlgroup 5',
    because: 'removed from Linux in 3.17',
  },
  {
    construct: '-j CLUSTERIP',
    table: 'filter',
    rule: '-d 10.0.0.9 -i in0 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5e:00:00:20 --total-nodes 2 --local-node 1',
    because: 'removed from Linux in 6.3',
  },
  {
    construct: '-j SECMARK',
    table: 'mangle',
    rule: '-j SECMARK --selctx a',
    because: 'the kernel runs without SELinux',
  },
  {
    construct: '-j CT --timeout',
    table: 'raw',
    rule: '-p tcp -j CT --timeout x',
    because: 'policies are made with a tool of their own',
  },
];
