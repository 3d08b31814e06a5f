#!/usr/bin/env bash
# Provides the system programs that the tests drive: installs them where it may, says in one line where it cannot.
set -u

package_index_read=
missing=0

install() {
    [ "$EUID" = 0 ] && command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    if [ -z "$package_index_read" ]; then
        apt-get -qq update >/dev/null 2>&1
        package_index_read=yes
    fi
    echo "Installing $1"
    apt-get -qq install --yes --no-install-recommends "$1" >/dev/null 2>&1
}

present() {
    case $1 in
        chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
        *) command -v "$1" ;;
    esac >/dev/null
}

for program in "$@"; do
    present "$program" && continue
    install "$program" && present "$program" && continue
    echo "$program is not on this machine and cannot be installed from here: the tests that need it cannot run." >&2
    missing=1
done

[ "${CI:-}" = true ] || exit 0
exit "$missing"
