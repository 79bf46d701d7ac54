`mlpipe doctor` tells what is here and what to do about what is not.

  $ git init -q . && mlpipe doctor | grep -E ' (version|pipelines|journal|state|runs) '
  mlpipe: no pipeline file: neither mlpipe.yaml nor a file in pipelines/ that begins with `mlpipe: 1`; `mlpipe init` writes one
  ok    version      mlpipe 0.1.0
  warn  pipelines    none
  ok    state        .mlpipe is not there yet; the first run makes it
  ok    journal      none yet
  ok    runs         none under way, none left behind
  $ printf 'mlpipe: 1\nstages:\n  a: {cmd: "echo a > a", outs: [a]}\n' > mlpipe.yaml && mlpipe run > log 2>&1
  $ mlpipe doctor | grep -E ' (pipelines|journal|runs|git) '
  ok    pipelines    mlpipe.yaml: 1 stage, valid
  ok    journal      1 result, no damage
  ok    runs         none under way, none left behind
  ok    git          no commit yet
  $ mlpipe doctor --json | python3 -c 'import json, sys; print(sorted({c["health"] for c in json.load(sys.stdin)["checks"]} - {"warn"}))'
  ['ok']

A damaged journal is a warning; results that can be read stay.

  $ for i in 1 2 3 4; do sed -i "s/echo a.* > a/echo a$i > a/" mlpipe.yaml; mlpipe run > log 2>&1; done
  $ printf 'XXXX' | dd of=.mlpipe/journal bs=1 seek=100 conv=notrunc 2> none
  $ mlpipe doctor | grep -A1 -E ' journal '
  warn  journal      $WORK/.mlpipe/journal: bytes 23 to 489 are damaged; results recorded there are lost, all others were read
                     the next run goes on in a clean one; what was lost runs again

A pipeline that is not valid is trouble.

  $ echo 'nonsense: 1' >> mlpipe.yaml
  $ mlpipe doctor 2> none | grep -A1 pipelines
  fail  pipelines    not valid
                     mend what is said above; `mlpipe validate` says it again
  $ mlpipe doctor > log 2>&1
  [6]
