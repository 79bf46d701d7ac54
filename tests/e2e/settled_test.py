#!/usr/bin/python3
"""What is remembered between commands never disagrees with what stands on the disk.

usage: settled_test.py MLPIPE

After "nothing to do" is remembered, each of many changes is made to the files, the environment or the command line. Truth
is what the same binary says with nothing remembered: `run` must say "nothing to do" when, and only when, that `status`
finds every stage up to date; and the graph from the compiled form must equal the graph from the text.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

MLPIPE = os.path.abspath(sys.argv[1])
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
PIPELINE = """\
mlpipe: 1
name: s
params: params.yaml
env: {pass: [WANTED]}
stages:
  folder: {cmd: "ls -R data > lists.txt", deps: [data], outs: [lists.txt]}
  glob: {cmd: "cat in/*.csv > all.csv", deps: ["in/*.csv"], outs: [all.csv]}
  file: {cmd: "cp src.txt copy.txt", deps: [src.txt], outs: [copy.txt]}
  param: {cmd: "echo ${depth} > depth.txt", params: [depth], outs: [depth.txt]}
  below: {cmd: "cat copy.txt all.csv > both.txt", deps: [copy.txt, all.csv], outs: [both.txt, {path: made, cache: true}],
          desc: "x"}
"""
PIPELINE = PIPELINE.replace("cat copy.txt all.csv > both.txt", "mkdir -p made; cp copy.txt made/a; cat copy.txt all.csv > both.txt")


def make(folder):
    root = pathlib.Path(folder)
    for name, text in {"mlpipe.yaml": PIPELINE, "params.yaml": "depth: 3\nother: 1\n", "src.txt": "one\n",
                       "data/a": "1", "data/sub/b": "2", "in/x.csv": "x\n", "in/y.csv": "y\n", "in/note": "n"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    os.symlink("a", root / "data/link")


def rewrite(path, text):
    """The same size, and the old time stamps put back: only ctime tells."""
    status = os.stat(path)
    pathlib.Path(path).write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def edit(path, old, new):
    text = pathlib.Path(path).read_text()
    assert old in text, (path, old)
    pathlib.Path(path).write_text(text.replace(old, new))


def relink():
    os.unlink("data/link")
    os.symlink("sub", "data/link")


def corrupt_journal():
    size = os.path.getsize(".mlpipe/journal")
    with open(".mlpipe/journal", "r+b") as file:
        file.seek(size // 2)
        file.write(b"\0" * 64)


CHANGES = {
    "nothing": lambda: None,
    "a source rewritten with equal times": lambda: rewrite("src.txt", "two\n"),
    "a source touched": lambda: os.utime("src.txt"),
    "a source replaced by equal bytes": lambda: (shutil.copy("src.txt", "t"), os.replace("t", "src.txt")),
    "a source made executable": lambda: os.chmod("src.txt", 0o755),
    "a source removed": lambda: os.unlink("src.txt"),
    "a file added to a folder": lambda: pathlib.Path("data/sub/new").write_text(""),
    "a file removed from a folder": lambda: os.unlink("data/sub/b"),
    "an ignored file added": lambda: (os.mkdir("data/__pycache__"), pathlib.Path("data/__pycache__/x.pyc").write_text("")),
    "an empty folder added": lambda: os.mkdir("data/empty"),
    "a link turned": relink,
    "a file ignored": lambda: pathlib.Path(".mlpipeignore").write_text("b\n"),
    "a match added": lambda: pathlib.Path("in/z.csv").write_text("z\n"),
    "a name that does not match added": lambda: pathlib.Path("in/other").write_text("z\n"),
    "a name that does not match edited": lambda: pathlib.Path("in/note").write_text("m"),
    "a match renamed": lambda: os.rename("in/x.csv", "in/w.csv"),
    "an output edited": lambda: rewrite("copy.txt", "off\n"),
    "an output removed": lambda: os.unlink("all.csv"),
    "a file added to an output folder": lambda: pathlib.Path("made/b").write_text(""),
    "a parameter that counts": lambda: edit("params.yaml", "depth: 3", "depth: 4"),
    "a parameter that does not": lambda: edit("params.yaml", "other: 1", "other: 2"),
    "a command": lambda: edit("mlpipe.yaml", "cp src.txt copy.txt", "cat src.txt > copy.txt"),
    "a description": lambda: edit("mlpipe.yaml", '"x"', '"y"'),
    "a comment": lambda: edit("mlpipe.yaml", "stages:", "stages:  # all"),
    "a stage added": lambda: edit("mlpipe.yaml", "stages:\n", 'stages:\n  new: {cmd: "echo n > n.txt", outs: [n.txt]}\n'),
    "a pipeline added": lambda: (os.mkdir("pipelines"), pathlib.Path("pipelines/p.yaml").write_text(
        'mlpipe: 1\nname: p\nstages: {q: {cmd: "echo q > q.txt", outs: [q.txt]}}\n')),
    "a pipeline that is none": lambda: (os.mkdir("pipelines"), pathlib.Path("pipelines/p.yaml").write_text("a: 1\n")),
    "a broken pipeline": lambda: pathlib.Path("mlpipe.yaml").write_text("mlpipe: 1\nstages: [\n"),
    "owners": lambda: pathlib.Path("CODEOWNERS").write_text("* @a\n"),
    "the journal removed": lambda: os.unlink(".mlpipe/journal"),
    "the journal and the lock removed": lambda: (os.unlink(".mlpipe/journal"), os.unlink("mlpipe.lock")),
    "the journal damaged": corrupt_journal,
    "the lock removed": lambda: os.unlink("mlpipe.lock"),
    "a variable that counts": lambda: ENV.__setitem__("WANTED", "new"),
    "a variable that does not": lambda: ENV.__setitem__("UNWANTED", "new"),
    "the language": lambda: ENV.__setitem__("LC_ALL", "C"),
    "a new owner of the state": lambda: (os.rename(".mlpipe", "m"), shutil.copytree("m", ".mlpipe", symlinks=True)),
}


def mlpipe(*argv):
    return subprocess.run([MLPIPE, *argv], env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=120)


def forgetful(*argv):
    """The same, in a checkout where nothing is remembered between commands."""
    aside = []
    for name in (".mlpipe/settled", ".mlpipe/compiled"):
        if os.path.isdir(name):
            os.rename(name, name + ".aside")
            aside.append(name)
    try:
        return mlpipe(*argv)
    finally:
        for name in aside:
            shutil.rmtree(name, ignore_errors=True)
            os.rename(name + ".aside", name)


def settle():
    for _ in range(20):
        run = mlpipe("run")
        assert run.returncode == 0, run.stderr
        if os.path.isdir(".mlpipe/settled") and "nothing to do" in run.stdout:
            return
        time.sleep(0.05)
    sys.exit("settled_test: nothing was ever remembered")


def check(name, change):
    for variable in ("WANTED", "UNWANTED", "LC_ALL"):
        ENV.pop(variable, None)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        make(folder)
        settle()
        change()
        truth, graph = forgetful("status", "--json"), forgetful("graph", "--json")
        remembered = mlpipe("graph", "--json")
        assert (remembered.returncode, remembered.stdout) == (graph.returncode, graph.stdout), f"{name}: graphs differ"
        run = mlpipe("run")
        quiet = "nothing to do" in run.stdout
        current = truth.returncode == 0 and all(
            stage["state"] == "up_to_date" for stage in json.loads(truth.stdout)["stages"])
        assert quiet == current, f"{name}: up to date is {current}, but run said: {run.stdout}{run.stderr}"
        if run.returncode == 0:  # what a few changed paths leave to do is all there was to do
            again = forgetful("run")
            assert "nothing to do" in again.stdout, f"{name}: not everything was done: {again.stdout}"
        os.chdir("/")


for title, what in CHANGES.items():
    check(title, what)
print(f"settled_test: {len(CHANGES)} kinds of change, none unseen and none imagined")
