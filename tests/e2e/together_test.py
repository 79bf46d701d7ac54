#!/usr/bin/python3
"""Two and three `mlpipe` at once on one checkout: every stage runs once, everybody ends well, whoever waits says so.

usage: together_test.py MLPIPE
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

MLPIPE = os.path.abspath(sys.argv[1])
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
CHAIN = 8


def check(condition, message):
    if not condition:
        sys.exit(f"together_test: {message} (in {os.getcwd()})")


def write_pipeline():
    """A chain and, beside it, independent stages; each stage leaves a line for every time it runs."""
    lines = ["mlpipe: 1", "name: together", "stages:"]
    for i in range(CHAIN):
        dep = "src.txt" if i == 0 else f"out/chain{i - 1}"
        lines += [f"  chain{i}:", f"    cmd: \"sleep 0.1; echo chain{i} >> ran.log; cat {dep} > out/chain{i}\"",
                  f"    deps: [{dep}]", f"    outs: [out/chain{i}]"]
        lines += [f"  side{i}:", f"    cmd: \"sleep 0.1; echo side{i} >> ran.log; echo {i} > out/side{i}\"",
                  f"    outs: [out/side{i}]"]
    pathlib.Path("mlpipe.yaml").write_text("\n".join(lines) + "\n")
    pathlib.Path("src.txt").write_text("source\n")


def together(count):
    runs = [subprocess.Popen([MLPIPE, "run", "-j2", "--json"], env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for _ in range(count)]
    ends, waits = [], []
    for process in runs:
        out, err = process.communicate(timeout=120)
        events = [json.loads(line) for line in out.splitlines()]
        check(process.returncode == 0, f"one of {count} failed with {process.returncode}:\n{out}{err}")
        check(events[-1]["event"] == "run_finished", "the last event is not run_finished")
        ends.append(events[-1])
        waits += [event for event in events if event["event"] == "stage_waiting"]
    return ends, waits


def main():
    for count in (2, 3):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
            os.chdir(folder)
            write_pipeline()
            ends, waits = together(count)
            ran = pathlib.Path("ran.log").read_text().split()
            check(len(ran) == 2 * CHAIN and len(set(ran)) == 2 * CHAIN, f"stages ran {len(ran)} times: {sorted(ran)}")
            for end in ends:
                good = set(end["passed"]) | set(end["reused"]) | set(end["restored"])
                check(len(good) == 2 * CHAIN, f"a run does not know of every stage: {end}")
            check(waits, "nobody waited although all wanted the same stages")
            check(any("mlpipe run" in wait["behind"] for wait in waits), f"who is waited for is not said: {waits[0]}")
            again, _ = together(count)
            check(all(len(end["reused"]) == 2 * CHAIN for end in again), "a second round does not reuse everything")
            os.chdir("/")
    print("together_test: two and three runs at once, every stage once")


main()
