#!/usr/bin/python3
"""The JSON that other programs rely on, taken from the real binary and held to schemas/.

usage: contracts_test.py MLPIPE SCHEMAS
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

MLPIPE, SCHEMAS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "MLPIPE_MODULE_DIR": ""}
PIPELINE = """mlpipe: 1
name: contracts
params: params.yaml
stages:
  make: {cmd: "cp in.csv out.csv", deps: [in.csv], outs: [out.csv], params: [depth]}
  check:
    kind: data_check
    table: out.csv
    checks: [{row_count: {min: 1}}, {not_null: {column: a}}]
  bad: {cmd: "exit 3", needs: [check]}
  after: {cmd: "true", needs: [bad]}
"""
RUN_FINISHED = ["event", "run_id", "time", "status", "exit_code", "wall_ms", "ran", "reused", "restored", "passed", "warned",
                "failed", "errored", "blocked", "skipped", "cancelled"]


def check(condition, message):
    if not condition:
        sys.exit(f"contracts_test: {message}")


def mlpipe(*arguments, code=0):
    env = {name: value for name, value in ENV.items() if value}
    done = subprocess.run([MLPIPE, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check(done.returncode == code, f"{arguments}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def valid(value, name):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    problems = [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(value)]
    check(not problems, f"{name}: {problems[:3]}\n{json.dumps(value)[:2000]}")
    return value


def states():
    return {stage["name"]: stage["state"] for stage in valid(json.loads(mlpipe("status", "--json")), "status")["stages"]}


def run(code=0):
    events = [valid(json.loads(line), "events") for line in mlpipe("run", "--json", code=code).splitlines()]
    check(list(events[-1])[:len(RUN_FINISHED)] == RUN_FINISHED, f"run_finished has keys {list(events[-1])}")
    return events


def dvc():
    """A repository with dvc.yaml: the stages as DVC means them, its status in DVC's words, versioned data."""
    pathlib.Path(".dvc").mkdir()
    pathlib.Path(".dvc/config").write_text("[core]\n    no_scm = True\n    remote = r\n['remote \"r\"']\n    url = ../../remote\n")
    pathlib.Path("dvc.yaml").write_text("metrics: [m.json]\nstages:\n  s:\n    cmd: [cp in out, 'true']\n    deps: [in]\n"
                                        "    params: [k]\n    outs:\n    - out: {persist: true}\n    frozen: false\n")
    pathlib.Path("params.yaml").write_text("k: 1\n")
    pathlib.Path("in").write_text("1")
    graph = valid(json.loads(mlpipe("graph", "--json")), "graph")
    stage = graph["stages"][0]["dvc"]
    check(stage["cmd"] == ["cp in out", "true"] and stage["outs"] == [{"path": "out", "kind": "out", "persist": True}], f"{stage}")
    check(graph["dvc"] == {"metrics": {"dvc.yaml": ["m.json"]}}, f"{graph['dvc']}")
    status = valid(json.loads(mlpipe("status", "--dvc-compat", "--json")), "dvc_status")
    check(status == {"s": [{"changed deps": {"in": "modified", "params.yaml": "new"}}, {"changed outs": {"out": "deleted"}}]}, f"{status}")
    check(run()[-1]["ran"] == ["s"] and run()[-1]["reused"] == ["s"], "a second run does something")
    added = valid(json.loads(mlpipe("data", "add", "in", "--json")), "data")["added"]
    check(added[0]["md5"] == "c4ca4238a0b923820dcc509a6f75849b", f"{added}")
    for verb in (["push"], ["fetch"], ["pull"], ["checkout"], ["commit"], ["unprotect", "in"], ["gc", "-w"], ["remove", "in.dvc"]):
        valid(json.loads(mlpipe("data", *verb, "--json").splitlines()[-1]), "data")
    valid(json.loads(mlpipe("data", "status", "--json")), "dvc_status")


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        pathlib.Path(folder, "project").mkdir()
        os.chdir(pathlib.Path(folder, "project"))
        dvc()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        pathlib.Path("mlpipe.yaml").write_text(PIPELINE)
        pathlib.Path("params.yaml").write_text("depth: 3\n")
        pathlib.Path("in.csv").write_text("a,b\n1,2\n,3\n")
        pathlib.Path("checks.yaml").write_text("- not_null: {column: a}\n- row_count: {min: 1}\n")
        pathlib.Path("reference.csv").write_text("a,b\n" + "".join(f"{i},x\n" for i in range(40)))
        pathlib.Path("current.csv").write_text("a,b\n" + "".join(f"{i + 30},x\n" for i in range(40)))
        drift = valid(json.loads(mlpipe("drift", "reference.csv", "current.csv", "--json", code=3)), "drift")
        keys = ["column", "type", "method", "value", "p_value", "threshold", "drifted", "reference_rows", "current_rows"]
        check([list(one)[:9] for one in drift["columns"]] == [keys, keys], f"{drift}")
        check([drift["status"], drift["drifted_share"]] == ["fail", 0.5], f"{drift}")
        check([drift["columns"][0][key] for key in keys if key not in ("p_value",)]
              == ["a", "num", "ks", 0.75, 0.05, True, 40, 40], f"{drift}")
        broken = valid(json.loads(mlpipe("drift", "reference.csv", "absent.csv", "--json", code=6)), "drift")
        check(broken["status"] == "error" and not broken["columns"], f"{broken}")
        profile = valid(json.loads(mlpipe("profile", "reference.csv", "--json", "-o", "kept.json")), "profile")
        check(profile["columns"][0]["mean"] == 19.5 and profile["columns"][0]["complete"], f"{profile}")
        again = valid(json.loads(mlpipe("drift", "kept.json", "current.csv", "--json", code=3)), "drift")
        check(again["columns"] == drift["columns"], "a complete profile compares otherwise than its table")
        graph = valid(json.loads(mlpipe("graph", "--json")), "graph")
        check(["make", "check"] in graph["edges"] and ["bad", "after"] in graph["edges"], f"edges are {graph['edges']}")
        check(set(states().values()) == {"never_run"}, f"states at first: {states()}")
        answer = valid(json.loads(mlpipe("check", "in.csv", "--checks", "checks.yaml", "--json", code=3)), "check")
        table = valid(json.loads(mlpipe("table", "in.csv", "--json")), "table")
        check(table["rows"] == 2 and table["columns"][0] == {"name": "a", "type": "BIGINT"}, f"{table}")
        failed = [item for item in answer["checks"] if item["status"] == "fail"]
        check(len(failed) == 1 and failed[0]["violations"] == 1 and failed[0]["sample"][0]["row"] == 2, f"{failed}")
        end = run(code=3)[-1]
        check(end["failed"] == ["check"] and end["blocked"] == ["bad", "after"], f"{end}")
        pathlib.Path("in.csv").write_text("a,b\n1,2\n")
        end = run(code=1)[-1]
        check(end["passed"] == ["make", "check"] and end["failed"] == ["bad"] and end["blocked"] == ["after"], f"{end}")
        os.unlink("out.csv")
        check(states()["make"] == "missing", f"{states()}")
        pathlib.Path("params.yaml").write_text("depth: 4\n")
        status = json.loads(mlpipe("status", "make", "--json"))["stages"][0]
        check({"kind": "param", "item": "params.yaml:depth", "change": "modified", "old": "3", "new": "4"}
              in status["reasons"] or {"kind": "param", "item": "depth", "change": "modified", "old": "3", "new": "4"}
              in status["reasons"], f"{status}")
        text = PIPELINE.replace("exit 3", "true")
        pathlib.Path("mlpipe.yaml").write_text(text)
        run()
        events = run()
        check([event["event"] for event in events] == ["run_started", "run_finished"], "a no-op says more than two events")
        check(sorted(events[-1]["reused"]) == ["after", "bad", "check", "make"], f"{events[-1]}")
    print("contracts_test: status, graph, check, drift, profile, run and data keep their schemas")


main()
