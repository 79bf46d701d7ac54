#!/usr/bin/python3
"""Every method of `mlpipe drift` against scipy and numpy, over random columns: ties, constants, missing and infinite
values, one row, none. One process compares all columns of one pair of tables.

usage: drift_oracle.py MLPIPE [SEED]
"""
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from scipy import spatial, stats

warnings.simplefilter("ignore")
# SIZES="24x24 12000x150" and REPEATS=3 ask for others; exact tests of thousands of rows take scipy minutes.
REPEATS = int(os.environ.get("REPEATS", "1"))
SIZES = [tuple(map(int, size.split("x"))) for size in
         os.environ.get("SIZES", "0x5 1x1 1x7 2x3 5x6 7x8 24x24 60x45").split()]


def p_value(result):
    return result[0], result[1]


def counts(reference, current):
    keys = sorted(set(reference) | set(current))
    return (np.array([np.sum(reference == key) for key in keys], float),
            np.array([np.sum(current == key) for key in keys], float))


def value_shares(reference, current):
    keys = np.unique(np.concatenate([reference, current]))
    return tuple(np.array([np.count_nonzero(side == key) for key in keys]) / len(side) for side in (reference, current))


def binned(reference, current, fill):
    if len(np.unique(reference)) > 20:
        edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
        shares = [np.histogram(side, edges)[0] / len(side) for side in (reference, current)]
    else:
        shares = value_shares(reference, current)
    for share in shares if fill else []:
        least = min(share[share != 0])
        np.place(share, share == 0, least / 10**6 if least <= 0.0001 else 0.0001)
    return shares


def chisquare(reference, current):
    r, c = counts(reference, current)
    if len(r) == 1:
        return 0, 1.0  # nothing can differ; scipy says NaN
    return stats.chisquare(c, r * len(current) / len(reference))


def z_test(reference, current):
    r, c = counts(reference, current)
    if len(r) == 1:
        return 0, 1.0
    n, m = len(reference), len(current)
    p, q = 1 - r[0] / n, 1 - c[0] / m
    pooled = (p * n + q * m) / (n + m)
    z = (p - q) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return z, 2 * stats.norm.sf(abs(z))


def fisher(reference, current):
    r, c = counts(reference, current)
    if len(reference) != len(current) or len(r) > 2:
        raise ValueError
    if len(r) == 1:
        return None, 1.0
    return stats.fisher_exact([[c[1], c[0]], [r[1], r[0]]])


def g_test(reference, current):
    r, c = counts(reference, current)
    if len(reference) != len(current):
        raise ValueError
    if len(r) == 1:
        return 0, 1.0
    return stats.power_divergence(c, r, lambda_="log-likelihood")


def hellinger(reference, current, kind):
    if kind == "cat":
        p, q = value_shares(reference, current)
    else:
        keys = np.unique(np.concatenate([reference, current]))
        edges = np.histogram_bin_edges(keys, bins="sturges")
        p, q = (np.histogram(side, edges)[0] / len(side) for side in (reference, current))
    return math.sqrt(1 - min(1, np.sum(np.sqrt(p * q))))


def cramers_v(reference, current):
    table = np.array(counts(reference, current))
    n = table.sum()
    if table.shape[1] == 1:
        return 0
    phi = stats.chi2_contingency(table, correction=False)[0] / n
    rows, columns = table.shape
    phi = max(0, phi - (rows - 1) * (columns - 1) / (n - 1))
    rows, columns = (x - (x - 1) ** 2 / (n - 1) for x in (rows, columns))
    least = min(rows, columns) - 1
    return math.sqrt(phi / least) if least > 0 else 0


def t_test(reference, current):
    n, m = len(reference), len(current)
    if n + m < 3:
        raise ValueError
    if min(n, m) > 1:
        return stats.ttest_ind(reference, current)
    # scipy says NaN where R's t.test goes on: the other sample's variance is enough.
    pooled = (n * np.var(reference) + m * np.var(current)) / (n + m - 2)
    if pooled == 0 and np.mean(reference) == np.mean(current):
        raise ValueError
    t = np.divide(np.mean(reference) - np.mean(current), np.sqrt(pooled * (1 / n + 1 / m)))
    return t, 2 * stats.t.sf(abs(t), n + m - 2)


