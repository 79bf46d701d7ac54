Ctrl-C ends what runs, keeps what is done, and the next run goes on from there.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   one: {cmd: "echo 1 > one.txt", outs: [one.txt]}
  >   long: {cmd: "echo $$ > pid.txt; touch started; exec sleep 300", deps: [one.txt], outs: [long.txt], grace: 1s}
  >   below: {cmd: "cat long.txt", deps: [long.txt]}
  > X
  $ cat > go.py <<'X'
  > import os, signal, subprocess, sys, time
  > run = subprocess.Popen(["mlpipe", "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
  > while not os.path.exists("started"): time.sleep(0.01)
  > run.send_signal(signal.SIGINT)
  > print(run.communicate()[0], end="")
  > print("exit code", run.returncode)
  > X
  $ python3 go.py
  work: run 20261124-145949-ee6c17d7, 3 stages
    started   one                       never run
    passed    one               0.02 s
    started   long                      never run
    cancelled long                      interrupted
  
    stage         result            time      memory  metrics moved
    one           passed          0.02 s    10.9 MiB
  
  work: interrupted in 0.04 s: 1 passed, 2 cancelled
  exit code 130
  $ kill -0 $(cat pid.txt) 2> /dev/null || echo the child is gone
  the child is gone
  $ sed -i 's/exec sleep 300/echo 2 > long.txt/' mlpipe.yaml && mlpipe run -j1
  work: run 20261124-145949-a186873b, 3 stages
    started   long                      never run
    passed    long              0.02 s
    started   below                     never run
    passed    below             0.00 s
  
    stage         result            time      memory  metrics moved
    long          passed          0.02 s    11.2 MiB
    below         passed          0.00 s    19.4 MiB
  
  work: passed in 0.02 s: 2 passed, 1 reused
