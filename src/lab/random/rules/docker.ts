import type { RuleContext } from '../random-rules.ts';
import { append, chainOf } from '../xtables-draft.ts';

/** The port on the node that its container is published on. */
export const DOCKER_PORT = 8181;

/** Docker's chains with one published container. Origin: moby libnetwork/iptables, 24.0. */
export function docker({ site, node, random, xtables }: RuleContext): void {
  const container = site.pods.find((pod) => pod.node === node.name && pod.bridge === 'docker0');
  if (!container) return;
  if (random.chance(0.5)) chainOf(xtables, 'filter', 'FORWARD').policy = 'DROP';
  append(
    xtables,
    'filter',
    'FORWARD',
    '-j DOCKER-USER',
    '-j DOCKER-ISOLATION-STAGE-1',
    '-o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-o docker0 -j DOCKER',
    '-i docker0 ! -o docker0 -j ACCEPT',
    '-i docker0 -o docker0 -j ACCEPT',
  );
  append(
    xtables,
    'filter',
    'DOCKER',
    `-d ${container.address}/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 8080 -j ACCEPT`,
  );
  append(
    xtables,
    'filter',
    'DOCKER-ISOLATION-STAGE-1',
    '-i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2',
    '-j RETURN',
  );
  append(xtables, 'filter', 'DOCKER-ISOLATION-STAGE-2', '-o docker0 -j DROP', '-j RETURN');
  append(xtables, 'filter', 'DOCKER-USER', '-j RETURN');
  append(xtables, 'nat', 'PREROUTING', '-m addrtype --dst-type LOCAL -j DOCKER');
  append(xtables, 'nat', 'OUTPUT', '! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER');
  append(
    xtables,
    'nat',
    'POSTROUTING',
    '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    `-s ${container.address}/32 -d ${container.address}/32 -p tcp -m tcp --dport 8080 -j MASQUERADE`,
  );
  append(
    xtables,
    'nat',
    'DOCKER',
    ...(random.chance(0.6) ? ['-i docker0 -j RETURN'] : []),
    `! -i docker0 -p tcp -m tcp --dport ${DOCKER_PORT} -j DNAT --to-destination ${container.address}:8080`,
  );
}
