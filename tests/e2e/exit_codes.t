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
  a: run 20261124-145944-e34a9c34, 3 stages
    started   broken                    never run
    failed    broken            0.02 s  exit 7
        | the reason
        log    .mlpipe/runs/20261124-145944-e34a9c34/logs/broken.1.log
        rerun  mlpipe run -f a.yaml broken
  
    started   beside                    never run
    passed    beside            0.00 s
  
    stage         result            time      memory  metrics moved
    broken        failed          0.02 s    10.9 MiB  exit 7
    beside        passed          0.00 s    19.1 MiB
    blocked by broken: below
  
  a: failed in 0.04 s: 1 failed, 1 passed, 1 blocked
  [1]

  $ cat > junit.xml <<'X'
  > <testsuite name="t" tests="2" failures="1"><testcase classname="test_x" name="good"/>
  > <testcase classname="test_x" name="bad"><failure message="1 != 2">assert 1 == 2</failure></testcase></testsuite>
  > X
  $ printf 'mlpipe: 1\nstages: {u: {kind: unit_test, cmd: "cp junit.xml r.xml", deps: [junit.xml], junit: r.xml}}\n' > u.yaml
  $ mlpipe run -f u.yaml
  u: run 20261124-145944-bc2bf972, 1 stage
    started   u                         never run
    failed    u                 0.03 s  1 passed, 1 failed in 0.0 s although the command ended with exit 0
        test_x::bad: 1 != 2
          assert 1 == 2
        rerun  mlpipe run -f u.yaml u
  
  
    stage         result            time      memory  metrics moved
    u             failed          0.03 s    19.5 MiB
  
  u: failed in 0.04 s: 1 failed
  [1]

A data check: 3.

  $ printf 'a,b\n1,2\n3,\n' > t.csv
  $ printf 'mlpipe: 1\nstages: {c: {kind: data_check, table: t.csv, checks: [not_null: {column: b}]}}\n' > c.yaml
  $ mlpipe run -f c.yaml
  c: run 20261124-145944-88f7289b, 1 stage
    started   c                         never run
    failed    c                 0.23 s  1 failed on 2 rows
        not_null(b): b: 1 of 2 rows is missing (row 2)  (t.csv)
        rerun  mlpipe run -f c.yaml c
  
  
    stage         result            time      memory  metrics moved
    c             failed          0.23 s    44.5 MiB
  
  c: failed in 0.23 s: 1 failed
  [3]

A gate: 4. One that cannot be evaluated: 6.

  $ echo '{"accuracy": 0.5}' > m.json
  $ printf 'mlpipe: 1\nstages: {g: {kind: regression, candidate: {metrics: m.json}, baseline: {run: last_passed}, on_missing: pass, gates: [{metric: accuracy, min: 0.9}]}}\n' > g.yaml
  $ mlpipe run -f g.yaml
  g.yaml:2:10: error: `g` has no `baseline`
       2 | stages: {g: {kind: regression, candidate: {metrics: m.json}, baseline: {run: last_passed}, on_missing: pass, gates: [{metric: accuracy, min: 0.9}]}}
         |          ^
         = hint: add `baseline:` What it is compared with.
  [2]
  $ sed -i s/accuracy,/recall,/ g.yaml && mlpipe run -f g.yaml
  g.yaml:2:10: error: `g` has no `baseline`
       2 | stages: {g: {kind: regression, candidate: {metrics: m.json}, baseline: {run: last_passed}, on_missing: pass, gates: [{metric: recall, min: 0.9}]}}
         |          ^
         = hint: add `baseline:` What it is compared with.
  [2]

The file or the command line: 2; every mistake at once.

  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: x, dep: [y]}\n  b: {cmd: x, deps: [none.txt]}\n' > bad.yaml
  $ mlpipe run -f bad.yaml
  bad.yaml:3:15: error: unknown key `dep` in `a`
       3 |   a: {cmd: x, dep: [y]}
         |               ^~~
         = hint: did you mean `deps`?
  [2]
  $ mlpipe run -f a.yaml nosuch
  mlpipe: nosuch: it cannot be opened: No such file or directory
  [2]
  $ mlpipe run --nosuch
  The following argument was not expected: --nosuch
  Run with --help for more information.
  [2]
  $ mlpipe run -f absent.yaml
  mlpipe: absent.yaml: it cannot be opened: No such file or directory
  [2]

The highest wins: a failed command over a failed check.

  $ mlpipe run -f a.yaml -f c.yaml > out.txt 2>&1
  [1]
  $ tail -n 1 out.txt
  a, c: failed in 0.16 s: 2 failed, 1 reused, 1 blocked

An allowed failure is a warning.

  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: "false", allow_failure: true}\n  b: {cmd: "true", needs: [a]}\n' > w.yaml
  $ mlpipe run -j1 -f w.yaml
  w: run 20261124-145945-b159df01, 2 stages
    started   a                         never run
    failed    a                 0.02 s  exit 1
        rerun  mlpipe run -f w.yaml a
  
  
    stage         result            time      memory  metrics moved
    a             failed          0.02 s    11.1 MiB  exit 1
  
  w: warned in 0.03 s: 1 failed, 1 reused
