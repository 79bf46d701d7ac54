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
  work: run RUN, 1 stage
    started   flaky                     never run
    retry     flaky                     attempt 1: exit 75; again in TIME
    started   flaky                     attempt 2: never run
    passed    flaky TIME  (2 attempts)
  
    stage         result            time      memory  metrics moved
    flaky         passed TIME SIZE
  
  work: passed in TIME: 1 passed
  $ mlpipe run -j1 other
  work: run RUN, 1 stage
    started   other                     never run
    failed    other TIME  exit 3
        rerun  mlpipe run other
  
    stage         result            time      memory  metrics moved
    other         failed TIME SIZE  exit 3
  
  work: failed in TIME: 1 failed
  [1]
  $ mlpipe run -j1 slow
  work: run RUN, 1 stage
    started   slow                      never run
    failed    slow TIME  timeout after TIME
        | begun
        log    .mlpipe/runs/RUN/logs/slow.1.log
        rerun  mlpipe run slow
  
    stage         result            time      memory  metrics moved
    slow          failed TIME SIZE  timeout after TIME
  
  work: failed in TIME: 1 failed
  [1]

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
