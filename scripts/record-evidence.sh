#!/bin/bash
# Records the text corpus of test/evidence/corpus/text from the real tools, in namespaces of its own.
#
#   sudo scripts/record-evidence.sh OUT [TOOLS]
#
# OUT gets one folder per kind of output. TOOLS is a folder with unpacked Debian packages of what is not
# installed (ulogd2, ulogd2-json, rsyslog, systemd-journal-remote, iputils-ping, netcat-openbsd, bind9-dnsutils
# and their libraries). Kernel lines of other namespaces are printed while net.netfilter.nf_log_all_netns is 1;
# the setting is put back. Everything else is made in namespaces that end with the script.
set -e
OUT=$(realpath -m "$1"); T=$(realpath -m "${2:-/}"); SELF=$(realpath "$0")
ALL=/proc/sys/net/netfilter/nf_log_all_netns
if [ -z "$HOOKLINE_RECORDING" ]; then
  was=$(cat $ALL); trap 'echo $was > $ALL' EXIT; echo 1 > $ALL
  mkdir -p "$OUT"
  HOOKLINE_RECORDING=1 unshare -m -n -p -f --mount-proc bash "$SELF" "$OUT" "$T"
  exit
fi
export LC_ALL=C TZ=UTC
export LD_LIBRARY_PATH=$T/usr/lib/x86_64-linux-gnu
mkdir -p $OUT/{log,trace,conntrack,socket,counter,drop,client,ulogd,journal,syslog}
mount -t tmpfs tmpfs /run
mount -t tracefs tracefs /sys/kernel/tracing
for n in client router server; do ip netns add $n; done
C="ip netns exec client"; R="ip netns exec router"; S="ip netns exec server"
ip link add c0 netns client type veth peer name rc netns router
ip link add s0 netns server type veth peer name rs netns router
ip -n client link set c0 address 02:00:00:00:00:01; ip -n router link set rc address 02:00:00:00:00:02
ip -n router link set rs address 02:00:00:00:00:03; ip -n server link set s0 address 02:00:00:00:00:04
for n in client router server; do ip netns exec $n sysctl -qw net.ipv6.conf.all.dad_transmits=0 net.ipv6.conf.default.dad_transmits=0; done
$R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
ip -n client addr add 10.1.0.1/24 dev c0; ip -n router addr add 10.1.0.254/24 dev rc
ip -n router addr add 10.2.0.254/24 dev rs; ip -n server addr add 10.2.0.1/24 dev s0
ip -n client addr add fd01::1/64 dev c0 nodad; ip -n router addr add fd01::fe/64 dev rc nodad
ip -n router addr add fd02::fe/64 dev rs nodad; ip -n server addr add fd02::1/64 dev s0 nodad
for x in "client c0" "router rc" "router rs" "server s0"; do set -- $x; ip -n $1 link set $2 up; ip -n $1 link set lo up; done
ip -n client route add default via 10.1.0.254; ip -n client -6 route add default via fd01::fe
ip -n server route add default via 10.2.0.254; ip -n server -6 route add default via fd02::fe
# Services: a virtual address to the server
for t in iptables-legacy ip6tables-legacy; do
  if [ $t = iptables-legacy ]; then V=10.9.0.1; D=10.2.0.1; DP=10.2.0.1:80; else V=fd09::1; D=fd02::1; DP=[fd02::1]:80; fi
  $R $t -t nat -A PREROUTING -d $V -p tcp --dport 8080 -j DNAT --to-destination $DP
  $R $t -t nat -A POSTROUTING -d $D -p tcp --dport 80 -m mark --mark 0x4000/0x4000 -j MASQUERADE
  $R $t -t mangle -A PREROUTING -p tcp --dport 8080 -j MARK --set-mark 0x4000
  $R $t -t mangle -A PREROUTING -j LOG --log-prefix "hl-mangle pre: " --log-tcp-sequence --log-tcp-options --log-ip-options
  $R $t -A FORWARD -j LOG --log-prefix "hl-fwd: " 
  $R $t -A INPUT -j LOG --log-prefix "hl-in: " --log-ip-options
  $R $t -t mangle -A POSTROUTING -j LOG --log-prefix "hl-mangle post: " --log-tcp-sequence --log-level info
  $C $t -A OUTPUT -j LOG --log-prefix "hl-out: " --log-uid --log-tcp-options
  $R $t -A FORWARD -p tcp --dport 81 -j DROP
  $R $t -A FORWARD -p tcp --dport 82 -j REJECT
  $R $t -t raw -A PREROUTING -p tcp --dport 83 -j TRACE