def epps(reference, current):
    if stats.iqr(np.concatenate([reference, current])) == 0:
        raise ValueError
    return stats.epps_singleton_2samp(reference, current)


def anderson(reference, current):
    if len(reference) + len(current) < 4:
        raise ValueError
    result = stats.anderson_ksamp([reference, current])
    return result[0], result[2]


def mann_whitney(reference, current):
    if len(np.unique(np.concatenate([reference, current]))) == 1:
        raise ValueError
    return stats.mannwhitneyu(reference, current, alternative="less")


def cramer(reference, current):
    result = stats.cramervonmises_2samp(reference, current)
    return result.statistic, result.pvalue


def earth_mover(reference, current):
    def trim(side):
        low, high = np.quantile(side, [0.025, 0.975])
        return side[(side >= low) & (side <= high)]
    reference, current = trim(reference), trim(current)
    both = np.concatenate([reference, current])
    if len(reference) == 0 or len(current) == 0:
        raise ValueError
    return stats.wasserstein_distance(reference, current) / np.ptp(both) if np.ptp(both) else 0


def js(p, q, base=None):
    return spatial.distance.jensenshannon(p, q, base)


# Method -> what it gives for numbers: (statistic, p) or a distance.
METHODS = {
    "num": {
        "ks": lambda r, c: p_value(stats.ks_2samp(r, c)),
        "wasserstein": lambda r, c: stats.wasserstein_distance(r, c) / max(np.std(r), 0.001),
        "ed": stats.energy_distance,
        "anderson": anderson,
        "cramer_von_mises": cramer,
        "es": epps,
        "mannw": mann_whitney,
        "t_test": t_test,
        "jensenshannon": lambda r, c: js(*binned(r, c, False)),
        "kl_div": lambda r, c: stats.entropy(*binned(r, c, True)),
        "psi": lambda r, c: (lambda p, q: np.sum((p - q) * np.log(p / q)))(*binned(r, c, True)),
        "hellinger": lambda r, c: hellinger(r, c, "num"),
        "deepchecks_ks": lambda r, c: stats.ks_2samp(r, c)[0],
        "deepchecks_emd": earth_mover,
        "jsd_base2": lambda r, c: js(*value_shares(r, c), 2) ** 2,
    },
    "cat": {
        "chisquare": chisquare,
        "z": z_test,
        "g_test": g_test,
        "fisher_exact": fisher,
        "jensenshannon": lambda r, c: js(*value_shares(r, c)),
        "hellinger": lambda r, c: hellinger(r, c, "cat"),
        "linf": lambda r, c: np.max(np.abs(np.subtract(*value_shares(r, c)))),
        "normalized_abs": lambda r, c: np.max(np.abs(np.subtract(*counts(r, c)))) / (len(r) + len(c)),
        "jsd_base2": lambda r, c: js(*value_shares(r, c), 2) ** 2,
        "deepchecks_cramers_v": cramers_v,
        "deepchecks_psi": lambda r, c: (lambda p, q: np.sum((p - q) * np.log(p / q)))(
            *(np.maximum(side, 0.01) for side in value_shares(r, c))),
    },
}


def samples(rng, kind, size):
    """Columns of numbers of many characters."""
    numbers = {
        "same": lambda n, shift: rng.normal(size=n),
        "moved": lambda n, shift: rng.normal(0.3 * shift, 1 + 0.2 * shift, n),
        "far": lambda n, shift: rng.normal(8 * shift, 1, n),
        "heavy": lambda n, shift: rng.standard_cauchy(n),
        "tied": lambda n, shift: rng.integers(0, 8 + 3 * shift, n).astype(float),
        "many": lambda n, shift: rng.integers(0, 60 + 5 * shift, n).astype(float),
        "tiny": lambda n, shift: rng.normal(size=n) * 1e-12,
        "huge": lambda n, shift: rng.normal(size=n) * 1e12 + 1e15,
        "constant": lambda n, shift: np.full(n, 3.25),
        "two constants": lambda n, shift: np.full(n, 1.0 + shift),
        "gaps": lambda n, shift: np.where(rng.random(n) < 0.2, rng.choice([np.nan, np.inf, -np.inf], n), rng.random(n)),
        "skew": lambda n, shift: np.round(rng.exponential(1 + 0.1 * shift, n), 2),
    }
    few = {
        "few": lambda n, shift: rng.choice(4, n, p=[[.4, .3, .2, .1], [.35, .3, .2, .15]][shift]).astype(float),
        "two": lambda n, shift: rng.choice(2, n, p=[[.4, .6], [.5, .5]][shift]).astype(float),
        "one": lambda n, shift: np.full(n, 7.0),
        "new": lambda n, shift: rng.integers(0, 3 + shift, n).astype(float),
        "lost": lambda n, shift: rng.integers(0, 4 - shift, n).astype(float),
        "wide": lambda n, shift: rng.integers(0, 300, n).astype(float),
    }
    for name, make in (numbers if kind == "num" else few).items():
        yield name, make(size[0], 0), make(size[1], 1)


