#!/usr/bin/env bash
# Records a real HTTP service: three curl processes fetch files from Python's http.server across a veth pair, dumpcap
# writes what passes.
#
#   sudo ./record.sh [FILE]          record the conversation into FILE (default: http.pcapng beside this script)
#
# Two network namespaces stand for the two machines; both are removed on exit, also after an error or Ctrl-C. The files
# and the order of each client's requests are the same each time; times, ports and sequence numbers are whatever they
# were. Offloads are off on both ends: what is recorded is what a wire would carry, segment by segment.
set -euo pipefail

readonly SERVER=renic-http-server CLIENT=renic-http-client
# Documentation range: RFC 5737.
readonly SERVER_IPV4=192.0.2.1 CLIENT_IPV4=192.0.2.2
readonly PORT=8080
readonly REQUEST_COUNT=13
readonly CONNECTION_COUNT=5 # the server closes after each of two answers that nothing is there

main() {
  case ${1:-} in
    -*) fail "unknown option $1; usage: record.sh [FILE]" ;;
  esac
  requireCommands
  scratch=$(mktemp -d)
  trap cleanUp EXIT
  trap 'exit 130' INT TERM
  openNetwork
  writeFiles
  startServer
  recordConversation "${1:-$(dirname "$0")/http.pcapng}"
}

fail() {
  echo "record.sh: $*" >&2
  exit 1
}

requireCommands() {
  local command missing=()
  for command in ip ethtool python3 curl dumpcap awk; do
    command -v "$command" >/dev/null || missing+=("$command")
  done
  [[ ${#missing[@]} -eq 0 ]] || fail "not found: ${missing[*]}; on Debian or Ubuntu install them with" \
    "'apt-get install iproute2 ethtool python3 curl wireshark-common mawk'"
  [[ $EUID -eq 0 ]] || fail "network namespaces need root; run it with sudo"
  local name
  for name in "$SERVER" "$CLIENT"; do
    [[ ! -e /run/netns/$name ]] || fail "namespace $name exists already; another run? else: ip netns del $name"
  done
}

# Stops only what this script started.
cleanUp() {
  local pid
  for pid in ${capturePid:-} ${serverPid:-}; do
    kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
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
  openEnd "$SERVER" server0 "$SERVER_IPV4"
  openEnd "$CLIENT" client0 "$CLIENT_IPV4"
}

openEnd() {
  local namespace=$1 interface=$2 ipv4=$3
  ip netns exec "$namespace" ethtool -K "$interface" tx off rx off sg off tso off gso off gro off >/dev/null
  ip -n "$namespace" addr add "$ipv4/24" dev "$interface"
  ip -n "$namespace" link set "$interface" up
}

# Files of five sizes, readable and the same each time, with times of their own, which the server tells.
writeFiles() {
  local bytes
  mkdir "$scratch/files"
  for bytes in 64 700 1900 5300 12000; do
    awk -v bytes="$bytes" 'BEGIN {
      for (line = 1; length(text) < bytes; line++) text = text sprintf("line %d of the file of %d bytes\n", line, bytes)
      printf "%s", substr(text, 1, bytes)
    }' >"$scratch/files/$bytes.txt"
    touch -d '2020-02-02 20:20:20 UTC' "$scratch/files/$bytes.txt"
  done
}

# HTTP/1.1, so that connections are kept alive.
startServer() {
  "${ON_SERVER[@]}" python3 -m http.server --protocol HTTP/1.1 --bind "$SERVER_IPV4" \
    --directory "$scratch/files" "$PORT" >"$scratch/server.log" 2>&1 &
  serverPid=$!
  local try
  for try in {1..50}; do
    "${ON_CLIENT[@]}" curl -s -o "$scratch/ready" "http://$SERVER_IPV4:$PORT/64.txt" && return
    sleep 0.1
  done
  fail "http.server did not answer $try requests: $(cat "$scratch/server.log")"
}

startCapture() {
  "${ON_SERVER[@]}" dumpcap -q -i server0 -f "tcp port $PORT" -w "$scratch/capture.pcapng" 2>"$scratch/capture.log" &
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

# fetch LOG RATE NAME...: one curl, its requests one after the other on one connection, so many a minute at most.
fetch() {
  local log=$1 rate=$2 name urls=()
  shift 2
  for name in "$@"; do urls+=(-o "$scratch/body" "http://$SERVER_IPV4:$PORT/$name"); done
  "${ON_CLIENT[@]}" curl -s --rate "$rate/m" -w '%{http_code} %{num_connects}\n' "${urls[@]}" >"$log"
}

# Two clients at once, each on a connection that it keeps until the server closes it, then a third one.
recordConversation() {
  startCapture
  fetch "$scratch/answers-1" 2400 64.txt 5300.txt none.txt 700.txt 1900.txt &
  local first=$!
  fetch "$scratch/answers-2" 1500 12000.txt 64.txt 1900.txt 5300.txt &
  local second=$!
  wait "$first" "$second"
  fetch "$scratch/answers-3" 6000 700.txt 64.txt none.txt 1900.txt
  stopCapture

  local count
  count=$(cat "$scratch"/answers-* | grep -c -E '^(200|404) ' || true)
  [[ $count -eq $REQUEST_COUNT ]] || fail "$count of $REQUEST_COUNT requests answered; run it again"
  count=$(cat "$scratch"/answers-* | awk '{ sum += $2 } END { print sum }')
  [[ $count -eq $CONNECTION_COUNT ]] || fail "$count connections in place of $CONNECTION_COUNT; run it again"
  cp "$scratch/capture.pcapng" "$1"
  chmod 644 "$1"
  echo "$1: $REQUEST_COUNT requests, each answered; $(grep 'Packets captured' "$scratch/capture.log")"
}

main "$@"
