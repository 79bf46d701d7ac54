#!/usr/bin/python3
"""Runs the recorded cases of DVC 3.67.1 through the real binary and compares, step by step.

usage: dvc_cases_test.py MLPIPE PROBE CASES.jsonl [-v] [GROUP_OR_ID...]

Every case is a directory of its own. A case passes when each step gives what DVC gave, or what the case calls right
where DVC's answer is a defect. Cases that are out of reach are listed below with their reason, and in docs/dvc.md; the
test fails when a listed one passes or another one fails.
"""
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

# id -> why it is out of reach. docs/dvc.md holds the same list.
OUT_OF_REACH = {}

MLPIPE, PROBE, CASES = sys.argv[1:4]
FLAGS = {"-f": "--force", "-s": "--only", "--single-item": "--only", "--dry": "--dry-run"}


class Wrong(Exception):
    pass


def is_same(expected, found):
    """Equal with the kind of numbers: 1 is not 1.0 and not true."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(is_same(value, found[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(is_same, expected, found))
    return type(expected) is type(found) and expected == found


def check(what, expected, found):
    if not is_same(expected, found):
        raise Wrong(f"{what}: expected {json.dumps(expected, ensure_ascii=False)}\n"
                    f"      found    {json.dumps(found, ensure_ascii=False)}")


def probe(*arguments, text=""):
    done = subprocess.run([PROBE, *arguments], input=text, capture_output=True, text=True)
    if done.returncode:
        raise Wrong("dvc_probe: " + done.stderr)
    return json.loads(done.stdout)


def parse_yaml(path):
    if not path.exists():
        return None
    answer = probe("yaml", text=path.read_bytes().decode("utf-8", "surrogateescape"))
    return answer["value"] if "value" in answer else {"$unreadable": True}


class Project:
    def __init__(self, case, folder):
        self.case = case
        self.root = folder / "project"
        self.root.mkdir(parents=True)
        self.environment = {**os.environ, "SHELL": "/bin/sh", "LC_ALL": "C.UTF-8", "HOME": str(folder / "home"),
                            "GIT_CONFIG_GLOBAL": "/dev/null", "NO_COLOR": "1"}
        self.environment.pop("XDG_CONFIG_HOME", None)
        self.init()
        for path, content in case["files"].items():
            self.put(path, content)

    def init(self):
        git = self.case.get("git")
        if git:
            subprocess.run(["git", "init", "-q", str(self.root)], check=True, env=self.environment)
        (self.root / ".dvc" / "tmp").mkdir(parents=True)
        (self.root / ".dvc" / "config").write_text("" if git else "[core]\n    no_scm = True\n")
        (self.root / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
        (self.root / ".dvcignore").write_text("# Add patterns of files dvc should ignore\n")

    def put(self, path, content):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = {"text": content}
        if content.get("dir"):
            target.mkdir(exist_ok=True)
        elif "symlink" in content:
            target.symlink_to(content["symlink"])
        else:
            data = base64.b64decode(content["base64"]) if "base64" in content else content["text"].encode()
            if target.is_symlink() or (target.exists() and not os.access(target, os.W_OK)):
                target.unlink()
            target.write_bytes(data)
            if content.get("exec"):
                target.chmod(0o755)

    def mlpipe(self, step, *arguments):
        return subprocess.run([MLPIPE, *arguments], cwd=self.root / step.get("cwd", "."), env=self.environment,
                              capture_output=True, text=True, errors="replace", timeout=60, umask=0o022)

    def judge_end(self, expected, done):
        if "rc" in expected and (expected["rc"] == 0) != (done.returncode == 0):
            raise Wrong(f"rc: expected {expected['rc']}, found {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
        for word in expected.get("message_contains", []):
            if word not in done.stdout + done.stderr:
                raise Wrong(f"message does not hold {word!r}: {done.stdout[-1500:]}{done.stderr[-1500:]}")

    # --- steps that are judged

    def repro(self, step, expected):
        arguments = [FLAGS.get(argument, argument) for argument in step.get("args", [])]
        done = self.mlpipe(step, "run", "--dvc-compat", "--json", *arguments)
        found = {"ran": [], "restored": [], "unchanged": [], "verified": [], "pulled": []}
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if event.get("event") == "run_finished":
                found["ran"] = sorted(event["ran"])
                found["restored"] = sorted(event["restored"])
                found["unchanged"] = sorted(event["reused"])
            if event.get("event") == "stage_finished" and "taken as" in event["summary"] + event["cause"]:
                found["verified"].append(event["stage"])
            if event.get("event") == "stage_finished" and event["summary"].startswith("pulled"):
                found["pulled"].append(event["stage"])
            if "stages" in event and "event" not in event:  # --dry-run
                for stage in event["stages"]:
                    kind = {"up_to_date": "unchanged", "missing": "restored"}.get(stage["state"], "ran")
                    found[kind].append(stage["name"])
        found["restored"] = [stage for stage in found["restored"] if stage not in found["pulled"]]
        self.judge_end(expected, done)
        for key, value in found.items():
            if key in expected:
                check(key, expected[key], sorted(value))
        if "lock" in expected:
            check("dvc.lock", expected["lock"], parse_yaml(self.root / "dvc.lock"))
        for folder, lock in (expected.get("locks") or {}).items():
            path = self.root / folder
            check(folder, lock, parse_yaml(path if path.name == "dvc.lock" else path / "dvc.lock"))

    def status(self, step, expected):
        done = self.mlpipe(step, "status", "--dvc-compat", "--json", *step.get("args", []))
        self.judge_end(expected, done)
        if expected.get("status") is not None:
            check("status", expected["status"], json.loads(done.stdout))

    def resolve(self, step, expected):
        done = self.mlpipe(step, "graph", "--dvc-compat", "--json", *step.get("args", []))
        self.judge_end(expected, done)
        if expected.get("stages") is not None:
            graph = json.loads(done.stdout)
            found = sorted((stage["dvc"] for stage in graph["stages"]), key=lambda stage: stage["name"])
            check("stages", sorted(expected["stages"], key=lambda stage: stage["name"]), found)
            if "top" in expected:
                check("top", expected["top"], graph["dvc"])
        if expected.get("warns") and "warning" not in done.stderr:
            raise Wrong("a warning is due")

    def collect(self, step, expected):
        done = self.mlpipe(step, "graph", "--dvc-compat", "--json", "--only", *step.get("args", []))
        self.judge_end(expected, done)
        if expected.get("stages") is not None:
            check("stages", expected["stages"], sorted(stage["name"] for stage in json.loads(done.stdout)["stages"]))

    def graph(self, step, expected):
        done = self.mlpipe(step, "graph", "--dvc-compat", "--json", *step.get("args", []))
        self.judge_end(expected, done)
        if "nodes" in expected:
            graph = json.loads(done.stdout)
            check("nodes", sorted(expected["nodes"]), sorted(stage["name"] for stage in graph["stages"]))
            check("edges", sorted(expected["edges"]), sorted([to, since] for since, to in graph["edges"]))

    def data(self, step, expected):
        done = self.mlpipe(step, "data", step["do"], *step.get("args", []))
        self.judge_end(expected, done)
        if "dvcfiles" in expected:
            found = {str(path.relative_to(self.root)): parse_yaml(path) for path in self.root.rglob("*.dvc")
                     if path.is_file() and ".mlpipe" not in path.parts}
            check("dvcfiles", expected["dvcfiles"], found)

    add = commit = move = remove = checkout = push = pull = fetch = update = unprotect = gc = data
    import_url = data

    def cache(self, step, expected):
        root = self.root / step.get("root", ".dvc/cache")
        objects = [path for path in (root / "files" / "md5").glob("??/*") if path.is_file() and not path.name.startswith(".")]
        found = {"objects": sorted("/".join(path.parts[-2:]) for path in objects),
                 "runs": sorted("/".join(path.parts[-3:]) for path in (root / "runs").glob("??/*/*")),
                 "legacy": sorted("/".join(path.parts[-2:]) for path in root.glob("??/*") if path.is_file()),
                 "modes": sorted({f"{stat.S_IMODE(path.stat().st_mode):o}" for path in objects})}
        for key, value in expected.items():
            check(key, value, found[key])

    def object(self, step, expected):
        out = parse_yaml(self.root / step["of"])["outs"][0]
        check("oid", expected["oid"], out["md5"])
        path = self.root / ".dvc/cache/files/md5" / out["md5"][:2] / out["md5"][2:]
        check("text", expected["text"], path.read_text())

    def hash(self, step, expected):
        check("hash", expected["value"], probe("hash", step["algo"], str(self.root / step["path"]))["value"])

    def runkey(self, step, expected):
        found = probe("runkey", text=json.dumps(step["entry"], ensure_ascii=False))
        for key, value in expected.items():
            check(key, value, found.get(key))

    def yaml(self, step, expected):
        found = probe("yaml", text=step["text"])
        if expected.get("error_class"):
            check("error", True, "error_class" in found)
        else:
            check("value", expected["value"], found.get("value", found))

    def parse(self, step, expected):
        path = self.root / step["path"]
        if expected.get("missing"):
            return check("missing", True, not path.exists())
        check("parsed", expected["value"], parse_yaml(path))

    def read(self, step, expected):
        path = self.root / step["path"]
        if expected.get("missing"):
            return check("missing", True, not path.exists())
        if expected.get("text") is None:
            return
        if path.name == "dvc.lock":  # its layout is free
            return check(step["path"], probe("yaml", text=expected["text"]), {"value": parse_yaml(path)})
        check(step["path"], expected["text"], path.read_text() if path.exists() else None)

    def describe(self, path):
        if path.name == "dvc.lock" or path.name.endswith(".dvc"):
            return {}
        found = {}
        if path.is_symlink():
            target = os.readlink(path)
            found["link"] = "<abs>" if target.startswith("/") else target
        data = path.read_bytes()
        mode = path.stat().st_mode
        found.update(md5=hashlib.md5(data).hexdigest(), size=len(data))
        if mode & 0o111:
            found["exec"] = True
        if not mode & 0o200:
            found["readonly"] = True
        return found

    def tree(self, step, expected):
        top = self.root / step["path"]
        if expected.get("missing"):
            return check("missing", True, not top.exists())
        if "file" in expected:
            return check(step["path"], expected["file"], self.describe(top))
        files = {}
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name not in (".dvc", ".git", ".mlpipe")]
            for name in names:
                path = pathlib.Path(folder) / name
                if name != ".dvcignore":
                    files[str(path.relative_to(top))] = self.describe(path)
        check(step["path"], expected["files"], files)

    # --- set-up

    def sh(self, step, expected):
        done = subprocess.run(["/bin/sh", "-c", step["cmd"]], cwd=self.root / step.get("cwd", "."), env=self.environment,
                              capture_output=True, text=True)
        self.judge_end(expected, done)
        if "stdout" in expected:
            check("stdout", expected["stdout"], done.stdout)

    def set_up(self, step):
        path = self.root / step["path"]
        if step["do"] == "write":
            self.put(step["path"], {key: value for key, value in step.items() if key in ("text", "base64", "exec", "symlink", "dir")})
        elif step["do"] == "delete":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        elif step["do"] == "rename":
            path.rename(self.root / step["to"])
        elif step["do"] == "mkdir":
            path.mkdir(parents=True)
        elif step["do"] == "chmod":
            path.chmod(int(step["mode"], 8))
        elif step["do"] == "touch":
            os.utime(path)
        else:
            raise Wrong("unknown step " + step["do"])

    def run(self, right):
        for number, (step, expected) in enumerate(zip(self.case["steps"], self.case["expect"])):
            wanted = {key: value for key, value in {**expected, **right.get(str(number), {})}.items() if value is not None or key == "lock"}
            if "lock" in right.get(str(number), {}):
                wanted.pop("lock")
            judge = getattr(self, step["do"].replace("-", "_"), None)
            try:
                judge(step, wanted) if judge else self.set_up(step)
            except Wrong as wrong:
                raise Wrong(f"step {number} {step['do']} {' '.join(step.get('args', []))}: {wrong}")


def run_case(case, top):
    """None where it passes. Where DVC's answer is a defect, the right one or, as --dvc-compat promises, DVC's own."""
    problem = run_once(case, top, case.get("right_expect", {}))
    return None if problem is None or "right_expect" not in case else run_once(case, top, {}) and problem


def run_once(case, top, right):
    folder = top / hashlib.md5(case["id"].encode()).hexdigest()
    try:
        Project(case, folder).run(right)
        return None
    except Wrong as wrong:
        return str(wrong)
    except Exception as error:  # a case that breaks the driver is a failed case
        return f"{type(error).__name__}: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    verbose = "-v" in sys.argv
    chosen = {argument for argument in sys.argv[4:] if argument != "-v"}
    if not os.path.exists(CASES):
        print(f"dvc_cases_test: {CASES} is not here: skipped")
        sys.exit(77)
    cases = [json.loads(line) for line in open(CASES, encoding="utf-8")]
    cases = [case for case in cases if not chosen or case["id"] in chosen or case["group"] in chosen]
    top = pathlib.Path(tempfile.mkdtemp(prefix="dvc-cases-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda case: run_case(case, top), cases))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    groups = {}
    surprises = []
    for case, problem in zip(cases, answers):
        group = groups.setdefault(case["group"], [0, 0, []])
        group[1] += 1
        group[0] += problem is None
        if problem is not None:
            group[2].append(case["id"])
        if (problem is None) == (case["id"] in OUT_OF_REACH):
            surprises.append(case["id"] + (": " + problem if problem else ": listed as out of reach, but it passes"))
    for name, (passed, count, failing) in sorted(groups.items()):
        print(f"{name:12} {passed:4} of {count:4}  {' '.join(failing)}")
    passed = sum(group[0] for group in groups.values())
    print(f"{'all':12} {passed:4} of {len(cases):4}  {100 * passed / max(1, len(cases)):.1f} %")
    if surprises:
        print("\n".join(surprises) if verbose else f"{len(surprises)} surprises (-v shows them)")
        sys.exit(1)


main()
