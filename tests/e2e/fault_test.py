#!/usr/bin/python3
"""A disk that becomes full, or read-only, at the Nth change mlpipe makes, for every N.

usage: fault_test.py MLPIPE FAULT_SHIM.so

Whatever N is: mlpipe ends by itself with exit code 6 (or a code of the pipeline's own), says why, and loses nothing; with
the disk mended the next run succeeds, and what it then reuses or restores is right.
"""
import errno
import os
import pathlib
import subprocess
import sys
import tempfile

MLPIPE, SHIM = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
PIPELINE = """mlpipe: 1
name: fault
stages:
  one:
    cmd: "cat src.txt > one.txt; echo printed"
    deps: [src.txt]
    outs: [one.txt]
  folder:
    cmd: "mkdir folder; cp one.txt folder/a; ln -s a folder/link; echo b > folder/b"
    deps: [one.txt]
    outs: [folder]
  last:
    cmd: "cat folder/a folder/b > last.txt"
    deps: [folder]
    outs: [last.txt]
"""


def check(condition, message):
    if not condition:
        sys.exit(f"fault_test: {message} (in {os.getcwd()})")


def run(fault_at=0, number=errno.ENOSPC):
    env = dict(ENV)
    counter = None
    if fault_at != 0:
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        env.update(LD_PRELOAD=SHIM, MLPIPE_FAULT_AT=str(fault_at), MLPIPE_FAULT_ERRNO=str(number),
                   MLPIPE_FAULT_REPORT=str(writer))
        done = subprocess.run([MLPIPE, "run", "-j1"], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as report:
            lines = report.read().split()
        counter = int(lines[-1]) if lines else None
    else:
        done = subprocess.run([MLPIPE, "run", "-j1"], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)
    return done, counter


def outputs():
    return {name: pathlib.Path(name).read_bytes() if pathlib.Path(name).is_file() else None
            for name in ("one.txt", "folder/a", "folder/b", "last.txt")}


def right(version):
    source = f"source {version}\n".encode()
    return {"one.txt": source, "folder/a": source, "folder/b": b"b\n", "last.txt": source + b"b\n"}


def one_fault(fault_at, number):
    """A good run, then a faulty one over a changed source, then a mended one."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        os.chdir(folder)
        pathlib.Path("mlpipe.yaml").write_text(PIPELINE)
        pathlib.Path("src.txt").write_text("source 1\n")
        check(run()[0].returncode == 0, "the first run failed")
        pathlib.Path("src.txt").write_text("source 2\n")
        done, counter = run(fault_at, number)
        text = f"\n{done.stdout}{done.stderr}"
        what = f"{errno.errorcode[number]} at change {fault_at}"
        check(done.returncode >= 0, f"{what}: killed by signal {-done.returncode}{text}")
        check(done.returncode in (0, 1, 6), f"{what}: exit code {done.returncode}{text}")
        if counter is not None and counter >= fault_at and done.returncode == 0:
            check(outputs() == right(2), f"{what}: success, but the outputs are wrong{text}")
        if done.returncode != 0:
            check(os.strerror(number) in text, f"{what}: the reason is not said{text}")
        mended, _ = run()
        check(mended.returncode == 0, f"{what}: the run on a mended disk failed\n{mended.stdout}{mended.stderr}")
        check(outputs() == right(2), f"{what}: wrong outputs after mending\n{mended.stdout}")
        pathlib.Path("src.txt").write_text("source 1\n")  # the first result must still be there
        back, _ = run()
        check(back.returncode == 0 and outputs() == right(1), f"{what}: the first result was lost\n{back.stdout}")
        check("started" not in back.stdout, f"{what}: the first result was made again\n{back.stdout}")
        os.chdir("/")
        return counter


def main():
    for number in (errno.ENOSPC, errno.EROFS):
        total = one_fault(10 ** 9, number)
        check(total is not None and total > 20, f"the shim counted {total} changes: it is not in the way")
        for fault_at in range(1, total + 1):
            one_fault(fault_at, number)
        print(f"fault_test: {errno.errorcode[number]} at each of {total} changes, nothing lost")


main()
