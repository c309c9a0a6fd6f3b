# What this machine needs before the program can be built or tested. Sourced by ./run and ./test.
#
# Installs only what is missing, says what and why, and needs root only for that. Everything is
# said on stderr: stdout belongs to the program.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Run apt-get, one at a time, quiet unless it fails.
apt_get() {
    local log
    log=$(mktemp)
    if ! DEBIAN_FRONTEND=noninteractive flock "${TMPDIR:-/tmp}/pengayom-apt.lock" apt-get -y -q "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# need_debian WHY COMMAND=PACKAGE...: have each command, by its Debian package where it is missing.
# Returns 1, having said what to do, when it cannot.
need_debian() {
    local why=$1 pair missing=()
    shift
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null 2>&1 || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Missing ($why): ${missing[*]}. This is not a Debian machine: install them its own way, then run this again."
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        say "Missing ($why): ${missing[*]}. Install them, then run this again:"
        say "    sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
        return 1
    fi
    say "Installing from Debian ($why): ${missing[*]}"
    apt_get install --no-install-recommends "${missing[@]}" 2>/dev/null && return 0
    # A new machine has no list of packages yet, or an old one.
    apt_get update && apt_get install --no-install-recommends "${missing[@]}" && return 0
    say "Could not install: ${missing[*]} ($why)."
    return 1
}

# The Rust toolchain itself is rustup's: rust-toolchain.toml names it.
need_cargo() {
    command -v cargo >/dev/null 2>&1 || PATH="$HOME/.cargo/bin:$PATH"
    command -v cargo >/dev/null 2>&1 ||
        die "Cargo is missing. Install rustup (it is Rust's own installer, see rust-lang.org), then run this again."
    cargo --version >/dev/null 2>&1 && return 0
    local channel stable
    channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
    # It may be there under the name it had when it was installed.
    stable=$(rustup run stable rustc --version 2>/dev/null | cut -d ' ' -f 2) || true
    if [ "$stable" = "$channel" ]; then
        export RUSTUP_TOOLCHAIN=stable
        return 0
    fi
    say "Installing the Rust toolchain $channel (the one this project is tested with)"
    rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy >&2 ||
        die "The Rust toolchain $channel is missing and could not be installed by rustup."
}

# need_npm FOLDER WHY: the packages of FOLDER/package-lock.json, exactly those.
need_npm() {
    local folder=$1 why=$2
    [ -f "$folder/package-lock.json" ] || {
        say "$folder has no package-lock.json; its packages ($why) cannot be installed as they were tested."
        return 1
    }
    if [ ! "$folder/node_modules/.package-lock.json" -ot "$folder/package-lock.json" ] &&
        [ -f "$folder/node_modules/.package-lock.json" ]; then
        return 0
    fi
    say "Installing npm packages by lock file ($why): $folder"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error >&2) && return 0
    say "Could not install the npm packages of $folder ($why)."
    return 1
}

# Node as the browser tests need it: the machine's own, or where that is too old (Debian 12 has 18)
# the one of e2e/node's lock file.
need_node() {
    need_debian "browser tests" node=nodejs npm=npm || return 1
    local version
    version=$(node -p 'process.versions.node')
    # What Lighthouse asks for.
    printf '22.19.0\n%s\n' "$version" | sort --check=quiet --version-sort && return 0
    need_npm e2e/node "browser tests need Node 22.19 or newer, this machine has $version" || return 1
    PATH="$PWD/e2e/node/node_modules/.bin:$PATH"
    export PATH
}

# What compiling needs beyond Cargo: SQLite and zstd are C, compiled with the program.
need_compiler() {
    need_debian "compiling SQLite and zstd" cc=build-essential
}

# Where Cargo puts what it builds.
target_dir() {
    printf '%s\n' "${CARGO_TARGET_DIR:-target}"
}
