#!/usr/bin/python3
"""Great Expectations' own cases, run as suites through `mlpipe check TABLE --suite FILE --json`.

Each case is rendered as JSON lines, as Parquet and as CSV. What is answered otherwise stands below, by name,
with the reason; everything else must agree in verdict, counts, values, rows and observed values.

usage: gx_suite_test.py MLPIPE DUCKDB_LIBRARY [CASES]
"""
import collections
import csv
import ctypes
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

MLPIPE, DUCKDB = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = pathlib.Path(sys.argv[3] if len(sys.argv) > 3
                     else os.environ.get("MLPIPE_CONFORMANCE", ROOT / ".." / "shared" / "conformance")).resolve()
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TMPDIR": os.environ.get("TEST_TMPDIR", "/tmp")}
RENDERINGS = ("jsonl", "parquet", "csv")
SHARE = 0.98  # of the cases that must agree, in each rendering

NO_TYPES = "a CSV has no types: its column of digits is one of numbers, as pandas.read_csv reads it"
NO_COLUMNS = "JSON lines without a line have no columns"
# (case, rendering or "*") -> why the answer is another one
DIFFERS = {
    ("expect_column_values_to_be_between_tz_naive#0.22", "csv"): NO_TYPES,
    ("expect_column_values_to_be_unique#0.9", "csv"): NO_TYPES,
    ("expect_column_max_to_be_between#1.0", "jsonl"): NO_COLUMNS,
    ("expect_column_mean_to_be_between#3.0", "jsonl"): NO_COLUMNS,
    ("expect_column_values_to_be_in_set#1.0", "jsonl"): NO_COLUMNS,
}


def rows_of(data):
    count = max((len(values) for values in data.values()), default=0)
    return [{name: values[i] if i < len(values) else None for name, values in data.items()} for i in range(count)]


def sql_type(values):
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool}:
        return "BOOLEAN" if kinds else "VARCHAR"
    if kinds <= {int}:
        return "BIGINT"
    if kinds <= {int, float}:
        return "DOUBLE"
    return "VARCHAR" if kinds <= {str} else "JSON"


