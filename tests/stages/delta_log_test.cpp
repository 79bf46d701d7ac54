// Versions, checkpoints, deletion vectors, and what a table is refused for.
#include <array>

#include "stages/table/delta/bitmap.hpp"
#include "tests/stages/delta_fixture.hpp"

namespace mlpipe::stages::table {
namespace {

using Lines = std::vector<std::string>;

template <class T>
std::string le(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFFU);
  }
  return bytes;
}

// The bytes of a vector that deletes these rows, all below 65536.
std::string bitmap(const std::vector<std::uint16_t>& rows) {
  std::string bytes = le<std::uint32_t>(1681511377) + le<std::uint64_t>(1) + le<std::uint32_t>(0) +
                      le<std::uint32_t>(12346) + le<std::uint32_t>(1) + le<std::uint16_t>(0) +
                      le(static_cast<std::uint16_t>(rows.size() - 1)) + le<std::uint32_t>(16);
  for (const std::uint16_t row : rows) {
    bytes += le(row);
  }
  return bytes;
}

std::string z85(std::string bytes) {
  static const std::string letters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  bytes.resize((bytes.size() + 3) / 4 * 4, '\0');
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      value = value << 8U | static_cast<unsigned char>(bytes[i + k]);
    }
    std::array<char, 5> group{};
    for (std::size_t k = group.size(); k-- > 0; value /= 85) {
      group[k] = letters[value % 85];
    }
    text.append(group.data(), group.size());
  }
  return text;
}

std::string be(std::uint32_t value) {
  const std::string bytes = le(value);
  return {bytes.rbegin(), bytes.rend()};
}

class DeltaLogTest : public DeltaTest {
 protected:
  // Four versions: one row more in each of the first three, and then the first row less.
  void four_versions() {
    for (int v = 0; v < 3; ++v) {
      parquet(fmt::format("{}.parquet", v), fmt::format("SELECT {}::BIGINT AS v", v));
    }
    commit(0, {info(1'000'000), protocol(), metadata(field("v", "long")), add("0.parquet")});
    commit(1, {info(2'000'000), add("1.parquet")});
    commit(2, {info(1'500'000), add("2.parquet")});  // a clock that ran backwards
    commit(3, {info(3'000'000), remove("0.parquet")});
  }
  // A checkpoint of the table as it is in version 2; `more` adds rows.
  void checkpoint(const std::string& name, const std::string& files, const std::string& more = "") {
    parquet(
        "_delta_log/" + name,
        fmt::format(
            "SELECT {{'minReaderVersion': 1, 'minWriterVersion': 2}} AS protocol UNION ALL BY "
            "NAME SELECT {{'id': 'x', 'format': {{'provider': 'parquet', 'options': MAP {{}}}}, "
            "'schemaString': '{{\"type\":\"struct\",\"fields\":[{{\"name\":\"v\",\"type\":"
            "\"long\"}}]}}', 'partitionColumns': []::VARCHAR[], 'configuration': MAP {{}}}} AS "
            "\"metaData\" UNION ALL BY NAME SELECT {{'path': p, 'partitionValues': MAP "
            "{{}}::MAP(VARCHAR, VARCHAR), 'stats': '{{'}} AS \"add\" FROM (VALUES {}) AS f(p) "
            "WHERE p <> ''{}",
            files, more));
  }
  static std::string vector(const std::string& storage, const std::string& place, std::size_t size,
                            int cardinality, int offset = 1) {
    return fmt::format(R"({{"storageType":"{}","pathOrInlineDv":"{}","offset":{},"sizeInBytes":{},)"
                       R"("cardinality":{}}})",
                       storage, place, offset, size, cardinality);
  }
};

TEST_F(DeltaLogTest, VersionsAndMoments) {
  four_versions();
  EXPECT_EQ(rows(), (Lines{R"({"v":1})", R"({"v":2})"}));
  EXPECT_EQ(rows("t@v0"), (Lines{R"({"v":0})"}));
  EXPECT_EQ(rows("t@v2"), (Lines{R"({"v":0})", R"({"v":1})", R"({"v":2})"}));
  EXPECT_EQ(rows("t@1970-01-01T00:33:19Z"), (Lines{R"({"v":0})"}));
  EXPECT_EQ(rows("t@1970-01-01T00:33:20Z").size(), 2U);
  EXPECT_EQ(rows("t@1970-01-01T00:33:20.001Z").size(), 3U);  // a millisecond after the one before
  EXPECT_EQ(rows("t@2100-01-01").size(), 2U);
  EXPECT_NE(refusal("t@v4").find("has no version 4; its newest is 3"), std::string::npos);
  EXPECT_NE(refusal("t@1970-01-01").find("its oldest known version is 0 of 1970-01-01T00:16:40"),
            std::string::npos)
      << refusal("t@1970-01-01");
  commit(0, {protocol(), metadata(field("v", "long")), add("0.parquet")});
  EXPECT_NE(refusal("t@1970-01-02").find("does not say when it was made; name a version"),
            std::string::npos);
}

