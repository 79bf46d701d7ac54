#!/usr/bin/python3
"""Expectations on random tables against pandas: the definitions of Great Expectations' pandas engine, written out here.

Columns with ties, missing values, negative numbers, one row, no rows. Each table is checked as JSON lines and as CSV by one
suite of some twenty expectations; verdict, counts, rows and observed values must be those of the oracle.

usage: suite_oracle_test.py MLPIPE TABLES [SEED]
"""
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import pandas as pd
except ImportError as problem:
    print(f"suite_oracle_test: skipped: {problem}; apt-get install python3-pandas")
    sys.exit(1 if os.environ.get("CI") else 77)

MLPIPE, TABLES = os.path.abspath(sys.argv[1]), int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261124
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TMPDIR": os.environ.get("TEST_TMPDIR", "/tmp")}
CONDITIONS = ["i > 2", "f <= 1.5 and i != 3", "not (f > 0)", "w == 'b' or i == 1", "w in ['a', 'bc'] & ~f.isnull()",
              "i != 2", "0 < i <= 4", "w.str.startswith('b')", "i + 1 > f * 2", "w not in ['a']", "f.isnull() | (i >= 3)"]


def table(draw):
    rows = draw.choice([0, 1, 2, 5, 30, 200])

    def column(value, missing):
        return [None if draw.random() < missing else value() for _ in range(rows)]

    missing = draw.choice([0, 0, 0.2, 1 if rows < 5 else 0.5])
    return pd.DataFrame({
        "i": pd.array(column(lambda: draw.randint(-3, 6), missing), dtype="float64"),
        "j": pd.array(column(lambda: draw.randint(-3, 6), draw.choice([0, 0.3])), dtype="float64"),
        "f": pd.array(column(lambda: draw.choice([draw.gauss(0, 2), 0.5, 1.5, -1e9]), missing), dtype="float64"),
        "w": pd.Series(column(lambda: draw.choice(["a", "b", "bc", "ä x", "zz"]), missing), dtype=object),
    })


def mapped(kind, kwargs, considered, bad, frame):
    """(verdict, considered, missing, violations, rows, observed) of an expectation on rows."""
    n, violations = int(considered.sum()), int((considered & bad).sum())
    verdict = n == 0 or (n - violations) / n >= kwargs.get("mostly", 1)
    return verdict, n, len(frame) - n, violations, [int(i) + 1 for i in frame.index[considered & bad]], None


