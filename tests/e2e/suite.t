Suites of Great Expectations: what is wrong with one is told with its place, and never passes.

  $ printf '{"x": 1, "d": "2019-04-01", "w": "rain"}\n{"x": 2, "d": "2019-04-13", "w": "sun"}\n{"x": null, "d": "2020-01-01", "w": null}\n' > t.jsonl
  $ cat > good.json <<'X'
  > {"name": "good", "meta": {"great_expectations_version": "1.5.0"}, "expectations": [
  >   {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}, "id": "one"},
  >   {"type": "expect_column_values_to_be_between", "kwargs": {"column": "x", "min_value": 0, "max_value": 5}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "d", "max_value": "2020-12-31"}}]}
  > X
  $ mlpipe check t.jsonl --suite good.json
  3 checks passed on 3 rows
  $ cat > old.json <<'X'
  > {"expectation_suite_name": "old", "data_asset_type": null, "expectations": [
  >   {"expectation_type": "expect_column_values_to_be_in_set", "meta": {}, "kwargs": {"column": "w", "value_set": ["rain"]}},
  >   {"expectation_type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x", "mostly": 0.9}}]}
  > X
  $ mlpipe check t.jsonl --suite old.json
  expect_column_values_to_be_in_set(w): w: 1 of 2 rows is not in the set (row 2: "sun")
  expect_column_values_to_not_be_null(x): x: 1 of 3 rows is null; 0.6667 hold, 0.9 must (row 3: null)
  2 failed on 3 rows
  [3]
  $ mlpipe check t.jsonl --suite old.json --json
  {"version":1,"status":"fail","rows":3,"columns":[{"name":"x","type":"BIGINT"},{"name":"d","type":"DATE"},{"name":"w","type":"VARCHAR"}],"checks":[{"name":"expect_column_values_to_be_in_set(w)","check":"expect_column_values_to_be_in_set","column":"w","status":"fail","severity":"error","measured":null,"metric":null,"considered":2,"missing":1,"violations":1,"sample":[{"row":2,"value":"sun"}],"message":"w: 1 of 2 rows is not in the set (row 2: \"sun\")","success":false,"element_count":3,"unexpected_count":1,"unexpected_percent":50.0,"unexpected_percent_total":33.333333333333336,"unexpected_list":["sun"],"place":"old.json:2:3"},{"name":"expect_column_values_to_not_be_null(x)","check":"expect_column_values_to_not_be_null","column":"x","status":"fail","severity":"error","measured":null,"metric":null,"considered":3,"missing":1,"violations":1,"sample":[{"row":3,"value":null}],"message":"x: 1 of 3 rows is null; 0.6667 hold, 0.9 must (row 3: null)","success":false,"element_count":3,"unexpected_count":1,"unexpected_percent":33.333333333333336,"unexpected_percent_total":33.333333333333336,"unexpected_list":[null],"place":"old.json:3:3"}]}
  [3]

A failure of the severity warning is a warning.

  $ cat > warn.json <<'X'
  > {"name": "w", "expectations": [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}, "severity": "warning"}]}
  > X
  $ mlpipe check t.jsonl --suite warn.json
  expect_column_values_to_not_be_null(x): x: 1 of 3 rows is null (row 3: null)
  1 warned on 3 rows

