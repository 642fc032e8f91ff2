import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { type Change, site } from '../site.ts';

/** Point 7: which route is found, and point 9: loopback addresses on the way out. */
const FAR = '192.0.2.9';
const flow = { from: 'n1', protocol: 'tcp', to: FAR, port: 8080 } as const;
const connected: Proof = { kind: 'client', outcome: 'connected' };
/** The way leads to n2, which has the address. */
const VIA = 'via 192.168.7.2';
const fib = (...ip: readonly string[]) => site({ n1: { ip }, n2: owner });
const owner: Change = { ip: [`addr add ${FAR}/32 dev lo`] };
const unreachable = (errno: string): Proof => ({ kind: 'client', outcome: 'unreachable', errno });
const NO_HOOK: Proof = { kind: 'no-visit', at: 'n1', like: { hook: 'output' } };

export const FIB: readonly ChecklistCase[] = [
  {
    name: 'the longest prefix wins, whatever the metric',
    topology: fib(
      `route add 192.0.2.0/24 ${VIA} metric 900`,
      'route add unreachable 192.0.0.0/16 metric 1',
    ),
    flow,
    proof: [connected],
  },
  {
    name: 'of equal prefixes the smallest metric wins',
    topology: fib(
      'route add unreachable 192.0.2.0/24 metric 5',
      `route add 192.0.2.0/24 ${VIA} metric 900`,
    ),
    flow,
    proof: [unreachable('EHOSTUNREACH'), NO_HOOK],
    control: 'a larger metric does not count',
  },
  {
    name: 'a larger metric does not count',
    topology: fib(
      'route add unreachable 192.0.2.0/24 metric 900',
      `route add 192.0.2.0/24 ${VIA} metric 5`,
    ),
    flow,
    proof: [connected],
  },
  {
    name: 'throw goes on with the next rule',
    topology: fib(
      'rule add pref 100 lookup 77',
      `route add throw 192.0.2.0/24 table 77`,
      'route add unreachable default table 77',
      `route add 192.0.2.0/24 ${VIA}`,
    ),
    flow,
    proof: [connected],
  },
  {
    name: 'a table without a throw ends the search',
    topology: fib(
      'rule add pref 100 lookup 77',
      'route add unreachable default table 77',
      `route add 192.0.2.0/24 ${VIA}`,
    ),
    flow,
    proof: [unreachable('EHOSTUNREACH'), NO_HOOK],
    control: 'throw goes on with the next rule',
  },
  {
    name: 'an inverted rule holds for all others',
    topology: fib(
      'rule add pref 100 not to 10.0.0.0/8 lookup 77',
      `route add 192.0.2.0/24 ${VIA} table 77`,
    ),
    flow,
    proof: [connected],
  },
  {
    name: 'an inverted rule does not hold for what it names',
    topology: fib(
      'route del default',
      'rule add pref 100 not to 192.0.0.0/8 lookup 77',
      `route add 192.0.2.0/24 ${VIA} table 77`,
    ),
    flow,
    proof: [unreachable('ENETUNREACH'), NO_HOOK],
    control: 'an inverted rule holds for all others',
  },
  {
    name: 'suppress_prefixlength 0 skips a default route',
    topology: fib(
      'rule add pref 100 lookup main suppress_prefixlength 0',
      'rule add pref 200 lookup 77',
      `route add default ${VIA} table 77`,
    ),
    flow,
    proof: [connected],
  },
  {
    name: 'suppress_prefixlength 0 keeps a longer prefix',
    topology: fib(
      'route add unreachable 192.0.2.0/24',
      'rule add pref 100 lookup main suppress_prefixlength 0',
      'rule add pref 200 lookup 77',
      `route add default ${VIA} table 77`,
    ),
    flow,
    proof: [unreachable('EHOSTUNREACH'), NO_HOOK],
    control: 'suppress_prefixlength 0 skips a default route',
  },
  {
    name: 'a blackhole route is an invalid argument for its own node',
    topology: fib('route add blackhole 192.0.2.0/24'),
    flow,
    proof: [unreachable('EINVAL'), NO_HOOK],
    control: 'a larger metric does not count',
  },
  {
    name: 'a prohibit route is not permitted for its own node',
    topology: fib('route add prohibit 192.0.2.0/24'),
    flow,
    proof: [{ kind: 'client', outcome: 'not-permitted', errno: 'EACCES' }, NO_HOOK],
    control: 'a larger metric does not count',
  },
  {
    name: 'an unreachable rule says that there is no route',
    topology: fib('rule add pref 100 to 192.0.2.0/24 unreachable', `route add 192.0.2.0/24 ${VIA}`),
    flow,
    proof: [unreachable('ENETUNREACH'), NO_HOOK],
    control: 'a larger metric does not count',
  },
  {
    name: 'a rule about the mark of the socket is obeyed',
    topology: fib('rule add pref 100 fwmark 7 lookup 77', `route add 192.0.2.0/24 ${VIA} table 77`),
    flow: { ...flow, mark: 7 },
    proof: [connected, { kind: 'visit', at: 'n1', like: { hook: 'output', mark: 7 } }],
  },
  {
    name: 'a loopback source does not leave by a device without route_localnet',
    topology: fib(`route add 192.0.2.0/24 ${VIA}`),
    flow: { ...flow, source: '127.0.0.1' },
    proof: [unreachable('EINVAL'), NO_HOOK],
    control: 'a loopback source leaves where route_localnet and MASQUERADE are',
  },
  {
    name: 'a loopback source leaves where route_localnet and MASQUERADE are',
    topology: site({
      n1: {
        ip: [`route add 192.0.2.0/24 ${VIA}`],
        sysctls: { 'net.ipv4.conf.eth0.route_localnet': '1' },
        iptablesNft: '*nat\n-A POSTROUTING -o eth0 -s 127.0.0.0/8 -j MASQUERADE\nCOMMIT\n',
      },
      n2: owner,
    }),
    flow: { ...flow, source: '127.0.0.1' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '192.168.7.1' }],
  },
];
