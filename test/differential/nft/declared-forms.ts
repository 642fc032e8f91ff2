/**
 * Named objects, sets and maps of every kind, and rules that use them, as `nft -f` takes them: tables
 * whose listing has to be read the same from both forms.
 */
export const DECLARED_FORMS = `
table ip d {
  comment "a table"
  counter c1 { comment "c" }
  quota q1 { over 500 bytes }
  quota q2 { 25 mbytes used 5 kbytes }
  limit l1 { rate 5/second burst 10 packets }
  limit l2 { rate over 5 kbytes/minute }
  ct helper h { type "ftp" protocol tcp; l3proto ip; }
  ct timeout t1 { protocol tcp; l3proto ip; policy = { established : 100, close : 5 };
  }
  ct expectation e1 { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }
  synproxy sy { mss 1460; wscale 7; timestamp sack-perm }
  set s1 { typeof ip saddr; }
  set s2 { type ipv4_addr; flags dynamic, timeout; timeout 1d2h; gc-interval 5s; size 77; counter; elements = { 1.2.3.4 timeout 5h comment "hi, {there}", 2.3.4.5 } }
  set s3 { typeof ip saddr . meta mark; flags interval; auto-merge; elements = { 1.2.3.0/24 . 5, 2.0.0.1-2.0.0.9 . 0x10-0x20 } }
  set s4 { type inet_service; flags interval; auto-merge; elements = { 1-5, 6, 9 } }
  set s5 { type ifname; flags interval; elements = { "eth*", "lo" } }
  set s6 { type ipv4_addr; flags interval; }
  set s7 { type mark; elements = { 0x5, 7 } }
  set s8 { type ether_addr; elements = { 00:11:22:33:44:55 } }
  set s9 { type ct_state; elements = { new, established } }
  set s10 { type inet_proto . inet_service; elements = { tcp . 80 } }
  set s11 { typeof tcp flags; elements = { syn | ack, fin } }
  set qs { type ipv4_addr; flags dynamic; quota 500 bytes; }
  set ls { type ipv4_addr; flags dynamic; limit rate 5/second; }
  set tri { typeof ip saddr . ip daddr . tcp dport; flags constant; comment "tri"; elements = { 1.2.3.4 . 5.6.7.8 . 80 } }
  map v { type ipv4_addr : verdict; flags interval; counter; elements = { 1.2.3.0/24 : accept, 2.0.0.0-2.0.0.9 : jump u, * : drop } }
  map m { type ipv4_addr : inet_service; flags dynamic; }
  map mm { type ipv4_addr . inet_service : mark; elements = { 1.2.3.4 . 80 comment "x" : 0x5 } }
  map nm { type ipv4_addr : interval ipv4_addr; flags interval; elements = { 1.2.3.0/24 : 5.6.7.0/24, 2.2.2.2 : 3.3.3.3-3.3.3.9 } }
  map nm2 { type ipv4_addr : ipv4_addr . inet_service; elements = { 1.2.3.4 : 5.6.7.8 . 80 } }
  map cm { type ipv4_addr : counter; elements = { 1.2.3.4 : "c1" } }
  map tm { typeof ip saddr : meta mark; elements = { 1.2.3.4 : 5 } }
  chain u { comment "hello"; }
  chain r {
    ip saddr @s2 accept
    add @s2 { ip saddr counter }
    update @ls { ip saddr limit rate 3/second burst 5 packets }
    update @m { ip saddr : 5 }
    update @m { ip saddr : tcp dport }
    meter m1 size 100 { ip saddr timeout 5s counter }
    meter m2 size 200 { ip saddr limit rate 5/second }
    ip saddr vmap @v comment "vm"
    counter name ip saddr map @cm
    quota name ip saddr map { 1.2.3.4 : "q1" }
    limit name tcp dport map { 80 : "l1" }
    ct helper set ip saddr map { 1.2.3.4 : "h" }
    ct timeout set "t1"
    ct expectation set "e1"
    synproxy name tcp dport map { 80 : "sy" }
    meta skuid vmap { 0 : accept, 5-9 : drop }
    ct state vmap { new : accept, established | related : drop }
    iifname . ip saddr { "eth0" . 1.2.3.4, "d*" . 1.2.3.0/24 }
    iifname vmap { "lo" : accept, "eth*" : drop }
    ip daddr . tcp dport vmap { 10.0.0.0/8 . 80-90 : accept, 1.2.3.4 . 0-65535 : drop }
    icmp type 0-8
    icmp type { 0-5, 13 }
    tcp dport { 1-5, 9 } counter log prefix "a b" accept comment "x y, z; { } # handle"
    meta mark { 0x1-0x5, 9 }
    tcp flags { syn, syn | ack }
    ct mark . meta mark { 1 . 2 }
    ct expiration { 5s, 1h }
    meta day { "Monday", "Friday" }
    ip dscp { cs1, 5 }
    ip dscp 0-8
    ip saddr . ip daddr { 10.0.0.0/24 . 10.0.0.1-10.0.0.9 }
    log level err flags tcp sequence,options flags ip options flags skuid
    th dport . ip saddr vmap { 80 . 1.1.1.1 : goto u }
    meta mark set ip saddr . tcp dport map @mm
    meta mark set ip saddr map { 1.2.3.4 : 1, 2.0.0.0/8 : 4 }
    meta mark set jhash ip saddr . tcp dport mod 4 seed 0x5 offset 3
    meta mark set numgen random mod 5 map { 0-1 : 1, 2-4 : 2 }
    ct mark set meta mark and 0xff or 0x100
    limit rate 5/second burst 9 packets
    limit rate 5 mbytes/second burst 9 kbytes
    meta priority { none, 1:2 }
    meta l4proto vmap { tcp : accept, 17 : drop, 250 : drop }
    meta iif . meta oif { "lo" . "lo" }
    dup to ip daddr map { 1.2.3.4 : 5.6.7.8 } device "lo"
  }
  chain nat { type nat hook prerouting priority dstnat + 5;
    meta l4proto tcp dnat to ip saddr map @nm2
    meta l4proto udp dnat to 1.2.3.4-1.2.3.9:80-90 persistent
    dnat to jhash ip saddr mod 2 map { 0 : 1.1.1.1, 1 : 2.2.2.2 }
    meta l4proto tcp dnat ip to ip saddr . tcp dport map { 1.2.3.4 . 80 : 5.6.7.8 . 90 }
    ip protocol tcp dnat to :80-90 random
    dnat ip to ip saddr map @nm
  }
  chain route { type route hook output priority mangle - 5; policy drop; }
}
table ip6 d6 { flags dormant;
  map v6 { type ipv6_addr . inet_service : verdict; elements = { fd00::1 . 80 : accept } }
  chain n { type nat hook postrouting priority srcnat - 1; policy accept;
    tcp dport 80 snat to [fd00::1]:80-90
    snat to fd00::1-fd00::9
    ip6 saddr . tcp dport vmap @v6
    ip6 saddr { fd00::/8, fe80::1-fe80::9, ::1 } masquerade fully-random

    hbh nexthdr 5 mh type 1 srh tag 127
    srh sid[1] fd00::1
    rt nexthop fd00::1
  }
}
table bridge db {
  chain p { type filter hook prerouting priority dstnat; }
  chain q { type filter hook postrouting priority srcnat + 1; policy drop; ether type arp accept; }
  chain o { type filter hook output priority out; }
}
table inet empty {
}
`;
