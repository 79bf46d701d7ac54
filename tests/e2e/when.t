Conditions, ages, groups.

  $ git init -q . && git commit -q --allow-empty -m first
  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   on_main: {cmd: "echo main", when: {branch: main}}
  >   on_release: {cmd: "echo release", when: {branch: "release/*"}}
  >   with_flag: {cmd: "echo flag", when: {env: {DEPLOY: "1"}}}
  >   broken: {cmd: "exit 1", allow_failure: true}
  >   cleanup: {cmd: "echo cleaned", when: {stage: {broken: failed}}}
  > X
  $ mlpipe run -j1
  work: run RUN, 5 stages
    started   broken                    never run
    failed    broken TIME  exit 1
        rerun  mlpipe run broken
  
    started   on_main                   never run
    passed    on_main TIME
    started   cleanup                   never run
    passed    cleanup TIME
  
    stage         result            time      memory  metrics moved
    broken        failed TIME SIZE  exit 1
    on_main       passed TIME SIZE
    cleanup       passed TIME SIZE
  
  work: warned in TIME: 1 failed, 2 passed, 2 skipped
  $ git checkout -q -b release/1 && DEPLOY=1 mlpipe run -j1 --json | tail -n 1 | grep -oE '"(passed|failed|reused|skipped)":\[[^]]*\]'
  "reused":["cleanup"]
  "passed":["on_release","with_flag"]
  "failed":["broken"]
  "skipped":["on_main"]

An age is a reason only where one is declared.

  $ printf 'mlpipe: 1\nstages:\n  fetch: {cmd: "date > d.txt", outs: [d.txt], max_age: 1ms}\n  keep: {cmd: "date > k.txt", outs: [k.txt]}\n' > age.yaml
  $ mlpipe run -j1 -f age.yaml > /dev/null 2>&1 && sleep 0.1 && mlpipe run -j1 -f age.yaml
  age: run RUN, 2 stages
    started   fetch                     result is older than TIME
    passed    fetch TIME
  
    stage         result            time      memory  metrics moved
    fetch         passed TIME SIZE
  
  age: passed in TIME: 1 passed, 1 reused

Groups: `foreach`, `matrix` and `seeds` expand; the group's name means all of them.

  $ cat > groups.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   each: {foreach: [north, south], cmd: "echo ${item} > ${item}.txt", outs: ["${item}.txt"]}
  >   grid: {matrix: {a: [1, 2], b: [x]}, cmd: "echo ${matrix.a}${matrix.b} > g${matrix.a}${matrix.b}", outs: ["g${matrix.a}${matrix.b}"]}
  >   train: {kind: train, seeds: 2, cmd: "echo '{\"loss\": 0.5}' > m-${seed}.json; echo $MLPIPE_SEED", metrics: ["m-${seed}.json"]}
  >   all: {cmd: "cat north.txt south.txt", needs: [each, grid, train]}
  > X
  $ mlpipe graph -f groups.yaml
  each@north
  each@south
  grid@1-x
  grid@2-x
  train@seed0  train
  train@seed1  train
  └── all  (also after each@north, each@south, grid@1-x, grid@2-x and 1 more)
  $ mlpipe run -f groups.yaml -j1 all | grep -c '^  passed'
  7
  $ mlpipe logs -C . --file groups.yaml train@seed1
  run RUN, attempt 1
  1
