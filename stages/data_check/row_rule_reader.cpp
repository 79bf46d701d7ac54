#include <fmt/format.h>

#include <array>

#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/patterns.hpp"
#include "stages/data_check/rule_reader.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

template <class T>
Rule plain(const Entry&) {
  return T{};
}

Rule read_between(const Entry& entry) {
  return Between{read_limits(entry, Needed::yes)};
}

void check_regexes(const Entry& entry, std::string_view key) {
  const Node* node = entry.find(key);
  const auto one = [&](const Node& item) {
    if (const auto problem = regex_problem(item.text)) {
      entry.error(item.mark, fmt::format("`{}` cannot be used: {}", key, *problem),
                  "split it into several checks, or use an `sql` check");
    }
  };
  if (node != nullptr && node->kind == NodeKind::list) {
    for (const Node& item : node->items) {
      one(item);
    }
  } else if (node != nullptr) {
    one(*node);
  }
}

struct Patterns {
  std::vector<std::string> texts;
  Quantifier needed = Quantifier::all;
};

// `regex` (or `pattern`) for one, `any_of` and `all_of` for several.
Patterns read_patterns(const Entry& entry, std::string_view key) {
  Patterns patterns;
  int written = 0;
  for (const std::string_view one : {key, std::string_view("any_of"), std::string_view("all_of")}) {
    if (entry.find(one) != nullptr) {
      ++written;
      patterns.texts = read_texts(entry, one);
      patterns.needed = one == "any_of" ? Quantifier::any : Quantifier::all;
      if (key == "regex") {
        check_regexes(entry, one);
      }
    }
  }
  if (written != 1) {
    entry.error(entry.options.mark,
                fmt::format("one of `{}`, `any_of` and `all_of` is needed", key));
  }
  return patterns;
}

Rule read_matches(const Entry& entry) {
  Patterns patterns = read_patterns(entry, "regex");
  return Matches{std::move(patterns.texts), patterns.needed};
}

Rule read_like(const Entry& entry) {
  Patterns patterns = read_patterns(entry, "pattern");
  return Like{std::move(patterns.texts), patterns.needed};
}

std::vector<std::string> needed_texts(const Entry& entry, std::string_view key) {
  if (entry.find(key) == nullptr) {
    entry.error(entry.options.mark, fmt::format("`{}` is missing", key));
  }
  return read_texts(entry, key);
}

Rule read_not_matches(const Entry& entry) {
  check_regexes(entry, "regex");
  return NotMatches{needed_texts(entry, "regex")};
}

Rule read_not_like(const Entry& entry) {
  return NotLike{needed_texts(entry, "pattern")};
}

Rule read_length(const Entry& entry) {
  return Length{read_bounds(entry, Counts::whole, Needed::yes)};
}

Rule read_format(const Entry& entry) {
  static constexpr std::array<std::string_view, 12> words{"integer", "number",   "boolean", "date",
                                                          "time",    "datetime", "json",    "uuid",
                                                          "email",   "url",      "ipv4",    "ipv6"};
  if (entry.find("is") == nullptr) {
    entry.error(entry.options.mark, "`is` is missing", "for example `{column: mail, is: email}`");
  }
  return HasFormat{static_cast<ValueFormat>(read_choice(entry, "is", words, 0))};
}

Rule read_time_format(const Entry& entry) {
  const std::string pattern = read_text(entry, "pattern");
  if (!pattern.empty() && pattern.find('%') == std::string::npos) {
    entry.error(entry.find("pattern")->mark, "`pattern` has no part such as %Y",
                "for example `pattern: \"%Y-%m-%d\"`");
  }
  return TimeFormat{pattern};
}

Rule read_json_schema(const Entry& entry) {
  const Node* schema = entry.find("schema");
  if (schema == nullptr || (schema->kind != NodeKind::map && schema->kind != NodeKind::string)) {
    entry.error(schema == nullptr ? entry.options.mark : schema->mark,
                "`schema` must be a JSON Schema, as a map or as JSON text");
    return JsonSchema{};
  }
  JsonSchema rule{schema->kind == NodeKind::map ? spec::canonical_json(*schema) : schema->text};
  if (const auto problem = schema_problem(rule.schema)) {
    entry.error(schema->mark, fmt::format("`schema` cannot be used: {}", *problem));
  }
  return rule;
}

Rule read_z_score(const Entry& entry) {
  static constexpr std::array<std::string_view, 2> sides{"both", "above"};
  ZScore rule;
  rule.max = read_number(entry, "max").value_or(rule.max);
  rule.side = static_cast<ZScore::Side>(read_choice(entry, "side", sides, 0));
  if (rule.max < 0) {
    entry.error(entry.find("max")->mark, "`max` must be 0 or more");
  }
  return rule;
}

