#!/bin/sh
# A job of a build server, played on a working copy: refused because of what its base image
# has, mended, allowed. Exits 0 when it went that way, else says where it went otherwise.
#
#   LAZARET=/path/to/lazaret job.sh WORKING-COPY
set -u
lazaret=${LAZARET:-lazaret}
cd "$1" || exit 2

# What the job of every push runs. The worst of the exit codes is the job's.
judge() {
    worst=0
    "$lazaret" check . --base-images --environment prod --fail-on high || worst=$?
    "$lazaret" scan dir:. --fail-on high --no-progress \
        -f table -o junit=lazaret.xml || worst=$?
    return "$worst"
}

stop() {
    echo "job: $1" >&2
    exit 1
}

judge
code=$?
echo "job: first run: $code"
[ "$code" -eq 1 ] || stop "exit code 1 was expected"

"$lazaret" fix . --newer-images --write || stop "nothing could be mended"

judge
code=$?
echo "job: second run: $code"
[ "$code" -eq 0 ] || stop "exit code 0 was expected"
