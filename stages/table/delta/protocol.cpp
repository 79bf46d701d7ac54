#include "stages/table/delta/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runner/base/text.hpp"

namespace mlpipe::stages::table::delta {
namespace {

constexpr int newest_reader = 3;
constexpr int feature_reader = 3;  // from this version on, features are named one by one

// Reader features of PROTOCOL.md, "Valid Feature Names in Table Features". The last few ask
// nothing of a reader of whole snapshots.
constexpr std::array<std::string_view, 9> known{
    "columnMapping",       "deletionVectors",
    "timestampNtz",        "v2Checkpoint",
    "typeWidening",        "typeWidening-preview",
    "vacuumProtocolCheck", "vacuumProtocolCheck-preview",
    "inCommitTimestamp"};

}  // namespace

Status readable(const Protocol& protocol, const std::string& root) {
  if (protocol.reader_version < 1) {
    return fail(Code::corrupt, fmt::format("{}: its log asks for a reader of version {}, which "
                                           "does not exist",
                                           printable(root), protocol.reader_version));
  }
  if (protocol.reader_version > newest_reader) {
    return fail(Code::refused,
                fmt::format("{} asks for a Delta reader of version {}; this one is of version {}; "
                            "export the table to Parquet",
                            printable(root), protocol.reader_version, newest_reader));
  }
  std::string unknown;
  for (const std::string& feature : protocol.reader_features) {
    if (protocol.reader_version == feature_reader &&
        std::find(known.begin(), known.end(), feature) == known.end()) {
      unknown += (unknown.empty() ? "" : ", ") + printable(feature);
    }
  }
  if (!unknown.empty()) {
    return fail(Code::refused,
                fmt::format("{} uses features of Delta that this reader does not know: {}; drop "
                            "them from the table, or export it to Parquet",
                            printable(root), unknown));
  }
  return {};
}

}  // namespace mlpipe::stages::table::delta
