Results and logs of long ago are forgotten, the newest runs and the last result of each stage are not.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   a: {cmd: "mkdir -p build && cp in build/a && cat in", deps: [in], outs: [build/a]}
  > X
  $ for i in $(seq 14); do echo $i > in; mlpipe run > log 2>&1; done
  $ mlpipe gc --keep 0 --json
  {"dry_run":false,"removed":{"objects":0,"bytes":0},"evicted":{"objects":0,"bytes":0},"kept":{"objects":14,"bytes":33},"young":{"objects":13,"bytes":30},"results":0,"runs":4}
  $ ls .mlpipe/runs | wc -l
  10
  $ mlpipe gc --keep 0
  removed: 0 objects, 0 B
  kept: 14 objects, 33 B (of them used within the last hour, needed by nothing: 13 objects, 30 B)
  $ mlpipe logs a
  run RUN, attempt 1
  14
  $ mlpipe run
  work: nothing to do, 1 stage up to date
