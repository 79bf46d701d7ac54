What other programs read. One event a line, in order, the first and the last always the same.

  $ printf '1\n' > in.txt
  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > name: demo
  > stages:
  >   one: {cmd: "cat in.txt > one.txt", deps: [in.txt], outs: [one.txt]}
  >   two: {cmd: "false", deps: [one.txt], outs: [two.txt]}
  >   three: {cmd: "true", deps: [two.txt]}
  > X
  $ cat > show.py <<'X'
  > import json, sys
  > for line in sys.stdin:
  >     event = json.loads(line)
  >     print(event["event"], event.get("stage", ""), event.get("state", ""), event.get("status", ""))
  > print({key: value for key, value in event.items() if isinstance(value, list)})
  > X
  $ mlpipe run --json 2> err.txt | python3 show.py; cat err.txt
  run_started   
  stage_started one  
  stage_finished one passed 
  stage_started two  
  stage_finished two failed 
  stage_finished three blocked 
  run_finished   failed
  {'ran': ['one', 'two'], 'reused': [], 'restored': [], 'passed': ['one'], 'warned': [], 'failed': ['two'], 'errored': [], 'blocked': ['three'], 'skipped': [], 'cancelled': []}
  $ sed -i 's/"false"/"cp one.txt two.txt"/' mlpipe.yaml && mlpipe run --json | python3 show.py
  run_started   
  stage_started two  
  stage_finished two passed 
  stage_started three  
  stage_finished three passed 
  run_finished   passed
  {'ran': ['two', 'three'], 'reused': ['one'], 'restored': [], 'passed': ['two', 'three'], 'warned': [], 'failed': [], 'errored': [], 'blocked': [], 'skipped': [], 'cancelled': []}
  $ mlpipe run --json | python3 show.py
  run_started   
  run_finished   passed
  {'ran': [], 'reused': ['one', 'two', 'three'], 'restored': [], 'passed': [], 'warned': [], 'failed': [], 'errored': [], 'blocked': [], 'skipped': [], 'cancelled': []}

The exit code is that of the run.

  $ sed -i 's/cp one.txt two.txt/exit 3/' mlpipe.yaml && mlpipe run --json > events.txt; echo $?
  1

  $ mlpipe status --json
  {"stages":[{"name":"one","kind":"command","state":"up_to_date","reasons":[]},{"name":"two","kind":"command","state":"stale","reasons":[{"kind":"command","item":"cmd","change":"modified","old":"cp one.txt two.txt","new":"exit 3"}]},{"name":"three","kind":"command","state":"stale","reasons":[{"kind":"upstream","item":"two","change":"modified","old":"","new":""}]}]}
  $ mlpipe graph --json
  {"stages":[{"name":"one","kind":"command","cmd":"cat in.txt > one.txt","working_dir":".","deps":["in.txt"],"outs":["one.txt"],"params":[],"needs":[]},{"name":"two","kind":"command","cmd":"exit 3","working_dir":".","deps":["one.txt"],"outs":["two.txt"],"params":[],"needs":[]},{"name":"three","kind":"command","cmd":"true","working_dir":".","deps":["two.txt"],"outs":[],"params":[],"needs":[]}],"edges":[["one","two"],["two","three"]]}

  $ printf 'date,n\n2012-01-01,1\n2012-01-02,\n' > t.csv && printf '[row_count: {min: 1}, not_null: {column: n}]\n' > checks.yaml
  $ mlpipe check t.csv --checks checks.yaml --json
  {"version":1,"status":"fail","rows":2,"columns":[{"name":"date","type":""},{"name":"n","type":""}],"checks":[{"name":"row_count","check":"row_count","column":null,"status":"pass","severity":"error","measured":2,"metric":2.0,"considered":2,"missing":0,"violations":0,"sample":[],"message":"row_count: 2"},{"name":"not_null(n)","check":"not_null","column":"n","status":"fail","severity":"error","measured":0.5,"metric":0.5,"considered":2,"missing":1,"violations":1,"sample":[{"row":2,"value":null}],"message":"n: 1 of 2 rows is missing (row 2)"}]}
  [3]
  $ mlpipe check absent.csv --checks checks.yaml --json
  {"version":1,"status":"error","rows":null,"error":"the table absent.csv does not exist","checks":[{"name":"row_count","check":"row_count","column":null,"status":"error","severity":"error","measured":null,"metric":null,"considered":0,"missing":0,"violations":0,"sample":[],"message":"the table absent.csv does not exist","error":"the table absent.csv does not exist"},{"name":"not_null(n)","check":"not_null","column":"n","status":"error","severity":"error","measured":null,"metric":null,"considered":0,"missing":0,"violations":0,"sample":[],"message":"the table absent.csv does not exist","error":"the table absent.csv does not exist"}]}
  [6]
