#include "stages/data_check/plan.hpp"

#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/row_plan.hpp"

namespace mlpipe::stages::data_check {

Result<Round> plan_check(const Ground& ground) {
  if (const auto* expectation = std::get_if<Expectation>(&ground.check.rule)) {
    TRY(auto fused, expectation_rule(ground.check, *expectation, ground.table));
    return fused ? row_round(std::move(*fused), ground) : Round{};
  }
  TRY(auto rows, row_rule(ground));
  if (rows) {
    return row_round(std::move(*rows), ground);
  }
  for (const auto one :
       {&number_plan, &distinct_plan, &key_plan, &pair_plan, &json_plan, &table_plan}) {
    TRY(auto round, one(ground));
    if (round) {
      return std::move(*round);
    }
  }
  return fail(Code::internal, "no plan measures " + rule_name(ground.check.rule));
}

}  // namespace mlpipe::stages::data_check