def rows_of(kind, kwargs, frame):
    columns = kwargs.get("column_list") or [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    part = frame[columns]
    null = part.isnull()
    ignore = kwargs.get("ignore_row_if", "all_values_are_missing")
    considered = ~(null.any(axis=1) if ignore.startswith(("any", "either")) else null.all(axis=1))
    first = part[columns[0]]
    if kind == "values_to_be_between":
        low, high = kwargs["min_value"], kwargs["max_value"]
        bad = ~((first > low) if kwargs.get("strict_min") else (first >= low)) | ~(first <= high)
    elif kind == "values_to_be_in_set":
        bad = ~first.isin(kwargs["value_set"])
    elif kind == "values_to_not_be_in_set":
        bad = first.isin(kwargs["value_set"])
    elif kind == "values_to_be_null":
        considered, bad = considered | True, ~null[columns[0]]
    elif kind == "values_to_not_be_null":
        considered, bad = considered | True, null[columns[0]]
    elif kind == "values_to_be_unique" or kind == "compound":
        bad = part[considered].duplicated(keep=False).reindex(part.index, fill_value=False)
    elif kind == "value_lengths_to_be_between":
        bad = ~first.str.len().between(kwargs["min_value"], kwargs["max_value"])
    elif kind == "values_to_match_regex":
        bad = ~first.astype(str).str.contains(kwargs["regex"])
    elif kind == "values_to_be_increasing":
        steps = first[considered].diff().fillna(1)
        bad = ((steps <= 0) if kwargs.get("strictly") else (steps < 0)).reindex(part.index, fill_value=False)
    elif kind == "value_z_scores_to_be_less_than":
        values = first[considered].astype(float)
        deviation = values.std() if len(values) > 1 else math.nan
        scores = (values - values.mean()) / (deviation or math.nan)
        bad = ~(scores.abs() < kwargs["threshold"]).reindex(part.index, fill_value=True)
    elif kind == "pair_equal":
        bad = ~(part[columns[0]] == part[columns[1]])
    elif kind == "pair_greater":
        bad = ~(part[columns[0]] > part[columns[1]])
    elif kind == "record_distinct":
        bad = part.nunique(dropna=False, axis=1) < len(columns)
    elif kind == "record_sum":
        bad = part.fillna(0).sum(axis=1) != kwargs["sum_total"]
    return mapped(kind, kwargs, considered, bad.fillna(True).astype(bool), frame)


def observed(kind, kwargs, frame):
    """(verdict, None, None, None, None, observed) of an expectation on a column."""
    values = frame[kwargs["column"]].dropna()
    numbers = values.astype(float) if values.dtype != object else values
    if kind == "distinct":
        found = sorted(values.unique().tolist())
        wanted = set(kwargs["value_set"])
        verdict = {"in": set(found) <= wanted, "contain": set(found) >= wanted, "equal": set(found) == wanted}
        return verdict[kwargs["_relation"]], None, None, None, None, found
    if kind == "most_common":
        modes = sorted(values.mode().tolist())
        hits = len(set(modes) & set(kwargs["value_set"]))
        return (hits > 0 if kwargs["ties_okay"] else hits == 1 and len(modes) == 1), None, None, None, None, modes
    if kind == "quantile":
        at = kwargs["quantile_ranges"]["quantiles"]
        found = [float(numbers.quantile(q, interpolation="nearest")) if len(numbers) else None for q in at]
        verdict = all(x is not None and low <= x <= high
                      for x, (low, high) in zip(found, kwargs["quantile_ranges"]["value_ranges"]))
        return verdict, None, None, None, None, found
    value = {"min": numbers.min, "max": numbers.max, "mean": numbers.mean, "median": numbers.median, "stdev": numbers.std,
             "sum": lambda: math.fsum(numbers) if len(numbers) else math.nan, "unique_value_count": values.nunique,
             "proportion_of_unique_values": lambda: values.nunique() / len(values) if len(values) else math.nan}[kind]()
    value = None if value is None or math.isnan(value) else value
    return value is not None and kwargs["min_value"] <= value <= kwargs["max_value"], None, None, None, None, value


def asked(draw):
    """Random expectations: (type, kwargs, oracle, kind)."""
    number, low, high = draw.choice("ijf"), draw.randint(-4, 2), draw.randint(2, 7)
    mostly = {"mostly": draw.choice([0.5, 0.8, 1.0, 0.99])} if draw.random() < 0.5 else {}
    between = {"column": number, "min_value": low, "max_value": high}
    column = {"column": draw.choice("ijfw")}
    pair = {"column_A": draw.choice("if"), "column_B": "j"}
    ignore = {"ignore_row_if": draw.choice(["both_values_are_missing", "either_value_is_missing"])}
    words, numbers = draw.sample(["a", "b", "bc", "zz", "no"], 3), draw.sample(range(-3, 8), 5)
    members = {"column": "w", "value_set": words} if draw.random() < 0.5 else {"column": "i", "value_set": numbers}
    record = {"column_list": ["i", "j"] if draw.random() < 0.5 else ["i", "j", "f"],
              "ignore_row_if": draw.choice(["all_values_are_missing", "any_value_is_missing"])}
    rows = [
        ("expect_column_values_to_be_between", {**between, **mostly, "strict_min": draw.random() < 0.5}, "values_to_be_between"),
        ("expect_column_values_to_be_in_set", {**members, **mostly}, "values_to_be_in_set"),
        ("expect_column_values_to_not_be_in_set", {**members, **mostly}, "values_to_not_be_in_set"),
        ("expect_column_values_to_be_null", {**column, **mostly}, "values_to_be_null"),
        ("expect_column_values_to_not_be_null", {**column, **mostly}, "values_to_not_be_null"),
        ("expect_column_values_to_be_unique", {**column, **mostly}, "values_to_be_unique"),
        ("expect_column_value_lengths_to_be_between", {"column": "w", "min_value": 1, "max_value": 2, **mostly},
         "value_lengths_to_be_between"),
        ("expect_column_values_to_match_regex", {"column": "w", "regex": draw.choice(["^b", "[az]", "x$"]), **mostly},
         "values_to_match_regex"),
        ("expect_column_values_to_be_increasing", {"column": number, "strictly": draw.random() < 0.5, **mostly},
         "values_to_be_increasing"),
        ("expect_column_value_z_scores_to_be_less_than",
         {"column": number, "threshold": draw.choice([0.5, 1, 2]), "double_sided": True, **mostly},
         "value_z_scores_to_be_less_than"),
        ("expect_column_pair_values_to_be_equal", {**pair, **ignore, **mostly}, "pair_equal"),
        ("expect_column_pair_values_a_to_be_greater_than_b", {**pair, **ignore, **mostly}, "pair_greater"),
        ("expect_compound_columns_to_be_unique", {**record, **mostly}, "compound"),
        ("expect_select_column_values_to_be_unique_within_record", {**record, **mostly}, "record_distinct"),
        ("expect_multicolumn_sum_to_equal", {**record, "sum_total": draw.randint(0, 4), **mostly}, "record_sum"),
    ]
    yield from ((kind, kwargs, rows_of, name) for kind, kwargs, name in rows)
    for name in ("min", "max", "mean", "median", "stdev", "sum", "unique_value_count", "proportion_of_unique_values"):
        yield f"expect_column_{name}_to_be_between", between, observed, name
    for relation, name in (("in", "be_in_set"), ("contain", "contain_set"), ("equal", "equal_set")):
        yield f"expect_column_distinct_values_to_{name}", {**members, "_relation": relation}, observed, "distinct"
    yield "expect_column_most_common_value_to_be_in_set", {**members, "ties_okay": draw.random() < 0.5}, observed, "most_common"
    yield ("expect_column_quantile_values_to_be_between",
           {"column": number, "quantile_ranges": {"quantiles": [0, 0.1, 0.25, 0.5, 0.9, 1],
                                                  "value_ranges": [[low - 9, high]] * 6}}, observed, "quantile")


def close(ours, theirs):
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(close, ours, theirs))
    if isinstance(theirs, (int, float)) and isinstance(ours, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return ours == theirs


def write(frame, path):
    plain = frame.astype(object).where(frame.notnull(), None)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        # pandas has no integers beside missing values
        path.write_text("".join(json.dumps({key: int(value) if key in "ij" and value is not None else value
                                            for key, value in row.items()}) + "\n" for _, row in plain.iterrows()))


def one_table(draw, folder, number):
    frame = table(draw)
    condition = draw.choice(CONDITIONS) if draw.random() < 0.5 else None
    part = frame.query(condition, engine="python") if condition and len(frame) else frame
    everything = list(asked(draw))
    suite = {"name": "random", "expectations": [
        {"type": kind, "kwargs": {**{key: value for key, value in kwargs.items() if not key.startswith("_")},
                                  **({"row_condition": condition, "condition_parser": "pandas"} if condition else {}),
                                  "result_format": "COMPLETE"}} for kind, kwargs, _, _ in everything]}
    (folder / "suite.json").write_text(json.dumps(suite))
    problems, compared = [], 0
    for suffix in (".jsonl", ".csv") if len(frame) else (".csv",):
        path = folder / f"table{suffix}"
        write(frame, path)
        done = subprocess.run([MLPIPE, "check", str(path), "--suite", str(folder / "suite.json"), "--json"], env=ENV,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        if not done.stdout:
            return [f"table {number}: exit {done.returncode}: {done.stderr}"], 0
        for check, (kind, kwargs, oracle, name) in zip(json.loads(done.stdout)["checks"], everything):
            if frame[[c for c in "ijfw" if f'"{c}"' in json.dumps(kwargs)]].isnull().all().any():
                continue  # a column without a value has no kind
            verdict, considered, missing, violations, rows, value = oracle(name, kwargs, part)
            ours = (check["status"], check["considered"], check["violations"], [s["row"] for s in check["sample"]],
                    check["measured"])
            theirs = ("pass" if verdict else "fail", considered, violations, rows, value)
            same = ours[0] == theirs[0] and (close(ours[4], theirs[4]) if considered is None else
                                             ours[1:4] == theirs[1:4])
            compared += 1
            if not same:
                problems.append(f"table {number} ({suffix}, {len(frame)} rows, where {condition}): {kind} {kwargs}\n"
                                f"    ours {ours}\n    theirs {theirs}\n    {check['message']}")
    return problems, compared


def main():
    problems, compared = [], 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as name:
        for number in range(TABLES):
            found, count = one_table(random.Random(SEED + number), pathlib.Path(name), number)
            problems += found
            compared += count
    print(f"suite_oracle_test: {compared} expectations on {TABLES} tables, {len(problems)} differ")
    if problems or compared == 0:
        sys.exit("\n".join(problems[:20]))


main()
