#!/usr/bin/python3
"""Holds every #include to the plan of the house: a room sees only what it may.

usage: arrows_test.py REPOSITORY
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
# Who may include whom. Every room may include itself and `base`.
ALLOWED = {
    "base": set(),
    "port": set(),
    "spec": set(),
    "delta": set(),
    "lock": set(),
    "graph": {"spec"},
    "plan": {"graph", "spec", "port"},
    "run": {"graph", "plan", "spec", "port"},
    "cache": {"port", "delta"},
    "history": {"run", "port"},
    "engine": {"run", "plan", "cache", "graph", "lock", "spec", "port"},
    "report": {"run", "plan", "history"},  # plan: the reasons and findings inside events
    "adapter": {"port"},
    "stages": {"plan", "spec", "port", "delta"},
    "cli": None,  # everything
}
# Heavy headers and the files or folders that alone may include them (and never a header of ours).
HEAVY = {
    "CLI/": ["runner/cli/main.cpp", "runner/cli/command_line.cpp", "runner/cli/arguments_"],
    "yaml-cpp/": ["runner/spec/"],
    "boost/": ["runner/adapter/", "stages/statistics/"],
    "git2": ["runner/adapter/git/"],
    "duckdb.h": ["runner/adapter/duckdb/"],
    "openssl/": ["runner/base/"],
    "nlohmann/": ["runner/", "stages/"],
    "expat.h": ["stages/unit_test/"],
    "toml++/": ["runner/spec/"],
}
# Private headers shared by a few .cpp files of one room.
PRIVATE = {"runner/run/event_fields.hpp", "stages/data_check/suite_report.hpp"}


def room_of(path):
    parts = pathlib.PurePosixPath(path).parts
    return parts[1] if parts[0] == "runner" else parts[0]


def problems_of(path):
    room = room_of(path)
    allowed = ALLOWED.get(room)
    if room not in ALLOWED:
        yield f"{path}: the room `{room}` is not in the plan"
        return
    for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
        ours = re.match(r'\s*#include\s+"((?:runner|stages)/[^"]+)"', line)
        if ours:
            target = room_of(ours.group(1))
            if allowed is not None and target not in allowed | {room, "base"}:
                yield f"{path}:{number}: {room} may not see {target}"
        foreign = re.match(r"\s*#include\s+<([^>]+)>", line)
        for prefix, places in HEAVY.items():
            if foreign and foreign.group(1).startswith(prefix):
                if path.endswith(".hpp") and path not in PRIVATE and prefix not in ("git2", "duckdb.h"):
                    yield f"{path}:{number}: {foreign.group(1)} belongs in a .cpp"
                if not any(path.startswith(place) for place in places):
                    yield f"{path}:{number}: {foreign.group(1)} is not for this room"


def main():
    files = [str(path.relative_to(ROOT)) for top in ("runner", "stages") for path in sorted((ROOT / top).rglob("*.[ch]pp"))]
    problems = [problem for path in files for problem in problems_of(path)]
    print("\n".join(problems) or f"arrows_test: {len(files)} files keep to the plan")
    if problems or len(files) < 100:
        sys.exit(1)


main()
