#!/usr/bin/python3
"""Files made to break a reader: each gives a clear error or an honest count, within a limit of time and memory.

usage: hostile_test.py MLPIPE
"""
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

MLPIPE = os.path.abspath(sys.argv[1])
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TMPDIR": os.environ.get("TEST_TMPDIR", "/tmp")}
if "MLPIPE_DUCKDB" in os.environ:
    ENV["MLPIPE_DUCKDB"] = os.environ["MLPIPE_DUCKDB"]
SECONDS, MEMORY = 60, 2 << 30
MIB = b"a" * (1 << 20)


def packed(path, pieces):
    with gzip.open(path, "wb", 1) as file:
        for piece in pieces:
            file.write(piece)


def gz_bomb(path):
    """A gigabyte of rows in five megabytes."""
    packed(path, [b"a,b\n"] + [b"1,2\n" * (1 << 18)] * 1100)


def gz_field(path):
    """One value of a gigabyte."""
    packed(path, [b"a,b\n1,"] + [MIB] * 1024 + [b"\n"])


def big_field(path):
    with open(path, "wb") as file:
        file.write(b"a,b\n5,6\n1,")
        for _ in range(1024):
            file.write(MIB)
        file.write(b"\n3,4\n")


def big_json(path):
    with open(path, "wb") as file:
        file.write(b'{"a": "')
        for _ in range(1024):
            file.write(MIB)
        file.write(b'"}\n')


def wide(path):
    path.write_text(",".join(f"c{i}" for i in range(100_000)) + "\n" + ",".join("1" * 100_000) + "\n")


def wide_json(path):
    path.write_text(json.dumps({f"c{i}": i for i in range(100_000)}) + "\n")


def truncated(path):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,2\n" % i for i in range(100_000)))
    path.write_bytes(whole[:len(whole) // 2])


def truncated_zstd(path):
    plain = path.with_suffix(".plain")
    plain.write_bytes(b"a,b\n" + b"".join(b"%d,2\n" % i for i in range(100_000)))
    subprocess.run(["zstd", "-q", str(plain), "-o", str(path)], check=True)
    path.write_bytes(path.read_bytes()[:-5])


def folder_loop(path):
    path.mkdir()
    (path / "x.csv").write_text("a,b\n1,2\n")
    (path / "up").symlink_to("..")
    (path / "self").symlink_to("self")


def log_of(*lines):
    def write(path):
        (path / "_delta_log").mkdir(parents=True)
        (path / "_delta_log" / ("0" * 20 + ".json")).write_text("".join(line + "\n" for line in lines))
    return write


def content(text):
    return lambda path: path.write_bytes(text)


PROTOCOL = '{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}'
NESTED = '{"a":' * 100_000 + "1" + "}" * 100_000
# name, how it is made, exit code, what is said of it
CASES = [
    ("cut.parquet", content(b"PAR1" + b"\x15\x04" * 500), 6, "parquet"),
    ("no.parquet", content(b"not parquet at all"), 6, "parquet"),
    ("footer.parquet", content(b"PAR1" + b"\xff" * 64 + b"\xff\xff\xff\x7fPAR1"), 6, "parquet"),
    ("bomb.csv.gz", gz_bomb, 6, "unpacks to more than 200 times its"),
    ("field.csv.gz", gz_field, 6, "longer than 8.0 MiB"),
    ("field.csv", big_field, 6, "the line that begins at byte 8 is longer than 8.0 MiB"),
    ("object.jsonl", big_json, 6, "maximum_object_size"),
    ("wide.csv", wide, 6, "has 100000 columns; at most 10000 are read"),
    ("wide.jsonl", wide_json, 6, "columns; at most 10000 are read"),
    ("cut.csv.gz", truncated, 6, "is cut off"),
    ("cut.csv.zst", truncated_zstd, 6, "is cut off"),
    ("no.csv.gz", content(b"a,b\n1,2\n"), 6, "cannot be unpacked"),
    ("bytes.csv", content(b"a,b\n1,\xff\xfe\n2,z\n"), 3, "line 2: Invalid unicode"),
    ("bytes.jsonl", content(b'{"a":"\xff\xfe"}\n'), 6, "invalid UTF-8"),
    ("nul.csv", content(b"a,b\n1,x\x00y\n2,z\n"), 0, "2 rows"),
    ("nuls.csv", content(b"a,b\n" + b"\x00" * 5000 + b"\n2,z\n"), 3, "line 2: Expected Number of Columns"),
    ("nul.jsonl", content(b'{"a":"x\x00y"}\n'), 6, "control character"),
    ("deep.jsonl", content(NESTED.encode() + b"\n"), 6, "deep.jsonl"),
    ("half.jsonl", content(b'{"a":1}\n{"a":\n'), 6, "unexpected end of data"),
    ("object.json", content(b'{"a":1}'), 6, "Expected top-level JSON array"),
    ("folder", folder_loop, 0, "1 row"),
    ("log", log_of(PROTOCOL, NESTED), 6, "its log holds no metadata"),
    ("line", log_of(PROTOCOL, "\x00\x01"), 6, "00000000000000000000.json:2: not an action"),
    ("schema", log_of(PROTOCOL, '{"metaData":{"schemaString":"[]","partitionColumns":[]}}'), 6, "schema"),
    ("away", log_of(PROTOCOL, json.dumps({"metaData": {"schemaString": json.dumps(
        {"type": "struct", "fields": [{"name": "a", "type": "long"}]}), "partitionColumns": []}}),
        '{"add":{"path":"../../../../etc/passwd","partitionValues":{}}}'), 6, "passwd"),
]


def limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def tried(name, code, said, folder):
    """What is wrong with how one file is read, or nothing."""
    checks = folder / "checks.yaml"
    checks.write_text("- row_count: {min: 1}\n")
    try:
        done = subprocess.run([MLPIPE, "check", name, "--checks", str(checks)], env=ENV, cwd=folder, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SECONDS, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return f"takes more than {SECONDS} seconds"
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode != code or said.lower() not in output.lower():
        return f"exit {done.returncode}, not {code} with `{said}`:\n{output[:600]}"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    return f"took {peak >> 20} MiB" if peak > MEMORY else None


def main():
    wrong = 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as name:
        folder = pathlib.Path(name)
        os.symlink("circle", folder / "circle")
        for name, make, code, said in [("circle", lambda path: None, 6, "symbolic links"), *CASES]:
            make(folder / name)
            why = tried(name, code, said, folder)
            if why:
                wrong += 1
                print(f"{name}: {why}")
            if (folder / name).is_file():
                (folder / name).unlink()
    print(f"hostile_test: {len(CASES) + 1 - wrong} of {len(CASES) + 1} files are met well")
    sys.exit(1 if wrong else 0)


main()
