#include "stages/data_check/table_constraints.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "stages/table/delta/open.hpp"

namespace mlpipe::stages::data_check {

Result<std::vector<Check>> checks_of_table(port::TableEngine& engine,
                                           const table::TableFiles& files) {
  if (files.format != Format::delta) {
    return fail(Code::invalid, fmt::format("`constraints: from_table` asks for a Delta table, and "
                                           "{} is none",
                                           printable(files.paths.front())));
  }
  TRY(const table::delta::Opened opened,
      table::delta::open_table(engine, files.paths.front(), files.at));
  std::vector<Check> checks;
  for (const std::string& column : opened.not_null) {
    Check& check = checks.emplace_back();
    check.name = fmt::format("constraint not null({})", column);
    check.rule = NotNull{};
    check.columns = {column};
  }
  for (const table::delta::Constraint& constraint : opened.constraints) {
    Check& check = checks.emplace_back();
    check.name = "constraint " + constraint.name;
    check.rule =
        Sql{fmt::format("SELECT * FROM data WHERE (\n{}\n) IS NOT TRUE", constraint.condition),
            std::nullopt};
  }
  return checks;
}

}  // namespace mlpipe::stages::data_check
