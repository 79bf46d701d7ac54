The exit code says what kind of trouble it was; CI systems switch on it.

A command or a unit test: 1.

  $ cat > a.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   broken: {cmd: "echo the reason >&2; exit 7", outs: [x]}
  >   below: {cmd: "cat x", deps: [x]}
  >   beside: {cmd: "true"}
  > X
  $ mlpipe run -j1 -f a.yaml
  a: run RUN, 3 stages
    started   broken                    never run
    failed    broken TIME  exit 7
        | the reason
        log    .mlpipe/runs/RUN/logs/broken.1.log
        rerun  mlpipe run -f a.yaml broken
  
    started   beside                    never run
    passed    beside TIME
  
    stage         result            time      memory  metrics moved
    broken        failed TIME SIZE  exit 7
    beside        passed TIME SIZE
    blocked by broken: below
  
  a: failed in TIME: 1 failed, 1 passed, 1 blocked
  [1]

  $ cat > junit.xml <<'X'
  > <testsuite name="t" tests="2" failures="1"><testcase classname="test_x" name="good"/>
  > <testcase classname="test_x" name="bad"><failure message="1 != 2">assert 1 == 2</failure></testcase></testsuite>
  > X
  $ printf 'mlpipe: 1\nstages: {u: {kind: unit_test, cmd: "cp junit.xml r.xml", deps: [junit.xml], junit: r.xml}}\n' > u.yaml
  $ mlpipe run -f u.yaml
  u: run RUN, 1 stage
    started   u                         never run
    failed    u TIME  1 passed, 1 failed in TIME although the command ended with exit 0
        test_x::bad: 1 != 2
          assert 1 == 2
        rerun  mlpipe run -f u.yaml u
  
    stage         result            time      memory  metrics moved
    u             failed TIME SIZE
  
  u: failed in TIME: 1 failed
  [1]

A data check: 3.

  $ printf 'a,b\n1,2\n3,\n' > t.csv
  $ printf 'mlpipe: 1\nstages: {c: {kind: data_check, table: t.csv, checks: [not_null: {column: b}]}}\n' > c.yaml
  $ mlpipe run -f c.yaml
  c: run RUN, 1 stage
    started   c                         never run
    failed    c TIME  1 failed on 2 rows
        not_null(b): b: 1 of 2 rows is missing (row 2)  (t.csv)
        rerun  mlpipe run -f c.yaml c
  
    stage         result            time      memory  metrics moved
    c             failed TIME SIZE
  
  c: failed in TIME: 1 failed
  [3]

A gate: 4. One that cannot be evaluated: 6.

  $ echo '{"accuracy": 0.5}' > m.json
  $ printf 'mlpipe: 1\nstages: {g: {kind: regression, candidate: {metrics: m.json}, baseline: {run: last_passed}, on_missing: pass, gates: [{metric: accuracy, min: 0.9}]}}\n' > g.yaml
  $ mlpipe run -f g.yaml
  g: run RUN, 1 stage
    started   g                         never run
    failed    g TIME  1 of 1 gate failed: accuracy is 0.5, at least 0.9 is asked for
        accuracy: accuracy is 0.5, at least 0.9 is asked for
        rerun  mlpipe run -f g.yaml g
  
    stage         result            time      memory  metrics moved
    g             failed TIME SIZE
  
  g: failed in TIME: 1 failed
  [4]
  $ sed -i s/accuracy,/recall,/ g.yaml && mlpipe run -f g.yaml
  g: run RUN, 1 stage
    started   g                         never run
    errored   g TIME  1 of 1 gate could not be judged: m.json holds no metric recall
        recall: m.json holds no metric recall
        rerun  mlpipe run -f g.yaml g
  
    stage         result            time      memory  metrics moved
    g             errored TIME SIZE
  
  g: errored in TIME: 1 errored
  [6]

The file or the command line: 2; every mistake at once.

  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: x, dep: [y]}\n  b: {cmd: x, deps: [none.txt]}\n' > bad.yaml
  $ mlpipe run -f bad.yaml
  bad.yaml:3:15: error: unknown key `dep` in `a`
       3 |   a: {cmd: x, dep: [y]}
         |               ^~~
         = hint: did you mean `deps`?
  bad.yaml:4:22: error: `none.txt` does not exist and no stage produces it
       4 |   b: {cmd: x, deps: [none.txt]}
         |                      ^~~~~~~~
         = hint: create it, correct the path, or declare it under `outs` of the stage that writes it
  [2]
  $ mlpipe run -f a.yaml nosuch
  mlpipe: `nosuch` is no stage, group, pipeline or output; `mlpipe graph` shows what there is
  [2]
  $ mlpipe run --nosuch
  The following argument was not expected: --nosuch
  Run with --help for more information.
  [2]
  $ mlpipe rnu
  mlpipe: there is no verb `rnu`; did you mean `run`?
  mlpipe --help lists them.
  [2]
  $ mlpipe run -f absent.yaml
  mlpipe: absent.yaml: it cannot be opened: No such file or directory
  [2]

The highest wins: a failed command over a failed check.

  $ mlpipe run -f a.yaml -f c.yaml > out.txt 2>&1
  [1]
  $ tail -n 1 out.txt
  a, c: failed in TIME: 2 failed, 1 reused, 1 blocked

An allowed failure is a warning.

  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: "false", allow_failure: true}\n  b: {cmd: "true", needs: [a]}\n' > w.yaml
  $ mlpipe run -j1 -f w.yaml
  w: run RUN, 2 stages
    started   a                         never run
    failed    a TIME  exit 1
        rerun  mlpipe run -f w.yaml a
  
    stage         result            time      memory  metrics moved
    a             failed TIME SIZE  exit 1
  
  w: warned in TIME: 1 failed, 1 reused
