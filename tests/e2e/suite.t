Suites of Great Expectations: what is wrong with one is told with its place, and never passes.

  $ printf '{"x": 1, "d": "2019-04-01", "w": "rain"}\n{"x": 2, "d": "2019-04-13", "w": "sun"}\n{"x": null, "d": "2020-01-01", "w": null}\n' > t.jsonl
  $ cat > good.json <<'X'
  > {"name": "good", "meta": {"great_expectations_version": "1.5.0"}, "expectations": [
  >   {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}, "id": "one"},
  >   {"type": "expect_column_values_to_be_between", "kwargs": {"column": "x", "min_value": 0, "max_value": 5}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "d", "max_value": "2020-12-31"}}]}
  > X
  $ mlpipe check t.jsonl --suite good.json
  $ cat > old.json <<'X'
  > {"expectation_suite_name": "old", "data_asset_type": null, "expectations": [
  >   {"expectation_type": "expect_column_values_to_be_in_set", "meta": {}, "kwargs": {"column": "w", "value_set": ["rain"]}},
  >   {"expectation_type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x", "mostly": 0.9}}]}
  > X
  $ mlpipe check t.jsonl --suite old.json
  $ mlpipe check t.jsonl --suite old.json --json

A failure of the severity warning is a warning.

  $ cat > warn.json <<'X'
  > {"name": "w", "expectations": [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}, "severity": "warning"}]}
  > X
  $ mlpipe check t.jsonl --suite warn.json

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
  >   {"type": "expect_column_values_to_match_json_schema", "kwargs": {"column": "w", "json_schema": {"type": 3}}},
  >   {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": "DROP TABLE x"}},
  >   {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3}},
  >   {"kwargs": {}}
  > ]}
  > X
  $ mlpipe check t.jsonl --suite bad.json

A file that is no suite is refused as a whole.

  $ printf '{"expectations": [\n  {"type": "a", "kwargs": {},}\n]}\n' > broken.json && mlpipe check t.jsonl --suite broken.json
  $ printf '{"expectations": [{"type": True}]}' > broken.json && mlpipe check t.jsonl --suite broken.json
  $ printf '{"expectations": [], "expectations": []}' > broken.json && mlpipe check t.jsonl --suite broken.json
  $ printf '{"expectations": [{"type": "a' > broken.json && mlpipe check t.jsonl --suite broken.json
  $ printf '{"expectation": []}' > broken.json && mlpipe check t.jsonl --suite broken.json
  $ printf '{"expectations": [3], "extra": 1}' > broken.json && mlpipe check t.jsonl --suite broken.json
  $ mlpipe check t.jsonl --suite absent.json
  $ mlpipe check t.jsonl
  $ mlpipe check t.jsonl --suite good.json --checks good.json 2>&1 | head -1
  $ mlpipe check t.jsonl --suite good.json --parameter limit

Parameters come from the command line, then from the suite; expressions are computed.

  $ cat > parameters.json <<'X'
  > {"name": "p", "suite_parameters": {"limit": 1, "day": "2020-01-01"}, "expectations": [
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "x", "max_value": {"$PARAMETER": "limit * 2 + 0.5"}}},
  >   {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "w", "value_set": {"$PARAMETER": "words"}}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "d", "max_value": {"$PARAMETER": "day - timedelta(days=1)"}}},
  >   {"type": "expect_column_max_to_be_between", "kwargs": {"column": "d", "max_value": {"$PARAMETER": "now()"}}}]}
  > X
  $ mlpipe check t.jsonl --suite parameters.json --parameter 'words=["rain", "sun"]'
  $ mlpipe check t.jsonl --suite parameters.json --parameter 'words=["rain", "sun"]' --parameter limit=0

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

In a pipeline the suite is an input like the table: a change of either runs the stage again.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > name: demo
  > stages:
  >   check: {kind: data_check, table: t.jsonl, suite: parameters.json, suite_parameters: {words: [rain, sun]}, max_age: 1d}
  > X
  $ mlpipe run > out.txt; echo $?; grep expect_ out.txt
  $ mlpipe run
  $ sed -i 's/day - timedelta(days=1)/day/' parameters.json && mlpipe run > out.txt; echo $?
  $ mlpipe why check 2>&1 | head -3

Without `max_age` or `always_run`, now() is refused: its answer could not be kept.

  $ sed -i 's/, max_age: 1d//' mlpipe.yaml && mlpipe run > out.txt 2>&1; echo $?; grep -o 'now() makes[^"]*' out.txt | head -1