TEST_F(DeltaLogTest, AGapInTheLog) {
  four_versions();
  std::filesystem::remove(at(version_name(1) + ".json"));
  EXPECT_NE(refusal().find("version 3 cannot be built: the commit of version 1 is missing"),
            std::string::npos)
      << refusal();
  EXPECT_EQ(rows("t@v0").size(), 1U);
}

TEST_F(DeltaLogTest, ClassicCheckpoint) {
  four_versions();
  checkpoint(fmt::format("{:020}.checkpoint.parquet", 2),
             "('0.parquet'), ('1.parquet'), ('2.parquet')");
  for (int v = 0; v < 3; ++v) {
    std::filesystem::remove(at(version_name(v) + ".json"));
  }
  write("_delta_log/_last_checkpoint", "no JSON at all");
  EXPECT_EQ(rows(), (Lines{R"({"v":1})", R"({"v":2})"}));
  EXPECT_EQ(rows("t@v2").size(), 3U);
  EXPECT_NE(refusal("t@v1").find("the commit of version 0 is missing"), std::string::npos);
}

TEST_F(DeltaLogTest, CheckpointInParts) {
  four_versions();
  checkpoint(fmt::format("{:020}.checkpoint.0000000001.0000000002.parquet", 2), "('0.parquet')");
  checkpoint(fmt::format("{:020}.checkpoint.0000000002.0000000002.parquet", 2),
             "('1.parquet'), ('2.parquet')");
  std::filesystem::remove(at(version_name(0) + ".json"));
  EXPECT_EQ(rows().size(), 2U);
  std::filesystem::remove(
      at(fmt::format("_delta_log/{:020}.checkpoint.0000000002.0000000002.parquet", 2)));
  EXPECT_NE(refusal().find("the commit of version 0 is missing"), std::string::npos);
}

TEST_F(DeltaLogTest, CheckpointsOfTheSecondKind) {
  four_versions();
  std::filesystem::remove(at(version_name(0) + ".json"));
  std::filesystem::create_directories(root_ / "t/_delta_log/_sidecars");
  parquet("_delta_log/_sidecars/one.parquet",
          "SELECT {'path': p, 'partitionValues': MAP {}::MAP(VARCHAR, VARCHAR)} AS \"add\" FROM "
          "(VALUES ('0.parquet'), ('1.parquet'), ('2.parquet')) AS f(p)");
  checkpoint(fmt::format("{:020}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet", 2),
             "('')",
             " UNION ALL BY NAME SELECT {'path': 'one.parquet', 'sizeInBytes': 1} AS sidecar");
  EXPECT_EQ(rows("t@v2").size(), 3U);
  std::filesystem::remove(at(
      fmt::format("_delta_log/{:020}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet", 2)));
  write(fmt::format("_delta_log/{:020}.checkpoint.90a083e8-7026-4e79-81be-64bd76c43a11.json", 2),
        R"({"checkpointMetadata":{"version":2}})"
        "\n" +
            protocol(3, R"("v2Checkpoint")") + "\n" + metadata(field("v", "long")) + "\n" +
            R"({"sidecar":{"path":"one.parquet","sizeInBytes":1,"modificationTime":1}})"
            "\n");
  EXPECT_EQ(rows().size(), 2U);
  std::filesystem::remove(root_ / "t/_delta_log/_sidecars/one.parquet");
  EXPECT_NE(refusal().find("_sidecars/one.parquet"), std::string::npos) << refusal();
}

TEST_F(DeltaLogTest, ADamagedCheckpointIsPassedOver) {
  four_versions();
  const std::string name = fmt::format("_delta_log/{:020}.checkpoint.parquet", 2);
  write(name, "PAR1 this is no Parquet file PAR1");
  EXPECT_EQ(rows().size(), 2U);
  std::filesystem::remove(at(version_name(0) + ".json"));
  EXPECT_NE(refusal().find(name), std::string::npos) << refusal();
}

TEST_F(DeltaLogTest, ALogWithoutProtocolOrMetadata) {
  commit(0, {metadata(field("v", "long"))});
  EXPECT_NE(refusal().find("its log holds no protocol"), std::string::npos);
  commit(0, {protocol()});
  EXPECT_NE(refusal().find("its log holds no metadata"), std::string::npos);
  std::filesystem::remove(at(version_name(0) + ".json"));
  EXPECT_NE(refusal().find("holds neither a commit nor a checkpoint"), std::string::npos);
}

