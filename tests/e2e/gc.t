`mlpipe gc` removes what no recent, last or locked result needs; never what was used a moment ago.

  $ git init -q . && cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   a: {cmd: "mkdir -p build && cp in build/a", deps: [in], outs: [build/a]}
  > X
  $ for i in 1 2 3; do echo $i > in; mlpipe run > log 2>&1; done
  $ mlpipe gc
  removed: 0 objects, 0 B
  kept: 3 objects, 6 B
  $ mlpipe gc --keep 0
  removed: 0 objects, 0 B
  kept: 3 objects, 6 B (of them used within the last hour, needed by nothing: 2 objects, 4 B)

An hour later the two earlier results may go.

  $ find .mlpipe/objects -type f -exec touch -a -d '3 hours ago' {} +
  $ mlpipe gc
  removed: 0 objects, 0 B
  kept: 3 objects, 6 B
  $ mlpipe gc --keep 0 --dry-run
  would remove: 2 objects, 4 B
  kept: 1 object, 2 B
  $ mlpipe gc --keep 0 --dry-run --json
  {"dry_run":true,"removed":{"objects":2,"bytes":4},"evicted":{"objects":0,"bytes":0},"kept":{"objects":1,"bytes":2},"young":{"objects":0,"bytes":0},"results":0,"runs":0}
  $ mlpipe gc --keep 0
  removed: 2 objects, 4 B
  kept: 1 object, 2 B

The last result is still there, and an earlier one runs again.

  $ rm build/a; mlpipe run > log 2>&1; cat build/a
  3
  $ echo 1 > in; mlpipe plan; mlpipe run > log 2>&1; cat build/a
    a  run       output build/a changed
  1

A typing error removes nothing; neither does a pipeline that cannot be read.

  $ mlpipe gc --keep soon
  mlpipe: --keep: `soon` is no age; write 30d, 12h or 0
  [2]
  $ echo 'nonsense: 1' >> mlpipe.yaml; mlpipe gc --keep 0 > log 2>&1; echo $?
  2

While a run is alive it refuses; looking is allowed.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   slow: {cmd: "touch started; while [ ! -e go ]; do sleep 0.02; done", outs: [started]}
  > X
  $ mlpipe run > log 2>&1 & while [ ! -e started ]; do sleep 0.02; done
  $ mlpipe gc
  mlpipe: run RUN (pid PID) is alive and may be about to restore what would go; collect when it has ended, or look with --dry-run
  [6]
  $ mlpipe gc --dry-run > log2; echo $?
  0
  $ touch go; wait
