#!/usr/bin/python3
"""Evidently's and TFDV's own cases through `mlpipe drift`, on CSV and Parquet renderings.

usage: drift_conformance.py MLPIPE CASES.jsonl LIBDUCKDB
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from parquet import Parquet  # noqa: E402

# The comparators of TFDV by the names of this tool's methods.
COMPARATORS = {"linf": "linf", "normalized_abs": "normalized_abs", "jsd_base2": "jsd_base2"}
SKIP = 77


def write_csv(path, values):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL)
        writer.writerow(["v", "row"])
        writer.writerows([value, i] for i, value in enumerate(values))


def rows_of(counts):
    """Rows with these shares: 0.1 and 0.9 become one and nine."""
    scale = 1
    for count in counts.values():
        scale = max(scale, Fraction(count).limit_denominator(1000).denominator)
    return [key for key, count in counts.items() for _ in range(round(count * scale))]


def profile_of(buckets):
    """A saved profile that holds nothing but a histogram."""
    return {"mlpipe": "profile", "version": 1, "rows": sum(int(b[2]) for b in buckets),
            "columns": [{"name": "v", "type": "DOUBLE", "family": "real", "missing": 0, "infinite": 0,
                         "histogram": [{"low": b[0], "high": b[1], "count": b[2]} for b in buckets]}]}


def arguments_of(case):
    if "stattest" in case:
        return ["--method", case["stattest"], "--type", case["column_type"], "--threshold", str(case["threshold"])]
    return ["--method", case["comparator"]]


def inputs_of(case, folder, parquet):
    """Pairs of a name and the two tables."""
    if case.get("comparator") == "jsd_base2_hist":
        for side, counts in (("a", case["counts_a"]), ("b", case["counts_b"])):
            (folder / f"{side}.json").write_text(json.dumps(profile_of(counts["buckets"])))
        yield "profile", folder / "a.json", folder / "b.json"
        return
    if "reference" in case:
        sides = case["reference"], case["current"]
    else:
        sides = rows_of(case["counts_a"]), rows_of(case["counts_b"])
    for name, values in zip("ab", sides):
        write_csv(folder / f"{name}.csv", values)
    yield "csv", folder / "a.csv", folder / "b.csv"
    if all(sides):
        for name in "ab":
            parquet.convert(folder / f"{name}.csv", folder / f"{name}.parquet")
        yield "parquet", folder / "a.parquet", folder / "b.parquet"


def main():
    mlpipe, cases, library = (os.path.abspath(path) for path in sys.argv[1:])
    if not os.path.exists(cases):
        print(f"drift_conformance: skipped, {cases} is not here")
        sys.exit(SKIP)
    parquet = Parquet(library)
    tried, wrong = 0, 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as temporary:
        folder = pathlib.Path(temporary)
        for number, line in enumerate(open(cases), 1):
            case = json.loads(line)
            for rendering, reference, current in inputs_of(case, folder, parquet):
                done = subprocess.run([mlpipe, "drift", reference, current, "--column", "v", "--json", *arguments_of(case)],
                                      capture_output=True, text=True, cwd=folder)
                tried += 1
                try:
                    column = json.loads(done.stdout)["columns"][0]
                except (ValueError, IndexError):
                    column = {"message": done.stdout + done.stderr, "drifted": None}
                measured = column.get("p_value") if column.get("p_value") is not None else column.get("value")
                good = measured is not None and abs(measured - case["expected"]) <= case["tolerance"]
                good = good and ("drift" not in case or column["drifted"] == case["drift"])
                good = good and done.returncode == (3 if column["drifted"] else 0)
                if not good:
                    wrong += 1
                    print(f"case {number} ({case.get('stattest') or case['comparator']}, {rendering}): expected "
                          f"{case['expected']}, got {measured}, {column.get('message', '')}, exit {done.returncode}")
    print(f"drift_conformance: {tried} comparisons, {wrong} wrong")
    sys.exit(1 if wrong or not tried else 0)


main()