Each of these ends as an error, and the others still run.

  $ cat > bad.json <<'X'
  > {"expectations": [
  >   {"type": "expect_column_values_to_be_nul", "kwargs": {"column": "x"}},
  >   {"type": "expect_column_values_to_be_null", "kwargs": {"column": "x", "mostl": 0.5}},
  >   {"type": "expect_column_values_to_be_null", "kwargs": {"column": "x", "mostly": 1.5}},
  >   {"type": "expect_column_values_to_be_null", "kwargs": {}},
  >   {"type": "expect_column_values_to_be_null", "kwargs": {"column": "y"}},
  >   {"type": "expect_column_values_to_be_null", "kwargs": {"column": "x"}, "sevrity": "info"},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "x", "max_value": {"$PARAMETER": "limit"}}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "x", "max_value": {"$PARAMETER": "1 +"}}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "x", "min_value": 3, "max_value": 2}},
  >   {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "w", "regex": "(?=a)"}},
  >   {"type": "expect_column_values_to_be_between", "kwargs": {"column": "w", "min_value": 3}},
  >   {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "w", "row_condition": "x >", "condition_parser": "pandas"}},
  >   {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "w", "row_condition": "x > 1", "condition_parser": "polars"}},
  >   {"type": "expect_column_values_to_match_json_schema", "kwargs": {"column": "w", "json_schema": {"format": "date"}}},
  >   {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": "DROP TABLE x"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3}},
  >   {"kwargs": {}}
  > ]}
  > X
  $ mlpipe check t.jsonl --suite bad.json
  expect_column_values_to_be_nul: could not be evaluated: bad.json:2:12: the expectation expect_column_values_to_be_nul is not known; did you mean expect_column_values_to_be_null?
  expect_column_values_to_be_null(x): could not be evaluated: bad.json:3:73: this expectation has no kwarg `mostl`; did you mean `mostly`?
  expect_column_values_to_be_null(x) #2: could not be evaluated: bad.json:4:83: `mostly` must be a number from 0 to 1, not `1.5`
  expect_column_values_to_be_null: could not be evaluated: bad.json:5:57: the kwarg `column` is missing
  expect_column_values_to_be_null(y): could not be evaluated: the table has no column y; did you mean x?
  expect_column_values_to_be_null #2: could not be evaluated: bad.json:7:74: an expectation has no key `sevrity`
  expect_column_max_to_be_between: could not be evaluated: bad.json:8:57: $PARAMETER limit: the parameter `limit` has no value
  expect_column_max_to_be_between #2: could not be evaluated: bad.json:9:57: $PARAMETER 1 +: it ends too early
  expect_column_max_to_be_between(x): could not be evaluated: bad.json:10:57: min_value cannot be greater than max_value
  expect_column_values_to_match_regex(w): could not be evaluated: bad.json:11:61: the regular expression (?=a) cannot be used: look-ahead and look-behind are not supported (the engine is RE2)
  expect_column_values_to_be_between(w): could not be evaluated: the column w holds texts, and numbers cannot bound it
  expect_column_values_to_be_unique(w): could not be evaluated: bad.json:13:92: row_condition: it ends too early (column 4 of the condition)
  expect_column_values_to_be_unique(w) #2: could not be evaluated: bad.json:14:92: row_condition: there is no condition_parser `polars`; there are pandas, great_expectations, spark, sql
  expect_column_values_to_match_json_schema(w): could not be evaluated: schema (inline): unknown keyword `format`
  unexpected_rows_expectation: could not be evaluated: Parser Error: syntax error at or near "TABLE"
  unknown: could not be evaluated: bad.json:18:3: an expectation needs its `type`
  16 could not be evaluated, 1 passed on 3 rows
  [6]

A file that is no suite is refused as a whole.

  $ printf '{"expectations": [\n  {"type": "a", "kwargs": {},}\n]}\n' > broken.json && mlpipe check t.jsonl --suite broken.json
  broken.json:2:29: error: nothing stands between this comma and the `}`
       2 |   {"type": "a", "kwargs": {},}
         |                             ^
         = hint: JSON has no comma after the last item
  [2]
  $ printf '{"expectations": [{"type": True}]}' > broken.json && mlpipe check t.jsonl --suite broken.json
  broken.json:1:28: error: `True` is no value of JSON
       1 | {"expectations": [{"type": True}]}
         |                            ^~~~
         = hint: JSON writes true, false and null
  [2]
  $ printf '{"expectations": [], "expectations": []}' > broken.json && mlpipe check t.jsonl --suite broken.json
  broken.json:1:22: error: the key expectations stands twice
       1 | {"expectations": [], "expectations": []}
         |                      ^~~~~~~~~~~~~~
  [2]
  $ printf '{"expectations": [{"type": "a' > broken.json && mlpipe check t.jsonl --suite broken.json
  broken.json:1:28: error: this string is not closed
       1 | {"expectations": [{"type": "a
         |                            ^
  [2]
  $ printf '{"expectation": []}' > broken.json && mlpipe check t.jsonl --suite broken.json
  broken.json:1:1: error: a suite is an object with the list `expectations`
       1 | {"expectation": []}
         | ^
  [2]
  $ printf '{"expectations": [3], "extra": 1}' > broken.json && mlpipe check t.jsonl --suite broken.json
  broken.json:1:19: error: an expectation must be an object
       1 | {"expectations": [3], "extra": 1}
         |                   ^
  broken.json:1:23: error: unknown key `extra` in a suite
       1 | {"expectations": [3], "extra": 1}
         |                       ^~~~~~~
         = hint: it takes name, expectation_suite_name, expectations, meta, notes, id, ge_cloud_id, data_asset_type, data_asset_name, suite_parameters, evaluation_parameters
  [2]
  $ mlpipe check t.jsonl --suite absent.json
  mlpipe: cannot read absent.json: No such file or directory
  [2]
  $ mlpipe check t.jsonl
  Exactly 1 option from [--checks,--suite] is required
  Run with --help for more information.
  [2]
  $ mlpipe check t.jsonl --suite good.json --checks good.json 2>&1 | head -1
  Exactly 1 option from [--checks,--suite] is required and 2 were given
  $ mlpipe check t.jsonl --suite good.json --parameter limit
  error: --parameter limit is not NAME=VALUE
  [2]

Parameters come from the command line, then from the suite; expressions are computed.

  $ cat > parameters.json <<'X'
  > {"name": "p", "suite_parameters": {"limit": 1, "day": "2020-01-01"}, "expectations": [
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "x", "max_value": {"$PARAMETER": "limit * 2 + 0.5"}}},
  >   {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "w", "value_set": {"$PARAMETER": "words"}}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "d", "max_value": {"$PARAMETER": "day - timedelta(days=1)"}}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "d", "max_value": {"$PARAMETER": "now()"}}}]}
  > X
  $ mlpipe check t.jsonl --suite parameters.json --parameter 'words=["rain", "sun"]'
  expect_column_max_to_be_between(d): d: 2020-01-01 00:00:00, not at most 2019-12-31T00:00:00
  1 failed, 3 passed on 3 rows
  [3]
  $ mlpipe check t.jsonl --suite parameters.json --parameter 'words=["rain", "sun"]' --parameter limit=0
  expect_column_max_to_be_between(x): x: 2, not at most 0.5
  expect_column_max_to_be_between(d): d: 2020-01-01 00:00:00, not at most 2019-12-31T00:00:00
  2 failed, 2 passed on 3 rows
  [3]

