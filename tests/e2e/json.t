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
  $ sed -i 's/"false"/"cp one.txt two.txt"/' mlpipe.yaml && mlpipe run --json | python3 show.py
  $ mlpipe run --json | python3 show.py

The exit code is that of the run.

  $ sed -i 's/cp one.txt two.txt/exit 3/' mlpipe.yaml && mlpipe run --json > events.txt; echo $?

  $ mlpipe status --json
  $ mlpipe graph --json

  $ printf 'date,n\n2012-01-01,1\n2012-01-02,\n' > t.csv && printf '[row_count: {min: 1}, not_null: {column: n}]\n' > checks.yaml
  $ mlpipe check t.csv --checks checks.yaml --json
  $ mlpipe check absent.csv --checks checks.yaml --json
