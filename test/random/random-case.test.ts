import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/lab/random/random.ts';
import { randomCase } from '../../src/lab/random/random-case.ts';

const CASES = 400;

/** Every case as one text: what is not in it was never drawn. */
const cases = Array.from({ length: CASES }, (_, number) => randomCase(99, number, 25));
const texts = cases.map((one) => JSON.stringify(one));

describe('random cases', () => {
  it('are the same for the same seed and number, alone or in a row', () => {
    expect(JSON.stringify(randomCase(99, 7, 25))).toBe(texts[7]);
  });

  it('differ by seed and by number', () => {
    const others = [randomCase(98, 7, 25), randomCase(99, 8, 25)].map((one) => JSON.stringify(one));
    expect(others).not.toContain(texts[7]);
  });

  it('have a place of their own for each flow: no two share a source port', () => {
    for (const { flows } of cases) {
      const ports = flows.flatMap(({ sourcePort }) => sourcePort ?? []);
      expect(new Set(ports).size).toBe(ports.length);
    }
  });

  it('send only from namespaces that are there', () => {
    for (const { topology, flows } of cases) {
      const names = topology.namespaces.map(({ name }) => name);
      expect(flows.every(({ from }) => names.includes(from))).toBe(true);
    }
  });

  it.each([
    ['VXLAN', 'type vxlan'],
    ["flannel's udp backend", '"flannel0"'],
    ['routes to other nodes', 'via 192.168.7.12 dev eth0'],
    ['a second NIC', 'dev eth1'],
    ['a host on the segment', '"h1"'],
    ['a gateway with a host behind it', '203.0.113.10/24'],
    ['a fabric that checks sources', 'anti_spoof'],
    ['neighbours that somebody made', 'nud permanent'],
    ['MACs that nobody has', '02:00:00:00:99:99'],
    ['a smaller MTU', '"mtu":1400'],
    ['hairpin ports', 'hairpin on'],
    ['bridge-nf off', 'bridge-nf-call-iptables":"0"'],
    ['strict and loose validation', 'rp_filter":"2"'],
    ['accept_local', 'accept_local'],
    ['route_localnet', 'route_localnet'],
    ['forwarding off', 'ip_forward":"0"'],
    ['blackholes', 'blackhole'],
    ['unreachable routes', 'unreachable'],
    ['prohibit routes', 'prohibit'],
    ['throw routes', 'throw'],
    ['routing by mark', 'fwmark'],
    ['routing by source', 'rule add from'],
    ['multipath', 'nexthop via'],
    ["kube-proxy's iptables mode", 'KUBE-SVC-'],
    ["kube-proxy's nftables mode", 'service-nodeports'],
    ['masquerade marks', 'KUBE-MARK-MASQ'],
    ['random endpoints', 'statistic --mode random'],
    ['numgen', 'numgen random'],
    ['local-only Services', 'KUBE-SVL-'],
    ['Services without endpoints', 'REJECT --reject-with icmp-port-unreachable'],
    ['session affinity', '-m recent'],
    ['external addresses', '198.51.100.1'],
    ['flannel', 'FLANNEL-POSTRTG'],
    ["flannel's nft table", 'flannel-ipv4'],
    ['port mappings of CNI', 'CNI-HOSTPORT-DNAT'],
    ['Docker', 'DOCKER-ISOLATION-STAGE-1'],
    ['firewalld', 'table inet firewalld'],
    ['ufw', 'ufw-before-input'],
    ['network policies with ipsets', '--match-set np-allowed'],
    ['goto', '-g '],
    ['RETURN', '-j RETURN'],
    ['multiport', '-m multiport'],
    ['addrtype', '-m addrtype'],
    ['connection states', '--ctstate INVALID'],
    ['NOTRACK', '--notrack'],
    ['zones', 'CT --zone'],
    ['CONNMARK', 'CONNMARK --save-mark'],
    ['TTL', 'TTL --ttl-'],
    ['TCPMSS', 'TCPMSS --clamp'],
    ['NETMAP', 'NETMAP'],
    ['REDIRECT', 'REDIRECT'],
    ['SNAT', 'SNAT --to-source'],
    ['a range of ports', '--to-ports 20000-30000'],
    ['resets by rule', '--reject-with tcp-reset'],
    ['iprange', '-m iprange'],
    ['rpfilter', '-m rpfilter'],
    ['physdev', '-m physdev'],
    ['TCP flags', '--tcp-flags'],
    ['vmaps', 'vmap {'],
    ['nft sets', '@nets'],
    ['nft notrack', 'notrack'],
    ['nft route chains', 'type route hook output'],
    ['fib', 'fib saddr'],
    ['listeners bound to an address', '"port":9090,"address"'],
    ['listeners bound to a device', '"port":9090,"device"'],
    ['bound sources', '"source":"'],
    ['bound devices', '"device":"lo"'],
    ['marked sockets', '"mark":16'],
    ['UDP', '"protocol":"udp"'],
    ['ICMP', '"protocol":"icmp"'],
    ['flows of IPv6', '"to":"fd00:'],
    ['IPv6 to itself', '"to":"::1"'],
    ['public addresses of IPv6', '"to":"2001:db8:71::a"'],
    ['ip6tables', '-j REJECT --reject-with icmp6-'],
    ["kube-proxy's nftables mode of IPv6", 'table ip6 kube-proxy'],
    ['deprecated addresses', 'preferred_lft 0'],
    ['several addresses of IPv6 on a device', 'addr add fd00:99:'],
    ['routing rules of IPv6', '"-6","rule","add"'],
    ['policies that let neighbours be found', '--icmpv6-type 135'],
    ['sets of IPv6', 'family inet6'],
  ])('reach %s', (_what, text) => {
    const escaped = JSON.stringify(text).slice(1, -1);
    expect(texts.some((one) => one.includes(text) || one.includes(escaped))).toBe(true);
  });

  it('have both backends of iptables at once', () => {
    const both = cases.some(({ topology }) =>
      topology.namespaces.some(({ iptablesLegacy, iptablesNft }) => iptablesLegacy && iptablesNft),
    );
    expect(both).toBe(true);
  });
});

describe('the source of chance', () => {
  it('draws evenly enough', () => {
    const drawn = seededRandom(2);
    const heads = Array.from({ length: 4000 }, () => drawn.chance(0.25)).filter(Boolean).length;
    expect(heads).toBeGreaterThan(900);
    expect(heads).toBeLessThan(1100);
  });

  it('draws by weight, and never what weighs nothing', () => {
    const random = seededRandom(3);
    const drawn = Array.from({ length: 1000 }, () =>
      random.weighted([
        [3, 'often'],
        [1, 'seldom'],
        [0, 'never'],
      ]),
    );
    const often = drawn.filter((value) => value === 'often').length;
    expect(often).toBeGreaterThan(650);
    expect(often).toBeLessThan(850);
    expect(drawn).not.toContain('never');
  });
});
