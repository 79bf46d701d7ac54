#include "runner/delta/location.hpp"

#include <gtest/gtest.h>

#include "runner/delta/vector_path.hpp"

namespace mlpipe::delta {
namespace {

TEST(Location, PercentSigns) {
  EXPECT_EQ(decode_uri("a%20b%2Fc"), "a b/c");
  EXPECT_EQ(decode_uri("_2=bar+%252521"), "_2=bar+%2521");
  EXPECT_EQ(decode_uri("100%"), "100%");
  EXPECT_EQ(decode_uri("%zz%4"), "%zz%4");
  EXPECT_EQ(decode_uri("%C3%BC"), "\xC3\xBC");
}

TEST(Location, OnePlaceHasOneForm) {
  const std::string plain = comparable_path("/some/with%20space/p@%23h");
  EXPECT_EQ(plain, "/some/with space/p@#h");
  EXPECT_EQ(comparable_path("file:/some/with%20space/p@%23h"), plain);
  EXPECT_EQ(comparable_path("file:///some/with%20space/p@%23h"), plain);
  EXPECT_EQ(comparable_path("file://localhost/some/with%20space/p@%23h"), plain);
}

TEST(Location, OnThisMachine) {
  EXPECT_EQ(*local_path("/t", "day=1/a%20b.parquet"), "/t/day=1/a b.parquet");
  EXPECT_EQ(*local_path("/t", "file:/elsewhere/a"), "/elsewhere/a");
  EXPECT_EQ(*local_path("/t", "time=12:00/a"), "/t/time=12:00/a");
  const auto remote = local_path("/t", "s3://bucket/a");
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Code::refused);
}

// The example of PROTOCOL.md, "Deletion Vector Descriptor Schema".
TEST(VectorPath, Uuid) {
  VectorDescriptor vector;
  vector.storage = "u";
  vector.place = "ab^-aqEH.-t@S}K{vb[*k^";
  EXPECT_EQ(*vector_path("/t", vector),
            "/t/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
  vector.place = "short";
  EXPECT_FALSE(vector_path("/t", vector));
  vector.storage = "x";
  EXPECT_FALSE(vector_path("/t", vector));
}

TEST(Z85, RoundsAndRefuses) {
  EXPECT_EQ(*decode_z85("HelloWorld"), "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B");
  EXPECT_EQ(*decode_z85(""), "");
  EXPECT_FALSE(decode_z85("Hell"));
  EXPECT_FALSE(decode_z85("Hell~"));
  EXPECT_FALSE(decode_z85("#####"));  // more than 32 bits
}

}  // namespace
}  // namespace mlpipe::delta
