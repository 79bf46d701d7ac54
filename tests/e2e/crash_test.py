#!/usr/bin/python3
"""Kills `mlpipe run` at random points and checks every promise about what is left behind.

usage: crash_test.py MLPIPE [KILLS] [SEED]

A pipeline of 30 stages in layers is run again and again with changing sources; the runner is killed with SIGKILL after a
random delay. After each kill: every object has the content its name says. After the run that follows it: no process of
the dead run lives, outputs are those that a clean run gives. At the end: all outputs are deleted and must all come back
from the store without one stage running (no journal entry without its objects).
"""
import hashlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

MLPIPE = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
LAYERS, WIDTH = 6, 5
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def inputs(layer, i):
    if layer == 0:
        return [f"src/{i}.txt"]
    return [f"out/{layer - 1}_{i}", f"out/{layer - 1}_{(i + 1) % WIDTH}"]


def write_pipeline():
    lines = ["mlpipe: 1", "name: crash", "stages:"]
    for layer in range(LAYERS):
        for i in range(WIDTH):
            deps = inputs(layer, i)
            out = f"out/{layer}_{i}"
            # A background child that outlives a killed runner would go on writing: that is what is looked for.
            cmd = f"(sleep 0.02; echo late >> {out}.log) & cat {' '.join(deps)} > {out}; sleep 0.01; wait; rm -f {out}.log"
            lines.append(f"  s{layer}_{i}:")
            lines.append(f"    cmd: \"{cmd}\"")
            lines.append(f"    deps: [{', '.join(deps)}]")
            lines.append(f"    outs: [{out}]")
    pathlib.Path("mlpipe.yaml").write_text("\n".join(lines) + "\n")


def write_sources(version):
    for i in range(WIDTH):
        pathlib.Path(f"src/{i}.txt").write_text(f"source {i} version {version if i == 0 else version // 3}\n")


def expected():
    """What a clean run gives, computed without mlpipe."""
    contents = {}
    for layer in range(LAYERS):
        for i in range(WIDTH):
            parts = []
            for path in inputs(layer, i):
                parts.append(contents[path] if path in contents else pathlib.Path(path).read_bytes())
            contents[f"out/{layer}_{i}"] = b"".join(parts)
    return contents


def check(condition, message):
    if not condition:
        sys.exit(f"crash_test: {message} (seed {SEED}, in {os.getcwd()})")


def check_objects():
    for path in pathlib.Path(".mlpipe/objects").glob("*/*"):
        name = path.parent.name + path.name
        if len(name) == 64:
            check(hashlib.sha256(path.read_bytes()).hexdigest() == name, f"object {name} has wrong content")


def living(marker):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if marker in pathlib.Path(f"/proc/{entry}/environ").read_bytes():
                    found.append(int(entry))
            except OSError:
                pass
    return found


def run_to_end(folder_marker):
    done = subprocess.run([MLPIPE, "run", "-j4"], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check(done.returncode == 0, f"the run after a kill failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    check(not living(folder_marker), "a process of a dead run is still alive after the next run")
    for path, content in expected().items():
        there = pathlib.Path(path)
        check(there.exists() and there.read_bytes() == content, f"{path} is not what a clean run gives")
    return done.stdout


def kill_once(delay):
    # A marker in the environment of everything this run starts; MLPIPE_ROOT is passed to every stage.
    process = subprocess.Popen([MLPIPE, "run", "-j4"], env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(delay)
    alive = process.poll() is None
    if alive:
        process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def main():
    random.seed(SEED)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        os.makedirs("src")
        os.makedirs("out")
        write_pipeline()
        write_sources(0)
        marker = f"MLPIPE_ROOT={os.path.realpath(folder)}".encode()
        begin = time.monotonic()
        run_to_end(marker)
        whole = time.monotonic() - begin
        killed = 0
        for round_number in range(1, KILLS + 1):
            write_sources(round_number)
            killed += kill_once(random.uniform(0, whole))
            check_objects()
            if round_number % 4 == 0:  # sometimes several kills in a row, before anything is mended
                run_to_end(marker)
        run_to_end(marker)
        for path in expected():
            os.unlink(path)
        text = run_to_end(marker)
        check("started" not in text, f"a stage ran although its result was recorded:\n{text}")
        # Otherwise the test would be about nothing.
        check(killed >= KILLS // 2, f"only {killed} of {KILLS} kills found the runner alive")
        print(f"crash_test: {killed} kills at random points of a run, every promise kept (seed {SEED})")


main()
