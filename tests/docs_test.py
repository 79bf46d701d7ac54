#!/usr/bin/python3
"""Every YAML example of README.md and docs/ is a pipeline that mlpipe accepts, as it stands or as the part it shows.

usage: docs_test.py MLPIPE REPOSITORY
A block that starts with `stages:` or with a stage is completed with what it leaves out: stages that it needs are added.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

MLPIPE, ROOT = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
TRAIN = "  train: {kind: train, cmd: 'true', metrics: [build/metrics.json]}\n"


def completed(block):
    if block.startswith("- "):
        return None  # a list of checks; tried by the cases of `mlpipe check`
    if re.search(r"^mlpipe:", block, re.M):
        return block
    if not block.startswith("stages:"):
        block = "stages:\n" + textwrap.indent(block, "  ")
    if "outs_of: train" in block and not re.search(r"^  train:", block, re.M):
        block += TRAIN
    for names in re.findall(r"^    needs: \[([^]]*)\]", block, re.M):
        for name in re.split(r",\s*", names):
            if not re.search(rf"^  {re.escape(name)}:", block, re.M):
                block += f"  {name}: {{cmd: 'true'}}\n"
    return "mlpipe: 1\nname: example\n" + block


def accepted(text):
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        pathlib.Path(folder, "mlpipe.yaml").write_text(text)
        pathlib.Path(folder, "params.yaml").write_text("train: {depth: 3}\nsplit: {year: 2015}\n")
        done = subprocess.run([MLPIPE, "graph", "-C", folder, "-f", "mlpipe.yaml", "--json"], env=ENV, cwd=folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done.returncode == 0, done.stderr


def main():
    tried, refused = 0, 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for block in re.findall(r"^```ya?ml\n(.*?)^```", page.read_text(), re.M | re.S):
            text = completed(block)
            if text is None or "mlpipe" not in text:
                continue
            good, message = accepted(text)
            tried += 1
            if not good:
                refused += 1
                print(f"{page.relative_to(ROOT)}: this example is refused:\n{block}{message}")
    print(f"docs_test: {tried} examples, {refused} refused")
    if refused or tried == 0:
        sys.exit(1)


main()
