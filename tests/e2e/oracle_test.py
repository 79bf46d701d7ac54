#!/usr/bin/python3
"""Random graphs and random edits against a naive model of what must run.

usage: oracle_test.py MLPIPE [GRAPHS] [SEED]

The model is a dictionary: (command, output, contents of the inputs) -> content of the output. A stage must run exactly
when its key is not in it; otherwise its output must be what the dictionary says, restored where it is missing or edited.
Commands keep one digit of a checksum, so that results often come out equal: nothing below such a stage may run.
"""
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

MLPIPE = os.path.abspath(sys.argv[1])
GRAPHS = int(sys.argv[2]) if len(sys.argv) > 2 else 12
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
STEPS = 12
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


class Graph:
    def __init__(self, rng):
        self.rng = rng
        self.sources = [f"src{i}" for i in range(rng.randint(1, 4))]
        self.stages = []  # (name, constant, deps)
        for i in range(rng.randint(2, 14)):
            candidates = self.sources + [f"out{j}" for j in range(i)]
            deps = rng.sample(candidates, rng.randint(1, min(3, len(candidates))))
            self.stages.append([f"stage{i}", rng.randint(0, 2), deps])

    def command(self, i):
        name, constant, deps = self.stages[i]
        return f"(echo {constant}; cat {' '.join(deps)}) | sha256sum | cut -c1 > out{i}"

    def result(self, i, contents):
        _, constant, deps = self.stages[i]
        data = f"{constant}\n".encode() + b"".join(contents[dep] for dep in deps)
        return hashlib.sha256(data).hexdigest()[:1].encode() + b"\n"

    def write(self):
        lines = ["mlpipe: 1", "name: oracle", "stages:"]
        order = list(range(len(self.stages)))
        self.rng.shuffle(order)  # the order in the file means nothing
        for i in order:
            name, _, deps = self.stages[i]
            lines += [f"  {name}:", f"    cmd: \"{self.command(i)}\"", f"    deps: [{', '.join(deps)}]",
                      f"    outs: [out{i}]"]
        pathlib.Path("mlpipe.yaml").write_text("\n".join(lines) + "\n")

    def edit(self):
        """One random change to the world; outputs may be deleted or scribbled over."""
        kind = self.rng.choice(["source", "source", "constant", "delete", "scribble", "nothing", "touch"])
        i = self.rng.randrange(len(self.stages))
        if kind == "source":
            pathlib.Path(self.rng.choice(self.sources)).write_text(f"{self.rng.randint(0, 3)}\n")
        elif kind == "constant":
            self.stages[i][1] = self.rng.randint(0, 2)
        elif kind == "delete":
            pathlib.Path(f"out{i}").unlink(missing_ok=True)
        elif kind == "scribble":
            pathlib.Path(f"out{i}").write_text("scribble\n")
        elif kind == "touch":
            os.utime(self.rng.choice(self.sources))
        return f"{kind} {i}"


def model(graph, memo):
    """Who must run now, and what must stand there afterwards."""
    contents = {source: pathlib.Path(source).read_bytes() for source in graph.sources}
    must_run = set()
    for i, (name, _, deps) in enumerate(graph.stages):
        key = (graph.command(i), i, tuple(contents[dep] for dep in deps))
        if key not in memo:
            must_run.add(name)
            memo[key] = graph.result(i, contents)
        contents[f"out{i}"] = memo[key]
    return must_run, contents


def play(number, rng):
    graph, memo, story = Graph(rng), {}, []
    for source in graph.sources:
        pathlib.Path(source).write_text("0\n")
    for _ in range(STEPS):
        graph.write()
        must_run, contents = model(graph, memo)
        done = subprocess.run([MLPIPE, "run", "-j3", "--json"], env=ENV, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60)
        context = f"(seed {SEED}, graph {number}, after {story})\n{pathlib.Path('mlpipe.yaml').read_text()}"
        if done.returncode != 0:
            sys.exit(f"oracle_test: exit {done.returncode} {context}{done.stdout}{done.stderr}")
        ran = set(json.loads(done.stdout.splitlines()[-1])["ran"])
        if ran != must_run:
            sys.exit(f"oracle_test: ran {sorted(ran)}, must run {sorted(must_run)} {context}")
        for path, content in contents.items():
            if pathlib.Path(path).read_bytes() != content:
                sys.exit(f"oracle_test: {path} is wrong {context}")
        story.append(graph.edit())


def main():
    rng = random.Random(SEED)
    for number in range(GRAPHS):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
            os.chdir(folder)
            play(number, rng)
            os.chdir("/")
    print(f"oracle_test: {GRAPHS} random graphs, {STEPS} edits each, agree with the model (seed {SEED})")


main()
