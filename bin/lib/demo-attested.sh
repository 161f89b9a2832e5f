#!/usr/bin/env bash
# bin/demo --attested: a gateway in front of a token, and two nodes on which nothing lies that another machine could use. One machine, two
# software TPMs. Ends with "demo: ok".
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
. "$home/bin/lib/jdk.sh"
. "$home/bin/lib/install.sh"
. "$home/bin/lib/build.sh"

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
die() { echo "demo: $*" >&2; exit 1; }

install_packages ca-certificates curl unzip softhsm2 opensc openssl swtpm socat
JAVA_HOME=$(find_jdk25)
export JAVA_HOME
build_if_needed

folder=$(mktemp -d "${TMPDIR:-/tmp}/kekkai-demo.XXXXXX")
running=()
finish() {
    local status=$? pid
    trap - EXIT
    for pid in "${running[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if [ "$status" -ne 0 ]; then
        for log in "$folder"/*.log; do
            echo "demo: failed; the last words of $(basename "$log"):" >&2
            tail -n 15 "$log" >&2
        done
    fi
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

gateway() { SOFTHSM2_CONF=$folder/softhsm2.conf "$home/bin/kekkai" --config "$folder/gateway.yaml" "$@"; }
node() { local name=$1; shift; "$home/bin/kekkai" --config "$folder/$name.yaml" "$@"; }
# wait_for SECONDS COMMAND...
wait_for() {
    local left=$(($1 * 5)); shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || die "this did not come true: $*"
        sleep 0.2
    done
}
hex() { printf '%s' "$1" | openssl dgst -sha256 -r | cut -d' ' -f1; }
escaped() { sed 's/../\\x&/g' <<<"$1"; }

say "A token with a KEK, and the gateway before it"
umask 077
mkdir "$folder/tokens" "$folder/state" "$folder/run"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$folder/tokens" >"$folder/softhsm2.conf"
openssl rand -hex 16 >"$folder/pin"
module=$(find /usr/lib -name libsofthsm2.so -print -quit)
pkcs11() {
    SOFTHSM2_CONF=$folder/softhsm2.conf PIN=$(cat "$folder/pin") SO_PIN=$so_pin pkcs11-tool --module "$module" "$@" >/dev/null 2>&1
}
so_pin=$(openssl rand -hex 16)
pkcs11 --init-token --slot-index 0 --label kekkai --so-pin env:SO_PIN
pkcs11 --token-label kekkai --login --login-type so --so-pin env:SO_PIN --init-pin --new-pin env:PIN
cat >"$folder/gateway.yaml" <<YAML
kekkai:
  role: gateway
  kms: { socket: $folder/run/kms.sock }
  custody:
    profile: softhsm
    pkcs11: { module: $module, pin-file: $folder/pin, sessions: 4, allow-soft-token: true }
  store: { path: $folder/state/kekkai.db }
  gateway: { address: 127.0.0.1, service-port: 0, attest-port: 0, names: [localhost] }
  management: { port: 0 }
YAML
gateway key create
gateway serve >"$folder/gateway.log" 2>&1 &
running+=($!)
wait_for 60 grep -q 'nodes are served as' "$folder/gateway.log"
ports=$(sed -n 's|.*: port \([0-9]*\), and \([0-9]*\) for attestations.*|\1/\2|p' "$folder/gateway.log")
gateway gateway roots >"$folder/roots.pem"
echo "what a node is given: $(grep -c BEGIN "$folder/roots.pem") roots, public"

# A TPM whose machine booted. TPM2_PCR_Extend with a digest of SHA-256 (TPM 2.0 Part 3, 22.2), which firmware would send.
machine() {
    local name=$1 pcr
    mkdir -p "$folder/tpm-$name"
    swtpm socket --tpm2 --tpmstate "dir=$folder/tpm-$name" --flags not-need-init,startup-clear \
        --server "type=unixio,path=$folder/tpm-$name/sock" >"$folder/tpm-$name.log" 2>&1 &
    running+=($!)
    wait_for 10 test -S "$folder/tpm-$name/sock"
    for pcr in 0 2 4 7; do
        printf "\x80\x02\0\0\0\x41\0\0\x01\x82\0\0\0\x0$pcr\0\0\0\x09\x40\0\0\x09\0\0\0\0\0\0\0\0\x01\0\x0b$(escaped "$(hex "measured into $pcr")")" |
            socat -t 5 - "UNIX-CONNECT:$folder/tpm-$name/sock" >/dev/null
    done
}
configure() {
    mkdir "$folder/$1"
    cat >"$folder/$1.yaml" <<YAML
kekkai:
  role: agent
  kms: { socket: $folder/$1/kms.sock }
  agent:
    gateways: ["localhost:$ports"]
    roots-file: $folder/roots.pem
    tpm: "unix:$folder/tpm-$1/sock"
    event-log: $folder/no-event-log
    host-name: $1
  management: { port: 0 }
YAML
}

say "Two nodes, each with a TPM: who they are"
machine cp-1
machine cp-2
configure cp-1
node cp-1 node identity --tpm "unix:$folder/tpm-cp-1/sock"

say "The node starts before anybody enrolled it: it waits, and says so"
node cp-1 serve >"$folder/cp-1.log" 2>&1 &
running+=($!)
wait_for 60 grep -q 'unknown-ek' "$folder/cp-1.log"
node cp-1 status || echo "(exit code $?: not healthy)"

say "An operator accepts what it booted, and enrols its EK"
{
    printf 'name: first\nbank: sha256\npcrs:\n'
    for pcr in 0 2 4 7; do printf '  - { pcr: %s, measured: ["%s"] }\n' "$pcr" "$(hex "measured into $pcr")"; done
} >"$folder/release.yaml"
gateway policy predict --manifest "$folder/release.yaml" >"$folder/first.json"
gateway policy add control-plane "$folder/first.json"
gateway policy activate control-plane first
ek=$(node cp-1 node identity --tpm "unix:$folder/tpm-cp-1/sock" -o json | sed -n 's/.*"name" : "\(000b[0-9a-f]*\|000c[0-9a-f]*\)".*/\1/p' | head -n 1)
gateway node enroll cp-1 --ek "$ek"

say "It attests, and does what kube-apiserver will do"
wait_for 60 node cp-1 status
node cp-1 status
node cp-1 probe

say "Would it pass each alternative of its policy, by its last attestation?"
gateway policy diff cp-1

say "Its disk, copied to another machine: all that is on it, and another TPM"
mkdir "$folder/cp-2"
sed "s|/cp-1/|/cp-2/|; s|tpm-cp-1|tpm-cp-2|" "$folder/cp-1.yaml" >"$folder/cp-2.yaml"
node cp-2 serve >"$folder/cp-2.log" 2>&1 &
running+=($!)
wait_for 60 grep -q 'unknown-ek' "$folder/cp-2.log"
node cp-2 probe 2>&1 && die "the copy was served" || echo "refused: it has another TPM, and nothing else counts"

say "Evicted: refused at the next request"
gateway node evict cp-1
evicted() { [[ $(node cp-1 probe 2>&1) == *evicted* ]]; }
wait_for 30 evicted
node cp-1 probe 2>&1 && die "an evicted node was served" || true

say "Who did what, on the gateway"
grep -o '"action":"[^"]*"' "$folder/state/audit.jsonl" | sort | uniq -c
echo "demo: ok"
