#include "runner/spec/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/spec/source_line.hpp"
#include "runner/spec/yaml_text.hpp"

namespace mlpipe::spec {
namespace {

struct Paint {
  std::string_view place, error, warning, caret, gutter, off;
};
constexpr Paint plain{"", "", "", "", "", ""};
constexpr Paint ansi{"\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;32m", "\x1b[34m", "\x1b[0m"};

// The lines of the sources that are asked for.
class Lines {
 public:
  explicit Lines(const Sources& sources) : sources_(sources) {}

  std::optional<std::string_view> at(Mark mark) {
    if (mark.line == 0 || mark.file >= sources_.files().size()) {
      return std::nullopt;
    }
    std::string_view text = sources_.at(mark.file).text;
    text.remove_prefix(bom_length(text));
    auto [found, fresh] = starts_.try_emplace(mark.file);
    if (fresh) {
      found->second.push_back(0);
      for (std::size_t at = text.find('\n'); at != std::string_view::npos;
           at = text.find('\n', at + 1)) {
        found->second.push_back(at + 1);
      }
    }
    const std::vector<std::size_t>& starts = found->second;
    if (mark.line > starts.size() || starts[mark.line - 1] >= text.size()) {
      return std::nullopt;
    }
    text.remove_prefix(starts[mark.line - 1]);
    return text.substr(0, text.find('\n'));
  }

 private:
  const Sources& sources_;
  std::map<std::uint32_t, std::vector<std::size_t>> starts_;
};

std::vector<const Diagnostic*> in_order(const Diagnostics& diagnostics) {
  std::vector<const Diagnostic*> items;
  for (const Diagnostic& item : diagnostics.items()) {
    items.push_back(&item);
  }
  const auto place = [](const Diagnostic* item) {
    return std::tie(item->mark.file, item->mark.line, item->mark.column);
  };
  std::stable_sort(items.begin(), items.end(), [&place](const Diagnostic* a, const Diagnostic* b) {
    return place(a) < place(b);
  });
  // The same told of one place twice: a template's key that several stages share.
  const auto same = [&place](const Diagnostic* a, const Diagnostic* b) {
    return place(a) == place(b) && a->severity == b->severity && a->message == b->message;
  };
  std::vector<const Diagnostic*> once;
  for (std::size_t i = 0, group = 0; i < items.size(); ++i) {
    if (i == 0 || place(items[i]) != place(items[i - 1])) {
      group = once.size();
    }
    const auto told = std::any_of(once.begin() + static_cast<std::ptrdiff_t>(group), once.end(),
                                  [&](const Diagnostic* item) { return same(item, items[i]); });
    if (!told) {
      once.push_back(items[i]);
    }
  }
  return once;
}

void append(std::string& out, const Diagnostic& item, const Sources& sources, Lines& lines,
            const Paint& paint) {
  const bool is_error = item.severity == Severity::error;
  const auto line = lines.at(item.mark);
  if (item.mark.line != 0 && item.mark.file < sources.files().size()) {
    const std::size_t column =
        line ? character_column(*line, item.mark.column) : std::size_t{item.mark.column};
    fmt::format_to(std::back_inserter(out), "{}{}:{}:{}:{} ", paint.place,
                   printable(sources.at(item.mark.file).path), item.mark.line, column, paint.off);
  }
  fmt::format_to(std::back_inserter(out), "{}{}:{} {}\n", is_error ? paint.error : paint.warning,
                 is_error ? "error" : "warning", paint.off, printable(item.message));
  if (line) {
    const Underlined shown = underline(*line, item.mark.column);
    fmt::format_to(std::back_inserter(out), "{}{:>6} |{} {}\n", paint.gutter, item.mark.line,
                   paint.off, shown.line);
    fmt::format_to(std::back_inserter(out), "{}       |{} {}{}{}\n", paint.gutter, paint.off,
                   paint.caret, shown.carets, paint.off);
  }
  if (!item.hint.empty()) {
    fmt::format_to(std::back_inserter(out), "{}       ={} hint: {}\n", paint.gutter, paint.off,
                   printable(item.hint));
  }
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} more {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

std::uint32_t Sources::add(std::string path, std::string text) {
  files_.push_back({std::move(path), std::move(text)});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

void Diagnostics::error(Mark mark, std::string message, std::string hint) {
  items_.push_back({Severity::error, mark, std::move(message), std::move(hint)});
  ++errors_;
}

void Diagnostics::warning(Mark mark, std::string message, std::string hint) {
  items_.push_back({Severity::warning, mark, std::move(message), std::move(hint)});
}

std::string render(const Diagnostics& diagnostics, const Sources& sources, Colour colour,
                   std::size_t at_most) {
  const Paint& paint = colour == Colour::on ? ansi : plain;
  Lines lines(sources);
  std::string out;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic* item : in_order(diagnostics)) {
    std::size_t& count = item->severity == Severity::error ? errors : warnings;
    if (++count <= at_most) {
      append(out, *item, sources, lines, paint);
    }
  }
  std::vector<std::string> rest;
  if (errors > at_most) {
    rest.push_back(counted(errors - at_most, "error"));
  }
  if (warnings > at_most) {
    rest.push_back(counted(warnings - at_most, "warning"));
  }
  if (!rest.empty()) {
    fmt::format_to(std::back_inserter(out), "… and {}\n", fmt::join(rest, " and "));
  }
  return out;
}

}  // namespace mlpipe::spec