Row conditions.

  $ cat > rows.json <<'X'
  > {"name": "r", "expectations": [
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1, "row_condition": "x >= 1 and w != 'rain'", "condition_parser": "pandas"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 2, "row_condition": "not (x > 1)", "condition_parser": "pandas"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 2, "row_condition": "`w`.isin(['sun', 'rain']) & ~x.isnull()", "condition_parser": "pandas"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1, "row_condition": "col(\"w\") == \"sun\"", "condition_parser": "great_expectations"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 2, "row_condition": "col(\"x\").notNull()", "condition_parser": "great_expectations__experimental__"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1, "row_condition": "w LIKE 's%'", "condition_parser": "spark"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1, "row_condition": {"type": "and", "conditions": [
  >     {"type": "comparison", "column": {"name": "x"}, "operator": ">", "parameter": 1}, {"type": "nullity", "column": {"name": "w"}, "is_null": false}]}}}]}
  > X
  $ mlpipe check t.jsonl --suite rows.json
  7 checks passed on 3 rows

In a pipeline the suite is an input like the table: a change of either runs the stage again.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > name: demo
  > stages:
  >   check: {kind: data_check, table: t.jsonl, suite: parameters.json, suite_parameters: {words: [rain, sun]}, max_age: 1d}
  > X
  $ mlpipe run > out.txt; echo $?; grep expect_ out.txt
  3
        expect_column_max_to_be_between(d): d: 2020-01-01 00:00:00, not at most 2019-12-31T00:00:00  (t.jsonl)
  $ mlpipe run
  demo: run RUN, 1 stage
    started   check                     never run
    failed    check TIME  1 failed, 3 passed on 3 rows
        expect_column_max_to_be_between(d): d: 2020-01-01 00:00:00, not at most 2019-12-31T00:00:00  (t.jsonl)
        rerun  mlpipe run check
  
    stage         result            time      memory  metrics moved
    check         failed TIME SIZE
  
  demo: failed in TIME: 1 failed
  [3]
  $ sed -i 's/day - timedelta(days=1)/day/' parameters.json && mlpipe run > out.txt; echo $?
  0
  $ mlpipe why check 2>&1 | grep -o 'check is up to date'
  check is up to date

Without `max_age` or `always_run`, now() is refused: its answer could not be kept.

  $ sed -i 's/, max_age: 1d//' mlpipe.yaml && mlpipe run > out.txt 2>&1; echo $?; grep -o 'now() makes[^"]*' out.txt | head -1
  6
  now() makes the result depend on the day: give the stage `max_age: 1d` or `always_run: true`  (t.jsonl)
