Retries, timeouts, checkpoints.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   flaky:
  >     cmd: test -e seen || { touch seen; echo not yet; exit 75; }; echo ok > flaky.txt
  >     outs: [flaky.txt]
  >     retries: {max: 2, backoff: 10ms}
  >     retry_on: ["exit:75"]
  >   other: {cmd: "exit 3", retries: {max: 2, backoff: 10ms}, retry_on: ["exit:75"]}
  >   slow: {cmd: "echo begun; sleep 60", timeout: 200ms, grace: 100ms}
  > X
  $ mlpipe run -j1 flaky
  mlpipe.yaml:6:23: error: unknown key `delay` in `retries`
       6 |     retries: {max: 2, backoff: 10ms}
         |                       ^~~~~
         = hint: known here: `max`, `backoff`
  mlpipe.yaml:8:44: error: unknown key `delay` in `retries`
       8 |   other: {cmd: "exit 3", retries: {max: 2, backoff: 10ms}, retry_on: ["exit:75"]}
         |                                            ^~~~~
         = hint: known here: `max`, `backoff`
  [2]
  $ mlpipe run -j1 other
  mlpipe.yaml:6:23: error: unknown key `delay` in `retries`
       6 |     retries: {max: 2, backoff: 10ms}
         |                       ^~~~~
         = hint: known here: `max`, `backoff`
  mlpipe.yaml:8:44: error: unknown key `delay` in `retries`
       8 |   other: {cmd: "exit 3", retries: {max: 2, backoff: 10ms}, retry_on: ["exit:75"]}
         |                                            ^~~~~
         = hint: known here: `max`, `backoff`
  [2]
  $ mlpipe run -j1 slow
  mlpipe.yaml:6:23: error: unknown key `delay` in `retries`
       6 |     retries: {max: 2, backoff: 10ms}
         |                       ^~~~~
         = hint: known here: `max`, `backoff`
  mlpipe.yaml:8:44: error: unknown key `delay` in `retries`
       8 |   other: {cmd: "exit 3", retries: {max: 2, backoff: 10ms}, retry_on: ["exit:75"]}
         |                                            ^~~~~
         = hint: known here: `max`, `backoff`
  [2]

A checkpoint survives the attempt and the run, and goes when the stage succeeds; the result says that it was resumed.

  $ cat > c.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   train:
  >     cmd: |
  >       n=$(cat "$MLPIPE_CHECKPOINT_DIR/epoch" 2>/dev/null || echo 0)
  >       n=$((n + 1)); echo $n > "$MLPIPE_CHECKPOINT_DIR/epoch"; echo epoch $n
  >       test $n -ge 3 && echo $n > model
  >     outs: [model]
  >     checkpoint: ckpt
  > X
  $ mlpipe run -f c.yaml > out.txt 2>&1
  [1]
  $ mlpipe run -f c.yaml > out.txt 2>&1
  [1]
  $ mlpipe run -f c.yaml --json | grep -o '"resumed":[a-z]*'; cat model; ls ckpt
  "resumed":true
  3
  ls: cannot access 'ckpt': No such file or directory
  [2]
