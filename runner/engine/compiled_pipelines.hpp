// The compiled form of a repository's pipelines, kept in the state folder: read and checked once,
// then mapped, as long as every file that was read stands as it was. It can never disagree with the
// text: anything in doubt is read anew.
#pragma once

#include <optional>
#include <string>

#include "runner/engine/standing.hpp"
#include "runner/spec/load.hpp"

namespace mlpipe::engine {

// The question that options ask.
[[nodiscard]] Question pipelines_question(const spec::LoadOptions& options,
                                          const std::string& executable);

// nullopt: they are to be read. Texts of the sources are empty.
[[nodiscard]] std::optional<spec::Loaded> find_compiled(const Question& question,
                                                        const std::string& date);
// `seen` began before they were read. Keeps nothing where there is something to tell about them.
void keep_compiled(const Question& question, const std::string& date, const spec::Loaded& loaded,
                   cache::Seen& seen);
// Reads the texts of the sources again, so that a diagnostic can show its line.
void reread_texts(const std::string& root, spec::Loaded& loaded);

}  // namespace mlpipe::engine
