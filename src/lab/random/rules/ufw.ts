import type { RuleContext } from '../random-rules.ts';
import { append, chainOf } from '../xtables-draft.ts';

/** ufw's chains, with a default that denies what comes in. Origin: ufw before.rules, after.rules. */
export function ufw({ random, xtables }: RuleContext): void {
  chainOf(xtables, 'filter', 'INPUT').policy = 'DROP';
  if (random.chance(0.3)) chainOf(xtables, 'filter', 'FORWARD').policy = 'DROP';
  append(
    xtables,
    'filter',
    'INPUT',
    '-j ufw-before-input',
    '-j ufw-after-input',
    '-j ufw-reject-input',
  );
  append(xtables, 'filter', 'FORWARD', '-j ufw-before-forward');
  append(xtables, 'filter', 'OUTPUT', '-j ufw-before-output');
  append(
    xtables,
    'filter',
    'ufw-before-input',
    '-i lo -j ACCEPT',
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-m conntrack --ctstate INVALID -j ufw-logging-deny',
    '-m conntrack --ctstate INVALID -j DROP',
    '-p icmp -m icmp --icmp-type 3 -j ACCEPT',
    '-p icmp -m icmp --icmp-type 8 -j ACCEPT',
    '-j ufw-not-local',
    '-j ufw-user-input',
  );
  append(xtables, 'filter', 'ufw-logging-deny', '-m conntrack --ctstate INVALID -j RETURN');
  append(
    xtables,
    'filter',
    'ufw-not-local',
    '-m addrtype --dst-type LOCAL -j RETURN',
    '-m addrtype --dst-type MULTICAST -j RETURN',
    '-m addrtype --dst-type BROADCAST -j RETURN',
    '-j DROP',
  );
  append(
    xtables,
    'filter',
    'ufw-user-input',
    ...random.some(
      [
        '-p tcp -m tcp --dport 8080 -j ACCEPT',
        '-p udp -m multiport --dports 53,8472,8285 -j ACCEPT',
        '-p tcp -m multiport --dports 53,8443 -j ACCEPT',
        '-s 10.244.0.0/16 -j ACCEPT',
        '-s 192.168.7.0/24 -p tcp -j ACCEPT',
      ],
      0.6,
    ),
  );
  append(xtables, 'filter', 'ufw-after-input', '-p udp -m udp --dport 137 -j RETURN');
  append(
    xtables,
    'filter',
    'ufw-reject-input',
    ...(random.chance(0.3)
      ? [
          `-j REJECT --reject-with ${random.pick(['icmp-port-unreachable', 'icmp-host-prohibited'])}`,
        ]
      : []),
  );
  append(
    xtables,
    'filter',
    'ufw-before-forward',
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-p icmp -m icmp --icmp-type 8 -j ACCEPT',
    ...(random.chance(0.5) ? ['-s 10.244.0.0/16 -j ACCEPT', '-d 10.244.0.0/16 -j ACCEPT'] : []),
  );
  append(
    xtables,
    'filter',
    'ufw-before-output',
    '-o lo -j ACCEPT',
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  );
}
