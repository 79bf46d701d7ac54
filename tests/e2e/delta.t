A dependency on a Delta table: a commit is a change, a vacuum and a checkpoint are none.

  $ mkdir -p lake/_delta_log && log=lake/_delta_log/0000000000000000000
  $ echo 1 > lake/one.parquet && echo 2 > lake/two.parquet
  $ printf '{"add":{"path":"one.parquet","partitionValues":{}}}\n' > ${log}0.json
  $ printf '{"remove":{"path":"one.parquet"}}\n{"add":{"path":"two.parquet","partitionValues":{}}}\n' > ${log}1.json
  $ printf 'mlpipe: 1\nname: x\nstages:\n  train: {cmd: echo trained, deps: [lake]}\n' > mlpipe.yaml
  $ mlpipe run > out.txt && mlpipe status
  1 stage up to date
  $ rm lake/one.parquet && echo x > ${log}1.checkpoint.parquet && echo x > lake/_delta_log/_last_checkpoint
  $ mkdir lake/_change_data && echo x > lake/_change_data/c.parquet && echo x > lake/.two.parquet.crc
  $ mlpipe status
  1 stage up to date
  $ echo 3 > lake/three.parquet && mlpipe status
  1 stage up to date
  $ printf '{"add":{"path":"three.parquet","partitionValues":{}}}\n' > ${log}2.json
  $ mlpipe why train | grep -v '^  last good run'
  train would run:
    lake changed: 2 files differ
      added     lake/_delta_log/00000000000000000002.json  c6c4ad70138c
      added     lake/three.parquet  1121cfccd591

A version is named where the table is, and nowhere else.

  $ printf -- '- row_count: {min: 0}\n' > checks.yaml
  $ printf 'a\n1\n' > plain.csv
  $ mlpipe check plain.csv@v3 --checks checks.yaml
  table: plain.csv is no Delta table: it holds no folder _delta_log
  the table could not be read: plain.csv is no Delta table: it holds no folder _delta_log
  [6]
  $ mlpipe table none@v3
  mlpipe: the table none@v3 does not exist
  [2]
