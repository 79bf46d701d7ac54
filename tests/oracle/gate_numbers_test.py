#!/usr/bin/python3
"""The numbers of the gate against scipy and scikit-learn, on thousands of random inputs with ties, gaps and edges.

usage: gate_numbers_test.py GATE_NUMBERS
"""
import itertools
import subprocess
import sys
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
RANDOM = np.random.default_rng(20260705)
QUESTIONS, EXPECTED = [], []


def ask(name, lists, expected, tolerance=1e-10):
    text = " ; ".join(" ".join(repr(float(x)) for x in part) for part in lists)
    QUESTIONS.append(f"{name} {text}")
    EXPECTED.append((name, expected, tolerance))


def classes():
    k = int(RANDOM.integers(2, 6))
    n = int(RANDOM.integers(1, 80))
    truth = RANDOM.integers(0, k, n)
    guess = np.where(RANDOM.random(n) < 0.6, truth, RANDOM.integers(0, k, n))
    want = [sk.accuracy_score(truth, guess), sk.balanced_accuracy_score(truth, guess), sk.matthews_corrcoef(truth, guess)]
    for score in (sk.precision_score, sk.recall_score, sk.f1_score):
        want.append(score(truth, guess, labels=[1], average="macro", zero_division=0))
        want += [score(truth, guess, average=average, zero_division=0) for average in ("micro", "macro", "weighted")]
    ask("classes", [truth, guess, [k]], want)


def order():
    n = int(RANDOM.integers(2, 60))
    positive = RANDOM.integers(0, 2, n)
    a = np.round(RANDOM.random(n), int(RANDOM.integers(1, 4)))
    b = np.round(a * 0.5 + RANDOM.random(n), int(RANDOM.integers(1, 4)))
    weights = RANDOM.integers(0, 4, n)
    rows = np.repeat(np.arange(n), weights)
    if len(set(positive[rows])) < 2 or len(set(a[rows])) < 2 or len(set(b[rows])) < 2:
        return
    ask("order", [positive, a, b, weights],
        [sk.roc_auc_score(positive[rows], a[rows]), sk.average_precision_score(positive[rows], a[rows]),
         stats.spearmanr(a[rows], b[rows])[0]])


def placements(positive, score):
    up, down = score[positive == 1], score[positive == 0]
    psi = (up[:, None] > down[None, :]) + 0.5 * (up[:, None] == down[None, :])
    return psi.mean(axis=1), psi.mean(axis=0), psi.mean()


def delong():
    n = int(RANDOM.integers(6, 50))
    positive = RANDOM.integers(0, 2, n)
    if not 2 <= positive.sum() <= n - 2:
        return
    a = np.round(RANDOM.random(n) + 0.3 * positive, 2)
    b = np.round(RANDOM.random(n) + 0.2 * positive, 2)
    (a10, a01, a_area), (b10, b01, b_area) = placements(positive, a), placements(positive, b)
    s10, s01 = np.cov(a10, b10) / len(a10), np.cov(a01, b01) / len(a01)
    s = s10 + s01
    ask("delong", [positive, a, b], [a_area, b_area, s[0, 0], s[1, 1], s[0, 1]])


def tango(n, b, c, z):
    """The score interval by maximising the likelihood on a fine search, not by its closed form."""
    def score(delta):
        # b: baseline only, c: candidate only; p12 = q + delta for c, q for b
        low, high = max(0.0, -delta), (1 - delta) / 2
        for _ in range(200):
            x, y = low + (high - low) / 3, high - (high - low) / 3

            def likelihood(q):
                total = 0.0
                for count, p in ((c, q + delta), (b, q), (n - b - c, 1 - 2 * q - delta)):
                    if count:
                        total += count * np.log(p) if p > 0 else -np.inf
                return total
            if likelihood(x) < likelihood(y):
                low = x
            else:
                high = y
        q = (low + high) / 2
        variance = n * (2 * q + delta * (1 - delta))
        return (c - b - n * delta) / np.sqrt(variance) if variance > 0 else 0.0
    ends = []
    for end in (-1 + 1e-12, 1 - 1e-12):
        inside, outside = (c - b) / n, end
        for _ in range(60):
            middle = (inside + outside) / 2
            if abs(score(middle)) <= z:
                inside = middle
            else:
                outside = middle
        ends.append(outside)
    return ends


