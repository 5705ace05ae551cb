# shellcheck shell=bash
# Sourced by the scripts beside it. Gives them what they need, also on a machine that has only git and python3: Debian packages
# (installed when root, named with the exact command when not) and the virtual environment in .venv, from hashed requirements.
# Ends in the project's own folder. Nothing is done again while the requirement files and Python stay the same.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022

readonly VENV_PYTHON=$PWD/.venv/bin/python

say() { printf '%s\n' "$@" >&2; }

fail() {
    say "$@"
    exit 1
}

# set_up run|dev CAPABILITY...: .venv with what runs the portal, or with what tests it too; capabilities: pdf, browser,
# postgresql, pgbouncer, npm.
set_up() {
    local requirements=$1
    shift
    mkdir -p var
    exec 9>var/setup.lock
    if command -v flock >/dev/null; then flock 9; fi
    install_missing_packages python "$@"
    install_python_packages "$requirements"
    exec 9>&-
}

install_missing_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        fail "This machine lacks what these Debian packages hold: ${missing[*]}." "Install their like, then run this again."
    elif [ "$(id -u)" != 0 ]; then
        fail "This machine lacks some packages. Install them, then run this again:" "" "    sudo apt-get install ${missing[*]}" ""
    fi
    say "Installing Debian packages: ${missing[*]}"
    apt_install "${missing[@]}" >var/apt.log 2>&1 || {
        tail -n 20 var/apt.log >&2
        fail "The installation failed; the whole of it is in var/apt.log." "To try it by hand: apt-get update && apt-get install ${missing[*]}"
    }
}

# Names the Debian packages behind what is missing, judged by what is there and not by how it came.
missing_packages() {
    local capability
    for capability; do
        case $capability in
        python)
            if ! command -v python3 >/dev/null; then
                echo python3 python3-venv
            elif ! [ -x "$VENV_PYTHON" ] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
                echo python3-venv
            fi
            ;;
        pdf)
            missing_libraries libpango-1.0.so.0 libpango-1.0-0 libpangoft2-1.0.so.0 libpangoft2-1.0-0 \
                libharfbuzz-subset.so.0 libharfbuzz-subset0
            ;;
        browser)
            command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || echo chromium-headless-shell
            missing_libraries libatomic.so.1 libatomic1 # for the program that Playwright drives the browser with
            ;;
        postgresql) postgres_programs >/dev/null || echo postgresql ;;
        pgbouncer) pooler_program >/dev/null || echo pgbouncer ;;
        npm) command -v npm >/dev/null || echo npm ;; # tests of single sign-on fetch a provider with it
        esac
    done | tr ' ' '\n'
}

# missing_libraries LIBRARY PACKAGE...: the packages of the libraries that cannot be loaded.
missing_libraries() {
    if ! command -v python3 >/dev/null; then
        while [ $# -gt 0 ]; do echo "$2" && shift 2; done
        return
    fi
    python3 - "$@" <<'PYTHON'
import ctypes
import sys

for library, package in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
PYTHON
}

# Where initdb and pg_ctl are: Debian keeps them off the PATH, one folder for each version.
postgres_programs() {
    local newest
    newest=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
    newest=${newest:-$(command -v initdb)} && dirname "$newest"
}

# Debian keeps it off the PATH of whoever is not root.
pooler_program() { command -v pgbouncer || PATH=/usr/sbin command -v pgbouncer; }

# Debian starts a server as it installs it. Ours are started by the scripts and stopped again, so that one is held back.
apt_install() (
    export DEBIAN_FRONTEND=noninteractive
    if ! [ -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
    fi
    apt-get -q -o DPkg::Lock::Timeout=300 update &&
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
)

install_python_packages() {
    local requirements=$1 stamp file=requirements.txt
    if [ "$requirements" = dev ]; then file="requirements-dev.txt"; fi
    stamp=$(python_stamp)
    if [ -n "$stamp" ] && [ "$(cat ".venv/.stamp-$requirements" 2>/dev/null)" = "$stamp" ]; then return 0; fi

    if ! "$VENV_PYTHON" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
            fail "python3 is $(python3 -V 2>&1). The portal needs Python 3.11 or newer."
        say "Making .venv"
        python3 -m venv --clear .venv
    fi
    say "Installing Python packages from $file"
    # The lock files are whole, so nothing is resolved; wheels only, so nothing is built and no compiler is needed.
    "$VENV_PYTHON" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
        --only-binary :all: -r "$file"
    stamp=$(python_stamp)
    echo "$stamp" >.venv/.stamp-run
    if [ "$requirements" = dev ]; then echo "$stamp" >.venv/.stamp-dev; fi
}

# One line that changes when the locked packages or the Python change; empty while there is no working .venv.
python_stamp() {
    local version
    version=$("$VENV_PYTHON" -VV 2>/dev/null) || return 0
    { echo "$version" && cat requirements.txt requirements-dev.txt; } | sha256sum | cut -c 1-64
}

# The static files as they are served, named by content and compressed, which takes seconds; not again while none has changed.
collect_static() {
    local stamp
    stamp=$({ find static -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum && cat requirements.txt; } | sha256sum)
    if [ "$(cat var/static/.stamp 2>/dev/null)" = "$stamp" ]; then return 0; fi
    "$VENV_PYTHON" manage.py collectstatic --no-input --verbosity 0
    echo "$stamp" >var/static/.stamp
}
