The completion of bash asks the binary for verbs and options, and the graph for stages.

  $ printf 'mlpipe: 1\nstages:\n  prepare: {cmd: echo 1}\n  train: {cmd: echo 2}\n  test: {cmd: echo 3}\n' > mlpipe.yaml
  $ mkdir other && printf 'mlpipe: 1\nstages:\n  elsewhere: {cmd: echo 1}\n' > other/mlpipe.yaml
  $ cat > try.bash <<'X'
  > source <(mlpipe completion bash)
  > for line in "$@"; do
  >   COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
  >   COMP_WORDS=($line)
  >   _mlpipe mlpipe
  >   echo "[$line] ${COMPREPLY[*]}"
  > done
  > X
  $ bash --norc try.bash 'mlpipe r' 'mlpipe why ' 'mlpipe why t' 'mlpipe run --fo' 'mlpipe run prepare tr' 'mlpipe -C other run ' 'mlpipe why -C other ' 'mlpipe completion z' 'mlpipe deploy r' 'mlpipe run -C ot' 'mlpipe nonsense '
  [mlpipe r] run
  [mlpipe why ] prepare test train
  [mlpipe why t] test train
  [mlpipe run --fo] --force --force-downstream
  [mlpipe run prepare tr] train
  [mlpipe -C other run ] elsewhere
  [mlpipe why -C other ] elsewhere
  [mlpipe completion z] zsh
  [mlpipe deploy r] rollback resume
  [mlpipe run -C ot] other
  [mlpipe nonsense ] 

The completion is registered.

  $ bash --norc -c 'source <(mlpipe completion bash); complete -p mlpipe'
  complete -F _mlpipe mlpipe
  $ mlpipe completion tcsh
  shell: tcsh not in {bash,zsh,fish}
  Run with --help for more information.
  [2]