def pairs(with_interval):
    n = int(RANDOM.integers(5, 400))
    b = int(RANDOM.integers(0, n // 3 + 1))
    c = int(RANDOM.integers(0, n // 3 + 1))
    exact = stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0
    corrected = stats.chi2.sf((abs(b - c) - 1) ** 2 / (b + c), 1) if b + c else 1.0
    plain = stats.chi2.sf((b - c) ** 2 / (b + c), 1) if b + c else 1.0
    low, high = tango(n, b, c, 1.96) if with_interval else (None, None)
    ask("pairs", [[n, b, c, 1.96]], [exact, corrected, plain, low, high], 1e-6 if with_interval else 1e-10)


def signed_ranks(differences):
    """All sign patterns, with midranks."""
    d = differences[differences != 0]
    ranks = stats.rankdata(abs(d))
    found = ranks[d > 0].sum()
    sums = np.array([sum(r for r, s in zip(ranks, signs) if s) for signs in itertools.product((0, 1), repeat=len(d))])
    return (sums <= found + 1e-9).mean(), (sums >= found - 1e-9).mean()


def differences(kind):
    if kind == "exact with ties":
        d = RANDOM.integers(-3, 4, int(RANDOM.integers(2, 10))).astype(float)
        if not d.any() or len(set(d)) < 2:
            return
        low, high = signed_ranks(d)
        both = min(1.0, 2 * min(low, high))
    elif kind == "exact":
        d = RANDOM.normal(0.2, 1, int(RANDOM.integers(3, 50)))
        low, high, both = (stats.wilcoxon(d, alternative=side, method="exact").pvalue
                           for side in ("less", "greater", "two-sided"))
    else:
        d = np.round(RANDOM.normal(0.1, 1, int(RANDOM.integers(60, 200))), 1)
        low, high, both = (stats.wilcoxon(d, alternative=side, method="approx", correction=False).pvalue
                           for side in ("less", "greater", "two-sided"))
    t = stats.ttest_1samp(d, 0)
    ask("differences", [d], [d.mean(), d.std(ddof=1) / np.sqrt(len(d)), t.pvalue, low, high, both], 1e-9)


def samples():
    a = np.round(RANDOM.normal(0, 1, int(RANDOM.integers(3, 30))), int(RANDOM.integers(1, 9)))
    b = np.round(RANDOM.normal(0.4, 2, int(RANDOM.integers(3, 30))), int(RANDOM.integers(1, 9)))
    if len(set(a)) < 2 or len(set(b)) < 2:
        return
    welch = stats.ttest_ind(b, a, equal_var=False)
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    sides = [stats.mannwhitneyu(b, a, alternative=side).pvalue for side in ("less", "greater", "two-sided")]
    ask("samples", [a, b], [b.mean() - a.mean(), error, None, welch.pvalue, *sides], 1e-9)


def ranked_list():
    n = int(RANDOM.integers(2, 15))
    relevance = RANDOM.integers(0, 4, n).astype(float)
    score = np.round(RANDOM.random(n), int(RANDOM.integers(1, 3)))
    depth = int(RANDOM.integers(1, n + 1))
    ndcg = sk.ndcg_score([relevance], [score], k=depth)
    places = np.argsort(-score, kind="stable")
    relevant = relevance[places] > 0
    precision = np.cumsum(relevant) / np.arange(1, n + 1)
    total = min(relevant.sum(), depth)
    mean = (precision * relevant)[:depth].sum() / total if total else 0.0
    ask("list", [relevance, score, [depth]], [ndcg, mean, float(relevant[:depth].any())])


def losses():
    n = int(RANDOM.integers(1, 40))
    label = RANDOM.integers(0, 2, n)
    score = np.round(RANDOM.random(n), 2)
    truth, forecast, quantile = RANDOM.normal(0, 3, n), RANDOM.normal(0, 3, n), RANDOM.uniform(0.05, 0.95)
    both = sk.log_loss(label, score, labels=[0, 1])
    ask("losses", [label, score, truth, forecast, [quantile]],
        [both, sk.brier_score_loss(label, score) if len(set(label)) > 1 else np.mean((score - label) ** 2),
         sk.mean_absolute_percentage_error(truth, forecast), sk.mean_pinball_loss(truth, forecast, alpha=quantile), both],
        1e-9)


def main():
    for i in range(600):
        for question in (classes, order, delong, samples, ranked_list, losses):
            question()
        pairs(with_interval=i < 60)
        differences(("exact with ties", "exact", "approximate")[i % 3])
    done = subprocess.run([sys.argv[1]], input="\n".join(QUESTIONS) + "\n", capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(QUESTIONS), f"{len(answers)} answers to {len(QUESTIONS)} questions"
    wrong = 0
    for question, answer, (name, expected, tolerance) in zip(QUESTIONS, answers, EXPECTED):
        got = [float(x) for x in answer.split()]
        for place, (x, want) in enumerate(zip(got, expected)):
            if want is not None and not abs(x - want) <= tolerance * max(1, abs(want)):
                wrong += 1
                if wrong <= 10:
                    print(f"{name}[{place}]: {x!r}, the oracle says {want!r}\n  {question[:300]}")
    print(f"gate_numbers_test: {len(QUESTIONS)} inputs, {wrong} numbers differ")
    sys.exit(1 if wrong or len(QUESTIONS) < 4000 else 0)


main()
