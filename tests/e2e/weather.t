The example on real data, from the table to the gate. scripts/test fetches the data and installs scikit-learn.

  $ test -f $SOURCE/pipelines/weather/data/seattle-weather.csv || { echo the data is not here: run scripts/test; exit 80; }
  $ /usr/bin/python3 -c 'import joblib, pandas, pytest, sklearn, yaml' || { echo scikit-learn is not here: run scripts/test; exit 80; }
  $ mkdir -p pipelines/weather && cd pipelines/weather
  $ cp $SOURCE/pipelines/weather.yaml $SOURCE/pipelines/.gitignore .. && cp $SOURCE/pipelines/weather/params.yaml .
  $ cp -r $SOURCE/pipelines/weather/src $SOURCE/pipelines/weather/tests $SOURCE/pipelines/weather/data .
  $ cd ../.. && git init -q . && git add . && git commit -q -m 'The weather example'
  $ mlpipe validate
  1 pipeline with 6 stages: valid
  $ mlpipe run -j1 compare
  weather: run RUN, 5 stages
    started   prepare                   never run
    passed    prepare TIME
    started   check                     never run
    passed    check TIME  15 checks passed on 1,096 rows
    started   unit                      never run
    passed    unit TIME  16 passed in TIME
    started   train                     never run
    passed    train TIME  accuracy 0.*, f1_macro 0.*, log_loss 0.* (glob)
    started   compare                   never run
    warned    compare TIME  3 of 3 gates warned: accuracy is 0.*, not compared; no baseline: no blessed result of branch main of compare is recorded here (glob)
        accuracy: accuracy is 0.*, not compared; no baseline: no blessed result of branch main of compare is recorded here (glob)
        f1_macro: f1_macro is 0.*, not compared; no baseline: no blessed result of branch main of compare is recorded here (glob)
        log_loss: log_loss is 0.*, not compared; no baseline: no blessed result of branch main of compare is recorded here (glob)
  
    stage         result            time      memory  metrics moved
    prepare       passed TIME SIZE
    check         passed TIME SIZE
    unit          passed TIME SIZE
    train         passed TIME SIZE
    compare       warned TIME SIZE
  
  weather: warned in TIME: 1 warned, 4 passed
  $ mlpipe run compare
  weather: nothing to do, 5 stages up to date

Deploying is a step of its own: without `--deploy` a run says what it would do and changes nothing.

  $ mlpipe run && ls pipelines/weather/serving
  weather: run RUN, 6 stages
    skipped   release TIME  production: would deploy * (1 artifact, SIZE) to pipelines/weather/serving in place of nothing; --deploy does it (glob)
  weather: passed in TIME: 5 reused, 1 skipped
  ls: cannot access 'pipelines/weather/serving': No such file or directory
  [2]
  $ mlpipe run --deploy && ls pipelines/weather/serving/current/
  weather: run RUN, 6 stages
    started   release                   never run
    passed    release TIME  production: deployed * (1 artifact, SIZE) in place of nothing, verified (glob)
  
    stage         result            time      memory  metrics moved
    release       passed TIME SIZE
  
  weather: passed in TIME: 1 passed, 5 reused
  model.joblib
  $ python3 pipelines/weather/src/smoke.py
  model.joblib says rain, sun

Only what the change reaches runs.

  $ sed -i 's/trees: 200/trees: 20/' pipelines/weather/params.yaml && mlpipe status
    prepare  reuse     
    check    reuse     
    unit     reuse     
    train    run       train.trees: 200 -> 20
    compare  depends   on the result of train
    release  deploy    on the result of train
  $ mlpipe run --json compare | tail -n 1 | grep -o '"ran":.*"restored"'
  "ran":["train","compare"],"reused":["unit","prepare","check"],"restored"
  $ sed -i 's/trees: 20/trees: 200/' pipelines/weather/params.yaml && mlpipe run compare
  weather: run RUN, 5 stages
    restored  train                     3 outputs restored
  weather: nothing to run, 1 stage restored, 4 up to date

