A stage runs when something that it declares has changed, and only then.

  $ git init -q . && printf 'a\n' > in.txt && printf 'depth: 3\nwidth: 5\n' > params.yaml
  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > params: params.yaml
  > stages:
  >   one: {cmd: "cat in.txt > one.txt", deps: [in.txt], params: [depth], outs: [one.txt]}
  >   two: {cmd: "tr a-z A-Z < one.txt > two.txt", deps: [one.txt], outs: [two.txt]}
  > X
  $ mlpipe run -j1
  work: run RUN, 2 stages
    started   one                       never run
    passed    one TIME
    started   two                       never run
    passed    two TIME
  
    stage         result            time      memory  metrics moved
    one           passed TIME SIZE
    two           passed TIME SIZE
  
  work: passed in TIME: 2 passed

Nothing changed: nothing runs, and the answer is one line.

  $ mlpipe run
  work: nothing to do, 2 stages up to date
  $ mlpipe run --json | sed 's/"run_id":"[^"]*"//' | cut -d, -f1
  {"event":"run_started"
  {"event":"run_finished"

A time stamp is no change.

  $ touch -d '2001-01-01' in.txt && mlpipe run
  work: nothing to do, 2 stages up to date

A parameter that nothing declares is none either; a declared one is, and the reason is told. Early cutoff: the same bytes
come out, so nothing below runs.

  $ printf 'depth: 3\nwidth: 6\n' > params.yaml && mlpipe run
  work: nothing to do, 2 stages up to date
  $ printf 'depth: 4\nwidth: 6\n' > params.yaml && mlpipe plan
    one  run       depth: 3 -> 4
    two  depends   on the result of one
  $ mlpipe run
  work: run RUN, 2 stages
    started   one                       depth: 3 -> 4
    passed    one TIME
  
    stage         result            time      memory  metrics moved
    one           passed TIME SIZE
  
  work: passed in TIME: 1 passed, 1 reused

Content is a change.

  $ printf 'b\n' > in.txt && mlpipe status
    one  run       in.txt changed
    two  depends   on the result of one
  $ mlpipe run && cat two.txt
  work: run RUN, 2 stages
    started   one                       in.txt changed
    passed    one TIME
    started   two                       one.txt changed
    passed    two TIME
  
    stage         result            time      memory  metrics moved
    one           passed TIME SIZE
    two           passed TIME SIZE
  
  work: passed in TIME: 2 passed
  B

What was there before comes back from the cache.

  $ printf 'a\n' > in.txt && mlpipe run && cat two.txt
  work: run RUN, 2 stages
    restored  one                       1 output restored
    restored  two                       1 output restored
  work: nothing to run, 2 stages restored, 0 up to date
  A

A deleted output comes back; an edited one is named, kept aside, and comes back.

  $ rm two.txt && mlpipe run && cat two.txt
  work: run RUN, 2 stages
    restored  two                       1 output restored
  work: nothing to run, 1 stage restored, 1 up to date
  A
  $ echo mine > two.txt && mlpipe run && cat two.txt
  work: run RUN, 2 stages
    restored  two                       1 output restored
        note   two.txt had been edited; your version is kept at .mlpipe/kept/RUN/two.txt
  work: nothing to run, 1 stage restored, 1 up to date
  A

The command is part of the stage; a comment in the file is not.

  $ sed -i 's/^params/# a comment\nparams/' mlpipe.yaml && mlpipe run
  work: nothing to do, 2 stages up to date
  $ sed -i 's/tr a-z A-Z/tr a-z B-ZA/' mlpipe.yaml && mlpipe run && cat two.txt
  work: run RUN, 2 stages
    started   two                       command changed
    passed    two TIME
  
    stage         result            time      memory  metrics moved
    two           passed TIME SIZE
  
  work: passed in TIME: 1 passed, 1 reused
  B
