#include <gtest/gtest.h>

#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

TEST(SqlFacts, FindsTheClockWhereverItStands) {
  for (const char* sql :
       {"SELECT now()", "SELECT * FROM data WHERE d > CURRENT_DATE", "select Now ( )",
        "SELECT now /* x */ -- y\n ()", "SELECT \"now\"()", "SELECT random()", "SELECT today()",
        "SELECT 'a' || current_timestamp", "SELECT age(d) FROM data",
        "SELECT * FROM data USING SAMPLE 10%", "SELECT * FROM data TABLESAMPLE 5", "SELECT uuid()",
        "SELECT ''''||now()", "SELECT e'\\''||now()||''", "SELECT $$a$$, now()",
        "SELECT $t$ $$ $t$, now()", "/* /* */ */ SELECT localtime", "SELECT \"a\"\"b\", now()"}) {
    EXPECT_TRUE(sql_facts(sql).clock_word) << sql;
  }
}

TEST(SqlFacts, DoesNotFindItInTextsAndNames) {
  for (const char* sql :
       {"SELECT 'now()'", "SELECT \"current_date\" FROM data", "-- now()\nSELECT 1",
        "/* now() */ SELECT 1", "SELECT $$now()$$", "SELECT known()", "SELECT now FROM data",
        "SELECT random FROM data", "SELECT sample FROM data", "SELECT e'\\'now()'",
        "SELECT 'it''s now()'", "SELECT current_dates FROM data", "SELECT today, (1)",
        "SELECT $x$ now() $$ $x$"}) {
    EXPECT_FALSE(sql_facts(sql).clock_word) << sql;
  }
}

TEST(SqlFacts, OneStatement) {
  EXPECT_FALSE(sql_facts("SELECT 1").several);
  EXPECT_FALSE(sql_facts("SELECT 1 ; ; -- ;").several);
  EXPECT_FALSE(sql_facts("SELECT ';' ; /* ; x */").several);
  EXPECT_TRUE(sql_facts("SELECT 1; SELECT 2").several);
  EXPECT_TRUE(sql_facts("SELECT 1;x").several);
  EXPECT_TRUE(sql_facts(" ; -- nothing\n /* */ ").empty);
  EXPECT_TRUE(sql_facts("SELECT 'x").unterminated);
  EXPECT_TRUE(sql_facts("SELECT 1 /* /* */").unterminated);
  EXPECT_TRUE(sql_facts("SELECT $$").unterminated);
  EXPECT_FALSE(sql_facts("SELECT 'a''b', \"c\"\"d\"").unterminated);
}

TEST(SqlFacts, HugeAndOddTextsEnd) {
  EXPECT_FALSE(sql_facts(std::string(1'000'000, '(')).clock_word);
  EXPECT_TRUE(sql_facts(std::string(100'000, '\'') + "'").unterminated);
  EXPECT_TRUE(sql_facts("").empty);
  for (const char* sql : {"$", "$a", "e'", "\\", "/", "-", "\"", "E'\\", "/*"}) {
    (void)sql_facts(sql);
  }
}

TEST(Quote, AnyText) {
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_path("/a[1]*?.csv"), "'/a[[]1][*][?].csv'");
  EXPECT_EQ(strip_end("SELECT 1 ; \n;"), "SELECT 1");
}

TEST(Regex, WhatTheEngineLacks) {
  for (const char* good :
       {"^a+$", "[]()]", "[^]x]", "\\(", "(?i)abc", "(?:a|b)", "(?P<n>x)", "[\\]]", "\\\\"}) {
    EXPECT_FALSE(regex_problem(good)) << good << ": " << regex_problem(good).value_or("");
  }
  for (const char* bad :
       {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "(a", "a)", "[a", "a\\"}) {
    EXPECT_TRUE(regex_problem(bad)) << bad;
  }
}

}  // namespace
}  // namespace mlpipe::stages::data_check
