#!/bin/sh
# Builds a Weaviate server by Go, for machines without containers: sh deploy/weaviate.sh DIRECTORY [VERSION].
# docs/weaviate.md says how to run it. Go keeps what it fetches where GOPATH and GOCACHE say.
set -eu
home=${1:?where to build it}
version=${2:-v1.35.2}
mkdir -p "$home"
home=$(cd "$home" && pwd)

module=$(cd "$home" && go mod download -json "github.com/weaviate/weaviate@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
rm -rf "$home/source"
cp -r "$module" "$home/source"
chmod -R u+w "$home/source"
# One package at a time: some of them take a gigabyte to compile.
(cd "$home/source" && CGO_ENABLED=1 nice go build -p 1 -buildvcs=false -trimpath -ldflags '-s -w' \
    -o "$home/weaviate" ./cmd/weaviate-server)
rm -rf "$home/source"

cat >"$home/run.sh" <<EOF
#!/bin/sh
export AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=\${AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED:-true}
export PERSISTENCE_DATA_PATH=\${PERSISTENCE_DATA_PATH:-$home/data}
export DEFAULT_VECTORIZER_MODULE=none DISABLE_TELEMETRY=true LOG_LEVEL=\${LOG_LEVEL:-warning} GRPC_PORT=\${GRPC_PORT:-50051}
export CLUSTER_HOSTNAME=\${CLUSTER_HOSTNAME:-node1} CLUSTER_ADVERTISE_ADDR=\${CLUSTER_ADVERTISE_ADDR:-127.0.0.1}
# Eight open files a tenant.
ulimit -n "\$(ulimit -Hn)"
exec "$home/weaviate" --scheme http --host "\${HOST:-127.0.0.1}" --port "\${PORT:-8080}"
EOF
chmod +x "$home/run.sh"
echo "built: $home/weaviate; start it by $home/run.sh"
