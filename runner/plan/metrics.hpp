// Metrics files -> named numbers: JSON, YAML, CSV and TSV, told apart by the path's ending. Knows
// the formats; nothing of stages, gates, or where the bytes came from (a working tree, a commit, a
// store).
//
// JSON, YAML  maps within maps become dotted names ("test.accuracy"); lists are series, not
// metrics. CSV, TSV    two columns headed name|metric|key and value: one metric a row. Any other
// header: the last row's cells, named by
//             the header, as training logs are written (one row an epoch).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::plan {

struct Metric {
  std::string name;
  double value = 0;
};

// A name that stands for no finite number: "NaN", "infinity", "null", "a string", "a list" ...
struct NoNumber {
  enum class Why : std::uint8_t { not_finite, other };
  std::string name;
  Why why = Why::other;
  std::string found;
};

struct Metrics {
  std::vector<Metric> numbers;       // finite, sorted by name, no name twice
  std::vector<NoNumber> no_numbers;  // sorted by name; no name of `numbers`

  [[nodiscard]] const Metric* find(std::string_view name) const;
  [[nodiscard]] const NoNumber* find_no_number(std::string_view name) const;
};

// `path` is for the format and for messages. invalid: what is wrong and where
// ("build/metrics.json:3:7: ...").
[[nodiscard]] Result<Metrics> read_metrics(std::string_view path, std::string_view bytes);

// A metric over several files of one kind (seeds). The deviation is that of a sample (n - 1), 0 for
// one file.
struct Spread {
  std::string name;
  std::size_t files = 0;
  double mean = 0;
  double min = 0;
  double max = 0;
  double deviation = 0;
};
// Only names that every file holds, sorted: a mean over fewer files would compare unlike things.
[[nodiscard]] std::vector<Spread> spread_over(std::span<const Metrics> files);

// {"accuracy":0.861,"loss":0.31}: sorted, each number in shortest round-trip form.
[[nodiscard]] std::string metrics_json(std::span<const Metric> sorted);
[[nodiscard]] std::string metrics_json(std::span<const Spread> sorted);  // the means

// A YAML scalar as a number; not a number: empty. Hexadecimal and octal integers, .inf and .nan
// included.
[[nodiscard]] std::optional<double> number_of(const spec::Node& node);

// Gathers names in any order and gives Metrics: for the readers of the formats.
class MetricsBuilder {
 public:
  explicit MetricsBuilder(std::string_view path) : path_(path) {}
  void add(std::string name, double value);
  void add_no_number(std::string name, std::string found);
  // invalid where a name occurs twice or there are more than a million.
  [[nodiscard]] Result<Metrics> finish();
  [[nodiscard]] bool full() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  Metrics metrics_;
};

[[nodiscard]] Result<Metrics> read_json_metrics(std::string_view path, std::string_view bytes);
[[nodiscard]] Result<Metrics> read_yaml_metrics(std::string_view path, std::string_view bytes);
[[nodiscard]] Result<Metrics> read_csv_metrics(std::string_view path, std::string_view bytes,
                                               char separator);

}  // namespace mlpipe::plan