def text(value):
    return "" if math.isnan(value) else repr(float(value))


def write(path, columns):
    with open(path, "w") as file:
        names = list(columns)
        file.write(",".join(names) + "\n")
        for row in zip(*columns.values()):
            file.write(",".join(map(text, row)) + "\n")


def expected(method, reference, current):
    reference, current = (side[np.isfinite(side)] for side in (reference, current))
    if len(reference) == 0 or len(current) == 0:
        return None
    try:
        result = method(reference, current)
    except (ValueError, ZeroDivisionError):
        return None
    value, p = result if isinstance(result, tuple) or hasattr(result, "pvalue") else (result, None)
    if p is not None and math.isnan(p):
        return None
    return value, p


def close(measured, wanted, relative, absolute):
    if wanted is None or not math.isfinite(wanted):
        return measured is None
    return measured is not None and abs(measured - wanted) <= relative * abs(wanted) + absolute


def main():
    mlpipe = os.path.abspath(sys.argv[1])
    rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    compared, wrong = 0, []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        for size in SIZES:
            left, right, asked, overrides = {}, {}, {}, {}
            for kind, methods in METHODS.items():
                for repeat in range(REPEATS):
                    for name, reference, current in samples(rng, kind, size):
                        for method in methods:
                            column = f"c{len(left)}"
                            left[column], right[column] = reference, current
                            asked[column] = kind, method, name
                            overrides[column] = {"method": method, "type": kind}
            write("r.csv", left)
            write("c.csv", right)
            pathlib.Path("drift.yaml").write_text(json.dumps({"overrides": overrides}))
            done = subprocess.run([mlpipe, "drift", "r.csv", "c.csv", "--config", "drift.yaml", "--json"],
                                  capture_output=True, text=True)
            try:
                columns = json.loads(done.stdout)["columns"]
            except ValueError:
                sys.exit(f"drift_oracle: {size}: exit {done.returncode}\n{done.stdout[:500]}{done.stderr[:2000]}")
            if len(columns) != len(left):
                sys.exit(f"drift_oracle: {size}: {len(columns)} columns of {len(left)}: {done.stdout[-500:]}")
            for column in columns:
                kind, method, name = asked[column["column"]]
                if method == "es" and name == "two constants":
                    continue  # a singular covariance: scipy's number is its rounding
                wanted = expected(METHODS[kind][method], left[column["column"]], right[column["column"]])
                compared += 1
                if wanted is None:
                    good = column["status"] == "error" or (size[0] == 0 and method in ("linf", "normalized_abs"))
                else:
                    # scipy itself sums in doubles, and stops the Cramer-von Mises series at 1e-7.
                    loose = method in ("es", "anderson") or name in ("heavy", "huge")
                    good = (close(column["value"], wanted[0], 1e-6 if loose else 1e-9, 1e-11)
                            and (wanted[1] is None or close(column["p_value"], wanted[1], 1e-6, 1e-7)))
                if not good:
                    wrong.append(f"{size} {kind} {method} on {name}: {column['value']}, p {column['p_value']}, "
                                 f"{column.get('message', '')}; expected {wanted}")
    print("\n".join(wrong[:60]))
    print(f"drift_oracle: {compared} comparisons, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
