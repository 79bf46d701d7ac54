#include "runner/spec/report.hpp"

#include <algorithm>
#include <functional>

#include "runner/base/text.hpp"

namespace mlpipe::spec {

std::size_t MarkHash::operator()(const Mark& mark) const noexcept {
  const std::uint64_t place = (std::uint64_t{mark.line} << 32U) | mark.column;
  return std::hash<std::uint64_t>{}(place * 0x9E3779B97F4A7C15ULL + mark.file);
}

Report::Report(Diagnostics& out) : out_(out) {
  for (const Diagnostic& item : out.items()) {
    if (item.severity == Severity::error) {
      taint(item.mark);
    }
  }
}

bool Report::fresh(Mark mark, const std::string& message) {
  if (tainted(mark)) {
    return false;
  }
  auto& said = said_[mark];
  const std::size_t sentence = std::hash<std::string>{}(message);
  if (std::find(said.begin(), said.end(), sentence) != said.end()) {
    return false;
  }
  said.push_back(sentence);
  return true;
}

void Report::error(Mark mark, std::string message, std::string hint) {
  if (fresh(mark, message)) {
    ++errors_;
    out_.error(mark, std::move(message), std::move(hint));
  }
}

void Report::warning(Mark mark, std::string message, std::string hint) {
  if (fresh(mark, message)) {
    out_.warning(mark, std::move(message), std::move(hint));
  }
}

void Report::taint(Mark mark) {
  if (mark.line != 0) {
    tainted_.insert(mark);
  }
}

bool Report::tainted(Mark mark) const { return !tainted_.empty() && tainted_.count(mark) != 0; }

void Report::take(const Diagnostics& from) {
  for (const Diagnostic& item : from.items()) {
    if (item.severity == Severity::error) {
      error(item.mark, item.message, item.hint);
    } else {
      warning(item.mark, item.message, item.hint);
    }
  }
}

std::string Report::suggest(std::string_view topic, const std::string& word,
                            const std::function<std::vector<std::string>()>& candidates,
                            const std::string& otherwise) {
  // Past this many different wrong words the file is wrong as a whole; a search for each would be quadratic.
  constexpr std::size_t most_searches = 200;
  const std::string key = std::string(topic) + '\0' + word;
  auto found = suggested_.find(key);
  if (found == suggested_.end()) {
    std::string answer;
    if (suggested_.size() < most_searches) {
      if (const auto near = nearest(word, candidates())) {
        answer = "did you mean `" + *near + "`?";
      }
    }
    found = suggested_.emplace(key, std::move(answer)).first;
  }
  return found->second.empty() ? otherwise : found->second;
}

}  // namespace mlpipe::spec
