A secret reaches its stage and nothing else: no screen, no log, no event, no result.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   use: {cmd: "printf 'token %s\\n' $API_TOKEN; printf hunter; sleep 0.1; echo 2-and-more; test $${#API_TOKEN} -eq 16", secrets: [{name: API_TOKEN, from: env}]}
  >   without: {cmd: "echo \"[$API_TOKEN]\""}
  >   fail: {cmd: "echo the token is $API_TOKEN; exit 1", secrets: [{name: API_TOKEN, from: env}]}
  > X
  $ export API_TOKEN=hunter2-and-more
  $ mlpipe run -j1 use without
  work: run RUN, 2 stages
    started   use                       never run
    passed    use TIME
    started   without                   never run
    passed    without TIME
  
    stage         result            time      memory  metrics moved
    use           passed TIME SIZE
    without       passed TIME SIZE
  
  work: passed in TIME: 2 passed
  $ mlpipe logs use; mlpipe logs without
  run RUN, attempt 1
  token ***
  ***
  run RUN, attempt 1
  []
  $ mlpipe run -j1 fail
  work: run RUN, 1 stage
    started   fail                      never run
    failed    fail TIME  exit 1
        | the token is ***
        log    .mlpipe/runs/RUN/logs/fail.1.log
        rerun  mlpipe run fail
  
    stage         result            time      memory  metrics moved
    fail          failed TIME SIZE  exit 1
  
  work: failed in TIME: 1 failed
  [1]
  $ mlpipe run --json --force -j1 fail > events.txt
  [1]
  $ grep -rl hunter2-and-more . ; echo "grep ended with $?"
  grep ended with 1

A missing one is said before anything runs.

  $ unset API_TOKEN; mlpipe run use
  mlpipe.yaml:3:130: error: secret `API_TOKEN` is missing: the variable API_TOKEN is not set
       3 | ... test $${#API_TOKEN} -eq 16", secrets: [{name: API_TOKEN, from: env}]}
         |                                            ^
         = hint: set it, or say `optional: true`
  [2]

Another value is no change: secrets are never in a key.

  $ API_TOKEN=another-secret mlpipe run use
  work: nothing to do, 1 stage up to date
