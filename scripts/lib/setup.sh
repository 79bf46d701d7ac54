# Sourced by quickstart and test: what both need on a bare Debian 12.

# A development machine's settings hide what users meet.
for name in ${!PYTHON@}; do
  unset "$name"
done
# Debian's own Python, compiler and tools, whatever else the caller has put first.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export LC_ALL=C.UTF-8

. scripts/lib/say.sh
. scripts/lib/packages.sh
. scripts/lib/duckdb.sh
. scripts/lib/data.sh

weather_data=pipelines/weather/data

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    quietly "build/setup/configure-$preset.log" cmake --preset "$preset" || return 1
  fi
  quietly "build/setup/build-$preset.log" cmake --build --preset "$preset" ${1+--target "$@"}
}
