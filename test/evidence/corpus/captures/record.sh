#!/usr/bin/env bash
# Records the captures of this folder anew: `sudo test/evidence/corpus/captures/record.sh`. Needs root,
# iptables, tcpdump, socat, busybox and Wireshark's command line programs. Everything happens in two network namespaces
# that vanish with this script.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)

if [ "${1:-}" != inside ]; then
  exec unshare --net --mount --pid --fork --kill-child bash "$0" inside
fi

mount -t proc proc /proc
mount -t tmpfs tmpfs /run
work=$(mktemp -d /run/record.XXXXXX)
cd "$work"

ip link set lo up
ip link add va address 02:00:00:00:99:01 type veth peer name vb address 02:00:00:00:99:02
unshare --net sleep 600 &
peer=$!
until_true() { # a command that comes true within 10 seconds
  local end=$((SECONDS + 10))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "record: $* did not come true" >&2; exit 1; }
  done
}
apart() { [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; }
until_true apart
ip link set vb netns $peer
b() { nsenter --net=/proc/$peer/ns/net "$@"; }
b ip link set lo up

ip addr add 10.99.0.1/24 dev va
ip -6 addr add fd99::1/64 dev va nodad
ip link set va up
b ip addr add 10.99.0.2/24 dev vb
b ip -6 addr add fd99::2/64 dev vb nodad
b ip link set vb up
b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip link add vx0 type vxlan id 7 local 10.99.0.1 remote 10.99.0.2 dstport 8472
ip link add vx1 type vxlan id 9 local fd99::1 remote fd99::2 dstport 4789
b ip link add vx0 type vxlan id 7 local 10.99.0.2 remote 10.99.0.1 dstport 8472
b ip link add vx1 type vxlan id 9 local fd99::2 remote fd99::1 dstport 4789
ip addr add 10.98.0.1/24 dev vx0
ip addr add 10.97.0.1/24 dev vx1
ip -6 addr add fd98::1/64 dev vx0 nodad
b ip addr add 10.98.0.2/24 dev vx0
b ip addr add 10.97.0.2/24 dev vx1
b ip -6 addr add fd98::2/64 dev vx0 nodad
for device in vx0 vx1; do ip link set $device up; b ip link set $device up; done
ip route add 10.96.0.0/16 via 10.99.0.2
ip route add fd96::/64 via fd99::2
b ip route add unreachable 10.96.1.0/24
b ip route add prohibit 10.96.2.0/24
b ip route add blackhole 10.96.3.0/24
b ip route add unreachable fd96::/64

# A TUN device carries bare IP packets: its two ends are the two namespaces.
socat TUN:10.95.0.1/24,tun-name=tun0,iff-no-pi,up UDP-DATAGRAM:10.99.0.2:7000,bind=10.99.0.1:7000 &
b socat TUN:10.95.0.2/24,tun-name=tun0,iff-no-pi,up UDP-DATAGRAM:10.99.0.1:7000,bind=10.99.0.2:7000 &
until_true ip link show tun0
until_true b ip link show tun0

iptables -A OUTPUT -d 10.99.0.2 -p tcp --syn -j NFLOG --nflog-group 5 --nflog-prefix 'filter out: '
iptables -t mangle -A INPUT -s 10.99.0.2 -j NFLOG --nflog-group 5 --nflog-prefix 'mangle in: '
ip6tables -A OUTPUT -d fd99::2 -p tcp -j NFLOG --nflog-group 5 --nflog-prefix 'filter out 6: '
iptables -t mangle -A OUTPUT -d 10.99.0.2 -p icmp -j MARK --set-mark 0x4000
iptables -t mangle -A POSTROUTING -d 10.99.0.2 -p icmp -j NFLOG --nflog-group 5
b iptables -A INPUT -p tcp --dport 81 -j REJECT --reject-with icmp-admin-prohibited
b iptables -A INPUT -p tcp --dport 82 -j REJECT --reject-with tcp-reset

ready() { until_true grep -q 'istening on\|File: ' "$1"; }
pids=()
capture() { # NAME tcpdump-options...
  local name=$1
  shift
  tcpdump --immediate-mode -U -n -w "$name" "$@" 2>"$name.said" &
  pids+=($!)
  ready "$name.said"
}
capture ethernet.pcap -i va
capture ethernet-nano.pcap -i va --nano
capture ethernet-cut.pcap -i va -s 60
capture any-sll.pcap -i any -y LINUX_SLL
capture any-sll2.pcap -i any -y LINUX_SLL2
capture loopback.pcap -i lo
capture tun.pcap -i tun0
capture nflog.pcap -i nflog:5
capture vxlan-inner.pcap -i vx0
dumpcap -q -i va -i tun0 -w several.pcapng 2>several.said &
pids+=($!)
ready several.said

b socat TCP-LISTEN:80,reuseaddr,fork EXEC:cat &
b socat TCP6-LISTEN:8080,reuseaddr,fork EXEC:cat &
b socat UDP-RECVFROM:53,fork EXEC:cat &
until_true eval 'b ss -Hnlt | grep -q :8080 && b ss -Hnlt | grep -q :80 && b ss -Hnlu | grep -q :53'
talk() { echo "${2:-hello}" | timeout 5 socat -t 1 - "$1" >/dev/null 2>&1 || true; }
talk TCP:10.99.0.2:80
talk TCP:10.99.0.2:81
talk TCP:10.99.0.2:82
talk TCP:10.99.0.2:83
talk TCP6:[fd99::2]:8080
talk TCP6:[fd99::2]:83
talk UDP:10.99.0.2:53
talk UDP:10.99.0.2:54
talk UDP6:[fd99::2]:54
talk TCP:10.98.0.2:80 "$(head -c 5000 /dev/zero | tr '\0' x)"
talk TCP:10.97.0.2:80
talk TCP:10.95.0.2:80
talk TCP6:[fd98::2]:8080
talk TCP:127.0.0.1:1
talk TCP6:[::1]:1
quiet() { timeout 3 "$@" >/dev/null 2>&1 || true; }
ping() { quiet busybox ping "$@"; }
ping -c 2 -i 0.2 10.99.0.2
ping -c 1 -s 3000 10.99.0.2
ping -6 -c 2 -i 0.2 fd99::2
ping -6 -c 1 -s 3000 fd99::2
ping -c 1 -W 1 -t 1 10.96.1.1
ping -c 1 -W 1 10.96.1.1
ping -c 1 -W 1 10.96.2.1
ping -6 -c 1 -W 1 fd96::1
ping -c 1 -W 1 10.99.0.9
ping -c 1 10.98.0.2
ping -c 1 127.0.0.1
b ip route add 10.94.0.0/24 dev vb mtu 1280
ip route add 10.94.0.0/24 via 10.99.0.2
ping -c 1 -W 1 -s 1400 10.94.0.1

for pid in "${pids[@]}"; do kill -INT "$pid"; done
for pid in "${pids[@]}"; do wait "$pid" || true; done

# The same packets in every format that Wireshark's programs write.
for format in nsecpcap modpcap nokiapcap rh6_1pcap suse6_3pcap; do
  editcap -F $format -r ethernet.pcap format-$format.pcap 1-20
done
editcap -F pcapng -r ethernet-nano.pcap format-nano.pcapng 1-20
mergecap -F pcapng -w merged.pcapng ethernet.pcap tun.pcap any-sll2.pcap vxlan-inner.pcap
editcap -r -a 1:'the handshake begins' -a 3:'it ends' --capture-comment 'recorded in a namespace' \
  ethernet.pcap comments.pcapng 1-20
printf 'CLIENT_RANDOM 00 00\n' >keys.txt
editcap -r --inject-secrets tls,keys.txt ethernet.pcap secrets.pcapng 1-10
printf '10.99.0.2 server.example\nfd99::2 server6.example\n' >hosts
# Names are written only of addresses that were printed.
tshark -r ethernet.pcap -N n -H hosts -W n -w names.pcapng -c 20 -V >/dev/null 2>&1
tshark -r several.pcapng -F pcapng -c 30 -w several-again.pcapng 2>/dev/null
gzip -9nc ethernet.pcap >ethernet.pcap.gz
head -c 2000 ethernet.pcap >cut-off.pcap
head -c 3000 several.pcapng >cut-off.pcapng
head -c 1000 ethernet.pcap.gz >cut-off.pcap.gz
cp several.pcapng sections.pcapng
cat comments.pcapng >>sections.pcapng
for name in pcap pcapng; do
  whole=ethernet.$name
  [ -e $whole ] || whole=several.$name
  { head -c 1501 $whole; head -c 777 /dev/urandom; tail -c +1502 $whole; } >garbage.$name
done

# Link types that no device here has: frames composed byte by byte, written by text2pcap.
(cd "$root" && npx tsx "$here/compose.ts" "$work")
for text in link-*.txt; do
  type=${text#link-}
  type=${type%%-*}
  name=${text%.txt}
  # Half of them as pcapng; some types Wireshark writes in one format only.
  if [ $((type % 2)) = 0 ] && text2pcap -q -l "$type" -F pcapng "$text" "$name.pcapng" >text2pcap.said 2>&1; then
    continue
  fi
  rm -f "$name.pcapng"
  text2pcap -q -l "$type" -F pcap "$text" "$name.pcap" >text2pcap.said 2>&1
done

# The text of tcpdump in some forms, for tests that run without it.
text() { TZ=UTC tcpdump -r link-1-ethernet.pcap "${@:2}" >"text-$1.txt" 2>/dev/null; }
text plain -n
text verbose -n -vvv -tttt
text link-and-hex -n -e -v -XX -tt
text distances -n -ttt -q
TZ=UTC tcpdump -r any-sll2.pcap -n -A >text-any.txt 2>/dev/null

rm -f "$here"/*.pcap "$here"/*.pcapng "$here"/*.gz "$here"/*.txt
cp ./*.pcap ./*.pcapng ./*.gz ./text-*.txt "$here"
