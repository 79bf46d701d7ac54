// `mlpipe profile TABLE`: what a table holds, for people and as a file to compare with later.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "runner/adapter/modules.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "stages/profile/page.hpp"
#include "stages/profile/profile_json.hpp"
#include "stages/profile/profile_table.hpp"
#include "stages/shared/files.hpp"

namespace mlpipe::cli {
namespace {

constexpr int could_not_evaluate = 6;

Result<stages::profile::Profile> profiled(const std::string& table, const std::string& here) {
  std::string scratch = (std::filesystem::temp_directory_path() / "mlpipe-profile-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) {
    return fail_errno("cannot make a scratch folder", errno);
  }
  stages::Host host;
  host.open_tables = adapter::open_tables;
  stages::table::Source source;
  source.tables = {table};
  auto result = stages::profile::profile_table(
      source, here, {std::max(1U, std::thread::hardware_concurrency()), 0, scratch}, host);
  (void)engine::remove_all(scratch);
  return result;
}

}  // namespace

int profile(const ProfileArguments& arguments) {
  const std::string here = std::filesystem::current_path().string();
  const auto result = profiled(arguments.table, here);
  if (!result) {
    (void)show(result.error());
    return could_not_evaluate;
  }
  const std::string json = stages::profile::to_json(*result) + "\n";
  if (!arguments.output.empty()) {
    if (const Status written = stages::write_file(here, arguments.output, json); !written) {
      return show(written.error());
    }
  }
  if (!arguments.report.empty()) {
    const Status written =
        stages::write_file(here, arguments.report, stages::profile::to_html(*result));
    if (!written) {
      return show(written.error());
    }
  }
  std::fputs(arguments.json ? json.c_str() : stages::profile::to_text(*result).c_str(), stdout);
  return 0;
}

}  // namespace mlpipe::cli
