A repository of DVC's runs as it is.

  $ mkdir one && cd one && mkdir .dvc && printf '[core]\n    no_scm = True\n' > .dvc/config
  $ printf 'b\na\n' > in.txt && echo 'k: 1' > params.yaml
  $ cat > dvc.yaml <<'X'
  > stages:
  >   sort:
  >     cmd: sort in.txt > sorted.txt
  >     deps: [in.txt]
  >     outs: [sorted.txt]
  >   count:
  >     foreach: [a, b]
  >     do:
  >       cmd: |
  >         mkdir -p out
  >         grep -c ${item} sorted.txt > out/${item}.json
  >       deps: [sorted.txt]
  >       params: [k]
  >       metrics:
  >         - out/${item}.json: {cache: false}
  > X
  $ mlpipe init
  found a DVC repository: `mlpipe run` works as it is, on dvc.yaml and dvc.lock
  --print shows what an mlpipe.yaml would hold, --force writes it
  $ mlpipe run > log 2>&1; echo $?
  0
  $ mlpipe run
  dvc.yaml: nothing to do, 3 stages up to date
  $ cat out/b.json; ls .dvc/cache/runs | wc -l
  1
  3
  $ cat dvc.lock | head -8
  schema: '2.0'
  stages:
    sort:
      cmd: sort in.txt > sorted.txt
      deps:
      - path: in.txt
        hash: md5
        md5: d6b441411dbef1d4999fdc4fbdbc7828
  $ mlpipe graph
  sort
  ├── count@a
  └── count@b

What changed is said, and going back restores.

  $ echo c >> in.txt && mlpipe status
    sort     run       in.txt changed
    count@a  depends   on the result of sort
    count@b  depends   on the result of sort
  $ mlpipe status --dvc-compat --json
  {"sort":[{"changed deps":{"in.txt":"modified"}}]}
  $ mlpipe run count@a > log 2>&1; echo $?
  0
  $ printf 'b\na\n' > in.txt && mlpipe run > log 2>&1; grep -E 'restored|passed' log
    restored  sort* (glob)
  ...

An edited output that no cache holds is kept; a missing input touches nothing.

  $ echo mine > sorted.txt && mlpipe run sort > log 2>&1; cat .mlpipe/kept/*/sorted.txt sorted.txt
  mine
  a
  b
  $ mv in.txt away && mlpipe run sort > log 2>&1; echo $?; grep -o 'the dependency `in.txt` does not exist' log | head -1; cat sorted.txt
  6
  the dependency `in.txt` does not exist
  a
  b
  $ mv away in.txt

An input that changes while the command runs: the result is not recorded, and the stage runs again.

  $ cd .. && mkdir two && cd two && mkdir .dvc && printf '[core]\n    no_scm = True\n' > .dvc/config && echo 1 > in
  $ printf 'stages:\n  s:\n    cmd: cp in o && echo more >> in\n    deps: [in]\n    outs: [o]\n' > dvc.yaml
  $ mlpipe run > log 2>&1; grep -c 'its inputs changed while it ran' log; test -e dvc.lock || echo no lock
  1
  no lock
  $ mlpipe run --dvc-compat > log 2>&1; test -e dvc.lock && mlpipe status --dvc-compat --json
  {}

Mistakes are named with their place, all of them.

  $ printf 'stages:\n  s:\n    cmd: echo ${nope}\n    timeout: 3\n    deps: a\n' > dvc.yaml && mlpipe run
  dvc.yaml:4:5: error: unknown key `timeout` in `stages.s`
       4 |     timeout: 3
         |     ^~~~~~~
         = hint: known here: cmd, wdir, deps, params, outs, metrics, plots, frozen, desc, always_changed, meta, vars, matrix; what only mlpipe knows stands under `meta: {mlpipe: ...}` of a stage
  dvc.yaml:5:11: error: `stages.s.deps` must be a list of texts, not a text
       5 |     deps: a
         |           ^
  [2]
  $ printf 'stages:\n  s:\n    cmd: sleep 20\n    meta: {mlpipe: {timeout: 1s, grace: 1s}}\n' > dvc.yaml && mlpipe run > log 2>&1; echo $?; grep -o 'timeout after 1.00 s' log | head -1
  1
  timeout after TIME
  $ printf 'stages:\n  s:\n    cmd: "true"\n    meta: {mlpipe: {gate: 1}}\n' > dvc.yaml && mlpipe validate
  dvc.yaml:4:21: error: `meta.mlpipe.gate` is not built for stages of dvc.yaml
       4 |     meta: {mlpipe: {gate: 1}}
         |                     ^~~~
         = hint: known here: timeout, grace, retries, resources, owners, tags, needs, allow_failure
  [2]

Versioned data, without DVC and without a pipeline.

  $ cd .. && mkdir -p three/data && cd three && git init -q . && printf 1 > data/a && printf 2 > data/b
  $ mlpipe data add data
  made .dvc/, where versioned data is kept
  data  2 files, 2 B  ->  data.dvc
  $ cat data.dvc .gitignore
  outs:
  - md5: 8ea7b150bb7c692952804d00767e8840.dir
    size: 2
    nfiles: 2
    hash: md5
    path: data
  /data
  $ printf 3 > data/c && mlpipe data status
  modified      data
  $ mlpipe data checkout
  mlpipe: `data` holds content that no cache has, and it would be lost; `mlpipe data add` it, or use --force
  [5]
  $ mlpipe data checkout --force && ls data
  wrote data
  a
  b
  $ rm -r data && mlpipe data checkout && mlpipe data status
  wrote data
  tracked data is as recorded
  $ rm -r data .dvc/cache && mlpipe data checkout
  mlpipe: not in the cache, so not put back: data; `mlpipe data pull` fetches from a remote
  [6]
  $ mlpipe data remove data.dvc && ls -A | grep -c dvc
  data.dvc is gone; the data stays
  1
  $ mlpipe data add nothing
  mlpipe: `nothing` does not exist
  [2]
