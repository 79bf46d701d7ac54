# Sourced by the scripts: the one list of Debian packages, and how they are installed.

# To build mlpipe.
build_packages=(
  ca-certificates
  ccache
  cmake
  g++
  git
  libboost-dev
  libcli11-dev
  libexpat1-dev
  libexpected-dev
  libfmt-dev
  libgit2-dev
  libssl-dev
  libtomlplusplus-dev
  libyaml-cpp-dev
  ninja-build
  nlohmann-json3-dev
)
# To fetch the DuckDB library and the example's data by exact version. A Node.js from elsewhere brings its own npm, and the
# package would conflict with it.
fetch_packages=()
command -v npm >/dev/null || fetch_packages=(npm)
# What the example's code runs in.
example_packages=(python3 python3-joblib python3-pandas python3-pytest python3-sklearn python3-yaml)
# To build and run mlpipe's own tests.
test_packages=(libgtest-dev procps python3-jsonschema python3-numpy python3-pandas python3-scipy python3-yaml)

# missing_packages PACKAGE...: those that are not installed, one a line.
missing_packages() {
  local installed package
  installed=" $(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
    awk '$2 == "installed" { sub(/:.*/, "", $1); printf "%s ", $1 }')"
  for package in "$@"; do
    case "$installed" in
      *" $package "*) ;;
      *) printf '%s\n' "$package" ;;
    esac
  done
}

# install_packages PACKAGE...: installs what is missing; takes neither network nor rights where nothing is.
install_packages() {
  local missing as_root=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "packages: this is not Debian or a relative of it; install by hand what corresponds to: $*" >&2
    return 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then
    echo "    all of them are there"
    return 0
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "packages: this needs root; ask for: apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "    installing ${#missing[@]}: ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  quietly build/setup/apt-update.log "${as_root[@]}" apt-get -q update &&
    quietly build/setup/apt-install.log "${as_root[@]}" apt-get -q -y \
      -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}"
}
