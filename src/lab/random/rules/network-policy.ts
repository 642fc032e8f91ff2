import type { RuleContext } from '../random-rules.ts';
import { append } from '../xtables-draft.ts';

/** A policy agent's chains around one pod: sets, marks that mean "allowed", RETURN and goto. */
export function networkPolicy({ site, node, random, draft, xtables }: RuleContext): void {
  const pods = site.pods.filter((pod) => pod.node === node.name);
  const [guarded] = pods;
  if (!guarded) return;
  const allowed = random.some(site.pods, 0.5).map(({ address }) => address);
  const net = random.chance(0.4);
  draft.ipsets.push(
    `create np-allowed hash:${net ? 'net' : 'ip'}`,
    ...[...new Set(allowed)].map((address) => `add np-allowed ${address}`),
    ...(net ? ['add np-allowed 192.168.7.0/24', 'add np-allowed 192.168.7.11/32 nomatch'] : []),
    'create np-ports hash:ip,port',
    ...random.some(pods, 0.7).map(({ address }) => `add np-ports ${address},tcp:8080`),
  );
  append(xtables, 'filter', 'FORWARD', `-d ${guarded.address}/32 -j NP-${guarded.name}`);
  append(
    xtables,
    'filter',
    `NP-${guarded.name}`,
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-j MARK --set-xmark 0x0/0x10000',
    random.chance(0.5) ? '-g NP-FROM' : '-j NP-FROM',
    ...(random.chance(0.7) ? ['-m mark ! --mark 0x10000/0x10000 -j NP-DENY'] : []),
  );
  append(
    xtables,
    'filter',
    'NP-FROM',
    '-m set --match-set np-allowed src -j MARK --set-xmark 0x10000/0x10000',
    '-m mark --mark 0x10000/0x10000 -j RETURN',
    '-m set --match-set np-ports dst,dst -j MARK --set-xmark 0x10000/0x10000',
    '-m mark --mark 0x10000/0x10000 -j RETURN',
  );
  append(
    xtables,
    'filter',
    'NP-DENY',
    random.chance(0.5) ? '-j DROP' : '-j REJECT --reject-with icmp-port-unreachable',
  );
}