TEST_F(DeltaLogTest, FeaturesAreRefusedByName) {
  for (const char* feature : {"catalogManaged", "variantType", "clustering-of-tomorrow"}) {
    commit(0, {protocol(3, fmt::format(R"("deletionVectors","{}")", feature)),
               metadata(field("v", "long"))});
    EXPECT_NE(refusal().find(fmt::format("this reader does not know: {};", feature)),
              std::string::npos)
        << refusal();
  }
  commit(0, {protocol(4), metadata(field("v", "long"))});
  EXPECT_NE(refusal().find("asks for a Delta reader of version 4"), std::string::npos);
  commit(0, {protocol(), metadata(field("v", "long")), add("s3://bucket/a.parquet")});
  EXPECT_NE(refusal().find("s3://bucket/a.parquet, and only files of this machine"),
            std::string::npos);
  commit(0, {protocol(), metadata(field("v", "long")), add("gone.parquet")});
  EXPECT_NE(refusal().find("gone.parquet, which is not there; a vacuum may have removed it"),
            std::string::npos);
}

TEST_F(DeltaLogTest, DeletedRows) {
  parquet("a.parquet", "SELECT range AS v FROM range(10)");
  parquet("b.parquet", "SELECT range + 10 AS v FROM range(10)");
  const std::string bytes = bitmap({0, 3, 9});
  commit(0, {protocol(3, R"("deletionVectors")"), metadata(field("v", "long")),
             add("a.parquet", "", vector("i", z85(bytes), bytes.size(), 3)), add("b.parquet")});
  EXPECT_EQ(rows().size(), 17U);
  const auto engine = open_engine();
  ASSERT_TRUE(open(*engine));
  const auto sum = engine->query("SELECT sum(v)::BIGINT FROM data");
  ASSERT_TRUE(sum);
  EXPECT_EQ(std::get<std::int64_t>(sum->rows[0][0]), 190 - 12);
  // In a file of its own, behind a byte for the version of the format.
  const std::string stored =
      "\x01" + be(static_cast<std::uint32_t>(bytes.size())) + bytes + be(delta::crc32(bytes));
  write("dv.bin", stored);
  commit(1,
         {remove("b.parquet"), add("b.parquet", "", vector("p", at("dv.bin"), bytes.size(), 3))});
  EXPECT_EQ(rows().size(), 14U);
}

TEST_F(DeltaLogTest, DamagedDeletionVectors) {
  parquet("a.parquet", "SELECT range AS v FROM range(10)");
  const std::string bytes = bitmap({0, 3, 9});
  const auto with = [&](const std::string& descriptor) {
    commit(0, {protocol(3, R"("deletionVectors")"), metadata(field("v", "long")),
               add("a.parquet", "", descriptor)});
    return refusal();
  };
  EXPECT_NE(
      with(vector("i", z85(bytes), bytes.size(), 4)).find("it deletes 3 rows, and the log says 4"),
      std::string::npos);
  EXPECT_NE(with(vector("i", z85(bytes), bytes.size() + 40, 3)).find("shorter than it says"),
            std::string::npos);
  EXPECT_NE(with(vector("u", "short", 10, 3)).find("its name is too short"), std::string::npos);
  EXPECT_NE(with(vector("q", "x", 10, 3)).find("its kind of storage is `q`"), std::string::npos);
  std::string stored =
      "\x01" + be(static_cast<std::uint32_t>(bytes.size())) + bytes + be(delta::crc32(bytes));
  stored[20] ^= 1;
  write("dv.bin", stored);
  EXPECT_NE(with(vector("p", at("dv.bin"), bytes.size(), 3)).find("the checksum is wrong"),
            std::string::npos);
  EXPECT_NE(with(vector("p", at("dv.bin"), 1U << 30U, 3)).find("is shorter than the log says"),
            std::string::npos);
  EXPECT_NE(with(vector("p", at("none.bin"), 10, 3)).find("cannot open"), std::string::npos);
}

TEST_F(DeltaLogTest, WhichTableIsMeant) {
  four_versions();
  std::filesystem::create_directories(root_ / "plain");
  EXPECT_NE(refusal("plain@v1").find("plain is no Delta table"), std::string::npos);
  EXPECT_NE(refusal("none@v1").find("does not exist"), std::string::npos);
  std::filesystem::create_directories(root_ / "t@v0");  // a name is taken as it stands first
  EXPECT_NE(refusal("t@v0").find("holds no CSV"), std::string::npos);
}

}  // namespace
}  // namespace mlpipe::stages::table
