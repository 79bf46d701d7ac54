#include <fmt/format.h>

#include "stages/data_check/patterns.hpp"
#include "stages/data_check/row_plan.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

// `call` of a pattern, for each; joined as the quantifier says.
template <class Call>
std::string joined(const std::vector<std::string>& patterns, Quantifier needed, Call&& call) {
  std::string all;
  for (const std::string& pattern : patterns) {
    all += fmt::format("{}{}",
                       all.empty()                 ? ""
                       : needed == Quantifier::any ? " OR "
                                                   : " AND ",
                       call(quote_literal(pattern)));
  }
  return all.empty() ? (needed == Quantifier::any ? "false" : "true") : "(" + all + ")";
}

// Each returns the condition under which the text holds the rule.
std::string holds(const Matches& rule, const std::string& text) {
  return joined(rule.regexes, rule.needed, [&](const std::string& regex) {
    return fmt::format("regexp_matches({}, {})", text, regex);
  });
}

std::string holds(const NotMatches& rule, const std::string& text) {
  return "NOT " + joined(rule.regexes, Quantifier::any, [&](const std::string& regex) {
           return fmt::format("regexp_matches({}, {})", text, regex);
         });
}

std::string holds(const Like& rule, const std::string& text) {
  return joined(rule.patterns, rule.needed, [&](const std::string& pattern) {
    return fmt::format("{} LIKE {}", text, pattern);
  });
}

std::string holds(const NotLike& rule, const std::string& text) {
  return "NOT " + joined(rule.patterns, Quantifier::any, [&](const std::string& pattern) {
           return fmt::format("{} LIKE {}", text, pattern);
         });
}

std::string holds(const HasFormat& rule, const std::string& text) {
  return has_format(rule.format, text);
}

std::string holds(const TimeFormat& rule, const std::string& text) {
  return fmt::format("try_strptime({}, {}) IS NOT NULL", text, quote_literal(rule.pattern));
}

std::string holds(const NotBlank&, const std::string& text) {
  return fmt::format("regexp_matches({}, '[^\\s]')", text);
}

std::string holds(const Trimmed&, const std::string& text) {
  return fmt::format("NOT regexp_matches({}, '^\\s|\\s$')", text);
}

std::string holds(const NotSpecial&, const std::string& text) {
  return fmt::format("regexp_matches({}, '[\\pL\\pN]')", text);
}

std::string holds(const NoControl&, const std::string& text) {
  return fmt::format("NOT regexp_matches({}, '[\\p{{Cc}}]')", text);
}

std::string holds(const NoPersonalData& rule, const std::string& text) {
  std::string any;
  for (const Personal kind : rule.kinds) {
    any += (any.empty() ? "" : " OR ") + holds_personal(kind, text);
  }
  return any.empty() ? "true" : fmt::format("NOT ({})", any);
}

}  // namespace

Result<std::optional<RowRule>> text_rule(const Ground& ground) {
  return std::visit(
      [&](const auto& one) -> Result<std::optional<RowRule>> {
        if constexpr (requires { holds(one, std::string()); }) {
          TRY(const std::size_t column, only_column(ground));
          RowRule rule = rule_on(text_column(ground.table, column), ground);
          rule.violated =
              fmt::format("(NOT coalesce({}, false))", holds(one, ground.table.text(column)));
          rule.value = ground.table.value(column);
          return rule;
        } else {
          return std::optional<RowRule>{};
        }
      },
      ground.check.rule);
}

}  // namespace mlpipe::stages::data_check
