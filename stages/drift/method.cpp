#include "stages/drift/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mlpipe::stages::drift {
namespace {

constexpr std::array table{
    MethodFacts{Method::ks, "ks", "num", 0.05, Rule::p_at_most, "Kolmogorov-Smirnov test"},
    MethodFacts{Method::wasserstein, "wasserstein", "num", 0.1, Rule::at_least,
                "Wasserstein distance over the reference's standard deviation"},
    MethodFacts{Method::ed, "ed", "num", 0.1, Rule::above, "energy distance"},
    MethodFacts{Method::anderson, "anderson", "num", 0.1, Rule::p_below, "Anderson-Darling test"},
    MethodFacts{Method::cramer_von_mises, "cramer_von_mises", "num", 0.1, Rule::p_at_most,
                "Cramer-von Mises test"},
    MethodFacts{Method::es, "es", "num", 0.05, Rule::p_below, "Epps-Singleton test"},
    MethodFacts{Method::mannw, "mannw", "num", 0.05, Rule::p_below, "Mann-Whitney U test"},
    MethodFacts{Method::t_test, "t_test", "num", 0.05, Rule::p_below, "Student's t test"},
    MethodFacts{Method::empirical_mmd, "empirical_mmd", "num", 0.1, Rule::p_below,
                "maximum mean discrepancy, by permutations"},
    MethodFacts{Method::chisquare, "chisquare", "cat", 0.05, Rule::p_below, "chi-square test"},
    MethodFacts{Method::z, "z", "cat", 0.05, Rule::p_below, "z test of two proportions"},
    MethodFacts{Method::g_test, "g_test", "cat", 0.1, Rule::p_below, "G test"},
    MethodFacts{Method::fisher_exact, "fisher_exact", "cat", 0.1, Rule::p_below,
                "Fisher's exact test"},
    MethodFacts{Method::tvd, "TVD", "cat", 0.1, Rule::p_below,
                "total variation distance, by permutations"},
    MethodFacts{Method::jensenshannon, "jensenshannon", "num cat", 0.1, Rule::at_least,
                "Jensen-Shannon distance (root, natural logarithm)"},
    MethodFacts{Method::kl_div, "kl_div", "num cat", 0.1, Rule::at_least,
                "Kullback-Leibler divergence"},
    MethodFacts{Method::psi, "psi", "num cat", 0.1, Rule::at_least, "population stability index"},
    MethodFacts{Method::hellinger, "hellinger", "num cat", 0.1, Rule::at_least,
                "Hellinger distance"},
    MethodFacts{Method::perc_text_content_drift, "perc_text_content_drift", "text", 0.05,
                Rule::p_below, "domain classifier of texts against random ones"},
    MethodFacts{Method::abs_text_content_drift, "abs_text_content_drift", "text", 0.55, Rule::above,
                "ROC AUC of a domain classifier of texts"},
    MethodFacts{Method::nannyml_jensen_shannon, "nannyml_jensen_shannon", "num cat", 0.1,
                Rule::above, "Jensen-Shannon distance (root, base 2), NannyML's bins"},
    MethodFacts{Method::jsd_base2, "jsd_base2", "num cat", 0.1, Rule::above,
                "Jensen-Shannon divergence (no root, base 2) over values, TFDV"},
    MethodFacts{Method::jsd_base2_hist, "jsd_base2_hist", "num", 0.1, Rule::above,
                "Jensen-Shannon divergence (no root, base 2) over histograms, TFDV"},
    MethodFacts{Method::linf, "linf", "cat", 0.1, Rule::above,
                "largest difference of a share, TFDV"},
    MethodFacts{Method::normalized_abs, "normalized_abs", "cat", 0.1, Rule::above,
                "largest difference of a count over the rows of both, TFDV"},
    MethodFacts{Method::deepchecks_ks, "deepchecks_ks", "num", 0.2, Rule::above,
                "Kolmogorov-Smirnov statistic"},
    MethodFacts{Method::deepchecks_emd, "deepchecks_emd", "num", 0.2, Rule::above,
                "earth mover's distance of trimmed, scaled values"},
    MethodFacts{Method::deepchecks_cramers_v, "deepchecks_cramers_v", "cat", 0.2, Rule::above,
                "Cramer's V, corrected for bias"},
    MethodFacts{Method::deepchecks_psi, "deepchecks_psi", "cat", 0.2, Rule::above,
                "population stability index, shares of at least 0.01"}};

// What people and other tools also call them.
constexpr std::array<std::pair<std::string_view, Method>, 14> other_names{{
    {"TVD_permutation", Method::tvd},
    {"tvd", Method::tvd},
    {"emperical_mmd", Method::empirical_mmd},  // as Evidently spells it
    {"mmd", Method::empirical_mmd},
    {"energy_distance", Method::ed},
    {"epps_singleton", Method::es},
    {"mann_whitney", Method::mannw},
    {"chi_square", Method::chisquare},
    {"js_distance_e", Method::jensenshannon},
    {"js_distance_2", Method::nannyml_jensen_shannon},
    {"js_divergence", Method::jsd_base2},
    {"infinity_norm", Method::linf},
    {"normalized_abs_difference", Method::normalized_abs},
    {"cramers_v", Method::deepchecks_cramers_v},
}};

constexpr std::uint64_t small_reference = 1000;  // rows
constexpr std::uint64_t few_values = 5;

}  // namespace

std::string_view name_of(ColumnType type) {
  return type == ColumnType::num ? "num" : type == ColumnType::cat ? "cat" : "text";
}

std::optional<ColumnType> column_type(std::string_view name) {
  for (const ColumnType type : {ColumnType::num, ColumnType::cat, ColumnType::text}) {
    if (name == name_of(type)) {
      return type;
    }
  }
  return std::nullopt;
}

std::span<const MethodFacts> methods() {
  return table;
}

const MethodFacts& facts(Method method) {
  return table[static_cast<std::size_t>(method)];
}

const MethodFacts* find_method(std::string_view name) {
  for (const MethodFacts& one : table) {
    if (one.name == name) {
      return &one;
    }
  }
  for (const auto& [other, method] : other_names) {
    if (other == name) {
      return &facts(method);
    }
  }
  return nullptr;
}

bool applies(const MethodFacts& facts, ColumnType type) {
  return facts.types.find(name_of(type)) != std::string_view::npos;
}

bool by_p_value(Rule rule) {
  return rule == Rule::p_below || rule == Rule::p_at_most;
}

std::string method_names() {
  std::string names;
  for (const MethodFacts& one : table) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", one.name);
  }
  return names;
}

Method evidently_choice(ColumnType type, std::uint64_t reference_rows, std::uint64_t distinct) {
  const bool small = reference_rows <= small_reference;
  if (type == ColumnType::text) {
    return small ? Method::perc_text_content_drift : Method::abs_text_content_drift;
  }
  if (type == ColumnType::num && distinct > few_values) {
    return small ? Method::ks : Method::wasserstein;
  }
  return !small ? Method::jensenshannon : distinct <= 2 ? Method::z : Method::chisquare;
}

}  // namespace mlpipe::stages::drift
