`mlpipe why` says what changed since the last good run: file by file, value by value, and which stage above began it.

  $ mkdir -p src/sub && echo 1 > src/a.py && echo 2 > src/b.py && echo 3 > src/sub/c.py
  $ echo 'depth: 3' > params.yaml && printf 'scikit-learn==1.4.2\nnumpy==1.26.0\n' > requirements.txt
  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > params: params.yaml
  > environment: {lock: requirements.txt}
  > stages:
  >   prepare: {cmd: "mkdir -p build && cat src/a.py > build/t.csv", deps: [src/a.py], outs: [build/t.csv]}
  >   train:
  >     cmd: |
  >       cat build/t.csv > build/m
  >       echo ${depth} >> build/m
  >     deps: [src, build/t.csv]
  >     params: [depth]
  >     outs: [build/m]
  >   report: {cmd: "cat build/m > build/r", deps: [build/m], outs: [build/r]}
  > X

Before the first run there is nothing to compare with.

  $ mlpipe why train
  train would run: no good run of it is recorded here
    build/t.csv may change: prepare runs first, because no good run of it is recorded
    what else changed can be said once prepare has run

  $ mlpipe run > log 2>&1; echo $?
  0
  $ mlpipe why train | sed 's/[0-9-]* [0-9:]* UTC (.*)/WHEN/'
  train is up to date since WHEN, run RUN, passed in TIME

Everything at once. A change of the executable bit alone is told as such.

  $ echo 9 > src/a.py; rm src/sub/c.py; echo n > 'src/née.py'; chmod +x src/b.py; echo 'depth: 4' > params.yaml
  $ printf 'scikit-learn==1.5.0\nnumpy==1.26.0\n' > requirements.txt; sed -i 's/echo ${depth}/echo x ${depth}/' mlpipe.yaml
  $ mlpipe why train | sed 's/[0-9-]* [0-9:]* UTC (.*)/WHEN/'
  train would run:
    command changed:
        cat build/t.csv > build/m
      - echo 3 >> build/m
      + echo x 4 >> build/m
    src changed: 4 files differ
      modified  src/a.py  4355a46b19d3 -> 2e6d31a5983a
      modified  src/b.py  file 53c234e5e847 -> exec 53c234e5e847
      added     src/née.py  a4fb621495a0
      removed   src/sub/c.py  1121cfccd591
    depth: 3 -> 4
    requirements.txt changed: 1 package moved
      scikit-learn 1.4.2 -> 1.5.0
    build/t.csv may change: prepare runs first, because src/a.py changed; requirements.txt changed
    last good run: WHEN, run RUN, passed in TIME

The cause is followed up to its root, by every way there is.

  $ mlpipe why report | sed 's/[0-9-]* [0-9:]* UTC (.*)/WHEN/' | cut -c1-110
  report would run:
    requirements.txt changed: 1 package moved
      scikit-learn 1.4.2 -> 1.5.0
    build/m may change: train runs first, because command changed; src changed; 2 more
    build/m may change: train runs first, because build/t.csv may change: prepare runs first, because src/a.py c
    last good run: WHEN, run RUN, passed in TIME
  $ mlpipe why report --json | python3 -c 'import json, sys; s = json.load(sys.stdin)["stages"][0]; print(s["state"], [[l["stage"] for l in c["links"]] for c in s["chain"]], s["packages"])'
  stale [['train'], ['train', 'prepare']] [{'lock': 'requirements.txt', 'package': 'scikit-learn', 'old': '1.4.2', 'new': '1.5.0'}]

An output that is gone is written back from the store, which is no reason to run.

  $ mlpipe run > log 2>&1; rm build/r; mlpipe why report
  report is up to date, but not all of its outputs are in place; a run writes them back:
    build/r

What the store has lost is said, not guessed.

  $ echo changed > src/b.py; find .mlpipe/objects -type f -exec grep -la mlpipe-tree {} + | xargs rm -f
  $ mlpipe why train | grep listing
      src: its earlier listing is not in the store any more, so its files cannot be compared

  $ mlpipe why nothing
  mlpipe: `nothing` is no stage, group, pipeline or output; `mlpipe graph` shows what there is
  [2]
