#!/usr/bin/python3
"""`mlpipe gate` on real files: its numbers against scikit-learn, its exit codes, its errors, its contract.

usage: gate_test.py MLPIPE SCHEMAS
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import numpy as np
from scipy import stats
from sklearn import metrics as sk

MLPIPE, SCHEMA = os.path.abspath(sys.argv[1]), json.loads((pathlib.Path(sys.argv[2]) / "gate.schema.json").read_text())
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
RANDOM = np.random.default_rng(5)
KEYS = ["metric", "baseline", "candidate", "difference", "ci", "p_value", "test", "detectable", "slice", "rows", "verdict"]


def check(condition, message):
    if not condition:
        sys.exit(f"gate_test: {message}")


def near(a, b, what, tolerance=1e-10):
    check(abs(a - b) <= tolerance * max(1, abs(b)), f"{what}: {a!r}, the oracle says {b!r}")


def gate(*arguments, code=0):
    done = subprocess.run([MLPIPE, "gate", *arguments], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check(done.returncode == code, f"{arguments}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def judged(*arguments, code=0):
    answer = json.loads(gate(*arguments, "--json", code=code)[0])
    jsonschema.Draft7Validator(SCHEMA).validate(answer)
    for row in answer["metrics"]:
        check(list(row)[:len(KEYS)] == KEYS, f"the keys of a metric are {list(row)}")
    return answer


def asked(*names):
    return [word for name in names for word in ("--metric", name)]


def write(path, **columns):
    names = list(columns)
    rows = zip(*columns.values())
    text = "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)
    pathlib.Path(path).write_text(",".join(names) + "\n" + text)


def binary(n):
    label = RANDOM.integers(0, 2, n)
    models = []
    for strength in (0.35, 0.3):
        score = np.round(np.clip(RANDOM.normal(0.5 + strength * (label - 0.5), 0.25), 0.01, 0.99), 4)
        models.append((score, (score >= 0.5).astype(int)))
    write("base.csv", id=range(n), y=label, prediction=models[0][1], score=models[0][0])
    write("cand.csv", id=range(n), y=label, prediction=models[1][1], score=models[1][0])
    return label, models


def ece(label, score, bins=15):
    which = np.clip(np.ceil(score * bins) - 1, 0, bins - 1).astype(int)
    return sum(abs((score - label)[which == b].sum()) for b in range(bins)) / len(label)


def numbers_of_classifiers():
    for n in (60, 300):
        label, models = binary(n)
        oracles = {
            "accuracy": lambda s, p: sk.accuracy_score(label, p), "f1": lambda s, p: sk.f1_score(label, p),
            "f1_macro": lambda s, p: sk.f1_score(label, p, average="macro"), "mcc": lambda s, p: sk.matthews_corrcoef(label, p),
            "precision": lambda s, p: sk.precision_score(label, p), "recall": lambda s, p: sk.recall_score(label, p),
            "balanced_accuracy": lambda s, p: sk.balanced_accuracy_score(label, p),
            "roc_auc": lambda s, p: sk.roc_auc_score(label, s), "pr_auc": lambda s, p: sk.average_precision_score(label, s),
            "log_loss": lambda s, p: sk.log_loss(label, s), "brier": lambda s, p: sk.brier_score_loss(label, s),
            "ece": lambda s, p: ece(label, s)}
        answer = judged("--baseline", "base.csv", "--candidate", "cand.csv", "--label", "y", "--on-inconclusive", "pass",
                        "--margin", "0.5", *asked(*oracles))
        for row in answer["metrics"]:
            for side, (score, guess) in zip(("baseline", "candidate"), models):
                near(row[side], oracles[row["metric"]](score, guess), f"{row['metric']} of the {side}")
            near(row["difference"], row["candidate"] - row["baseline"], row["metric"])
        check(answer["confusion"]["candidate"] == sk.confusion_matrix(label, models[1][1]).tolist(), "the confusion matrix")
        near(answer["changed"], np.mean(models[0][1] != models[1][1]), "changed")


def numbers_of_forecasts():
    n = 200
    truth = np.round(RANDOM.normal(3, 2, n), 3)
    base, cand = (np.round(truth + RANDOM.normal(0, spread, n), 3) for spread in (1.0, 1.05))
    write("base.csv", y=truth, prediction=base)
    write("cand.csv", y=truth, prediction=cand)
    oracles = {"mae": sk.mean_absolute_error, "mape": sk.mean_absolute_percentage_error, "r2": sk.r2_score,
               "rmse": lambda y, f: sk.mean_squared_error(y, f) ** 0.5, "spearman": lambda y, f: stats.spearmanr(y, f)[0],
               "pinball@0.9": lambda y, f: sk.mean_pinball_loss(y, f, alpha=0.9)}
    common = ["--baseline", "base.csv", "--candidate", "cand.csv", "--label", "y", "--margin", "100"]
    for row in judged(*common, *asked(*oracles))["metrics"]:
        near(row["baseline"], oracles[row["metric"]](truth, base), row["metric"])
        near(row["candidate"], oracles[row["metric"]](truth, cand), row["metric"])
    difference = abs(truth - cand) - abs(truth - base)
    row = judged(*common, *asked("mae"), "--test", "t")["metrics"][0]
    low, high = stats.t.interval(0.95, n - 1, difference.mean(), stats.sem(difference))
    near(row["ci"][0], low, "t interval")
    near(row["ci"][1], high, "t interval")
    near(row["p_value"], stats.ttest_1samp(difference, 0).pvalue, "t test")
    row = judged(*common, *asked("mae"), "--test", "wilcoxon")["metrics"][0]
    near(row["p_value"], stats.wilcoxon(difference, method="approx", correction=False).pvalue, "wilcoxon", 1e-3)
    for test, method in (("bootstrap", "percentile"), ("bca", "BCa")):
        row = judged(*common, *asked("mae"), "--test", test)["metrics"][0]
        oracle = stats.bootstrap((difference,), np.mean, n_resamples=10_000, method=method, random_state=1)
        for place, end in enumerate(oracle.confidence_interval):
            check(abs(row["ci"][place] - end) < 0.1 * oracle.standard_error, f"{test}: {row['ci']} and {oracle.confidence_interval}")
    check(judged(*common)["metrics"][0]["metric"] == "mae", "what fits numbers is not chosen")


def several_classes_and_lists():
    n, names = 240, ["cat", "dog", "owl"]
    label = RANDOM.integers(0, 3, n)
    columns = []
    for strength in (1.5, 1.4):
        raw = RANDOM.random((n, 3)) + strength * np.eye(3)[label] * RANDOM.random((n, 1))
        columns.append(np.round(raw / raw.sum(axis=1, keepdims=True), 6))
    for path, score in zip(("base.csv", "cand.csv"), columns):
        write(path, y=[names[i] for i in label], a=score[:, 0], b=score[:, 1], c=score[:, 2])
    scores = [word for pair in ("cat=a", "dog=b", "owl=c") for word in ("--score", pair)]
    common = ["--baseline", "base.csv", "--candidate", "cand.csv", "--label", "y", "--margin", "9", *scores]
    answer = judged(*common, *asked("accuracy", "f1_weighted", "roc_auc", "log_loss"))
    guess = columns[1].argmax(axis=1)
    whole = columns[1] / columns[1].sum(axis=1, keepdims=True)
    want = [sk.accuracy_score(label, guess), sk.f1_score(label, guess, average="weighted"),
            sk.roc_auc_score(label, whole, multi_class="ovr"), sk.log_loss(label, columns[1])]
    for row, value in zip(answer["metrics"], want):
        near(row["candidate"], value, row["metric"], 1e-5 if row["metric"] == "roc_auc" else 1e-9)
    query = np.repeat(np.arange(30), 8)
    relevance = RANDOM.integers(0, 3, 240)
    score = np.round(relevance + RANDOM.normal(0, 1, 240), 5)
    write("base.csv", q=query, y=relevance, score=score)
    write("cand.csv", q=query, y=relevance, score=np.round(score + RANDOM.normal(0, 0.1, 240), 5))
    row = judged("--baseline", "base.csv", "--candidate", "cand.csv", "--label", "y", "--group", "q", "--margin", "1",
                 *asked("ndcg@5", "map@5", "hit_rate@3"))["metrics"][0]
    near(row["baseline"], sk.ndcg_score(relevance.reshape(30, 8), score.reshape(30, 8), k=5), "ndcg@5")


def fairness():
    n = 400
    group, label = RANDOM.integers(0, 2, n), RANDOM.integers(0, 2, n)
    guess = np.where(RANDOM.random(n) < 0.8, label, group)
    write("base.csv", y=label, prediction=label)
    write("cand.csv", y=label, prediction=guess, sex=["fm"[g] for g in group])
    rows = judged("--baseline", "base.csv", "--candidate", "cand.csv", "--label", "y", "--fairness", "sex", "--margin", "1")["metrics"]
    share = [guess[group == g].mean() for g in (0, 1)]
    true = [guess[(group == g) & (label == 1)].mean() for g in (0, 1)]
    false = [guess[(group == g) & (label == 0)].mean() for g in (0, 1)]
    for row, want in zip(rows, [abs(share[0] - share[1]), abs(true[0] - true[1]),
                                max(abs(true[0] - true[1]), abs(false[0] - false[1]))]):
        near(row["candidate"], want, row["metric"])
        check(row["slice"] == "by sex", f"{row}")


def verdicts():
    n = 4000
    label = RANDOM.integers(0, 2, n)
    good = np.where(RANDOM.random(n) < 0.9, label, 1 - label)
    region = RANDOM.integers(0, 3, n)
    bad = np.where((region == 1) & (RANDOM.random(n) < 0.3), 1 - label, good)
    write("base.csv", id=range(n), y=label, prediction=good)
    write("bad.csv", id=range(n), y=label, prediction=bad, region=[f"r{i}" for i in region])
    both = ["--baseline", "base.csv", "--candidate", "bad.csv", "--label", "y"]
    same = ["--baseline", "base.csv", "--candidate", "base.csv", "--label", "y"]
    check(judged(*same, "--margin", "0.01")["verdict"] == "pass", "a model against itself")
    check(judged(*same)["verdict"] == "pass", "a model against itself, without a margin")
    check(judged(*both, "--margin", "0.01", code=4)["verdict"] == "fail", "a model that is worse")
    check(judged(*both, "--margin", "0.2")["verdict"] == "pass", "within the margin")
    answer = judged(*both, "--margin", "0.15", "--slice", "region", code=4)
    worst = [row for row in answer["metrics"] if row["slice"]][0]
    check(worst["slice"] == "region=r1" and worst["verdict"] == "fail", f"the worst slice is {worst}")
    check(judged(*both, "--key", "id", "--margin", "0.01", code=4) == judged(*both, "--margin", "0.01", code=4), "key and position")
    shuffled = RANDOM.permutation(n)
    write("shuffled.csv", id=shuffled, y=label[shuffled], prediction=good[shuffled])
    check(judged("--baseline", "shuffled.csv", "--candidate", "base.csv", "--label", "y", "--key", "id")["changed"] == 0, "joined by key")
    write("few.csv", y=label[:40], prediction=good[:40])
    write("few2.csv", y=label[:40], prediction=np.where(np.arange(40) < 2, 1 - good[:40], good[:40]))
    few = ["--baseline", "few.csv", "--candidate", "few2.csv", "--label", "y", "--margin", "0.01"]
    for way, code in (("pass", 0), ("warn", 0), ("fail", 4)):
        check(judged(*few, "--on-inconclusive", way, code=code)["verdict"] == "inconclusive", way)
    check("warning" in gate(*few)[1], "an inconclusive gate does not warn")
    one = gate(*both, "--test", "bootstrap", "--json", code=4)[0]
    check(one == gate(*both, "--test", "bootstrap", "--json", code=4)[0], "the same question has two answers")
    pathlib.Path("bad.jsonl").write_text("".join(json.dumps({"y": int(y), "prediction": int(p)}) + "\n" for y, p in zip(label, bad)))
    check(judged("--baseline", "base.csv", "--candidate", "bad.jsonl", "--label", "y", code=4)["metrics"][0]["candidate"]
          == judged(*both, code=4)["metrics"][0]["candidate"], "JSON lines and CSV differ")


def the_same_model():
    """Classes and scores alike, no numbers predicted: there is nothing to be uncertain of, also without a margin."""
    label, score = RANDOM.integers(0, 2, 400), RANDOM.random(400)
    write("same.csv", y=label, prediction=(score > 0.4).astype(int), score=score)
    answer = judged("--baseline", "same.csv", "--candidate", "same.csv", "--label", "y")
    check(answer["verdict"] == "pass", f"a model against itself: {answer}")


def refusals():
    good = "id,y,prediction,score\n1,0,0,0.2\n2,1,1,0.8\n"
    pathlib.Path("good.csv").write_text(good)
    cases = [
        (good.replace("2,1,1,0.8\n", ""), ["--key", "id"], 6, "1 of 2 keys"),
        (good.replace("2,1,1,0.8\n", ""), [], 6, "must match"),
        (good + "2,1,1,0.8\n", ["--key", "id"], 6, "a key names one row"),
        ("id,y,prediction\n", [], 6, "holds no row"),
        ("", [], 6, "is empty"),
        (good.replace("y,", "z,"), [], 6, "no column `y`"),
        (good.replace("2,1,1", "2,,1"), [], 6, "no value in 1 of 2 rows, first in row 2"),
        (good.replace("0.8", "x"), ["--metric", "roc_auc"], 6, "no finite number"),
        (good.replace("0.8", "1.8"), ["--metric", "log_loss"], 6, "needs probabilities"),
        (good.replace("1,0,0", "1,False,False").replace("2,1,1", "2,True,True"), [], 6, "do not belong together"),
        (good.replace("1,0,0", "1,0,no").replace("2,1,1", "2,1,yes"), [], 6, "no prediction is one of the labels"),
        (good.replace("2,1,1,0.8", "2,1"), [], 6, "malformed"),
        (good, ["--metric", "acuracy"], 2, "did you mean `accuracy`"),
        (good, ["--metric", "f1", "--test", "delong"], 2, "cannot be tested by delong"),
        (good, ["--test", "magic"], 2, "there is no test"),
        (good, ["--margin", "-1"], 2, "not negative"),
        (good, ["--margin", "f1=0.1"], 2, "no --metric of that name"),
        (good, ["--metric", "ndcg@3"], 2, "name its column"),
        (good, ["--metric", "equal_opportunity_difference"], 2, "--fairness"),
        (good, ["--slice-sql", "x=y >"], 6, "cand.csv"),
        (good, ["--slice", "nothing"], 6, "no column `nothing`"),
        (good, ["--positive", "7"], 6, "does not occur"),
        (good, ["--alpha", "2"], 2, "--alpha"),
        (good, ["--draws", "3"], 2, "--draws"),
    ]
    for text, more, code, words in cases:
        pathlib.Path("cand.csv").write_text(text)
        out, err = gate("--baseline", "good.csv", "--candidate", "cand.csv", "--label", "y", *more, code=code)
        check(words in err and not out, f"{more}: {err!r} does not say {words!r}")
    gate("--baseline", "good.csv", "--candidate", "absent.csv", "--label", "y", code=6)
    gate("--baseline", "good.csv", "--label", "y", code=2)
    gate("--baseline", "good.csv", "--baseline", "good.csv", "--candidate", "good.csv", "--label", "y", code=2)


def pipeline():
    label = RANDOM.integers(0, 2, 500)
    write("base.csv", y=label, prediction=label)
    write("cand.csv", y=label, prediction=np.where(np.arange(500) < 100, 1 - label, label))
    for margin, code, state in (("0.05", 4, "failed"), ("0.5", 0, "passed")):
        pathlib.Path("mlpipe.yaml").write_text(f"""mlpipe: 1
name: gate
stages:
  compare:
    kind: regression
    candidate: {{predictions: cand.csv}}
    baseline: {{predictions: base.csv}}
    evidence: {{label: y}}
    gates: [{{metric: accuracy, margin: {margin}}}]
""")
        done = subprocess.run([MLPIPE, "run", "--json"], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        check(done.returncode == code, f"run: exit {done.returncode}\n{done.stdout}{done.stderr}")
        check(f'"{state}":["compare"]' in done.stdout, f"the stage is not {state}: {done.stdout}")


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        for part in (numbers_of_classifiers, numbers_of_forecasts, several_classes_and_lists, fairness, verdicts, the_same_model,
                     refusals, pipeline):
            part()
    print("gate_test: numbers, verdicts, refusals and the contract hold")


main()
