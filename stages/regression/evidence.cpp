#include "stages/regression/evidence.hpp"

#include <algorithm>

namespace mlpipe::stages::regression {
namespace {

constexpr std::pair<Test, std::string_view> tests[] = {
    {Test::automatic, "auto"},
    {Test::bootstrap, "bootstrap"},
    {Test::bca, "bca"},
    {Test::permutation, "permutation"},
    {Test::mcnemar, "mcnemar"},
    {Test::mcnemar_exact, "mcnemar_exact"},
    {Test::mcnemar_chi2, "mcnemar_chi2"},
    {Test::delong, "delong"},
    {Test::t, "t"},
    {Test::wilcoxon, "wilcoxon"},
};

}  // namespace

std::string_view name_of(Test test) {
  return std::find_if(std::begin(tests), std::end(tests),
                      [&](const auto& one) { return one.first == test; })
      ->second;
}

std::optional<Test> test_named(std::string_view name) {
  const auto* found = std::find_if(std::begin(tests), std::end(tests),
                                   [&](const auto& one) { return one.second == name; });
  return found == std::end(tests) ? std::nullopt : std::optional(found->first);
}

std::vector<std::string> test_names() {
  std::vector<std::string> names;
  for (const auto& [test, name] : tests) {
    names.emplace_back(name);
  }
  return names;
}

std::string_view name_of(Verdict verdict) {
  return verdict == Verdict::pass ? "pass" : verdict == Verdict::fail ? "fail" : "inconclusive";
}

}  // namespace mlpipe::stages::regression
