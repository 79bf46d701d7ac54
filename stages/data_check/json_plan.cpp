#include <fmt/format.h>

#include <memory>

#include "runner/spec/schema.hpp"
#include "runner/spec/schema_check.hpp"
#include "stages/data_check/json_node.hpp"
#include "stages/data_check/plan.hpp"
#include "stages/data_check/row_plan.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::int64_t most_texts = 1'000'000;

struct Texts {
  spec::SchemaSet schema;
  RowRule rule;
  Ground ground;
  std::string bad;  // literals of the texts that do not fit
};

bool fits(const spec::SchemaSet& schema, const std::string& text) {
  const auto node = node_from_json(text);
  return node && spec::matches(schema.root(), *node);
}

}  // namespace

// Each distinct text is validated here; then the rows that hold a bad one are counted.
Result<std::optional<Round>> json_plan(const Ground& ground) {
  const auto* rule = std::get_if<JsonSchema>(&ground.check.rule);
  if (rule == nullptr) {
    return std::optional<Round>{};
  }
  TRY(const std::size_t column, only_column(ground));
  TRY(spec::SchemaSet schema, spec::SchemaSet::parse(rule->schema));
  RowRule rows = rule_on(text_column(ground.table, column), ground);
  rows.value = ground.table.value(column);
  const std::string text = ground.table.text(column);
  auto texts = std::make_shared<Texts>(Texts{std::move(schema), std::move(rows), ground, ""});
  Round round;
  round.queries.push_back(
      {fmt::format("SELECT DISTINCT {} FROM {} WHERE {} LIMIT {}", text, ground.table.rows(),
                   considered(texts->rule), most_texts + 1),
       [texts](const port::Rows& found) -> Status {
         if (static_cast<std::int64_t>(found.rows.size()) > most_texts) {
           return fail(
               Code::invalid,
               fmt::format("more than {} distinct texts; narrow them with `where`", most_texts));
         }
         for (const auto& row : found.rows) {
           const std::string one = text_of(row.at(0));
           if (!fits(texts->schema, one)) {
             texts->bad += (texts->bad.empty() ? "" : ", ") + quote_literal(one);
           }
         }
         return {};
       }});
  round.then = [texts, text]() -> Result<Round> {
    texts->rule.violated =
        texts->bad.empty() ? "false" : fmt::format("({} IN ({}))", text, texts->bad);
    return row_round(texts->rule, texts->ground);
  };
  return round;
}

}  // namespace mlpipe::stages::data_check
