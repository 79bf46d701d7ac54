#include "runner/base/python_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace mlpipe {
namespace {

TEST(PythonText, FloatsAreWrittenAsPythonWritesThem) {
  EXPECT_EQ(python_float(1.0), "1.0");
  EXPECT_EQ(python_float(2.5), "2.5");
  EXPECT_EQ(python_float(1e-7), "1e-07");
  EXPECT_EQ(python_float(0.0001), "0.0001");
  EXPECT_EQ(python_float(0.00001), "1e-05");
  EXPECT_EQ(python_float(1e15), "1000000000000000.0");
  EXPECT_EQ(python_float(1e16), "1e+16");
  EXPECT_EQ(python_float(1.5e300), "1.5e+300");
  EXPECT_EQ(python_float(5e-324), "5e-324");
  EXPECT_EQ(python_float(123456789.12345679), "123456789.12345679");
  EXPECT_EQ(python_float(-0.0), "-0.0");
  EXPECT_EQ(python_float(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(PythonText, JsonSortsKeysAndEscapesAllButAscii) {
  Value map = Value::map();
  map.set("b", Value::of_boolean(true));
  map.set("ä\n", Value{});
  map.set("B", Value::of_text("\U0001F600\"\\"));
  EXPECT_EQ(python_json(map).value(), R"({"B": "\ud83d\ude00\"\\", "b": true, "\u00e4\n": null})");
}

TEST(PythonText, JsonRefusesWhatItHasNoWordFor) {
  Value date = Value::of_text("2020-01-02");
  date.kind = Value::Kind::date;
  Value list = Value::list();
  list.items.push_back(date);
  EXPECT_FALSE(python_json(list));
  EXPECT_FALSE(python_json(Value::of_text("\xFF")));
}

TEST(PythonText, NumbersAreEqualAcrossKinds) {
  EXPECT_TRUE(python_equal(Value::of_integer(1), Value::of_real(1.0)));
  EXPECT_TRUE(python_equal(Value::of_integer(1), Value::of_boolean(true)));
  EXPECT_FALSE(python_equal(Value::of_integer(1), Value::of_text("1")));
  EXPECT_FALSE(python_equal(Value{}, Value::of_boolean(false)));
  Value a = Value::map();
  a.set("x", Value::of_integer(1));
  a.set("y", Value::of_integer(2));
  Value b = Value::map();
  b.set("y", Value::of_integer(2));
  b.set("x", Value::of_integer(1));
  EXPECT_TRUE(python_equal(a, b));
  b.set("x", Value::of_integer(3));
  EXPECT_FALSE(python_equal(a, b));
}

TEST(PythonText, QuotesAsShlexDoes) {
  EXPECT_EQ(shlex_quote("a/b-1.txt"), "a/b-1.txt");
  EXPECT_EQ(shlex_quote("a b"), "'a b'");
  EXPECT_EQ(shlex_quote("it's"), "'it'\"'\"'s'");
  EXPECT_EQ(shlex_quote(""), "''");
}

}  // namespace
}  // namespace mlpipe