done
for p in "tcp --dport 84" "udp --dport 86" icmp; do $R iptables-nft -t raw -A PREROUTING -p $p -j TRACE; done
$R iptables-nft -A FORWARD -p tcp --dport 84 -m comment --comment "a rule" -j DROP
for p in "tcp --dport 84" "udp --dport 86" icmpv6; do $R ip6tables-nft -t raw -A PREROUTING -p $p -j TRACE; done
$R ip6tables-nft -A FORWARD -p tcp --dport 84 -j REJECT
# xtables-monitor ends at a native rule that it cannot show: it goes first, alone
$R xtables-monitor --trace > $OUT/trace/xtables-monitor.txt 2>&1 & P1=$!
$R nft monitor trace > $OUT/trace/nft-of-xtables.txt 2>&1 & P2=$!
sleep 1
for u in http://10.2.0.1:84/ "http://[fd02::1]:84/"; do $C curl -s -m 1 "$u" || true; done
$C $T/bin/ping -q -c 1 -W 1 10.2.0.1 > /dev/null || true; $C $T/bin/ping -q -c 1 -W 1 fd02::1 > /dev/null || true
for a in 10.2.0.1 fd02::1; do echo x | $C $T/bin/nc.openbsd -u -w 1 $a 86 || true; done
sleep 0.3; kill $P1 $P2; wait $P1 $P2 2>/dev/null || true
$R nft -f - <<'N'
table inet hl {
  chain jumped { tcp dport 85 counter return
  }
  chain pre { type filter hook prerouting priority -350; tcp dport { 84, 85, 87 } meta nftrace set 1
    udp dport 86 meta nftrace set 1
    icmp type echo-request meta nftrace set 1
    icmpv6 type echo-request meta nftrace set 1
  }
  chain passing { type filter hook forward priority 10; policy accept;
    log prefix "hl-nft fwd: " flags all
    tcp dport 85 jump jumped
    udp dport 86 ct state new log prefix "hl-nft udp: " level debug
    tcp dport 87 reject with tcp reset
  }
}
table arp hl {
  chain in { type filter hook input priority 0; policy accept;
    log prefix "hl-arp: "
  }
}
N
PD=
for f in "" T x e d r t "-time-format iso" "-time-format ctime" "-time-format reltime"; do n=${f// /-}; dmesg -W ${f:+-$f} > $OUT/log/dmesg${n:+-$n}.txt & PD="$PD $!"; done
python3 -c "
import os,sys
f=os.open('/dev/kmsg',os.O_RDONLY); os.lseek(f,0,2)
while True:
    try: d=os.read(f,8192)
    except OSError: continue
    if b'hl-' in d: sys.stdout.buffer.write(d); sys.stdout.buffer.flush()
" > $OUT/log/kmsg.txt & PD="$PD $!"
MARK="hl-recording-$$"
echo "<4>$MARK" > /dev/kmsg
$R nft monitor trace > $OUT/trace/nft-monitor.txt 2>&1 & P2=$!
$R nft -nn monitor trace > $OUT/trace/nft-monitor-nn.txt 2>&1 & P3=$!
$R conntrack -E -o timestamp,id,extended > $OUT/conntrack/events-timestamp.txt 2>/dev/null & P4=$!
$R conntrack -E > $OUT/conntrack/events.txt 2>/dev/null & P5=$!
$R conntrack -E -f ipv6 -o timestamp > $OUT/conntrack/events-ipv6.txt 2>/dev/null & P51=$!
$R conntrack -E -o xml > $OUT/conntrack/events.xml 2>/dev/null & P6=$!
$R tcpdump -U -n -i any -w $OUT/log/router.pcap 2>/dev/null & P7=$!
$C tcpdump -U -n -i c0 -w $OUT/log/client.pcap 2>/dev/null & P71=$!
# ulogd
cat > /run/ulogd.conf <<U
[global]
logfile="/run/ulogd.log"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_inppkt_NFLOG.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_raw2packet_BASE.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IFINDEX.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IP2STR.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_PRINTPKT.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_HWHDR.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_LOGEMU.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_GPRINT.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_OPRINT.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_XML.so"
plugin="$T/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_JSON.so"
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,gp1:GPRINT
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,op1:OPRINT
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,mac1:HWHDR,json1:JSON
[log1]
group=5
[emu1]
file="$OUT/ulogd/syslogemu.log"
sync=1
[gp1]
file="$OUT/ulogd/gprint.log"
sync=1
timestamp=1
[op1]
file="$OUT/ulogd/oprint.log"
sync=1
[json1]
file="$OUT/ulogd/ulogd.json"
sync=1
U
$R iptables-legacy -t mangle -A FORWARD -j NFLOG --nflog-group 5 --nflog-prefix "hl-nflog fwd: "
$R ip6tables-legacy -t mangle -A FORWARD -j NFLOG --nflog-group 5 --nflog-prefix "hl-nflog fwd: "
$R $T/usr/sbin/ulogd -c /run/ulogd.conf & P8=$!
# tracing
mkdir -p /run/trc; I=/sys/kernel/tracing/instances/hl-rec-$$; mkdir $I
echo 1 > $I/events/skb/kfree_skb/enable
cat $I/trace_pipe > $OUT/drop/trace_pipe.txt & P9=$!
perf record -q -a -e skb:kfree_skb -o /run/perf.data >/dev/null 2>&1 & P10=$!
perf trace -e skb:kfree_skb -a -o $OUT/drop/perf-trace.txt >/dev/null 2>&1 & P11=$!
sleep 2
cat > /run/server.py <<'Y'
import socket,threading,time,sys
def serve(fam,addr,port):
    s=socket.socket(fam,socket.SOCK_STREAM); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind((addr,port)); s.listen(8)
    while True:
        c,_=s.accept()
        def one(c):
            try:
                c.recv(4096); c.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhi\n'); time.sleep(0.05); c.close()
            except OSError: pass
        threading.Thread(target=one,args=(c,),daemon=True).start()
def hold(port):
    s=socket.socket(socket.AF_INET,socket.SOCK_STREAM); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(('10.2.0.1',port)); s.listen(8); keep=[]
    while True: keep.append(s.accept())
def udp(fam,addr):
    s=socket.socket(fam,socket.SOCK_DGRAM); s.bind((addr,86))
    while True:
        d,a=s.recvfrom(100); s.sendto(d,a)
for f,a in ((socket.AF_INET,'10.2.0.1'),(socket.AF_INET6,'fd02::1')):
    for p in (80,85): threading.Thread(target=serve,args=(f,a,p),daemon=True).start()
    threading.Thread(target=udp,args=(f,a),daemon=True).start()
threading.Thread(target=hold,args=(90,),daemon=True).start()
time.sleep(60)
Y
$S python3 /run/server.py & PS=$!
sleep 0.5
for m in before; do
  $R nstat -asz > $OUT/counter/nstat-$m.txt; $R nstat -asj > $OUT/counter/nstat-$m.json; $R netstat -s > $OUT/counter/netstat-s-$m.txt; $R netstat -s -6 > $OUT/counter/netstat-s6-$m.txt 2>/dev/null || true
  for p in netstat snmp snmp6 dev; do $R cat /proc/net/$p > $OUT/counter/proc-net-$p-$m.txt; done
  $R ip -s link > $OUT/counter/ip-s-link-$m.txt; $R ip -s -s link > $OUT/counter/ip-s-s-link-$m.txt; $R ip -j -s link > $OUT/counter/ip-s-link-$m.json; $R ip -j -p -s -s link > $OUT/counter/ip-s-s-link-pretty-$m.json; $R ifconfig -a > $OUT/counter/ifconfig-$m.txt; $R ethtool -S rc > $OUT/counter/ethtool-rc-$m.txt
  $R ip -s -h -d link show dev rc > $OUT/counter/ip-s-d-link-$m.txt; $R netstat -i > $OUT/counter/netstat-i-$m.txt
done
run() { echo "\$ $*"; "$@" 2>&1 || true; }
{
run $C curl -sS -m 3 http://10.9.0.1:8080/
run $C curl -sS -m 3 http://[fd09::1]:8080/
run $C curl -m 2 http://10.2.0.1:81/
run $C curl -m 2 http://10.2.0.1:82/
run $C curl -m 2 http://10.2.0.1:83/
run $C curl -v -m 2 http://10.2.0.1:84/
run $C curl -v -m 2 http://10.2.0.1:85/
run $C curl -v -m 2 http://[fd02::1]:85/
run $C curl -v -m 2 http://[fd02::1]:83/
run $C curl -sS -m 2 http://[fd02::1]:84/
run $C curl -sS -m 2 http://10.2.0.1:87/
run $C curl -sS --connect-timeout 1 http://10.2.0.1:81/
run $C curl -sS http://10.7.0.1:81/
run $C wget -T 1 -t 1 -O - http://10.2.0.1:81/
run $C wget -T 1 -t 1 -O - http://10.2.0.1:83/
run $C wget -T 1 -t 1 -O - http://10.2.0.1:80/
run $C $T/bin/ping -c 2 10.2.0.1
run $C $T/bin/ping -c 2 fd02::1
run $C $T/bin/ping -c 1 -W 1 10.2.0.99
run $C $T/bin/ping -c 1 -W 1 -t 1 10.2.0.1
run $C $T/bin/nc.openbsd -vz -w 1 10.2.0.1 80
run $C $T/bin/nc.openbsd -vz -w 1 10.2.0.1 81
run $C $T/bin/nc.openbsd -vz -w 1 10.2.0.1 83
run $C $T/bin/nc.openbsd -uvz -w 1 10.2.0.1 86
run $C $T/bin/nc.openbsd -vz -w 1 fd02::1 80
run $C $T/usr/bin/dig +time=1 +tries=1 @10.2.0.1 example.test
run $C $T/usr/bin/dig +time=1 +tries=1 @10.2.0.1 -p 81 example.test
} > $OUT/client/clients.txt 2>&1
$C python3 - <<'Y'
import socket,time
for f,a in ((socket.AF_INET,'10.2.0.1'),(socket.AF_INET6,'fd02::1')):
    s=socket.socket(f,socket.SOCK_DGRAM); s.settimeout(1); s.sendto(b'hello',(a,86)); s.recvfrom(100)
    s.sendto(b'x'*3000,(a,86)); s.recvfrom(4000)
# IP options
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IP,socket.IP_OPTIONS,bytes([0x94,4,0,0])); s.sendto(b'opt',('10.2.0.1',86))
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IP,socket.IP_TOS,0xb8); s.sendto(b'tos',('10.2.0.1',89))
s=socket.socket(socket.AF_INET6,socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IPV6,59,bytes([0,0,1,4,0,0,0,0])) if False else None; s.sendto(b'nobody',('fd02::1',89))
try:
    s=socket.socket(socket.AF_INET,socket.SOCK_STREAM,132); s.settimeout(1); s.connect(('10.2.0.1',99))
