#!/bin/sh
# Make .venv fit the lock files: environment.sh runtime|dev|voice|web|web-dev [check]|browser. Does nothing when they have not changed since the last time.
# Used by the Makefile; needs only Python 3.11 or newer. PYTHON=... chooses the interpreter.
set -eu

kind=$1
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
venv=${VENV:-.venv}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*" >&2; }

# A shim of a version manager may exist for a version that is not installed: only running it tells.
usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

choose_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if usable "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "Opora needs Python 3.11 or newer with the venv module. Found: $(python3 --version 2>&1 || echo 'no python3')."
    say "Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13."
    say "Another interpreter: make PYTHON=/path/to/python3.13 ..."
    exit 1
}

make_venv() {
    if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        return
    fi
    python=$(choose_python)
    say "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

# What an installation depends on: the lock, the project file, the interpreter, and the folder (entry points hold paths).
fingerprint() {
    { cat "$1" pyproject.toml; "$venv/bin/python" --version; pwd; } | cksum
}

install() {
    lock=$1
    stamp="$venv/.installed-$2"
    want=$(fingerprint "$lock")
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
        return
    fi
    say "Installing $lock (once; about a minute)"
    "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
    "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
    printf '%s' "$want" > "$stamp"
}

# Vite and its neighbours need Node.js 22.22. `node --version` of an absent or broken one prints nothing.
node_fits() { node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>22||(a===22&&b>=22)?0:1)' >/dev/null 2>&1 \
    && npm --version >/dev/null 2>&1; }

find_node() {
    if ! node_fits; then
        install_node
        PATH="$top/$venv/bin:$PATH"
        export PATH
    fi
}

install_node() {
    stamp="$venv/.installed-node"
    want=$(cksum < requirements-web.lock)
    if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
        say "Installing Node.js into $venv (once)"
        "$venv/bin/python" -m pip install --quiet --require-hashes -r requirements-web.lock
        printf '%s' "$want" > "$stamp"
    fi
}

# Packages of web/: those of the build, or with `dev` those of its checks too.
install_packages() {
    want=$(cksum < web/package-lock.json)
    if [ "$(cat web/node_modules/.installed-dev 2>/dev/null)" = "$want" ]; then return; fi
    if [ "$1" = runtime ] && [ "$(cat web/node_modules/.installed-runtime 2>/dev/null)" = "$want" ]; then return; fi
    say "Installing the packages of web/ (once; about half a minute)"
    omit=""
    if [ "$1" = runtime ]; then omit="--omit=dev"; fi
    (cd web && npm ci --loglevel error --no-audit --no-fund $omit)
    printf '%s' "$want" > "web/node_modules/.installed-$1"
}

build_web() {
    want=$( (cd web && find src package-lock.json vite.config.ts vite.widget.config.ts -type f ! -name schema.d.ts | LC_ALL=C sort | xargs cksum) | cksum)
    if [ "$(cat web/dist/.built 2>/dev/null)" = "$want" ]; then return; fi
    find_node
    install_packages "$1"
    say "Building the console and the widget"
    (cd web && npm run --silent build)
    printf '%s' "$want" > web/dist/.built
}

# Chromium for the tests in a browser: installed where one may, else they are skipped, and pytest says so.
# The shell of it, without windows, needs two thirds of the processor time: tried once where another browser is there.
find_browser() {
    if command -v chromium-headless-shell >/dev/null 2>&1; then return; fi
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        if ! command -v "$name" >/dev/null 2>&1; then continue; fi
        if [ ! -e "$venv/.browser-tried" ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
            touch "$venv/.browser-tried"
            install_browser chromium-headless-shell || true
        fi
        return
    done
    if [ "$(id -u)" = 0 ]; then apt-get update >/dev/null 2>&1 || true; fi
    if install_browser chromium-headless-shell || install_browser chromium; then return; fi
    say "No Chromium here: the tests in a browser are skipped. Debian and Ubuntu: apt-get install chromium"
}

install_browser() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then return 1; fi
    say "Installing $1 for the tests in a browser (once)"
    DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "$1" >/dev/null 2>&1
}

make_venv
case $kind in
    # The development lock includes the runtime, so whoever has it needs nothing else.
    runtime)
        if [ -f "$venv/.installed-dev" ] && [ "$(cat "$venv/.installed-dev")" = "$(fingerprint requirements-dev.lock)" ]; then
            exit 0
        fi
        install requirements.lock runtime ;;
    dev) install requirements-dev.lock dev ;;
    voice) install requirements-voice.lock voice ;;
    web) build_web runtime ;;
    web-dev)
        find_node
        install_packages dev
        if [ "${2:-}" = check ]; then (cd web && npm run --silent check && npm run --silent test); fi
        build_web dev ;;
    browser) find_browser ;;
    *) say "usage: $0 runtime|dev|voice|web|web-dev [check]|browser"; exit 2 ;;
esac
