// Every way of comparing two samples of a column: its name, what it applies to, its usual threshold
// and how that is read. Knows nothing of data.
//
// Names without a prefix are Evidently's own stattest names and mean what Evidently computes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mlpipe::stages::drift {

enum class ColumnType : std::uint8_t { num, cat, text };
[[nodiscard]] std::string_view name_of(ColumnType type);
[[nodiscard]] std::optional<ColumnType> column_type(std::string_view name);

enum class Method : std::uint8_t {
  ks,
  wasserstein,
  ed,
  anderson,
  cramer_von_mises,
  es,
  mannw,
  t_test,
  empirical_mmd,
  chisquare,
  z,
  g_test,
  fisher_exact,
  tvd,
  jensenshannon,
  kl_div,
  psi,
  hellinger,
  perc_text_content_drift,
  abs_text_content_drift,
  nannyml_jensen_shannon,
  jsd_base2,
  jsd_base2_hist,
  linf,
  normalized_abs,
  deepchecks_ks,
  deepchecks_emd,
  deepchecks_cramers_v,
  deepchecks_psi
};

// When a column has drifted.
enum class Rule : std::uint8_t { p_below, p_at_most, at_least, above };

struct MethodFacts {
  Method method;
  std::string_view name;
  std::string_view types;  // the column types it applies to, separated by blanks
  double threshold;        // the usual one
  Rule rule;
  std::string_view what;  // one line for people
};

[[nodiscard]] std::span<const MethodFacts> methods();
[[nodiscard]] const MethodFacts& facts(Method method);
// By its name, or one of the other names that it goes by.
[[nodiscard]] const MethodFacts* find_method(std::string_view name);
[[nodiscard]] bool applies(const MethodFacts& facts, ColumnType type);
[[nodiscard]] bool by_p_value(Rule rule);
// "ks (num), chisquare (cat) ...", for messages.
[[nodiscard]] std::string method_names();

// Evidently's choice where none is named: by type, size of the reference and number of distinct
// values of both samples together.
[[nodiscard]] Method evidently_choice(ColumnType type, std::uint64_t reference_rows,
                                      std::uint64_t distinct);

}  // namespace mlpipe::stages::drift
