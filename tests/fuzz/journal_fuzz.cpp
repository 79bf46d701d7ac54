// Any bytes are some journal: reading ends, stays inside the bytes, and what is found can be
// written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runner/base/digest.hpp"
#include "runner/cache/action_codec.hpp"
#include "runner/cache/journal_scan.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// Bytes between good records and inside one cost neither. The salt hangs on the bytes, as a random
// one does for whoever makes them: with a known salt the fuzzer learns to forge checksums.
void between_records(std::string_view bytes, std::string_view salt) {
  using namespace mlpipe::cache;
  std::string journal;
  put_record(journal, "\x01 first", salt);
  const std::size_t first = journal.size();
  journal += bytes;
  put_record(journal, bytes.empty() ? std::string_view("x") : bytes, salt);
  const Scan scan = scan_records(journal, 0, 0, salt);
  require(scan.payloads.size() == 2 && scan.payloads.front().offset == record_header_size);
  require(scan.end == journal.size() && scan.tail == Tail::clean);
  require(scan.gaps.empty() == bytes.empty());
  require(scan.gaps.empty() || scan.gaps.front().begin >= first);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe::cache;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string salt = mlpipe::sha256(bytes).hex().substr(0, salt_size);
  const Scan scan = scan_records(bytes, size % 32, 0, salt);
  require(scan.end <= bytes.size() || scan.payloads.empty());
  for (const PayloadAt& at : scan.payloads) {
    require(at.offset + at.size <= bytes.size());
  }
  between_records(bytes, salt);
  const auto key = decode_key(bytes);
  if (const auto action = decode(bytes)) {
    require(key && key->fingerprint == action->fingerprint && key->stage == action->stage &&
            key->wall_ms == action->wall_ms);
    require(encode(*action) == bytes);
  }
  return 0;
}