except Exception as e: print(e)
for proto in (47,50,51,4,136):
    try:
        s=socket.socket(socket.AF_INET,socket.SOCK_RAW,proto); s.sendto(bytes([0,1,0,2,0,12,0,0]+[0]*16),('10.2.0.1',0))
        s=socket.socket(socket.AF_INET6,socket.SOCK_RAW,proto); s.sendto(bytes([0,1,0,2,0,12,0,0]+[0]*16),('fd02::1',0))
    except Exception as e: print(proto,e)
Y
# open sockets of all kinds while they are open
$C python3 - <<'Y' &
import socket,time
keep=[]
s=socket.socket(); s.connect(('10.2.0.1',90)); s.sendall(b'z'*20000); keep.append(s)
s=socket.socket(); s.setblocking(False); s.connect_ex(('10.2.0.1',81)); keep.append(s)
s=socket.socket(); s.setblocking(False); s.setsockopt(socket.SOL_SOCKET,socket.SO_BINDTODEVICE,b'c0'); s.connect_ex(('10.2.0.1',81)); keep.append(s)
s=socket.socket(socket.AF_INET6); s.setblocking(False); s.connect_ex(('fd02::1',81)); keep.append(s)
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect(('10.2.0.1',86)); keep.append(s)
s=socket.socket(socket.AF_INET6,socket.SOCK_STREAM); s.connect(('fd02::1',80)); keep.append(s)
s=socket.socket(socket.AF_INET6,socket.SOCK_DGRAM); s.connect(('fe80::1',86,0,2)); keep.append(s)
time.sleep(6)
Y
PK=$!
sleep 1.6
ip -n server link set s0 down; sleep 0.1; 
for f in ti tin tinp tinpo tinmoe tupn uan tan tuna taneO tiHn ltnp s; do $C ss -$f > $OUT/socket/ss-$f.txt 2>/dev/null || true; done
$C ss -4tiOn > $OUT/socket/ss-one-line.txt; $C ss -xn | head -4 > $OUT/socket/ss-xn.txt
$S ss -tin > $OUT/socket/ss-server.txt; $C netstat -tunap > $OUT/socket/netstat-tunap.txt 2>/dev/null; $C cat /proc/net/tcp > $OUT/socket/proc-net-tcp.txt
sleep 1.5
$C ss -tin > $OUT/socket/ss-later.txt
ip -n server link set s0 up; ip -n server addr add fd02::1/64 dev s0 nodad; ip -n server route add default via 10.2.0.254 || true; ip -n server -6 route add default via fd02::fe || true
for o in "" extended id ktimestamp labels xml save extended,id,ktimestamp,labels timestamp; do
  n=${o:-default}; $R conntrack -L ${o:+-o $o} > $OUT/conntrack/list-${n//,/-}.txt 2>$OUT/conntrack/list-${n//,/-}.err || true
  $R conntrack -L -f ipv6 ${o:+-o $o} > $OUT/conntrack/list6-${n//,/-}.txt 2>/dev/null || true
done
$R cat /proc/net/nf_conntrack > $OUT/conntrack/proc-nf_conntrack.txt || true
$R conntrack -S > $OUT/conntrack/stats.txt; $R conntrack -L 2>&1 > /dev/null | cat > $OUT/conntrack/summary.txt
$R conntrack -L -o id -p tcp 2>&1 > $OUT/conntrack/list-with-summary.txt 2>&1
for m in after; do
  $R nstat -asz > $OUT/counter/nstat-$m.txt; $R nstat -asj > $OUT/counter/nstat-$m.json; $R netstat -s > $OUT/counter/netstat-s-$m.txt; $R netstat -s -6 > $OUT/counter/netstat-s6-$m.txt 2>/dev/null || true
  for p in netstat snmp snmp6 dev; do $R cat /proc/net/$p > $OUT/counter/proc-net-$p-$m.txt; done
  $R ip -s link > $OUT/counter/ip-s-link-$m.txt; $R ip -s -s link > $OUT/counter/ip-s-s-link-$m.txt; $R ip -j -s link > $OUT/counter/ip-s-link-$m.json; $R ip -j -p -s -s link > $OUT/counter/ip-s-s-link-pretty-$m.json; $R ifconfig -a > $OUT/counter/ifconfig-$m.txt; $R ethtool -S rc > $OUT/counter/ethtool-rc-$m.txt
  $R ip -s -h -d link show dev rc > $OUT/counter/ip-s-d-link-$m.txt; $R netstat -i > $OUT/counter/netstat-i-$m.txt
done
sleep 0.5
set +e
kill $P2 $P3 $P4 $P5 $P51 $P6 $P7 $P71 $P8 2>/dev/null; kill -INT $P10 $P11; sleep 1; kill $P9; wait $P9 || true
echo 0 > $I/events/skb/kfree_skb/enable; rmdir $I
kill $PS $PK 2>/dev/null || true
perf script -i /run/perf.data > $OUT/drop/perf-script.txt 2>/dev/null || true
for p in $PD; do kill $p; done 2>/dev/null
dmesg -J > /run/dmesg.json || true

# What is kept of the kernel's log: a line of each shape, the same ones of every form.
tshark -r $OUT/log/router.pcap -T fields -E separator=/t -e frame.number -e ip.id -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst -e ip.proto -e ipv6.nxt \
  -e ip.ttl -e ipv6.hlim -e ip.len -e ip.dsfield -e ip.flags.df -e tcp.srcport -e tcp.dstport -e udp.srcport -e udp.dstport -e tcp.seq_raw -e tcp.ack_raw \
  -e tcp.flags -e tcp.window_size_value -e tcp.options.mss_val -e tcp.options.timestamp.tsval -e icmp.type -e icmp.code -e icmpv6.type -e icmpv6.code \
  2>/dev/null > $OUT/log/router-packets.tsv || true
python3 - "$OUT" <<'Y'
import json, os, re, sys, glob
out = sys.argv[1]
def message(line):
    at = re.search(r'(hl-[a-z]|TRACE: )', line)
    return line[at.start():].rstrip() if at else None
lines = [l for l in (message(x) for x in open(out + '/log/dmesg.txt')) if l and 'IN=' in l]
seen, kept = {}, set()
for l in lines:
    shape = re.sub(r'=\S*|\([0-9A-F]+\)|ID:\w+|SPI=\w+|FRAG:\d+|rule:\d+|policy:\d+', '', l) + ' '.join(re.findall(r'(?:IN|OUT|PROTO|TYPE)=\S*', l))
    if shape in seen or (l.startswith('TRACE') and sum(k.startswith('TRACE') for k in kept) >= 25):
        continue
    seen[shape] = 1
    kept.add(l)
for path in glob.glob(out + '/log/*.txt'):
    rows = [x for x in open(path, errors='replace') if message(x) in kept]
    open(path, 'w').writelines(rows)
data = json.load(open('/run/dmesg.json'))
data['dmesg'] = [e for e in data['dmesg'] if e['msg'].rstrip() in kept]
json.dump(data, open(out + '/log/dmesg-json.txt', 'w'), indent=3)
# The same lines as a journal: what journald would have kept of them.
with open('/run/journal.export', 'w') as f:
    for n, row in enumerate(list(open(out + '/log/kmsg.txt'))[::3]):
        head, text = row.split(';', 1)
        stamp = int(head.split(',')[2])
        f.write('__CURSOR=s=%032x;i=%x\n__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\n' % (1, n + 1, 1700000000000000 + stamp, stamp, 7))
        f.write('PRIORITY=4\nSYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\n_TRANSPORT=kernel\n_MACHINE_ID=%032x\n_HOSTNAME=router\n_SOURCE_MONOTONIC_TIMESTAMP=%d\nMESSAGE=%s\n\n' % (9, stamp, text.rstrip('\n')))
Y
J=$T/lib/systemd/systemd-journal-remote
if [ -x $J ]; then
  $J -o /run/recorded.journal /run/journal.export > /dev/null 2>&1
  for o in short short-full short-iso short-iso-precise short-precise short-monotonic short-unix with-unit verbose export json json-pretty json-sse json-seq cat; do
    journalctl --utc --no-pager --file /run/recorded.journal -o $o > $OUT/journal/$o.txt 2>/dev/null
  done
fi
if [ -x $T/usr/sbin/rsyslogd ]; then
  cat > /run/rsyslog.conf <<U
module(load="$T/usr/lib/x86_64-linux-gnu/rsyslog/imuxsock.so" SysSock.Use="off")
input(type="imuxsock" Socket="/run/log.sock" UseSysTimeStamp="off")
\$RepeatedMsgReduction on
template(name="iso" type="string" string="%TIMESTAMP:::date-rfc3339% %HOSTNAME% %syslogtag%%msg%\n")
template(name="forward" type="string" string="<%PRI%>%TIMESTAMP:::date-rfc3339% %HOSTNAME% %syslogtag:1:32%%msg:::sp-if-no-1st-sp%%msg%\n")
*.* action(type="omfile" file="$OUT/syslog/traditional.txt" template="RSYSLOG_TraditionalFileFormat")
*.* action(type="omfile" file="$OUT/syslog/file-format.txt" template="RSYSLOG_FileFormat")
*.* action(type="omfile" file="$OUT/syslog/rfc5424.txt" template="RSYSLOG_SyslogProtocol23Format")
*.* action(type="omfile" file="$OUT/syslog/forward.txt" template="forward")
*.* action(type="omfile" file="$OUT/syslog/iso.txt" template="iso")
U
  $T/usr/sbin/rsyslogd -n -f /run/rsyslog.conf -i /run/rsyslog.pid -M $T/usr/lib/x86_64-linux-gnu/rsyslog & PR=$!
  for i in $(seq 50); do [ -S /run/log.sock ] && break; sleep 0.1; done
  awk 'NR % 3 == 0' $OUT/log/dmesg.txt | while read -r l; do logger -u /run/log.sock -p kern.warn -t kernel -- "$l"; done
  l=$(sed -n '5p' $OUT/log/dmesg-t.txt)
  for i in 1 2 3 4; do logger -u /run/log.sock -p kern.warn -t kernel -- "$l"; done
  logger -u /run/log.sock -p kern.warn -t kernel -- "$(sed -n '9p' $OUT/log/dmesg-t.txt)"
  sleep 1; kill $PR; wait $PR 2>/dev/null || true
fi
head -400 $OUT/trace/nft-monitor-nn.txt > /run/cut; mv /run/cut $OUT/trace/nft-monitor-nn.txt
for f in $OUT/ulogd/oprint.log; do awk '/PACKET BOUNDARY/ && NR > 650 { exit } { print }' $f > $f.cut; mv $f.cut $f; done
for f in $OUT/ulogd/*; do mv $f ${f%.*}.txt; done
for f in $OUT/counter/*.json; do mv $f ${f%.json}-json.txt; done
mv $OUT/conntrack/events.xml $OUT/conntrack/events-xml.txt
for f in $OUT/drop/*; do head -120 $f > /run/cut; mv /run/cut $f; done
rm -f $OUT/socket/ss-s.txt $OUT/socket/ss-xn.txt $OUT/socket/proc-net-tcp.txt
rm -f $OUT/log/*.pcap $OUT/conntrack/*.err
