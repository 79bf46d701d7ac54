Retries, timeouts, checkpoints.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   flaky:
  >     cmd: test -e seen || { touch seen; echo not yet; exit 75; }; echo ok > flaky.txt
  >     outs: [flaky.txt]
  >     retries: {max: 2, delay: 10ms}
  >     retry_on: ["exit:75"]
  >   other: {cmd: "exit 3", retries: {max: 2, delay: 10ms}, retry_on: ["exit:75"]}
  >   slow: {cmd: "echo begun; sleep 60", timeout: 200ms, grace: 100ms}
  > X
  $ mlpipe run -j1 flaky
  $ mlpipe run -j1 other
  $ mlpipe run -j1 slow

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
  $ mlpipe run -f c.yaml > out.txt 2>&1
  $ mlpipe run -f c.yaml --json | grep -o '"resumed":[a-z]*'; cat model; ls ckpt
