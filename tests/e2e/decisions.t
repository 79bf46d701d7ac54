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

Nothing changed: nothing runs, and the answer is one line.

  $ mlpipe run
  $ mlpipe run --json | sed 's/"run_id":"[^"]*"//' | cut -d, -f1

A time stamp is no change.

  $ touch -d '2001-01-01' in.txt && mlpipe run

A parameter that nothing declares is none either; a declared one is, and the reason is told. Early cutoff: the same bytes
come out, so nothing below runs.

  $ printf 'depth: 3\nwidth: 6\n' > params.yaml && mlpipe run
  $ printf 'depth: 4\nwidth: 6\n' > params.yaml && mlpipe plan
  $ mlpipe run

Content is a change.

  $ printf 'b\n' > in.txt && mlpipe status
  $ mlpipe run && cat two.txt

What was there before comes back from the cache.

  $ printf 'a\n' > in.txt && mlpipe run && cat two.txt

A deleted output comes back; an edited one is named, kept aside, and comes back.

  $ rm two.txt && mlpipe run && cat two.txt
  $ echo mine > two.txt && mlpipe run && cat two.txt

The command is part of the stage; a comment in the file is not.

  $ sed -i 's/^params/# a comment\nparams/' mlpipe.yaml && mlpipe run
  $ sed -i 's/tr a-z A-Z/tr a-z B-ZA/' mlpipe.yaml && mlpipe run && cat two.txt