Rule read_iqr(const Entry& entry) {
  Iqr rule;
  rule.factor = read_number(entry, "factor").value_or(rule.factor);
  if (rule.factor < 0) {
    entry.error(entry.find("factor")->mark, "`factor` must be 0 or more");
  }
  return rule;
}

std::string read_order(const Entry& entry) {
  return entry.find("order_by") == nullptr ? "" : read_text(entry, "order_by");
}

template <Monotonic::Direction direction>
Rule read_monotonic(const Entry& entry) {
  const bool strict = read_flag_option(entry, "strict");
  return Monotonic{direction, strict ? Monotonic::Ties::forbidden : Monotonic::Ties::allowed,
                   read_order(entry)};
}

Rule read_sequential(const Entry& entry) {
  Sequential rule{read_number(entry, "step").value_or(1.0), read_order(entry)};
  if (rule.step == 0) {
    entry.error(entry.find("step")->mark, "`step` must not be 0");
  }
  return rule;
}

Rule read_personal(const Entry& entry) {
  static constexpr std::array kinds{Personal::email, Personal::card, Personal::iban,
                                    Personal::phone, Personal::ssn,  Personal::ipv4};
  NoPersonalData rule{{Personal::email, Personal::card, Personal::iban}};
  if (entry.find("kinds") == nullptr) {
    return rule;
  }
  rule.kinds.clear();
  for (const std::string& word : read_texts(entry, "kinds")) {
    bool known = false;
    for (const Personal kind : kinds) {
      if (word == personal_name(kind)) {
        rule.kinds.push_back(kind);
        known = true;
      }
    }
    if (!known) {
      entry.error(
          entry.find("kinds")->mark,
          fmt::format("`kinds` takes email, card, iban, phone, ssn and ipv4, not {}", word));
    }
  }
  return rule;
}

Rule read_accepted(const Entry& entry) {
  return AcceptedValues{read_values(entry, "values")};
}
Rule read_forbidden(const Entry& entry) {
  return ForbiddenValues{read_values(entry, "values")};
}

}  // namespace

std::span<const RuleReader> row_rule_readers() {
  using Direction = Monotonic::Direction;
  static const std::vector<RuleReader> readers{
      {"not_null", Form::rows, Takes::each, {}, &plain<NotNull>},
      {"is_null", Form::rows, Takes::each, {}, &plain<IsNull>},
      {"between", Form::rows, Takes::each, {"min", "max", "strict"}, &read_between},
      {"accepted_values", Form::rows, Takes::each, {"values"}, &read_accepted},
      {"forbidden_values", Form::rows, Takes::each, {"values"}, &read_forbidden},
      {"matches", Form::rows, Takes::each, {"regex", "any_of", "all_of"}, &read_matches},
      {"not_matches", Form::rows, Takes::each, {"regex"}, &read_not_matches},
      {"like", Form::rows, Takes::each, {"pattern", "any_of", "all_of"}, &read_like},
      {"not_like", Form::rows, Takes::each, {"pattern"}, &read_not_like},
      {"length", Form::rows, Takes::each, {"min", "max", "equals", "strict"}, &read_length},
      {"format", Form::rows, Takes::each, {"is"}, &read_format},
      {"time_format", Form::rows, Takes::each, {"pattern"}, &read_time_format},
      {"json_schema", Form::rows, Takes::each, {"schema"}, &read_json_schema},
      {"not_blank", Form::rows, Takes::each, {}, &plain<NotBlank>},
      {"trimmed", Form::rows, Takes::each, {}, &plain<Trimmed>},
      {"not_special", Form::rows, Takes::each, {}, &plain<NotSpecial>},
      {"no_control", Form::rows, Takes::each, {}, &plain<NoControl>},
      {"z_score", Form::rows, Takes::each, {"max", "side"}, &read_z_score},
      {"iqr", Form::rows, Takes::each, {"factor"}, &read_iqr},
      {"increasing",
       Form::rows,
       Takes::each,
       {"strict", "order_by"},
       &read_monotonic<Direction::increasing>},
      {"decreasing",
       Form::rows,
       Takes::each,
       {"strict", "order_by"},
       &read_monotonic<Direction::decreasing>},
      {"sequential", Form::rows, Takes::each, {"step", "order_by"}, &read_sequential},
      {"no_personal_data", Form::rows, Takes::each, {"kinds"}, &read_personal}};
  return readers;
}

}  // namespace mlpipe::stages::data_check
