#!/usr/bin/env bash
# Records a real DNS service: eight dig processes ask a dnsmasq server across a veth pair, dumpcap writes what passes.
#
#   sudo ./record.sh [FILE]          record the conversation into FILE (default: dns.pcapng beside this script)
#   sudo ./record.sh --retry-trial   pause the server and print what dig sends when an answer is late
#
# Two network namespaces stand for the two machines; both are removed on exit, also after an error or Ctrl-C. The
# server answers from its own configuration and forwards nothing, so no packet leaves this machine. Names, records and
# the order of each client's questions are the same each time; times, ports and DNS ids are whatever they were.
# Checksum offloads are off on both ends: what is recorded is what a wire would carry.
set -euo pipefail

readonly SERVER=renic-dns-server CLIENT=renic-dns-client
# Documentation ranges: RFC 5737 and RFC 3849 for the link, RFC 2544's benchmark range for the many invented hosts.
readonly SERVER_IPV4=192.0.2.1 CLIENT_IPV4=192.0.2.2
readonly SERVER_IPV6=2001:db8:ffff::1 CLIENT_IPV6=2001:db8:ffff::2

readonly CLIENT_COUNT=8 # the last two ask over IPv6
readonly BATCH_COUNT=12 # dig processes that each client starts, one after the other
readonly BATCH_QUERIES=20
readonly QUERY_COUNT=$((CLIENT_COUNT * BATCH_COUNT * BATCH_QUERIES))

main() {
  case ${1:-} in
    --retry-trial) ;;
    -*) fail "unknown option $1; usage: record.sh [FILE | --retry-trial]" ;;
  esac
  requireCommands
  scratch=$(mktemp -d)
  trap cleanUp EXIT
  trap 'exit 130' INT TERM
  openNetwork
  writeZone
  startServer
  case ${1:-} in
    --retry-trial) runRetryTrial ;;
    *) recordConversation "${1:-$(dirname "$0")/dns.pcapng}" ;;
  esac
}

fail() {
  echo "record.sh: $*" >&2
  exit 1
}

