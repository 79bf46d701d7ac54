#include "runner/engine/compiled_pipelines.hpp"

#include "runner/cache/answer_file.hpp"
#include "runner/engine/files.hpp"
#include "runner/spec/compiled.hpp"

namespace mlpipe::engine {
namespace {

constexpr std::string_view kind = "compiled";

// Of the day where the pipelines read the clock, else of any day.
std::string key_on(const Question& question, const std::string& date) {
  const std::string key = key_of(question);
  return key.empty() || date.empty() ? key : key + '\0' + date;
}

std::optional<spec::Loaded> find(const std::string& root, const std::string& key) {
  const auto file =
      key.empty() ? std::nullopt : cache::AnswerFile::open(root + "/.mlpipe", kind, key);
  return file && file->stands(root) ? spec::load_compiled(file->payload()) : std::nullopt;
}

}  // namespace

Question pipelines_question(const spec::LoadOptions& options, const std::string& executable) {
  Question question{options.root, executable, {options.profile}};
  question.asked.insert(question.asked.end(), options.files.begin(), options.files.end());
  return question;
}

std::optional<spec::Loaded> find_compiled(const Question& question, const std::string& date) {
  auto loaded = find(question.root, key_on(question, {}));
  return loaded ? std::move(loaded) : find(question.root, key_on(question, date));
}

void keep_compiled(const Question& question, const std::string& date, const spec::Loaded& loaded,
                   cache::Seen& seen) {
  if (!loaded.diagnostics.empty() || !see_sources(question.root, loaded, seen)) {
    return;
  }
  const std::string key = key_on(question, loaded.reads_clock ? date : std::string());
  const auto entries = seen.take();
  if (!key.empty() && !entries.empty()) {
    // A form that cannot be kept costs time, nothing else.
    (void)cache::write_answer(question.root + "/.mlpipe", kind, key, spec::compile(loaded),
                              entries);
  }
}

void reread_texts(const std::string& root, spec::Loaded& loaded) {
  for (std::uint32_t i = 0; i < loaded.sources.files().size(); ++i) {
    const spec::Sources::File& file = loaded.sources.at(i);
    if (!file.text.empty()) {
      continue;
    }
    const bool absolute = !file.path.empty() && file.path[0] == '/';
    if (auto text = read_file(absolute ? file.path : root + "/" + file.path)) {
      loaded.sources.fill(i, std::move(*text));
    }
  }
}

}  // namespace mlpipe::engine
