#include "stages/table/malformed.hpp"

#include <fmt/format.h>

#include "stages/table/table.hpp"

namespace mlpipe::stages::table {

Result<Malformed> read_malformed(port::TableEngine& engine, int shown) {
  const std::string last = "scan_id = (SELECT max(scan_id) FROM reject_scans)";
  TRY(const port::Rows counts,
      engine.query(
          fmt::format("SELECT count(DISTINCT (file_id, line)), count(*), count(*) FILTER (WHERE "
                      "error_type = 'INVALID ENCODING') FROM reject_errors WHERE {}",
                      last)));
  const auto count = [&](std::size_t at) {
    return std::get<std::int64_t>(counts.rows.at(0).at(at));
  };
  Malformed malformed;
  malformed.lines = count(0);
  malformed.more = count(1) >= reject_limit;
  malformed.encoding = count(2) > 0;
  if (malformed.lines == 0) {
    return malformed;
  }
  TRY(const port::Rows lines,
      engine.query(fmt::format(
          "SELECT any_value(s.file_path), e.line, min(e.error_message) FROM reject_errors e JOIN "
          "reject_scans s USING (scan_id, file_id) WHERE {} GROUP BY file_id, e.line ORDER BY "
          "file_id, e.line LIMIT {}",
          last, shown)));
  for (const auto& row : lines.rows) {
    const auto* file = std::get_if<std::string>(&row.at(0));
    const auto* line = std::get_if<std::int64_t>(&row.at(1));
    const auto* why = std::get_if<std::string>(&row.at(2));
    malformed.sample.push_back(
        {file == nullptr ? "" : *file, line == nullptr ? 0 : *line, why == nullptr ? "" : *why});
  }
  return malformed;
}

}  // namespace mlpipe::stages::table
