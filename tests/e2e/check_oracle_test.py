#!/usr/bin/env python3
"""Compares the numbers of data checks with pandas, scipy and plain Python on random tables.

check_oracle_test.py MLPIPE TABLES. Each table is written as CSV and as JSON lines, with ties, missing values,
infinities, NaN, constants, one row and no rows; every measured number must agree.
"""
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy
import pandas
import scipy.stats

QUANTILES = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]
INTERPOLATIONS = ["linear", "lower", "higher", "nearest", "midpoint"]


def numbers(dice, rows):
    kind = dice.choice(["ties", "real", "constant", "huge", "tiny", "offset", "mixed", "infinite"])
    values = []
    for _ in range(rows):
        if dice.random() < 0.15:
            values.append(None)
        elif kind == "ties":
            values.append(dice.randint(-3, 3))
        elif kind == "constant":
            values.append(7.25)
        elif kind == "huge":
            values.append(dice.choice([-1, 1]) * 10.0 ** dice.randint(-5, 200))
        elif kind == "tiny":
            values.append(dice.random() * 1e-250)
        elif kind == "offset":
            values.append(1e9 + dice.random())
        elif kind == "mixed":
            values.append(dice.choice([dice.gauss(0, 1), dice.gauss(0, 1e6), 1e-9 * dice.random()]))
        elif kind == "infinite" and dice.random() < 0.1:
            values.append(dice.choice([math.inf, -math.inf]))
        else:
            values.append(round(dice.gauss(10, 3), dice.randint(0, 6)))
    return values


def words(dice, rows):
    pool = [word for word in ["rain", "Rain", "sun", "sun ", "fog", "x-1", "x 1", "é", "日本", "a,b", 'q"q', "0", "12"]]
    pool = dice.sample(pool, dice.randint(1, len(pool)))
    return [None if dice.random() < 0.1 else dice.choice(pool) for _ in range(rows)]


def make_table(dice):
    rows = dice.choice([0, 1, 2, 3, 10, 60, 400])
    return {"a": numbers(dice, rows), "b": numbers(dice, rows), "w": words(dice, rows), "v": words(dice, rows)}


