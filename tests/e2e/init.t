`mlpipe init && mlpipe run && mlpipe run`: the pipeline that init writes runs, and its second run reuses everything.

Python with pytest. The tests read a data file, which so becomes a dep.

  $ python3 -c 'import pytest' 2> none || { echo "pytest for /usr/bin/python3 is not here"; exit 80; }
  $ mkdir -p one/pkg one/tests one/data && cd one && git init -q . && touch pkg/__init__.py && echo 3 > data/x.csv
  $ echo 'def inc(x): return x + 1' > pkg/core.py
  $ printf 'from pkg.core import inc\ndef test_inc():\n    assert inc(1) == 2\ndef test_data():\n    assert open("data/x.csv").read() == "3\\n"\n' > tests/test_core.py
  $ mlpipe init
  found Python tests in tests
  wrote $WORK/one/mlpipe.yaml
  next: mlpipe run
  $ cat mlpipe.yaml
  # Written by `mlpipe init` from what it found; it is yours now. `mlpipe run`, `mlpipe why STAGE`, `mlpipe graph`.
  mlpipe: 1
  
  stages:
    unit:
      kind: unit_test
      cmd: python3 -m pytest -q tests --junitxml=build/unit.xml
      # A change in one of these runs the tests again. Add what else they read, e.g. data files.
      deps: [data, pkg, tests]
      junit: build/unit.xml
  $ mlpipe run > log 2>&1; echo $?
  0
  $ mlpipe run
  one: nothing to do, 1 stage up to date
  $ echo 4 > data/x.csv; mlpipe run > log 2>&1; echo $?
  1

What is there is not overwritten.

  $ mlpipe init
  mlpipe: $WORK/one/mlpipe.yaml is there already: --print shows what would be written, --force replaces it
  [2]
  $ mlpipe init --print 2> none | cmp - mlpipe.yaml
  $ echo '# mine' >> mlpipe.yaml; mlpipe init --force > log 2>&1; grep -c mine mlpipe.yaml
  0
  [1]
  $ cd ..

A lock file, a virtual environment, a package below src/ that is not installed.

  $ mkdir -p two/src/my_pkg two/tests && cd two && git init -q . && touch src/my_pkg/__init__.py
  $ printf 'import my_pkg\ndef test_import():\n    assert my_pkg\n' > tests/test_import.py
  $ printf 'version = 1\n[[package]]\nname = "numpy"\nversion = "1.0"\n' > uv.lock
  $ python3 -m venv --system-site-packages --without-pip .venv
  $ mlpipe init
  found Python tests in tests
  found lock files: uv.lock
  found a virtual environment in .venv
  wrote $WORK/two/mlpipe.yaml
  next: mlpipe run
  $ cat mlpipe.yaml
  # Written by `mlpipe init` from what it found; it is yours now. `mlpipe run`, `mlpipe why STAGE`, `mlpipe graph`.
  mlpipe: 1
  environment: {python: .venv, lock: uv.lock}
  
  stages:
    unit:
      kind: unit_test
      cmd: python -m pytest -q tests --junitxml=build/unit.xml
      env: {set: {PYTHONPATH: src}}
      # A change in one of these runs the tests again. Add what else they read, e.g. data files.
      deps: [src, tests]
      junit: build/unit.xml
  $ mlpipe run > log 2>&1; echo $?
  0
  $ mlpipe run
  two: nothing to do, 1 stage up to date
  $ cd ..

A dvc.yaml. What has no counterpart is named in a comment.

  $ mkdir -p three/src three/data && cd three && git init -q . && echo a > data/raw.txt
  $ echo 'import sys; open(sys.argv[2], "w").write(open(sys.argv[1]).read() * 2)' > src/p.py
  $ printf 'split: 0.2\ntrain: {lr: 0.1, n: 3}\nmodels: [a, b]\n' > params.yaml
  $ cat > dvc.yaml <<'X'
  > vars:
  >   - out: built
  > stages:
  >   prep:
  >     cmd: mkdir -p ${out} && python3 src/p.py data/raw.txt ${out}/p.txt
  >     deps: [src/p.py, data/raw.txt]
  >     params: [split]
  >     outs: [built/p.txt]
  >   fit:
  >     foreach: ${models}
  >     do:
  >       cmd: cp built/p.txt built/m-${item}
  >       deps: [built/p.txt]
  >       params: [train]
  >       outs:
  >         - built/m-${item}: {persist: false}
  >   score:
  >     matrix: {model: [a, b], k: [1, 2]}
  >     cmd:
  >       - 'echo "{\"acc\": 0.${item.k}}" > built/s-${item.model}-${item.k}.json'
  >       - echo done
  >     deps: ["built/m-${item.model}"]
  >     metrics:
  >       - built/s-${item.model}-${item.k}.json: {cache: false}
  >     frozen: true
  >   sub: {wdir: data, cmd: cat raw.txt > sub.txt, deps: [raw.txt], outs: [sub.txt]}
  > artifacts: {m: {path: built/m-a}}
  > X
  $ mlpipe init
  found dvc.yaml with 4 stages
  note: 1 of its keys or paths could not be translated; each is a comment in its stage
  note: the pipeline keeps results of its own beside dvc.lock; data that DVC tracks must be here (`dvc pull`)
  wrote $WORK/three/mlpipe.yaml
  next: mlpipe run
  $ cat mlpipe.yaml
  # Written by `mlpipe init` from what it found; it is yours now. `mlpipe run`, `mlpipe why STAGE`, `mlpipe graph`.
  mlpipe: 1
  params: params.yaml
  vars: {out: built}
  # not translated from dvc.yaml: artifacts
  
  stages:
    prep:
      cmd: "mkdir -p ${out} && python3 src/p.py data/raw.txt ${out}/p.txt"
      deps: [src/p.py, data/raw.txt]
      params: [split]
      outs: [built/p.txt]
  
    fit:
      foreach: "${models}"
      cmd: "cp built/p.txt built/m-${item}"
      deps: [built/p.txt]
      params: [train]
      outs: [{path: "built/m-${item}", persist: false}]
  
    score:
      matrix: {model: [a, b], k: [1, 2]}
      cmd:
        - 'echo "{\"acc\": 0.${matrix.k}}" > built/s-${matrix.model}-${matrix.k}.json'
        - echo done
      deps: ["built/m-${matrix.model}"]
      metrics: [{path: "built/s-${matrix.model}-${matrix.k}.json", cache: false}]
      # not translated from dvc.yaml: frozen: true
  
    sub:
      working_dir: data
      cmd: cat raw.txt > sub.txt
      deps: [data/raw.txt]
      outs: [data/sub.txt]
  $ mlpipe run > log 2>&1; echo $?
  0
  $ mlpipe run
  three: nothing to do, 8 stages up to date
  $ cd ..

