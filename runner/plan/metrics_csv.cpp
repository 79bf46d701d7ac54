#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "runner/base/text.hpp"
#include "runner/plan/metrics.hpp"

namespace mlpipe::plan {
namespace {

using Row = std::vector<std::string>;

// RFC 4180: quoted cells may hold separators, line ends and doubled quotes; CRLF and LF end a row;
// empty lines are skipped.
class CsvReader {
 public:
  CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  // The next row, nullopt at the end. line() is where it began.
  Result<std::optional<Row>> next() {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
      line_ += text_[at_++] == '\n' ? 1 : 0;
    }
    row_line_ = line_;
    if (at_ >= text_.size()) {
      return std::nullopt;
    }
    Row row;
    for (bool more = true; more;) {
      TRY(std::string cell, next_cell());
      row.push_back(std::move(cell));
      more = at_ < text_.size() && text_[at_] == separator_;
      at_ += more ? 1 : 0;
    }
    return row;
  }
  [[nodiscard]] std::size_t line() const { return row_line_; }

 private:
  bool cell_ends() const {
    return at_ >= text_.size() || text_[at_] == separator_ || text_[at_] == '\n' ||
           text_[at_] == '\r';
  }

  Result<std::string> next_cell() {
    std::string cell;
    if (cell_ends() || text_[at_] != '"') {
      const std::size_t begin = at_;
      while (!cell_ends()) {
        ++at_;
      }
      return std::string(trim(text_.substr(begin, at_ - begin)));
    }
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        if (at_ >= text_.size() || text_[at_] != '"') {
          return cell_ends() ? Result<std::string>(cell)
                             : fail(Code::invalid,
                                    fmt::format("line {}: text after a closing quote", line_));
        }
      }
      line_ += text_[at_] == '\n' ? 1 : 0;
      cell += text_[at_];
    }
    return fail(Code::invalid, fmt::format("line {}: a quote is never closed", row_line_));
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
};

// Also "NaN", "inf" and "Infinity" in any case, as from_chars reads them.
std::optional<double> cell_number(std::string_view cell) {
  if (cell.starts_with('+')) {
    cell.remove_prefix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || end != cell.data() + cell.size()) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    return std::strtod(std::string(cell).c_str(), nullptr);  // infinity, or nearly nothing
  }
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

void add_cell(MetricsBuilder& builder, const std::string& name, const std::string& cell) {
  if (name.empty()) {
    return;  // a row index without a header, as pandas writes it
  }
  if (const auto number = cell_number(cell)) {
    builder.add(name, *number);
  } else {
    builder.add_no_number(name, cell.empty() ? "an empty cell" : "a string");
  }
}

bool is_name_value(const Row& header) {
  return header.size() == 2 && header[1] == "value" &&
         (header[0] == "name" || header[0] == "metric" || header[0] == "key");
}

Result<Metrics> read_rows(CsvReader& reader, MetricsBuilder& builder) {
  TRY(std::optional<Row> header, reader.next());
  if (!header) {
    return fail(Code::invalid, "is empty");
  }
  const bool pairs = is_name_value(*header);
  std::optional<Row> last;
  while (true) {
    TRY(std::optional<Row> row, reader.next());
    if (!row) {
      break;
    }
    if (row->size() != header->size()) {
      return fail(Code::invalid, fmt::format("line {}: {} cells, the header has {}", reader.line(),
                                             row->size(), header->size()));
    }
    if (pairs) {
      add_cell(builder, (*row)[0], (*row)[1]);
    }
    if (builder.full()) {
      break;
    }
    last = std::move(row);
  }
  if (!last) {
    return fail(Code::invalid, "a header without a row below it");
  }
  for (std::size_t i = 0; !pairs && i < header->size(); ++i) {
    add_cell(builder, (*header)[i], (*last)[i]);
  }
  return builder.finish();
}

}  // namespace

Result<Metrics> read_csv_metrics(std::string_view path, std::string_view bytes, char separator) {
  if (!is_utf8(bytes)) {
    return fail(Code::invalid, fmt::format("{} is not UTF-8 text", path));
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    bytes.remove_prefix(3);
  }
  MetricsBuilder builder(path);
  CsvReader reader(bytes, separator);
  auto metrics = read_rows(reader, builder);
  if (!metrics && !metrics.error().message.starts_with(path)) {
    return fail(metrics.error().code, fmt::format("{}: {}", path, metrics.error().message));
  }
  return metrics;
}

}  // namespace mlpipe::plan
