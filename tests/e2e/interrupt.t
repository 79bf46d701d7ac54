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
  work: run RUN, 3 stages
    started   one                       never run
    passed    one TIME
    started   long                      never run
    cancelled long                      interrupted
  
    stage         result            time      memory  metrics moved
    one           passed TIME SIZE
  
  work: interrupted in TIME: 1 passed, 2 cancelled
  exit code 130
  $ kill -0 $(cat pid.txt) 2> /dev/null || echo the child is gone
  the child is gone
  $ sed -i 's/exec sleep 300/echo 2 > long.txt/' mlpipe.yaml && mlpipe run -j1
  work: run RUN, 3 stages
    started   long                      never run
    passed    long TIME
    started   below                     never run
    passed    below TIME
  
    stage         result            time      memory  metrics moved
    long          passed TIME SIZE
    below         passed TIME SIZE
  
  work: passed in TIME: 2 passed, 1 reused
