// From the schema of a Delta table to the columns of its files.
#include "tests/stages/delta_fixture.hpp"

namespace mlpipe::stages::table {
namespace {

using Lines = std::vector<std::string>;

std::string mapped(const std::string& name, const std::string& type, int id) {
  return fmt::format(
      R"({{"name":"{}","type":{},"nullable":true,"metadata":{{"delta.columnMapping.id":{},)"
      R"("delta.columnMapping.physicalName":"p{}"}}}})",
      name, type, id, id);
}

TEST_F(DeltaTest, PartitionValuesHaveTheirTypes) {
  parquet("a.parquet", "SELECT 1 AS x");
  parquet("b.parquet", "SELECT 2 AS x");
  commit(0, {protocol(),
             metadata(field("x", "integer") + "," + field("d", "date") + "," +
                          field("n", "decimal(5,2)") + "," + field("s", "string") + "," +
                          field("t", "timestamp") + "," + field("b", "boolean") + "," +
                          field("y", "binary") + "," + field("f", "double"),
                      R"("d","n","s","t","b","y","f")"),
             add("a.parquet",
                 R"("d":"2024-02-29","n":"-1.50","s":"a'b","t":"2024-01-01 10:00:00.5","b":"true",)"
                 R"("y":"\u0001A","f":"-Infinity")"),
             add("b.parquet", R"("d":"","n":null,"s":"x=1/2","t":"2024-01-01T10:00:00.000001Z",)"
                              R"("b":"false","f":"2.5")")});
  EXPECT_EQ(rows(),
            (Lines{R"({"x":1,"d":"2024-02-29","n":-1.50,"s":"a'b","t":"2024-01-01 10:00:00.5+00",)"
                   R"("b":true,"y":"\\x01A","f":"-inf"})",
                   R"({"x":2,"d":null,"n":null,"s":"x=1/2","t":"2024-01-01 10:00:00.000001+00",)"
                   R"("b":false,"y":null,"f":2.5})"}));
}

TEST_F(DeltaTest, APartitionValueThatDoesNotFit) {
  parquet("a.parquet", "SELECT 1 AS x");
  commit(0, {protocol(), metadata(field("x", "integer") + "," + field("d", "date"), R"("d")"),
             add("a.parquet", R"("d":"yesterday")")});
  EXPECT_NE(refusal().find("a value of its partition columns does not fit"), std::string::npos)
      << refusal();
  commit(0, {protocol(), metadata(field("x", "integer"), R"("gone")"), add("a.parquet")});
  EXPECT_NE(refusal().find("its partition column gone is no plain column"), std::string::npos);
}

TEST_F(DeltaTest, ColumnsThatFilesLackOrHaveBeside) {
  parquet("old.parquet", "SELECT 1::INTEGER AS id, 'x' AS dropped");
  parquet("new.parquet", "SELECT 'n' AS name, 2::BIGINT AS ID");
  commit(0, {protocol(), metadata(field("id", "long") + "," + field("name", "string")),
             add("new.parquet"), add("old.parquet")});
  EXPECT_EQ(rows(), (Lines{R"({"id":2,"name":"n"})", R"({"id":1,"name":null})"}));
}

TEST_F(DeltaTest, ColumnsMappedByName) {
  parquet("a.parquet",
          "SELECT 7 AS p1, {'p3': 'in', 'p9': 0} AS p2, [{'p5': 1}, NULL] AS p4, "
          "MAP {'k': {'p7': 1.5::DOUBLE}} AS p6, NULL::STRUCT(p11 INTEGER) AS p10");
  const std::string nested = R"({"type":"struct","fields":[)" +
                             mapped("inner one", R"("string")", 3) + "," +
                             mapped("later", R"("long")", 8) + "]}";
  commit(
      0,
      {protocol(2),
       metadata(
           mapped("renamed", R"("integer")", 1) + "," + mapped("s", nested, 2) + "," +
               mapped("l",
                      R"({"type":"array","elementType":{"type":"struct","fields":[)" +
                          mapped("e", R"("long")", 5) + R"(]},"containsNull":true})",
                      4) +
               "," +
               mapped(
                   "m",
                   R"({"type":"map","keyType":"string","valueType":{"type":"struct","fields":[)" +
                       mapped("v", R"("double")", 7) + R"(]},"valueContainsNull":true})",
                   6) +
               "," +
               mapped("none",
                      R"({"type":"struct","fields":[)" + mapped("z", R"("integer")", 11) + "]}",
                      10),
           "", R"("delta.columnMapping.mode":"name")"),
       add("a.parquet")});
  EXPECT_EQ(rows(), (Lines{R"({"renamed":7,"s":{"inner one":"in","later":null},)"
                           R"("l":[{"e":1},null],"m":{"k":{"v":1.5}},"none":null})"}));
}

TEST_F(DeltaTest, ColumnsMappedById) {
  parquet("a.parquet", "SELECT 1 AS u, {'w': 2} AS v, 3 AS p1",
          ", FIELD_IDS {u: 1, v: {__duckdb_field_id: 2, w: 3}, p1: 9}");
  commit(
      0,
      {protocol(3, R"("columnMapping")"),
       metadata(
           mapped("a", R"("integer")", 1) + "," +
               mapped("b", R"({"type":"struct","fields":[)" + mapped("c", R"("integer")", 3) + "]}",
                      2) +
               "," + mapped("absent", R"("date")", 4),
           "", R"("delta.columnMapping.mode":"id")"),
       add("a.parquet")});
  EXPECT_EQ(rows(), (Lines{R"({"a":1,"b":{"c":2},"absent":null})"}));
}

TEST_F(DeltaTest, PartitionsOfMappedColumnsGoByTheirPhysicalNames) {
  parquet("a.parquet", "SELECT 1 AS p1");
  commit(0, {protocol(2),
             metadata(mapped("x", R"("integer")", 1) + "," + mapped("day", R"("date")", 2),
                      R"("day")", R"("delta.columnMapping.mode":"name")"),
             add("a.parquet", R"("p2":"2024-01-01")")});
  EXPECT_EQ(rows(), (Lines{R"({"x":1,"day":"2024-01-01"})"}));
}

TEST_F(DeltaTest, AMappedColumnWithoutItsPhysicalName) {
  commit(0, {protocol(2),
             metadata(field("x", "integer"), "", R"("delta.columnMapping.mode":"name")")});
  EXPECT_NE(refusal().find("the column x has no physical name and id"), std::string::npos);
}

// The engine numbers files and rows in columns of these very names.
TEST_F(DeltaTest, ColumnsNamedAsTheEnginesOwn) {
  parquet("a.parquet", "SELECT 10 AS file_index, 20 AS file_row_number, 'f' AS filename");
  parquet("b.parquet", "SELECT 11 AS file_index, 21 AS file_row_number, 'g' AS filename");
  commit(0, {protocol(),
             metadata(field("file_index", "integer") + "," + field("file_row_number", "integer") +
                          "," + field("filename", "string") + "," + field("p", "integer"),
                      R"("p")"),
             add("a.parquet", R"("p":"1")"), add("b.parquet", R"("p":"2")")});
  EXPECT_EQ(rows(), (Lines{R"({"file_index":10,"file_row_number":20,"filename":"f","p":1})",
                           R"({"file_index":11,"file_row_number":21,"filename":"g","p":2})"}));
}

TEST_F(DeltaTest, FoldersThatLookLikePartitionsAreNone) {
  parquet("day=2024-01-01/a.parquet", "SELECT 1 AS x");
  commit(0, {protocol(), metadata(field("x", "integer")), add("day=2024-01-01/a.parquet")});
  EXPECT_EQ(rows(), (Lines{R"({"x":1})"}));
}

TEST_F(DeltaTest, TypesBeyondTheReader) {
  parquet("a.parquet", "SELECT 1 AS x");
  for (const char* type : {"variant", "geometry", "decimal(5", "interval"}) {
    commit(0, {protocol(), metadata(field("x", type)), add("a.parquet")});
    EXPECT_NE(refusal().find("the column x is of the type"), std::string::npos) << refusal();
  }
  commit(0, {protocol(), metadata(""), add("a.parquet")});
  EXPECT_NE(refusal().find("has no columns"), std::string::npos);
  commit(0, {protocol(), R"({"metaData":{"id":"x","schemaString":"{","partitionColumns":[]}})"});
  EXPECT_NE(refusal().find("the schema in the log cannot be read"), std::string::npos);
  std::string deep = R"("long")";
  for (int i = 0; i < 5000; ++i) {
    deep = R"({"type":"array","elementType":)" + deep + "}";
  }
  commit(0, {protocol(), metadata(R"({"name":"x","type":)" + deep + "}")});
  EXPECT_NE(refusal().find("nested more than"), std::string::npos);
}

TEST_F(DeltaTest, NoFilesStillHasColumns) {
  commit(0, {protocol(), metadata(field("a b", "long") + "," + field("t", "timestamp_ntz"))});
  const auto engine = open_engine();
  const auto table = open(*engine);
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->columns().size(), 2U);
  EXPECT_EQ(table->columns()[0].name, "a b");
  EXPECT_EQ(table->columns()[0].type, "BIGINT");
  EXPECT_EQ(table->columns()[1].type, "TIMESTAMP");
  EXPECT_EQ(describe_table(*engine, *table)->rows, 0);
}

TEST_F(DeltaTest, ConstraintsAreTold) {
  const std::string x =
      R"({"name":"x","type":"integer","nullable":false,"metadata":{"delta.invariants":)"
      R"("{\"expression\":{\"expression\":\"x > 3\"}}"}})";
  commit(0, {protocol(), metadata(x, "", R"("delta.constraints.small":"x < 10")")});
  const auto engine = open_engine();
  const auto table = open(*engine);
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->delta()->constraints.size(), 2U);
  EXPECT_EQ(table->delta()->constraints[0].name, "small");
  EXPECT_EQ(table->delta()->constraints[1].condition, "x > 3");
  EXPECT_EQ(table->delta()->not_null, (Lines{"x"}));
}

}  // namespace
}  // namespace mlpipe::stages::table
