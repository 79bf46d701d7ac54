# Sourced by quickstart and test: what both need on a bare Debian 12.

# A development machine's settings hide what users meet.
for name in ${!PYTHON@}; do
  unset "$name"
done
# Debian's own Python, compiler and tools, whatever else the caller has put first.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH

. scripts/lib/say.sh
. scripts/lib/packages.sh
. scripts/lib/duckdb.sh
. scripts/lib/data.sh

weather_data=pipelines/weather/data

# build PRESET TESTS: TESTS is ON or OFF; without them neither their libraries nor their time is needed.
build() {
  quietly "build/setup/configure-$1.log" cmake --preset "$1" -DMLPIPE_TESTS="$2" &&
    quietly "build/setup/build-$1.log" cmake --build --preset "$1"
}
