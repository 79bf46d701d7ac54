# Sourced by the scripts: the DuckDB library and its C header, by exact version and pinned digest.
# Knows no registry: the package client asks the one that it is configured for.

duckdb_library_version=1.5.6-r.1
duckdb_header_package=duckdb@1.4.4
duckdb_header_sha256=cbe6a827284375c5a646b8f27dbd3a00808ce8738b5bbb49c190cb1e08540281
duckdb_header_package_sha256=5bb967dcbcd517670ba5f169f238fb9d6787e53752c60ebe24386169d76941ed

# Sets duckdb_package, duckdb_package_sha256 and duckdb_library_sha256 for this machine.
duckdb_select_platform() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64)
      duckdb_package=@duckdb/node-bindings-linux-x64@$duckdb_library_version
      duckdb_package_sha256=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff
      duckdb_library_sha256=3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633
      ;;
    Linux-aarch64 | Linux-arm64)
      duckdb_package=@duckdb/node-bindings-linux-arm64@$duckdb_library_version
      duckdb_package_sha256=3a45a6305b3235a781ed9de25aa795a3862acd042782d1f864e1bdb656de212b
      duckdb_library_sha256=23686593dba4ec22c6e581bb1c843b3964e84c4bc4d0063d8b4daddd2e20e30a
      ;;
    *)
      echo "duckdb: no library is published for $(uname -s) on $(uname -m);" \
        "build DuckDB and name its libduckdb.so in MLPIPE_DUCKDB" >&2
      return 1
      ;;
  esac
}

# duckdb_matches FILE SHA256
duckdb_matches() {
  [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]
}

# duckdb_fetch PACKAGE SHA256 MEMBER FOLDER: unpacks MEMBER (and LICENSE) of the package into FOLDER.
duckdb_fetch() {
  local archive
  if ! archive=$(cd "$4" && npm pack --loglevel=error --ignore-scripts "$1" | tail -n 1) || [ -z "$archive" ]; then
    echo "duckdb: could not fetch $1; is the package registry reachable? (try: npm ping)" >&2
    return 1
  fi
  if ! duckdb_matches "$4/$archive" "$2"; then
    echo "duckdb: $1 is not the package that was pinned (sha256 differs); nothing was installed" >&2
    return 1
  fi
  tar -xzf "$4/$archive" -C "$4" "package/$3" package/LICENSE && rm -f "$4/$archive"
}

# duckdb_place FILE SHA256 TARGET: checks the unpacked file and renames it into place.
duckdb_place() {
  if ! duckdb_matches "$1" "$2"; then
    echo "duckdb: $(basename "$1") is not the file that was pinned (sha256 differs); nothing was installed" >&2
    return 1
  fi
  chmod 644 "$1" && mv -f "$1" "$3"
}

# install_duckdb DEST: DEST/lib/libduckdb.so and DEST/include/duckdb.h. Takes no network where both are there.
install_duckdb() {
  local dest=$1 work status=0
  duckdb_select_platform || return 1
  if duckdb_matches "$dest/lib/libduckdb.so" "$duckdb_library_sha256" &&
    duckdb_matches "$dest/include/duckdb.h" "$duckdb_header_sha256"; then
    return 0
  fi
  if ! command -v npm >/dev/null; then
    echo "duckdb: npm is needed to fetch the library (apt-get install npm)" >&2
    return 1
  fi
  # Beside the target, so that the last step is a rename within one file system.
  mkdir -p "$dest/lib" "$dest/include" && work=$(mktemp -d "$dest/.fetch.XXXXXX") || return 1
  {
    duckdb_fetch "$duckdb_package" "$duckdb_package_sha256" libduckdb.so "$work" &&
      duckdb_place "$work/package/libduckdb.so" "$duckdb_library_sha256" "$dest/lib/libduckdb.so" &&
      mv -f "$work/package/LICENSE" "$dest/LICENSE" &&
      duckdb_fetch "$duckdb_header_package" "$duckdb_header_package_sha256" \
        src/duckdb/src/include/duckdb.h "$work" &&
      duckdb_place "$work/package/src/duckdb/src/include/duckdb.h" "$duckdb_header_sha256" \
        "$dest/include/duckdb.h"
  } || status=1
  rm -rf "$work"
  return $status
}