requireCommands() {
  local command missing=()
  for command in ip ethtool dnsmasq dig dumpcap tcpdump awk; do
    command -v "$command" >/dev/null || missing+=("$command")
  done
  [[ ${#missing[@]} -eq 0 ]] || fail "not found: ${missing[*]}; on Debian or Ubuntu install them with" \
    "'apt-get install iproute2 ethtool dnsmasq-base bind9-dnsutils wireshark-common tcpdump mawk'"
  [[ $EUID -eq 0 ]] || fail "network namespaces need root; run it with sudo"
  local name
  for name in "$SERVER" "$CLIENT"; do
    [[ ! -e /run/netns/$name ]] || fail "namespace $name exists already; another run? else: ip netns del $name"
  done
}

# Stops only what this script started. A paused server must be continued, or it never sees the signal to end.
cleanUp() {
  local pid
  for pid in ${capturePid:-} ${serverPid:-}; do
    kill -CONT "$pid" 2>/dev/null && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
  done
  [[ -z ${serverOpen:-} ]] || ip netns del "$SERVER"
  [[ -z ${clientOpen:-} ]] || ip netns del "$CLIENT"
  rm -rf "$scratch"
}

# `ip netns exec` becomes the program, so that $! of a command started this way is the program itself.
readonly ON_SERVER=(ip netns exec "$SERVER") ON_CLIENT=(ip netns exec "$CLIENT")

openNetwork() {
  ip netns add "$SERVER" && serverOpen=yes
  ip netns add "$CLIENT" && clientOpen=yes
  ip link add server0 netns "$SERVER" address 02:00:00:00:00:01 type veth \
    peer name client0 netns "$CLIENT" address 02:00:00:00:00:02
  openEnd "$SERVER" server0 "$SERVER_IPV4" "$SERVER_IPV6"
  openEnd "$CLIENT" client0 "$CLIENT_IPV4" "$CLIENT_IPV6"
}

openEnd() {
  local namespace=$1 interface=$2 ipv4=$3 ipv6=$4
  ip netns exec "$namespace" ethtool -K "$interface" tx off rx off sg off tso off gso off gro off >/dev/null
  ip -n "$namespace" addr add "$ipv4/24" dev "$interface"
  ip -n "$namespace" addr add "$ipv6/64" dev "$interface" nodad # else the address is unusable for a second
  ip -n "$namespace" link set "$interface" up
}

# Writes zone.conf for the server, and batch-C-B for batch B of client C: 20 questions, no two alike in all batches.
# Kinds in a batch: 8 A, 4 AAAA, 2 PTR, 1 MX, 2 TXT, 1 SRV, 2 for names that do not exist.
writeZone() {
  awk -v clients="$CLIENT_COUNT" -v batches="$BATCH_COUNT" -v folder="$scratch" '
    function record(line) { print line > (folder "/zone.conf") }
    function ask(question) { print question > batch }
    function hex(count, seed,    text) { # a stand-in for a public key, the same each time
      for (text = ""; length(text) < count; ) { seed = (seed * 1103 + 12345) % 65536; text = text sprintf("%04x", seed) }
      return substr(text, 1, count)
    }
    BEGIN {
      split("ams ber lis osl par vie", sites, " ")
      record("local=/example.test/")
      record("address=/apps.example.test/203.0.113.80")
      for (client = 1; client <= clients; client++) for (part = 1; part <= batches; part++) {
        group = (client - 1) * batches + part # 1 to 96
        batch = folder "/batch-" client "-" part
        site = sites[group % 6 + 1] ".example.test"
        tenant = "tenant-" group ".example.test"
        for (n = 0; n < 4; n++) {
          node[n] = sprintf("node-%04d.%s", group * 4 + n, site)
          record(sprintf("host-record=%s,198.18.%d.%d,2001:db8:%x::%x", node[n], group, n + 1, group, n + 1))
        }
        for (n = 0; n < 6; n++) record(sprintf("host-record=pool-%d-%d.lb.example.test,203.0.113.%d",
          group, n % 2, 1 + (group * 6 + n) % 250))
        record("cname=www-" group ".shop.example.test," node[0])
        record(sprintf("ptr-record=%d.100.51.198.in-addr.arpa,pool-%d-0.lb.example.test", group, group))
        record("mx-host=" tenant ",mx1." site ",10")
        record("mx-host=" tenant ",mx2." site ",20")
        record(sprintf("txt-record=%s,v=spf1 ip4:198.18.%d.0/24 ip6:2001:db8:%x::/48 mx -all", tenant, group, group))
        record("txt-record=s1._domainkey." tenant ",v=DKIM1; k=rsa; p=" hex(100 + group, group) "," hex(group * 2, group + 7))
        record("srv-host=_sip._udp." tenant "," node[1] ",5060,10,60")
        record("srv-host=_sip._udp." tenant "," node[2] ",5060,10,40")

        ask(node[0] " A"); ask(node[0] " AAAA"); ask(node[1] " A")
        ask("1." group ".18.198.in-addr.arpa PTR")
        ask(node[1] " AAAA"); ask("www-" group ".shop.example.test A"); ask(tenant " MX")
        ask("pool-" group "-0.lb.example.test A"); ask("printer-" group "." site " A"); ask(node[2] " A")
        ask(tenant " TXT"); ask("pool-" group "-1.lb.example.test A"); ask(node[2] " AAAA")
        ask("_sip._udp." tenant " SRV"); ask("api-v" (group % 3 + 1) "." group ".apps.example.test A")
        ask("s1._domainkey." tenant " TXT"); ask(node[3] " A"); ask(node[3] " AAAA")
        ask(group ".100.51.198.in-addr.arpa PTR"); ask("old-" group ".shop.example.test AAAA")
        close(batch)
      }
    }'
}

startServer() {
  "${ON_SERVER[@]}" dnsmasq --keep-in-foreground --conf-file="$scratch/zone.conf" --no-hosts --no-resolv --pid-file \
    --bind-interfaces --listen-address="$SERVER_IPV4,$SERVER_IPV6" --local-ttl=300 2>"$scratch/server.log" &
  serverPid=$!
  local try
  for try in {1..50}; do
    "${ON_CLIENT[@]}" dig @"$SERVER_IPV6" +timeout=1 +tries=1 ready.apps.example.test >/dev/null && return
    sleep 0.1
  done
  fail "dnsmasq did not answer $try questions: $(cat "$scratch/server.log")"
}

startCapture() {
  "${ON_SERVER[@]}" dumpcap -q -i server0 -f 'udp port 53' -w "$scratch/capture.pcapng" 2>"$scratch/capture.log" &
  capturePid=$!
  local try
  for try in {1..50}; do
    grep -q '^File:' "$scratch/capture.log" && sleep 0.2 && return
    sleep 0.1
  done
  fail "dumpcap did not start within $((try / 10)) s: $(cat "$scratch/capture.log")"
}

stopCapture() {
  sleep 0.3 # the last packets are still in the ring that the kernel shares with dumpcap
  kill "$capturePid"
  wait "$capturePid"
  capturePid=
  grep -q '/0 (pcap:0/dumpcap:0/' "$scratch/capture.log" || fail "packets were dropped: $(cat "$scratch/capture.log")"
}

recordConversation() {
  startCapture
  local client clientPids=()
  for ((client = 1; client <= CLIENT_COUNT; client++)); do
    runClient "$client" >"$scratch/answers-$client" 2>&1 &
    clientPids+=($!)
  done
  wait "${clientPids[@]}"
  stopCapture

  local answerCount
  answerCount=$(cat "$scratch"/answers-* | grep -c -E 'status: (NOERROR|NXDOMAIN)' || true)
  [[ $answerCount -eq $QUERY_COUNT ]] || fail "$answerCount of $QUERY_COUNT questions answered; run it again"
  ! grep -q -h 'timed out' "$scratch"/answers-* || fail "a question had to be asked twice; run it again"
  cp "$scratch/capture.pcapng" "$1"
  chmod 644 "$1"
  echo "$1: $QUERY_COUNT questions, each answered; $(grep 'Packets captured' "$scratch/capture.log")"
}

# All clients begin together and drift apart, because each rests for a time of its own between two batches.
runClient() {
  local client=$1 server=$SERVER_IPV4 part
  ((client <= CLIENT_COUNT - 2)) || server=$SERVER_IPV6
  for ((part = 1; part <= BATCH_COUNT; part++)); do
    "${ON_CLIENT[@]}" dig @"$server" -f "$scratch/batch-$client-$part" +timeout=1 +tries=5 +noall +comments
    sleep "$(printf '0.%03d' $((70 + 8 * client)))"
  done
}

# The server is paused for 2.5 s, so the first answer is late by two time-outs of dig; then it answers all it has got.
runRetryTrial() {
  startCapture
  kill -STOP "$serverPid"
  "${ON_CLIENT[@]}" dig @"$SERVER_IPV4" +timeout=1 +tries=5 late.apps.example.test >"$scratch/answer" &
  local digPid=$!
  sleep 2.5
  kill -CONT "$serverPid"
  wait "$digPid"
  stopCapture
  dig -v
  tcpdump -n -tt -xx -r "$scratch/capture.pcapng"
}

main "$@"
