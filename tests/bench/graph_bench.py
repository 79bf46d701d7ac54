#!/usr/bin/python3
"""Start-up, no-op and cold run of a layered graph: mlpipe beside ninja, in pairs A B A B; medians and ratios.

usage: graph_bench.py MLPIPE [ROUNDS] [STAGES...]

Each stage is `sh -c` with a redirection, so that both tools need the shell; it reads two files of the layer above. Old
outputs are moved aside between cold runs, never deleted: on some file systems creating files soon after deleting many is
ten times slower. Quote the ratios, not the times: they belong to the machine and its load.
"""
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MLPIPE = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 9
SIZES = [int(size) for size in sys.argv[3:]] or [100, 1000]
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def layers(count):
    width = max(10, count // 100)
    return count // width, width


def stages(count):
    depth, width = layers(count)
    for layer in range(depth):
        for i in range(width):
            above = [f"src/{i}"] if layer == 0 else [f"out/{layer - 1}_{i}", f"out/{layer - 1}_{(i + 1) % width}"]
            yield f"out/{layer}_{i}", above


def write_graph(count):
    os.makedirs("src")
    os.makedirs("out")
    for i in range(layers(count)[1]):
        pathlib.Path(f"src/{i}").write_text(f"source {i}\n")
    ninja = ["rule s", "  command = head -qn1 $in > $out"]
    ours = ["mlpipe: 1", "name: bench", "stages:"]
    for out, above in stages(count):
        ninja.append(f"build {out}: s {' '.join(above)}")
        ours.append(f"  {out.replace('/', '-')}: {{cmd: \"head -qn1 {' '.join(above)} > {out}\", "
                    f"deps: [{', '.join(above)}], outs: [{out}]}}")
    pathlib.Path("build.ninja").write_text("\n".join(ninja) + "\n")
    pathlib.Path("mlpipe.yaml").write_text("\n".join(ours) + "\n")


def timed(argv):
    begin = time.perf_counter()
    subprocess.run(argv, env=ENV, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def pairs(what, first, second, prepare=lambda name: None):
    """first and second in turn; prints medians in ms and the median of the pairwise ratios."""
    a, b = [], []
    for _ in range(ROUNDS):
        prepare("first")
        a.append(timed(first))
        prepare("second")
        b.append(timed(second))
    ratio = statistics.median(y / x for x, y in zip(a, b))
    print(f"{what:<28} ninja {statistics.median(a) * 1e3:9.2f} ms   mlpipe {statistics.median(b) * 1e3:9.2f} ms   "
          f"ratio {ratio:6.2f}", flush=True)


def move_aside(names):
    os.makedirs("aside", exist_ok=True)
    for name in names:
        if os.path.lexists(name):
            os.rename(name, f"aside/{time.time_ns()}")
    os.makedirs("out", exist_ok=True)


def graph(count):
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        write_graph(count)
        ninja, ours = ["ninja", "-j2"], [MLPIPE, "run", "-j2"]
        if count <= 1000:
            forget = {"first": ["out", ".ninja_log", ".ninja_deps"], "second": ["out", ".mlpipe", "mlpipe.lock"]}
            pairs(f"cold, {count} stages, -j2", ninja, ours, lambda name: move_aside(forget[name]))
        for argv in (ninja, ours, ninja, ours):  # warm, and past the moment in which time stamps prove nothing
            timed(argv)
            time.sleep(0.1)
        pairs(f"no-op, {count} stages", ninja, ours)
        os.chdir("/")
        shutil.rmtree(folder + "/aside", ignore_errors=True)


def main():
    pairs("start (--version)", ["ninja", "--version"], [MLPIPE, "--version"])
    for count in SIZES:
        graph(count)
    print(f"largest resident set of a child: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f} MiB")


main()
