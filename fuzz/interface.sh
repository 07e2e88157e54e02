#!/usr/bin/env bash
# Holds the centre against its own description, as schemathesis does it (PyPI: `schemathesis`):
#
#   fuzz/interface.sh PROGRAM [EXAMPLES] [ROLE...]
#
# A centre with something in it is started in a folder of its own, and every operation is called
# with examples, boundaries, random values and chains of calls, once for each role (admin and
# viewer without others). No answer may be of 500 or more, and every one has a status, a media
# type and a body that the description names. At the end, malformed bodies of an edge.
# `SCHEMATHESIS` is the program, `SEED` the seed.
set -euo pipefail
program=$(realpath "${1:?the program}")
here=$(cd "$(dirname "$0")" && pwd)
examples=${2:-50}
shift $(($# > 2 ? 2 : $#))
roles=("${@:-}")
[ -n "${roles[0]}" ] || roles=(admin viewer)
schemathesis=${SCHEMATHESIS:-schemathesis}
command -v "$schemathesis" >/dev/null || { echo "skipped: schemathesis is not installed"; exit 0; }

folder=$(mktemp -d)
children=()
end() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [ -n "${KEEP:-}" ] && echo "kept: $folder" || rm -rf "$folder"
}
trap end EXIT
cd "$folder"

# A provider that nobody reaches: its routes answer all the same.
cat >oidc.yaml <<YAML
issuer: https://127.0.0.1:9/
client_id: lazaret
roles: { admins: admin }
YAML
"$program" serve --data centre --listen 127.0.0.1:0 --db none --edge-listen 127.0.0.1:0 \
  --oidc oidc.yaml --public-url http://127.0.0.1 --workers 1 2>serve.log &
children+=($!)
for _ in $(seq 100); do grep -q 'The centre answers at' serve.log && break; sleep 0.1; done
centre=$(sed -n 's/^The centre answers at //p' serve.log)

ask() { curl -sS --fail-with-body "$@"; }
jq -n --arg token "$(cat centre/setup-token)" \
  '{token: $token, name: "admin", password: "correct horse battery"}' |
  ask -c cookies --json @- "$centre/api/v1/setup" >session
csrf="X-Lazaret-Csrf: $(jq -r .csrf session)"
for role in "${roles[@]}"; do
  jq -n --arg role "$role" '{name: ("fuzz-" + $role), role: $role}' |
    ask -b cookies -H "$csrf" --json @- "$centre/api/v1/tokens" | jq -r .secret >"$role.token"
done

# Something to find: an image that is looked at, where a registry is installed.
if command -v docker-registry skopeo >/dev/null; then
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s", secret: s}\n' \
    "$folder/storage" "$port" >registry.yml
  docker-registry serve registry.yml >/dev/null 2>&1 &
  children+=($!)
  "$program" debug sample --out sample.oci.tar
  for _ in $(seq 50); do curl -s "http://127.0.0.1:$port/v2/" >/dev/null && break; sleep 0.1; done
  skopeo copy -q --dest-tls-verify=false oci-archive:sample.oci.tar "docker://127.0.0.1:$port/team/app:1.0"
  registry=$(ask -b cookies -H "$csrf" "$centre/api/v1/registries" --json \
    "{\"name\": \"shop\", \"kind\": \"distribution\", \"url\": \"http://127.0.0.1:$port\", \"environment\": \"prod\"}" | jq -r .id)
  ask -b cookies -H "$csrf" -X POST "$centre/api/v1/registries/$registry/list" >/dev/null
  for _ in $(seq 60); do
    digest=$(ask -b cookies "$centre/api/v1/images?limit=1" | jq -r '.items[0].digest // empty')
    [ -n "$digest" ] && break
    sleep 0.5
  done
  jq -n --arg digest "$digest" '{environment: "prod", workloads: [{namespace: "shop", workload: "deployment/cart", digest: $digest}]}' |
    ask -b cookies -H "$csrf" -X PUT --json @- "$centre/api/v1/workloads/cluster-1" >/dev/null
fi

failed=0
for role in "${roles[@]}"; do
  echo "== as $role, $examples examples"
  # What a chain of calls learns it also takes away: the token that it calls with is not to be.
  "$schemathesis" run "$centre/api/v1/openapi.json" -H "Authorization: Bearer $(cat "$role.token")" \
    --phases examples,coverage,fuzzing,stateful --max-examples "$examples" --continue-on-failure \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method \
    --exclude-path-regex '^/api/v1/tokens/\{id\}$' --exclude-operation-id logout \
    ${SEED:+--seed "$SEED"} || failed=1
  ask -H "Authorization: Bearer $(cat "$role.token")" "$centre/api/v1/session" >/dev/null ||
    { echo "the token of $role does not count any more: what came after it proves nothing"; failed=1; }
done

# An edge that joined, and then whatever comes to mind in its name.
ask -b cookies -H "$csrf" --json '{"region": "fuzz"}' "$centre/api/v1/edges/tokens" | jq -r .token >edge.token
edges=$(sed -n 's/^Edges are answered at //p' serve.log)
timeout 10 "$program" edge --central "$edges" --token-file edge.token --region fuzz --listen none --data edge 2>edge.log || true
python3 "$here/edges.py" "${edges##*:}" edge/identity.json || failed=1

if grep -E 'request failed|panicked' serve.log; then
  echo "the centre's log tells of mistakes"
  failed=1
fi
exit $failed
