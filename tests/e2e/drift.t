A table against a reference: per column, and as a whole.

  $ seq 1 60 | awk 'BEGIN{print "x,colour,day"} {print $1 * 0.5 "," ($1 % 3 ? "red" : "blue") ",2024-01-01"}' > reference.csv
  $ seq 1 60 | awk 'BEGIN{print "x,colour,day"} {print $1 * 0.5 + 20 "," ($1 % 3 ? "red" : "blue") ",2024-02-01"}' > current.csv
  $ mlpipe drift reference.csv reference.csv
  column  type  method   value       p  threshold  verdict
  x       num   ks      0.0000  1.0000     0.0500  same
  colour  cat   z       0.0000  1.0000     0.0500  same
  not compared: day (dates move on by themselves; name the column to compare it)
  0 of 2 columns drifted (0 %, bound 50 %): pass

One of two columns is half of them: that fails, with exit code 3.

  $ mlpipe drift reference.csv current.csv
  column  type  method   value         p  threshold  verdict
  x       num   ks      0.6667  6.10e-13     0.0500  DRIFT
  colour  cat   z       0.0000    1.0000     0.0500  same
  not compared: day (dates move on by themselves; name the column to compare it)
  1 of 2 columns drifted (50 %, bound 50 %): fail
  [3]
  $ mlpipe drift reference.csv current.csv --share 0.6 | tail -1
  1 of 2 columns drifted (50 %, bound 60 %): pass

A method that the column cannot take is an error, never a pass: exit code 6.

  $ mlpipe drift reference.csv current.csv --column colour --method ks
  column  type  method  value  p  threshold  verdict
  colour  num   -           -  -          -  error: it is VARCHAR in the reference and VARCHAR in the current table, no number
  0 of 0 columns drifted, 1 could not be compared (0 %, bound 50 %): error
  [6]

Wrong use: 2.

  $ mlpipe drift reference.csv current.csv --column color
  mlpipe: columns: no column `color` in reference.csv; did you mean `colour`?
  [2]
  $ mlpipe drift reference.csv current.csv --method psi --calibrated 0.01 --threshold 0.2
  mlpipe: `calibrated` works the threshold out; leave `threshold` away
  [2]

A saved profile serves as the reference; a changed one is told.

  $ mlpipe profile reference.csv -o reference.json > /dev/null
  $ mlpipe drift reference.json current.csv --column x
  column  type  method   value         p  threshold  verdict
  x       num   ks      0.6667  6.10e-13     0.0500  DRIFT
  1 of 1 column drifted (100 %, bound 50 %): fail
  [3]
  $ sed 's/"rows":60/"rows":61/' reference.json > changed.json
  $ mlpipe drift changed.json current.csv
  mlpipe: the reference table cannot be read: the profile's sha256 is wrong: the file was changed or cut; write it anew
  [6]

As a stage it is a gate, and its report is an output.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > stages:
  >   watch:
  >     kind: drift
  >     reference: reference.csv
  >     current: current.csv
  >     exclude: [day]
  >     methods: {num: {method: psi, threshold: 0.2}}
  >     report: drift.html
  >   after: {cmd: "true", needs: [watch]}
  > X
  $ mlpipe run 2>&1 | grep -E 'failed|blocked'
    failed    watch TIME  1 of 2 columns drifted
    watch         failed TIME SIZE
    blocked by watch: after
  work: failed in TIME: 1 failed, 1 blocked
  $ cp reference.csv current.csv
  $ mlpipe run 2>&1 | tail -1
  * passed in TIME: 2 passed (glob)
  $ grep -c '<svg' drift.html
  2
  $ grep -E 'https?:|<script' drift.html
  [1]

Keys that are wrong are told before anything runs.

  $ printf 'mlpipe: 1\nstages: {w: {kind: drift, reference: reference.csv, current: current.csv, methods: {num: chisquare}}}\n' > bad.yaml
  $ mlpipe validate -f bad.yaml 2>&1 | head -1
  bad.yaml:2:90: error: `chisquare` compares columns of type cat, not num
