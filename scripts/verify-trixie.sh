#!/bin/sh
# Runs the engines' tests in Debian 13 (trixie), with its Node and its oneDNN 3.x: the system that this is developed on
# may have 2.x. Makes a root with debootstrap on the first run (half a GB), and uses it again later.
#   sudo scripts/verify-trixie.sh [WORD…]      (default: the tests whose path contains engine, compile or ops)
# WICK_BUILD   the build to test, default dist
# WICK_TRIXIE  where the root is or shall be, default /var/tmp/wick-trixie
# MIRROR       where debootstrap fetches packages, default its own
set -eu
cd "$(dirname "$0")/.."
checkout=$PWD
root=${WICK_TRIXIE:-/var/tmp/wick-trixie}
[ $# -gt 0 ] || set -- engine compile ops

fail() {
  echo "verify-trixie: $1" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || fail 'only root can make a system root and enter it; run it with sudo'
command -v debootstrap > /dev/null || fail 'debootstrap is missing; apt-get install debootstrap'
[ -d "${WICK_BUILD:-dist}/test" ] || fail "there is no build in ${WICK_BUILD:-dist}; npm run build"

if [ ! -e "$root/complete" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase --include=nodejs,libdnnl3.6 trixie "$root" ${MIRROR:+"$MIRROR"}
  touch "$root/complete"
fi

# What is mounted here is seen by these commands only, and is gone with them. The checkout can only be read.
mkdir -p "$root$checkout"
exec unshare --mount --propagation private sh -eu -s "$root" "$checkout" "$@" << 'IN_ROOT'
root=$1 checkout=$2
shift 2
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$checkout" "$root$checkout"
mount -o remount,bind,ro "$root$checkout"
exec chroot "$root" env -i HOME=/root PATH=/usr/bin:/bin WICK_BUILD="${WICK_BUILD:-dist}" WICK_ENGINE=onednn \
  sh -eu -c 'cd "$1"; shift; node "$WICK_BUILD/src/cli/main.js" doctor; exec node scripts/test.mjs "$@"' \
  sh "$checkout" "$@"
IN_ROOT
