#!/usr/bin/env python3
"""Runs the cases tests/e2e/*.t: shell commands with the output that they must have, as cram writes them.

run_cases.py [--update] [--keep] MLPIPE CASE.t...

A case is text. A line that begins with two spaces and `$ ` is a command; lines that begin with two spaces and `> ` go on
with it; the indented lines below are what it must print, on both streams. All else is for the reader. At the end of a line:
  (re)    the line is a regular expression
  (glob)  * and ? stand for anything
  [N]     alone on the last line: the exit code, 0 where none is given
`  ...` alone stands for any number of lines. What differs from run to run stands as a word: RUN for a run's id, TIME and SIZE
for durations and memory with the spaces before them, PID, $WORK for the case's folder, $SOURCE.

All commands of a case run in one shell, in a fresh folder with mlpipe first on PATH and Debian's tools behind it. HOME is
a folder of the case's own; what the caller has of PYTHON*, of CI systems' variables and of git's settings is not passed on.
SOURCE is the checkout's root. A case that ends its shell with exit code 80 asks for something that is not here: it counts as
skipped, with what it printed as the reason, and where no other case was run the exit code is 77. --update writes what was printed into the case, --keep leaves the folder.
"""
import argparse
import difflib
import fnmatch
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
INDENT = "  "
SKIP = 80
ENDED = "(the shell ended here)"


class Command:
    """One command of a case: its lines as they stand there, and what must come of it."""

    def __init__(self, text):
        self.lines = [text]
        self.expected = []

    @property
    def script(self):
        return "\n".join(self.lines) + "\n"


def parse(text):
    """A list of texts (for the reader) and Commands, in order."""
    parts = []
    for line in text.split("\n"):
        command = parts[-1] if parts and isinstance(parts[-1], Command) else None
        if line.startswith(INDENT + "$ "):
            parts.append(Command(line[4:]))
        elif command and not command.expected and (line.startswith(INDENT + "> ") or line == INDENT + ">"):
            command.lines.append(line[4:])
        elif command and line.startswith(INDENT):
            command.expected.append(line[2:])
        else:
            parts.append(line)
    return parts


def environment(folder, mlpipe):
    """What a user on a bare machine has."""
    home = folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Case\n\temail = case@example.org\n[init]\n\tdefaultBranch = main\n"
                                     "[safe]\n\tdirectory = *\n")
    temporary = folder / "tmp"
    temporary.mkdir()
    return {
        "PATH": f"{pathlib.Path(mlpipe).resolve().parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home), "TMPDIR": str(temporary), "USER": "case", "LOGNAME": "case", "SHELL": "/bin/sh",
        "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", "GIT_CONFIG_NOSYSTEM": "1", "SOURCE": str(SOURCE),
    }


def run(commands, folder, env):
    """Runs all commands in one shell. Returns a list of (output lines, exit code), one per command that was reached."""
    mark = f"case-{os.getpid()}-{os.urandom(8).hex()}"
    script = "".join(f"{command.script}printf '\\n%s %s\\n' {mark} $?\n" for command in commands)
    work = folder / "work"
    work.mkdir()
    shell = subprocess.Popen(["/bin/bash", "-c", script], cwd=work, env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = shell.communicate()[0].decode("utf-8", "backslashreplace")
    finally:
        try:
            os.killpg(shell.pid, signal.SIGKILL)  # what a case has left behind
        except ProcessLookupError:
            pass
    results = []
    for piece in re.split(rf"\n{mark} (\d+)\n", output):
        results.append(piece)
    ran = []
    for text, code in zip(results[0::2], results[1::2]):
        text = text.removesuffix("\n")
        ran.append((text.split("\n") if text else [], int(code)))
    if len(ran) < len(commands):
        ran.append((results[-1].split("\n") + [ENDED], shell.returncode))
    return ran


def matches(expected, line):
    if expected.endswith(" (re)"):
        return re.fullmatch(expected[:-5], line) is not None
    if expected.endswith(" (glob)"):
        pattern = expected[:-7].replace("[", "[[]")
        return fnmatch.fnmatchcase(line, pattern)
    return expected == line


def agree(expected, printed):
    """expected with its patterns against what was printed; `...` stands for any number of lines."""
    reachable = {0}  # how many printed lines the expected ones so far can have taken
    for pattern in expected:
        if pattern == "...":
            reachable = set(range(min(reachable, default=len(printed) + 1), len(printed) + 1))
        else:
            reachable = {at + 1 for at in reachable if at < len(printed) and matches(pattern, printed[at])}
    return len(printed) in reachable


def show(printed, code):
    return printed + ([f"[{code}]"] if code != 0 else [])


VOLATILE = [
    (re.compile(r"\b20\d{6}-\d{6}-[0-9a-f]{8}\b"), "RUN"),
    (re.compile(r"\bpid \d+"), "pid PID"),
    (re.compile(r" +\d+(\.\d+)? (ms|s)\b"), " TIME"),
    (re.compile(r" +\d+(\.\d+)? [KMG]iB\b"), " SIZE"),
]


def neutral(line, folder):
    """The same text wherever and whenever the case runs."""
    for pattern, name in VOLATILE:
        line = pattern.sub(name, line)
    return line.replace(str(folder / "work"), "$WORK").replace(str(folder), "$CASE").replace(str(SOURCE), "$SOURCE")


def run_case(path, mlpipe, update, keep):
    parts = parse(path.read_text(encoding="utf-8"))
    commands = [part for part in parts if isinstance(part, Command)]
    if not commands:
        print(f"{path}: no command in it")
        return False
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{path.stem}-", dir=os.environ.get("TEST_TMPDIR"))).resolve()
    try:
        results = run(commands, folder, environment(folder, mlpipe))
    finally:
        if keep:
            print(f"{path.name}: the folder is {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if len(results) <= len(commands) and results[-1][1] == SKIP and results[-1][0][-1:] == [ENDED]:
        print(f"skipped: {path.name}: {' '.join(results[-1][0][:-1]).strip()}")
        return None
    printed = {}
    for command, (lines, code) in zip(commands, results):
        printed[command] = show([neutral(line, folder) for line in lines], code)
    differ = [command for command in commands if not agree(command.expected, printed.get(command, []))]
    if not differ and len(results) == len(commands):
        return True

    def text(of):
        lines = []
        for part in parts:
            if isinstance(part, Command):
                lines.append(f"{INDENT}$ {part.lines[0]}")
                lines += [f"{INDENT}> {line}".rstrip(" ") if not line else f"{INDENT}> {line}" for line in part.lines[1:]]
                lines += [f"{INDENT}{line}" for line in of(part)]
            else:
                lines.append(part)
        return lines

    was = text(lambda command: command.expected)
    now = text(lambda command: printed.get(command, ["(not reached)"]) if command in differ else command.expected)
    if update:
        path.write_text("\n".join(now), encoding="utf-8")
        print(f"{path.name}: rewritten")
        return True
    print("\n".join(difflib.unified_diff(was, now, path.name, "what was printed", lineterm="", n=4)))
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--update", action="store_true", help="write what was printed into the cases")
    parser.add_argument("--keep", action="store_true", help="leave the folders")
    parser.add_argument("mlpipe")
    parser.add_argument("cases", nargs="+", type=pathlib.Path)
    chosen = parser.parse_args()
    results = [run_case(case, chosen.mlpipe, chosen.update, chosen.keep) for case in chosen.cases]
    for case, result in zip(chosen.cases, results):
        if result is False:
            print(f"failed: {case}")
    return 1 if False in results else 0 if True in results else 77


if __name__ == "__main__":
    sys.exit(main())