A Makefile: only targets that look like steps are used, and what is not known of them is said.

  $ mkdir -p four/c && cd four && git init -q . && echo x > c/a.c
  $ printf 'CC := gcc\n.PHONY: test train\ntest:\n\ttest -f c/a.c\ntrain: data\n\t@true\ndata:\n\t@true\ndeploy:\n\tfalse\n%%.o: %%.c\n\tfalse\n' > Makefile
  $ mlpipe init
  found Makefile with 4 targets, used: [test, data, train]
  note: stages that make files run every time until their `deps` and `outs` are named
  wrote $WORK/four/mlpipe.yaml
  next: mlpipe run
  $ cat mlpipe.yaml
  # Written by `mlpipe init` from what it found; it is yours now. `mlpipe run`, `mlpipe why STAGE`, `mlpipe graph`.
  mlpipe: 1
  
  stages:
    test:
      cmd: make test
      # What it reads is not known, so everything counts; name less where less is enough.
      deps: [Makefile, c]
  
    data:
      cmd: make data
      # What it reads and writes is not known, so it runs every time. Name its `deps` and `outs` and drop
      # `always_run`: then it runs only when something changed.
      always_run: true
  
    train:
      cmd: make train
      # What it reads and writes is not known, so it runs every time. Name its `deps` and `outs` and drop
      # `always_run`: then it runs only when something changed.
      always_run: true
      needs: [data]
  $ mlpipe run > log 2>&1; echo $?
  0
  $ cd ..

Nothing at all.

  $ mkdir five && cd five && git init -q . && mlpipe init
  found no tests, no dvc.yaml and no Makefile target to start from: a first stage to build on
  wrote $WORK/five/mlpipe.yaml
  next: mlpipe run
  $ mlpipe run > log 2>&1; echo $?
  0
  $ mlpipe run
  five: nothing to do, 1 stage up to date
  $ cd ..

A dvc.yaml that is no YAML is said to be so, with the place; nothing is written.

  $ mkdir six && cd six && git init -q . && printf 'stages:\n  a: {cmd: [}\n' > dvc.yaml && mlpipe init
  mlpipe: dvc.yaml cannot be read:
  dvc.yaml:2:13: error: a closing bracket that does not match the one opened before it
       2 |   a: {cmd: [}
         |             ^
         = hint: `[` is closed by `]`, `{` by `}`
  
  [2]
  $ ls
  dvc.yaml
  $ cd ..

What DVC reads from outside of the repository cannot be watched: such a stage runs every time. A Python file of parameters
counts as a whole. What does not hold is shown at once, with the place.

  $ mkdir seven && cd seven && git init -q . && echo 'a = 1' > p.py
  $ cat > dvc.yaml <<'X'
  > stages:
  >   far: {cmd: echo 1, deps: ["s3://bucket/key"]}
  >   near: {cmd: echo 2, params: [{p.py: [a]}]}
  > X
  $ mlpipe init && tail -8 mlpipe.yaml
  found dvc.yaml with 2 stages
  note: 1 of its keys or paths could not be translated; each is a comment in its stage
  note: the pipeline keeps results of its own beside dvc.lock; data that DVC tracks must be here (`dvc pull`)
  wrote $WORK/seven/mlpipe.yaml
  next: mlpipe run
    far:
      cmd: echo 1
      # not translated from dvc.yaml: s3://bucket/key lies outside of the repository
      always_run: true
  
    near:
      cmd: echo 2
      deps: [p.py]
  $ printf '  bad: {cmd: "echo ${missing}"}\n' >> dvc.yaml && mlpipe init --force
  found dvc.yaml with 3 stages
  note: 1 of its keys or paths could not be translated; each is a comment in its stage
  note: the pipeline keeps results of its own beside dvc.lock; data that DVC tracks must be here (`dvc pull`)
  wrote $WORK/seven/mlpipe.yaml
  mlpipe.yaml:15:10: error: `${missing}` is not known
      15 |     cmd: "echo ${missing}"
         |          ^~~~~~~~~~~~~~~~~
         = hint: names come from the params file, `vars`, `foreach`, `matrix` and `seeds`
  some of it needs your hand before `mlpipe run` (see above)
  [2]

  $ mlpipe init -C nowhere
  mlpipe: the folder nowhere does not exist
  [2]