class Duckdb:
    """The engine's C library, to write Parquet with."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        self.lib.duckdb_open(None, ctypes.byref(self.database))
        self.lib.duckdb_connect(self.database, ctypes.byref(self.connection))

    def run(self, sql):
        result = ctypes.create_string_buffer(256)
        state = self.lib.duckdb_query(self.connection, sql.encode(), result)
        if state != 0:
            self.lib.duckdb_result_error.restype = ctypes.c_char_p
            sys.exit(f"gx_suite_test: {self.lib.duckdb_result_error(result).decode()}\n{sql}")
        self.lib.duckdb_destroy_result(result)


def write_table(data, rendering, folder, duckdb):
    rows = rows_of(data)
    path = folder / f"table.{rendering}"
    if rendering == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif rendering == "csv":
        with open(path, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(data)
            writer.writerows([list(row.values()) for row in rows])
    else:
        lines = folder / "lines.jsonl"
        lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
        types = {name: sql_type(values) for name, values in data.items()}
        names = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        select = (f"SELECT * FROM read_json('{lines}', format='newline_delimited', columns={{{names}}})" if rows else
                  "SELECT " + ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in types.items()) + " WHERE false")
        duckdb.run(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def same(ours, theirs, tolerance=None):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return theirs.keys() == ours.keys() and all(same(ours[key], theirs[key], tolerance) for key in theirs)
    if isinstance(theirs, (list, tuple)) and isinstance(ours, (list, tuple)):
        return len(ours) == len(theirs) and all(same(a, b, tolerance) for a, b in zip(ours, theirs))
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (ours, theirs))
    if numbers:
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=tolerance or 1e-9)
    return ours == theirs


def differences(case, check):
    """What of the answer is not what the case expects."""
    expect, kind, tolerance = case["expect"], case["kind"], case["tolerance"]
    if kind == "error":
        return [] if check["status"] == "error" else [f"status {check['status']}, not error: {check['message']}"]
    if check["status"] == "error":
        return [f"an error: {check['message']}"]
    found = []

    def compare(what, ours, theirs):
        if not same(ours, theirs, tolerance):
            found.append(f"{what} {json.dumps(ours)[:300]}, not {json.dumps(theirs)[:300]}")

    if "success" in expect:
        compare("status", check["status"], "pass" if expect["success"] else "fail")
    values = [sample["value"] for sample in check["sample"]]
    if "unexpected_list" in expect:
        compare("violations", check["violations"], len(expect["unexpected_list"]))
        compare("values", values, expect["unexpected_list"])
        compare("unexpected_list", check["unexpected_list"], expect["unexpected_list"])
    if "unexpected_index_list" in expect:
        compare("rows", [sample["row"] for sample in check["sample"]],
                [index["pk_index"] + 1 for index in expect["unexpected_index_list"]])
    result = dict(expect.get("result") or {})
    if "observed_value" in expect:
        result["observed_value"] = expect["observed_value"]
    for partition in ("observed_partition", "expected_partition"):
        if partition in expect:
            compare_partition(compare, partition, check["details"][partition], expect[partition])
    if "observed_value" in result:
        theirs = result["observed_value"]
        if isinstance(theirs, dict):  # quantiles
            compare("details", check["details"], theirs)
            theirs = theirs["values"]
        compare("observed value", check["measured"], theirs)
    if result.get("element_count") is not None and result.get("missing_count") is not None:
        compare("rows", check["considered"] + check["missing"], result["element_count"])
        compare("missing", check["missing"], result["missing_count"])
    if "unexpected_count" in result:
        compare("violations", check["violations"], result["unexpected_count"])
        compare("percent", check["unexpected_percent"], result["unexpected_percent"])
    if "partial_unexpected_list" in result:
        compare("values", values[:20], result["partial_unexpected_list"])
    return found


def compare_partition(compare, name, ours, theirs):
    for key, value in theirs.items():
        compare(f"{name}.{key}", ours.get(key), value)


def run_case(case, rendering, folder, duckdb):
    table = write_table(case["data"], rendering, folder, duckdb)
    suite = folder / "suite.json"
    suite.write_text(json.dumps({"expectations": [{"type": case["expectation"], "kwargs": case["kwargs"]}]}))
    done = subprocess.run([MLPIPE, "check", str(table), "--suite", str(suite), "--json"], env=ENV, cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return [f"exit {done.returncode}, no JSON: {done.stderr[:300]}"]
    check, = answer["checks"]
    code = {"pass": 0, "warn": 0, "fail": 3, "error": 6}[check["status"]]
    found = differences(case, check)
    if done.returncode != code:
        found.append(f"exit {done.returncode}, not {code}")
    return found


def main():
    path = CASES if CASES.is_file() else CASES / "gx_expectations.jsonl"
    if not path.exists():
        message = f"gx_suite_test: no cases at {path}; name their folder in MLPIPE_CONFORMANCE"
        if os.environ.get("CI"):
            sys.exit(message)
        print(message + " (skipped)")
        sys.exit(77)
    cases = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    duckdb = Duckdb(DUCKDB)
    problems, stale = [], set(DIFFERS)
    agreed = collections.Counter()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as name:
        for case in cases:
            for rendering in RENDERINGS:
                found = run_case(case, rendering, pathlib.Path(name), duckdb)
                key = next((key for key in ((case["id"], rendering), (case["id"], "*")) if key in DIFFERS), None)
                agreed[rendering] += not found
                if found and key is None:
                    problems.append(f"{case['id']} ({rendering}, {case['title']}): {'; '.join(found)}")
                elif found:
                    stale.discard(key)
    for rendering in RENDERINGS:
        print(f"gx_suite_test: {rendering}: {agreed[rendering]} of {len(cases)} cases agree")
        if agreed[rendering] < SHARE * len(cases):
            problems.append(f"{rendering}: fewer than {SHARE:.0%} agree")
    known = {case["id"] for case in cases}
    problems += [f"{key} agrees by now, or is no case: take it off the list" for key in stale if key[0] in known]
    if problems:
        sys.exit("gx_suite_test: " + "\n  ".join([f"{len(problems)} problems", *problems]))


main()
