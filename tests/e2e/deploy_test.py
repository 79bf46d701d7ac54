"""The whole binary: from commit to a target, and back by the target's folder alone.

usage: deploy_test.py MLPIPE
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MLPIPE = os.path.abspath(sys.argv[1])
PIPELINE = """\
mlpipe: 1
name: weather
stages:
  make:
    cmd: mkdir -p build && cp src.txt build/model && cp score.json build/score.json
    deps: [src.txt, score.json]
    outs: [build/model]
    metrics: [build/score.json]
  compare:
    kind: regression
    candidate: {metrics: {outs_of: make}}
    baseline: {deployed: production}
    on_missing: pass
    gates: [{metric: accuracy, max_drop: 0.1}]
  release:
    kind: deploy
    needs: [compare]
    artifacts: [build/model]
    target: {name: production, type: directory, path: serving, keep: 3}
    verify: if test -e hang; then touch hanging; sleep 1000; fi; ! grep -q bad serving/current/model
"""


class Case:
    def __init__(self, scratch):
        self.root = pathlib.Path(scratch) / "repository"
        self.root.mkdir()
        self.serving = self.root / "serving"
        (self.root / "mlpipe.yaml").write_text(PIPELINE)
        self.make("one", 0.9)

    def make(self, model, accuracy):
        (self.root / "src.txt").write_text(model)
        (self.root / "score.json").write_text(json.dumps({"accuracy": accuracy}))

    def call(self, *arguments, expect, cwd=None):
        done = subprocess.run([MLPIPE, *arguments], cwd=cwd or self.root, capture_output=True, text=True)
        text = done.stdout + done.stderr
        assert done.returncode == expect, f"{arguments}: exit {done.returncode}, not {expect}\n{text}"
        return text

    def served(self):
        current = self.serving / "current"
        return (current / "model").read_text() if current.exists() else None

    def records(self):
        return [json.loads(line) for line in (self.serving / "history.jsonl").read_text().splitlines()]


def stops_before_deploying(case):
    text = case.call("run", expect=0)
    assert "would deploy" in text and not case.serving.exists(), text
    case.call("run", "--deploy", expect=0)
    assert case.served() == "one"
    assert "up to date" in case.call("run", expect=0)
    last = case.records()[-1]
    assert last["outcome"] == "deployed" and last["metrics"] == {"accuracy": 0.9} and last["candidate"], last
    assert last["gates"][0]["stage"] == "compare" and last["gates"][0]["fingerprint"], last


def a_gate_and_a_smoke_test_stand_before_it(case):
    case.call("deploy", "apply", expect=0)
    case.make("two", 0.5)
    assert "accuracy" in case.call("run", "--deploy", expect=4)
    case.make("bad", 0.95)
    assert "rolled back to" in case.call("run", "--deploy", expect=5)
    assert case.served() == "one"
    case.make("three", 0.95)
    assert "depends on" in case.call("deploy", "plan", expect=0)
    case.call("run", expect=0)
    assert "would deploy" in case.call("deploy", "plan", "production", expect=0)
    assert "took no part" in case.call("run", "--only", "release", "--deploy", expect=5)
    assert case.served() == "one"
    case.call("run", "--deploy", expect=0)
    assert case.served() == "three"


def a_drop_against_the_last_passed_run_is_seen(case):
    file = case.root / "mlpipe.yaml"
    file.write_text(file.read_text().replace("{deployed: production}", "{run: last_passed}"))
    case.call("run", expect=0)
    case.make("two", 0.5)
    assert "0.9" in case.call("run", "--deploy", expect=4)
    assert not case.serving.exists()


def the_folder_alone_is_enough_to_go_back(case):
    for model in ("one", "two"):
        case.make(model, 0.9)
        case.call("run", "--deploy", expect=0)
    moved = case.root.parent / "elsewhere"
    shutil.move(case.serving, moved)
    text = case.call("deploy", "rollback", str(moved), "--reason", "odd answers", expect=0, cwd="/")
    assert "held" in text and (moved / "current" / "model").read_text() == "one"
    text = case.call("deploy", "history", str(moved), expect=0, cwd="/")
    assert "rolled_back" in text and "odd answers" in text and "held by" in text, text
    shutil.move(moved, case.serving)
    assert "odd answers" in case.call("run", "--deploy", expect=5)
    assert case.served() == "one"
    facts = json.loads(case.call("deploy", "history", "production", "--json", expect=0))
    assert facts["hold"]["reason"] == "odd answers" and facts["records"][-1]["outcome"] == "refused", facts
    case.call("deploy", "resume", "production", expect=0)
    case.call("run", "--deploy", expect=0)
    assert case.served() == "two"
    case.call("deploy", "rollback", "nowhere", expect=2)
    case.call("deploy", "rollback", "no/such/folder", expect=2)


def start_hanging(case):
    case.call("run", "--deploy", expect=0)
    case.make("two", 0.9)
    (case.root / "hang").touch()
    child = subprocess.Popen([MLPIPE, "run", "--deploy"], cwd=case.root, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
    while not (case.root / "hanging").exists():
        assert child.poll() is None, "it ended before it hung"
        time.sleep(0.01)
    (case.root / "hang").unlink()
    assert case.served() == "two"
    return child


def an_interruption_takes_it_back(case):
    child = start_hanging(case)
    child.send_signal(signal.SIGINT)
    assert child.wait() == 130
    assert case.served() == "one" and case.records()[-1]["outcome"] == "rolled_back", case.records()[-1]


def a_kill_is_repaired_by_the_next_run(case):
    child = start_hanging(case)
    child.kill()
    child.wait()
    case.make("three", 0.9)
    case.call("run", "--deploy", expect=0)
    assert case.served() == "three"
    outcomes = [record["outcome"] for record in case.records()]
    assert outcomes == ["started", "deployed", "started", "rolled_back", "started", "deployed"], outcomes


def main():
    cases = (stops_before_deploying, a_gate_and_a_smoke_test_stand_before_it,
             a_drop_against_the_last_passed_run_is_seen, the_folder_alone_is_enough_to_go_back,
             an_interruption_takes_it_back, a_kill_is_repaired_by_the_next_run)
    for case in cases:
        with tempfile.TemporaryDirectory() as scratch:
            case(Case(scratch))
            print(f"ok {case.__name__}")


if __name__ == "__main__":
    main()
