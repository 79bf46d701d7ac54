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
  work: run 20261124-145950-75bddb59, 2 stages
    waiting   slow                      for the stage itself, which another run has, behind mlpipe run 20261124-145950-f3c6f78b (pid 22871)
    started   free                      never run
    passed    free              0.00 s
    restored  slow                      1 output restored
  
    stage         result            time      memory  metrics moved
    free          passed          0.00 s    19.3 MiB
  
  work: passed in 0.12 s: 1 passed, 1 restored
  $ cat count.txt
  begun
