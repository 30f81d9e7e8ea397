# shellcheck shell=bash
# Installs what is missing, and nothing that is there. Sourced, never run. Debian is what it was tried on; Ubuntu and macOS are written
# from their documentation and say so when they are used.

: "${root:?source bin/lib/common.sh first}"
redis_least=7
: "${pg_least:?source bin/lib/postgres.sh first}"

system() {
  case $(uname -s) in
    Linux) if have apt-get; then echo apt; else echo other; fi ;;
    Darwin) echo brew ;;
    *) echo other ;;
  esac
}
untried() { note "($1 is supported by the book: this step has not been tried there yet)"; }
on_ubuntu() { grep -qi '^ID=ubuntu' /etc/os-release 2>/dev/null; }

as_root() {
  if is_root; then "$@"; else sudo "$@"; fi
}

# Installs Debian packages: `apt_install <package> …`. Services that come with them are not started: Shophouse runs its own.
apt_install() {
  if ! is_root && ! have sudo; then
    die "missing: $*. Without root's rights they cannot be installed from here; run as root: apt-get install -y --no-install-recommends $*"
  fi
  say "installing $*"
  if on_ubuntu; then untried Ubuntu; fi
  hold_services
  if [ -z "${apt_updated:-}" ]; then
    as_root apt-get update -q || note "the package lists could not be refreshed; trying with the old ones"
    apt_updated=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@" || {
    release_services
    die "apt-get could not install $*"
  }
  release_services
}

# Two notes to Debian's package scripts, there only while we install: make no PostgreSQL cluster, start no service.
hold_services() {
  held_notes=''
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
    as_root chmod 755 /usr/sbin/policy-rc.d
    held_notes=/usr/sbin/policy-rc.d
  fi
  if [ ! -e /etc/postgresql-common/createcluster.d/shophouse.conf ]; then
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/shophouse.conf >/dev/null
    held_notes="$held_notes /etc/postgresql-common/createcluster.d/shophouse.conf"
  fi
  trap release_services EXIT
}
release_services() {
  local file
  for file in ${held_notes:-}; do as_root rm -f "$file"; done
  held_notes=''
}

# Installs with Homebrew: `brew_install <formula> …`.
brew_install() {
  have brew || die "missing: $*. Install Homebrew first, then run this again"
  say "installing $*"
  untried macOS
  brew install "$@"
}

redis_fits() {
  local version
  have redis-server || return 1
  version=$(redis-server --version | sed 's/.*v=\([0-9]*\).*/\1/')
  [ "$version" -ge "$redis_least" ]
}

need_cc() {
  if have cc; then return; fi
  case $(system) in
    apt) apt_install build-essential ;;
    brew) die "missing: a C compiler. Run: xcode-select --install" ;;
    *) die "missing: a C compiler (cc), from your distribution's packages" ;;
  esac
}

need_postgres() {
  if pg_bin >/dev/null; then return; fi
  case $(system) in
    apt) apt_install postgresql ;;
    brew) brew_install postgresql@17 ;;
    *) die "missing: PostgreSQL $pg_least or newer, from your distribution's packages (or set SHOPHOUSE_DATABASE_URL)" ;;
  esac
  pg_bin >/dev/null || die "the packages here have no PostgreSQL $pg_least or newer; add the PostgreSQL project's own package source, or set SHOPHOUSE_DATABASE_URL"
}

need_redis() {
  if redis_fits; then return; fi
  case $(system) in
    apt)
      apt_install redis-server
      # A shared Redis for the machine is not what was asked for: it would start at the next boot.
      if have systemctl; then as_root systemctl disable -q redis-server 2>/dev/null || true; fi
      ;;
    brew) brew_install redis ;;
    *) die "missing: Redis $redis_least or newer, from your distribution's packages (or set SHOPHOUSE_REDIS_URL)" ;;
  esac
  redis_fits || die "the packages here have no Redis $redis_least or newer; set SHOPHOUSE_REDIS_URL to one"
}

rust_least() { sed -n 's/^rust-version = "1\.\([0-9]*\).*/\1/p' "$root/Cargo.toml"; }
rust_fits() {
  local minor
  minor=$(rustc --version 2>/dev/null | sed 's/rustc 1\.\([0-9]*\).*/\1/')
  [ "${minor:-0}" -ge "$(rust_least)" ]
}

# The installer by its well-known address, or from where that address points.
rust_installer() {
  local address
  for address in https://sh.rustup.rs https://static.rust-lang.org/rustup/rustup-init.sh; do
    if curl --proto '=https' --tlsv1.2 -sSfL "$address"; then return; fi
  done
  die "the Rust project's installer could not be downloaded"
}

# Rust comes from its project's own installer, the only thing here that is not a package of the system.
need_rust() {
  if [ -x "$HOME/.cargo/bin/cargo" ]; then PATH=$HOME/.cargo/bin:$PATH; fi
  if have cargo && rust_fits; then return; fi
  if have rustup; then
    say "updating Rust to 1.$(rust_least) or newer with rustup"
    rustup toolchain install stable --profile minimal
    export RUSTUP_TOOLCHAIN=stable
  else
    ! have cargo || note "the Rust that is installed is older than 1.$(rust_least); a newer one goes to $HOME/.cargo beside it"
    if ! have curl; then
      if [ "$(system)" = apt ]; then apt_install curl ca-certificates; else die "missing: curl, to download Rust"; fi
    fi
    say "installing Rust into $HOME/.cargo with the Rust project's installer, rustup.rs"
    rust_installer | sh -s -- -y --profile minimal --default-toolchain stable --no-modify-path
    PATH=$HOME/.cargo/bin:$PATH
  fi
  rust_fits || die "Rust 1.$(rust_least) or newer is needed; $(rustc --version 2>/dev/null || echo none) is here"
}

browser_there() {
  have chromium || have chromium-browser || have google-chrome || [ -d '/Applications/Chromium.app' ] || [ -d '/Applications/Google Chrome.app' ]
}

# The browser tests drive a Chromium through its WebDriver.
need_browser() {
  if browser_there && have chromedriver; then return; fi
  case $(system) in
    apt)
      if on_ubuntu; then
        # Ubuntu's packages of these names bring a snap, which needs a running snapd.
        apt_install chromium-browser chromium-chromedriver
      else
        apt_install chromium chromium-driver
      fi
      ;;
    brew) brew_install --cask chromium chromedriver ;;
    *) die "missing: Chromium and chromedriver, from your distribution's packages" ;;
  esac
  have chromedriver || die "chromedriver is still missing; install a Chromium with its driver and run this again"
}

# The system's packages first: they may need rights that are not there, and that is better said before Rust is downloaded.
install_to_build() {
  need_cc
  need_rust
}
install_to_test() {
  need_postgres
  need_redis
  need_browser
  install_to_build
}
