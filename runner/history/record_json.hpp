// Records <-> JSON as in schemas/record.schema.json, version 1. Pure; knows nothing of files.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/history/records.hpp"

namespace mlpipe::history {

[[nodiscard]] std::string to_json(const RunRecord& record);
// invalid: `metrics` is no JSON map.
[[nodiscard]] Result<std::string> to_json(const GateRecord& record);

// RunRecord or GateRecord. corrupt: no such record; refused: of a newer version. Unknown members
// are ignored.
template <class Record>
[[nodiscard]] Result<Record> parse_record(std::string_view text);
template <>
Result<RunRecord> parse_record<RunRecord>(std::string_view text);
template <>
Result<GateRecord> parse_record<GateRecord>(std::string_view text);

}  // namespace mlpipe::history
