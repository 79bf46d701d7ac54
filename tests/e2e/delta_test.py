#!/usr/bin/python3
"""The golden tables of the Delta kernel through the real binary: verdicts, rows, and what `mlpipe check` says of them.

usage: delta_test.py MLPIPE CONFORMANCE
"""
import collections
import decimal
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

MLPIPE, CONFORMANCE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]) / "delta"
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TMPDIR": os.environ.get("TEST_TMPDIR", "/tmp")}
if "MLPIPE_DUCKDB" in os.environ:
    ENV["MLPIPE_DUCKDB"] = os.environ["MLPIPE_DUCKDB"]
ALL = "1000000"
# Tables that the kernel made of a log alone, to test its replay: the files that they name were never written.
LOG_ALONE = re.compile(r"version \d+ of \S+ needs \S+, which is not there")


def mlpipe(*arguments):
    return subprocess.run([MLPIPE, *arguments], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def plain(value):
    """A value without what only its spelling says: the zone UTC, the zeros behind a decimal's point."""
    if isinstance(value, dict):
        return tuple(sorted((key, plain(part)) for key, part in value.items()))
    if isinstance(value, list):
        return tuple(plain(part) for part in value)
    if isinstance(value, str):
        return re.sub(r"^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\+00$", r"\1", value)
    if isinstance(value, decimal.Decimal):
        return value.normalize()
    return value


def rows(table):
    done = mlpipe("table", str(table), "--rows", ALL)
    if done.returncode != 0:
        return None, done.stderr.strip()
    lines = [json.loads(line, parse_float=decimal.Decimal, parse_int=decimal.Decimal) for line in done.stdout.splitlines()]
    return collections.Counter(plain(line) for line in lines), ""


def checked(table, folder, count):
    """What a check on the number of rows says."""
    checks = folder / "checks.yaml"
    checks.write_text(f"- row_count: {{equals: {count}}}\n- sql: {{name: rows, query: SELECT count(*) FROM data, expect: {{equals: {count}}}}}\n")
    done = mlpipe("check", str(table), "--checks", str(checks), "--json")
    return done.returncode, json.loads(done.stdout)


def problem(name, verdict, folder):
    """What is wrong with one table, or nothing."""
    subprocess.run(["tar", "--zstd", "-xf", str(CONFORMANCE / f"{name}.tar.zst"), "-C", str(folder)], check=True)
    table, expected = folder / name / "delta", folder / name / "expected"
    found, message = rows(table)
    if verdict == "refused":
        code, answer = checked(table, folder, 0)
        if found is not None or code != 6 or answer["status"] != "error":
            return f"must be refused; the check ends with {code}"
        return None if str(table) in message else f"refused without its name: {message}"
    if not expected.is_dir():
        # Nothing to compare. The log must be good; its files may never have been there.
        return None if found is not None or LOG_ALONE.search(message) else message
    if found is None:
        return message
    wanted, message = rows(expected)
    if wanted is None:
        return f"the expected rows cannot be read: {message}"
    if found != wanted:
        return f"rows differ: {list((found - wanted).items())[:3]} are too many, {list((wanted - found).items())[:3]} are missing"
    code, answer = checked(table, folder, sum(wanted.values()))
    return None if code == 0 and answer["status"] == "pass" else f"the check ends with {code}: {answer}"


def main():
    if not CONFORMANCE.is_dir():
        print(f"delta_test: skipped, no {CONFORMANCE}")
        sys.exit(77)
    verdicts = [line.split("\t") for line in (CONFORMANCE / "verdicts.tsv").read_text().splitlines()[1:]]
    wrong = 0
    for name, verdict in verdicts:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
            why = problem(name, verdict, pathlib.Path(folder))
        if why:
            wrong += 1
            print(f"{name}: {why}")
    print(f"delta_test: {len(verdicts) - wrong} of {len(verdicts)} tables are right")
    if wrong or not verdicts:
        sys.exit(1)


main()
