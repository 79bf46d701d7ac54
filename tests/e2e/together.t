Two mlpipe in one checkout: the second waits for a stage that the first is running, says so, and takes its result.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   slow: {cmd: "echo begun >> count.txt; touch started; while [ ! -e go ]; do sleep 0.02; done; echo done > slow.txt", outs: [slow.txt]}
  >   free: {cmd: "echo free > free.txt", outs: [free.txt]}
  > X
  $ cat > go.py <<'X'
  > import os, subprocess, time
  > first = subprocess.Popen(["mlpipe", "run", "slow"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
  > while not os.path.exists("started"): time.sleep(0.01)
  > second = subprocess.Popen(["mlpipe", "run"], stdout=open("second.txt", "w"), stderr=subprocess.STDOUT)
  > while "waiting" not in open("second.txt").read(): time.sleep(0.01)
  > open("go", "w")
  > first.communicate()
  > print(first.returncode, second.wait())
  > print(open("second.txt").read(), end="")
  > X
  $ timeout 60 python3 go.py
  0 0
  work: run RUN, 2 stages
    waiting   slow                      for the stage itself, which another run has, behind mlpipe run RUN (pid PID)
    started   free                      never run
    passed    free TIME
  
    stage         result            time      memory  metrics moved
    free          passed TIME SIZE
  
  work: passed in TIME: 1 passed, 1 reused
  $ cat count.txt
  begun