def cell(value):
    if value is None:
        return ""
    text = repr(value) if not isinstance(value, str) else value
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def write_csv(path, table):
    lines = [",".join(table)]
    lines += [",".join(cell(value) for value in row) for row in zip(*table.values())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_jsonl(path, table):
    with path.open("w", encoding="utf-8") as file:
        for row in zip(*table.values()):
            file.write(json.dumps(dict(zip(table, row)), ensure_ascii=False) + "\n")


def close(found, wanted, tolerance=1e-11):
    if wanted is None or (isinstance(wanted, float) and math.isnan(wanted)):
        return found is None or found in ("nan", "-nan")
    if isinstance(wanted, float) and math.isinf(wanted):
        return found == ("inf" if wanted > 0 else "-inf")
    return found is not None and not isinstance(found, str) and math.isclose(
        found, wanted, rel_tol=tolerance, abs_tol=tolerance)


def exact_sum(values):
    if any(math.isinf(value) for value in values):
        return sum(values)
    return math.fsum(values)


def spread(values):
    """The variance in exact arithmetic."""
    from fractions import Fraction
    if len(values) < 2 or any(math.isinf(value) for value in values):
        return None
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    result = sum((value - mean) ** 2 for value in exact) / (len(exact) - 1)
    try:
        return float(result)
    except OverflowError:
        return math.inf


def entropy(values):
    if not values:
        return None
    counts = pandas.Series(values).value_counts().to_numpy()
    return float(scipy.stats.entropy(counts))


def cramers_v(left, right):
    table = pandas.crosstab(pandas.Series(left), pandas.Series(right))
    if min(table.shape, default=0) < 2:
        return None
    chi2 = scipy.stats.chi2_contingency(table.to_numpy(), correction=False)[0]
    return float(math.sqrt(chi2 / table.to_numpy().sum() / (min(table.shape) - 1)))


def mutual_information(left, right):
    if not left:
        return None
    joint = pandas.Series(list(zip(left, right))).value_counts().to_numpy()
    return max(0.0, entropy(left) + entropy(right) - float(scipy.stats.entropy(joint)))


def skill(features, labels):
    """As label_skill.hpp defines it, row by row."""
    pairs = [(f, l) for f, l in zip(features, labels) if f is not None and l is not None]
    if not pairs:
        return None
    base = max(sum(1 for _, other in pairs if other == label) for label in {l for _, l in pairs})
    if base == len(pairs):
        return None
    hits = 0
    for i, (feature, label) in enumerate(pairs):
        votes = {}
        for j, (other, vote) in enumerate(pairs):
            if i != j and other == feature:
                votes[vote] = votes.get(vote, 0) + 1
        best = max(votes.values(), default=0)
        hits += 1 if [v for v, n in votes.items() if n == best] == [label] and best > 0 else 0
    return max(0.0, (hits - base) / (len(pairs) - base))


def steps(values, bad):
    present = [value for value in values if value is not None]
    return sum(1 for before, after in zip(present, present[1:]) if bad(before, after))


def moments(table, column):
    values = [float(value) for value in table[column] if value is not None]
    n = len(values)
    total = exact_sum(values)
    variance = spread(values)
    yield {"sum": {"column": column, "min": 0}}, "measured", total if n else 0.0, 1e-15
    yield {"mean": {"column": column, "min": 0}}, "measured", total / n if n else None, 1e-14
    yield {"variance": {"column": column, "min": 0}}, "measured", variance, 1e-9
    yield {"stddev": {"column": column, "min": 0}}, "measured", None if variance is None else math.sqrt(variance), 1e-9
    yield {"min": {"column": column, "min": 0}}, "measured", min(values, default=None), 0
    yield {"max": {"column": column, "min": 0}}, "measured", max(values, default=None), 0
    if any(math.isinf(value) for value in values):
        return
    series = pandas.Series(values, dtype=float)
    for how in INTERPOLATIONS:
        for q in QUANTILES:
            wanted = float(series.quantile(q, interpolation=how)) if n else None
            yield {"quantile": {"column": column, "q": q, "min": 0, "interpolation": how}}, "measured", wanted, 1e-12
    if variance and math.isfinite(variance):
        mean, deviation = total / n, math.sqrt(variance)
        edge = [abs(value - mean) / deviation for value in values]
        if all(abs(z - 1.5) > 1e-9 for z in edge):
            yield {"z_score": {"column": column, "max": 1.5}}, "violations", sum(1 for z in edge if z > 1.5), 0
    if n:
        low, high = series.quantile(0.25), series.quantile(0.75)
        room = 1.5 * (high - low)
        outside = sum(1 for value in values if value < low - room or value > high + room)
        yield {"iqr": {"column": column}}, "violations", outside, 0


def counts(table, column):
    values = [value for value in table[column] if value is not None]
    n = len(values)
    occurs = pandas.Series(values, dtype=object).value_counts().to_list()
    share = (lambda part: part / n) if n else (lambda part: None)
    yield {"distinct_count": {"column": column, "min": 0}}, "measured", len(occurs), 0
    yield {"distinct_share": {"column": column, "min": 0}}, "measured", share(len(occurs)), 0
    yield {"unique_share": {"column": column, "min": 0}}, "measured", share(occurs.count(1)), 0
    yield {"top_share": {"column": column, "min": 0}}, "measured", share(max(occurs, default=0)), 0
    yield {"label_balance": {"column": column, "min": 0}}, "measured", min(occurs) / max(occurs) if occurs else None, 0
    yield {"entropy": {"column": column, "min": 0}}, "measured", entropy(values), 1e-11
    yield {"unique": {"column": column}}, "violations", sum(c for c in occurs if c > 1), 0
    yield {"not_null": {"column": column}}, "violations", len(table[column]) - n, 0
    kinds = {}
    for value in values:
        kind = "".join(c for c in value.lower() if c.isalnum())
        kinds.setdefault(kind, []).append(value)
    rarer = sum(len(kind) - max(kind.count(value) for value in set(kind)) for kind in kinds.values())
    yield {"spelling_variants": {"column": column}}, "violations", rarer, 0


def together(table):
    a, b = table["a"], table["b"]
    pairs = [(float(x), float(y)) for x, y in zip(a, b) if x is not None and y is not None]
    finite = pairs and not any(math.isinf(value) or abs(value) > 1e100 or 0 < abs(value) < 1e-100
                               for pair in pairs for value in pair)
    varied = finite and all(len({pair[i] for pair in pairs}) > 1 for i in (0, 1)) and len(pairs) > 1
    if varied:
        x, y = (numpy.array(side, dtype=numpy.longdouble) for side in zip(*pairs))
        x, y = x - x.mean(), y - y.mean()
        r = float((x * y).sum() / numpy.sqrt((x * x).sum() * (y * y).sum()))
        yield {"correlation": {"columns": ["a", "b"], "min": -1}}, "measured", r, 1e-9
        rho = float(scipy.stats.spearmanr(*zip(*pairs))[0])
        yield {"correlation": {"columns": ["a", "b"], "method": "spearman", "min": -1}}, "measured", rho, 1e-9
    both = [(x, y) for x, y in zip(table["w"], table["v"]) if x is not None and y is not None]
    left, right = [x for x, _ in both], [y for _, y in both]
    yield {"correlation": {"columns": ["w", "v"], "method": "cramers_v", "min": 0}}, "measured", \
        cramers_v(left, right), 1e-9
    yield {"correlation": {"columns": ["w", "v"], "method": "mutual_information", "min": 0}}, "measured", \
        mutual_information(left, right), 1e-9
    yield {"label_leakage": {"label": "w", "features": ["v"]}}, "measured", skill(table["v"], table["w"]), 1e-12
    frame = pandas.DataFrame(table, dtype=object)
    copies = int(frame.duplicated(subset=["w", "v"]).sum()) if len(frame) else 0
    yield {"duplicate_rows": {"columns": ["w", "v"]}}, "violations", copies, 0
    labelled = [(x, y) for x, y in zip(table["v"], table["w"]) if y is not None]
    labels = {}
    for x, y in labelled:
        labels.setdefault(x, set()).add(y)
    yield {"conflicting_labels": {"label": "w", "features": ["v"]}}, "violations", \
        sum(1 for x, _ in labelled if len(labels[x]) > 1), 0
    yield {"increasing": {"column": "a"}}, "violations", steps(a, lambda p, q: q < p), 0
    yield {"decreasing": {"column": "a", "strict": True}}, "violations", steps(a, lambda p, q: q >= p), 0
    yield {"compare": {"columns": ["a", "b"], "is": "<"}}, "violations", \
        sum(1 for x, y in zip(a, b) if x is not None and y is not None and not x < y), 0


def cases(table):
    if any(value is not None for value in table["a"]):
        yield from moments(table, "a")
    for column in ("w", "v"):
        yield from counts(table, column)
    if all(any(value is not None for value in table[c]) for c in ("a", "b")):
        yield from together(table)


def run(mlpipe, table, checks, folder):
    (folder / "checks.json").write_text(json.dumps(checks), encoding="utf-8")
    done = subprocess.run([mlpipe, "check", table, "--checks", "checks.json", "--json"], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode not in (0, 3, 6):
        sys.exit(f"{table}: exit code {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def compare(mlpipe, seed, folder):
    table = make_table(random.Random(seed))
    rows = len(table["a"])
    write_csv(folder / "t.csv", table)
    write_jsonl(folder / "t.jsonl", table)
    wanted = list(cases(table))
    if not wanted:
        return 0, []
    wrong = []
    finite = not any(isinstance(v, float) and math.isinf(v) for c in ("a", "b") for v in table[c])
    for name in ["t.csv"] + (["t.jsonl"] if rows and finite else []):
        result = run(mlpipe, name, [case[0] for case in wanted], folder)
        for (check, field, value, tolerance), found in zip(wanted, result["checks"]):
            number = found[field]
            if found["status"] == "error" or not close(number, value, tolerance):
                wrong.append(f"seed {seed}, {name}, {json.dumps(check)}: {field} is {number}, not {value}; "
                             f"{found['message']}")
    return len(wanted), wrong


def main():
    mlpipe, tables = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    compared, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + tables):
            count, bad = compare(mlpipe, seed, pathlib.Path(folder))
            compared += count
            wrong += bad
    for line in wrong[:40]:
        print(line)
    print(f"{compared} numbers of {tables} tables compared, {len(wrong)} differ")
    return 1 if wrong or compared == 0 else 0


sys.exit(main())