The gate compares with what main has. A better model than the one before may take its place; then it goes back.

  $ sed -i 's/trees: 200/trees: 150/' pipelines/weather/params.yaml && mlpipe run --deploy > out.txt 2>&1; grep -E '^  (passed|warned|failed)' out.txt
    passed    train TIME  accuracy *, f1_macro *, log_loss * (glob)
    passed    compare TIME  3 gates passed: accuracy * (*) (glob)
    passed    release TIME  production: deployed * (1 artifact, SIZE) in place of *, verified (glob)
  $ mlpipe deploy rollback production --reason 'a bad smell'
  $WORK/pipelines/weather/serving: rolled back from * to * (glob)
  further deploys are held; when they may go on: mlpipe deploy resume $WORK/pipelines/weather/serving
  $ mlpipe run --deploy > out.txt 2>&1; echo $?
  5
  $ mlpipe deploy history production | grep -oE '^[0-9T:.Z-]+ +[a-z_]+' | cut -d' ' -f 3; mlpipe deploy resume production
  deployed
  deployed
  rolled_back
  refused
  $WORK/pipelines/weather/serving: deploys may go on
  $ sed -i 's/min_samples_leaf: 3/min_samples_leaf: 300/' pipelines/weather/params.yaml && mlpipe run --deploy
  weather: run RUN, 6 stages
    started   train                     train.min_samples_leaf: 3 -> 300
    passed    train TIME  accuracy *, f1_macro *, log_loss * (glob)
    started   compare                   pipelines/weather/build/metrics.json changed; baseline changed
    failed    compare TIME  3 of 3 gates failed: accuracy fell from * to * (*), allowed is -* (glob)
        accuracy: accuracy fell from * to * (*), allowed is -* (glob)
        f1_macro: f1_macro is *, at least 0.35 is asked for; f1_macro fell from * to * (*), allowed is -* (glob)
        log_loss: log_loss is *, at most 0.8 is allowed; log_loss rose from * to * (*), allowed is +* (glob)
        owner  @weather-team
        rerun  mlpipe run compare
  
    stage         result            time      memory  metrics moved
    train         passed TIME SIZE  accuracy * -> *, f1_macro * -> *, log_loss * -> * (glob)
    compare       failed TIME SIZE  accuracy * -> *, f1_macro * -> *, log_loss * -> * (glob)
    blocked by compare: release
  
  weather: failed in TIME: 1 failed, 1 passed, 3 reused, 1 blocked
  [4]
  $ git checkout -q pipelines/weather/params.yaml && mlpipe run compare > out.txt 2>&1; tail -n 1 out.txt
  weather: passed in TIME: 1 passed, 1 restored, 3 reused

A wind that cannot be: the check fails, and nothing is trained on it.

  $ sed -i '100s/,[^,]*,\([a-z]*\)$/,99,\1/' pipelines/weather/data/seattle-weather.csv && mlpipe run -j1 compare
  weather: run RUN, 5 stages
    started   prepare                   pipelines/weather/data/seattle-weather.csv changed
    passed    prepare TIME
    started   check                     pipelines/weather/build/train.csv changed
    failed    check TIME  1 failed, 14 passed on 1,096 rows
        between(wind): wind: 1 of 1,096 rows is outside 0 to 60 (row 99: 99.0)  (pipelines/weather/build/train.csv)
        owner  @weather-team
        rerun  mlpipe run check
  
    stage         result            time      memory  metrics moved
    prepare       passed TIME SIZE
    check         failed TIME SIZE
    blocked by check: train, compare
  
  weather: failed in TIME: 1 failed, 1 passed, 1 reused, 2 blocked
  [3]
  $ cp $SOURCE/pipelines/weather/data/seattle-weather.csv pipelines/weather/data/ && mlpipe run compare
  weather: run RUN, 5 stages
    restored  prepare                   1 output restored
  weather: nothing to run, 1 stage restored, 4 up to date

A mistake in the example's code: its tests say which.

  $ sed -i 's/<= last_train_year/< last_train_year/' pipelines/weather/src/table.py && mlpipe run -j1 compare > out.txt 2>&1
  [1]
  $ grep -o 'test_table.py::test_the_split_shares_no_day' out.txt | sort -u
  test_table.py::test_the_split_shares_no_day
  $ tail -n 1 out.txt
  weather: failed in TIME: 2 failed, 1 passed, 2 blocked
