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

  $ cat > junit.xml <<'X'
  > <testsuite name="t" tests="2" failures="1"><testcase classname="test_x" name="good"/>
  > <testcase classname="test_x" name="bad"><failure message="1 != 2">assert 1 == 2</failure></testcase></testsuite>
  > X
  $ printf 'mlpipe: 1\nstages: {u: {kind: unit_test, cmd: "cp junit.xml r.xml", deps: [junit.xml], junit: r.xml}}\n' > u.yaml
  $ mlpipe run -f u.yaml

A data check: 3.

  $ printf 'a,b\n1,2\n3,\n' > t.csv
  $ printf 'mlpipe: 1\nstages: {c: {kind: data_check, table: t.csv, checks: [not_null: {column: b}]}}\n' > c.yaml
  $ mlpipe run -f c.yaml

A gate: 4. One that cannot be evaluated: 6.

  $ echo '{"accuracy": 0.5}' > m.json
  $ printf 'mlpipe: 1\nstages: {g: {kind: regression, candidate: {metrics: m.json}, gates: [{metric: accuracy, min: 0.9}]}}\n' > g.yaml
  $ mlpipe run -f g.yaml
  $ sed -i s/accuracy,/recall,/ g.yaml && mlpipe run -f g.yaml

The file or the command line: 2; every mistake at once.

  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: x, dep: [y]}\n  b: {cmd: x, deps: [none.txt]}\n' > bad.yaml
  $ mlpipe run -f bad.yaml
  $ mlpipe run -f a.yaml nosuch
  $ mlpipe run --nosuch
  $ mlpipe run -f absent.yaml

The highest wins: a failed command over a failed check.

  $ mlpipe run -f a.yaml -f c.yaml > out.txt 2>&1
  $ tail -n 1 out.txt

An allowed failure is a warning.

  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: "false", allow_failure: true}\n  b: {cmd: "true", needs: [a]}\n' > w.yaml
  $ mlpipe run -j1 -f w.yaml
