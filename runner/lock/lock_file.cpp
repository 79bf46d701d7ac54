#include "runner/lock/lock_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "runner/base/text.hpp"

namespace mlpipe::lock {
namespace {

constexpr std::string_view header = "# mlpipe lock 1";
constexpr std::string_view header_start = "# mlpipe lock ";

struct Line {
  std::size_t number = 0;
  std::string_view text;
};

tl::unexpected<Error> refuse(std::size_t line, std::string_view what) {
  return fail(Code::invalid,
              fmt::format("lock file, line {}: {}; the file is written by mlpipe: restore it from "
                          "git, or delete it and run again",
                          line, what));
}

std::string quoted(std::string_view text) {
  return "'" + printable(text.substr(0, 80)) + "'";
}

bool must_encode(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F || c == '%';
}

// Bytes that are no UTF-8 are encoded too: editors and review pages would change them.
std::string encode(std::string_view text) {
  const bool ascii_only = !is_utf8(text);
  std::string encoded;
  for (const char c : text) {
    if (must_encode(c) || (ascii_only && static_cast<unsigned char>(c) >= 0x80)) {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      encoded += c;
    }
  }
  return encoded;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (must_encode(text[i])) {
        return std::nullopt;
      }
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded.empty() ? std::nullopt : std::optional(decoded);
}

bool is_content(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view type = text.substr(0, colon);
  const bool word = !type.empty() && std::all_of(type.begin(), type.end(),
                                                 [](char c) { return c >= 'a' && c <= 'z'; });
  return word &&
         (colon == std::string_view::npos ? type == "missing"
                                          : Digest::from_hex(text.substr(colon + 1)).has_value());
}

// `rest` after `word` and one blank, where the line begins so.
std::optional<std::string_view> after(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) {
    return std::nullopt;
  }
  return line.substr(word.size());
}

auto out_order(const LockedOut& out) {
  return std::tie(out.path, out.content);
}

bool before(const LockedStage& a, const LockedStage& b) {
  if (std::tie(a.name, a.fingerprint, a.result) != std::tie(b.name, b.fingerprint, b.result)) {
    return std::tie(a.name, a.fingerprint, a.result) < std::tie(b.name, b.fingerprint, b.result);
  }
  return std::lexicographical_compare(
      a.outs.begin(), a.outs.end(), b.outs.begin(), b.outs.end(),
      [](const LockedOut& x, const LockedOut& y) { return out_order(x) < out_order(y); });
}

void normalise(std::vector<LockedStage>& stages) {
  for (LockedStage& stage : stages) {
    std::sort(stage.outs.begin(), stage.outs.end(),
              [](const LockedOut& a, const LockedOut& b) { return out_order(a) < out_order(b); });
    stage.outs.erase(std::unique(stage.outs.begin(), stage.outs.end()), stage.outs.end());
  }
  if (!std::is_sorted(stages.begin(), stages.end(), before)) {  // what we wrote is
    std::sort(stages.begin(), stages.end(), before);
  }
  stages.erase(std::unique(stages.begin(), stages.end()), stages.end());
}

// Reads one side of the file, without conflict markers.
class Parser {
 public:
  Result<std::vector<LockedStage>> parse(const std::vector<Line>& lines) {
    if (lines.empty() || lines[0].text != header) {
      return refuse_header(lines);
    }
    for (std::size_t i = 1; i < lines.size(); ++i) {
      TRY_OK(take(lines[i]));
    }
    TRY_OK(end_stage());
    normalise(stages_);
    return std::move(stages_);
  }

 private:
  static tl::unexpected<Error> refuse_header(const std::vector<Line>& lines) {
    if (!lines.empty() && lines[0].text.starts_with(header_start)) {
      return fail(Code::invalid,
                  fmt::format("lock file, line 1: this file is of version {}, this mlpipe reads "
                              "version 1: use the mlpipe that wrote it",
                              quoted(lines[0].text.substr(header_start.size()))));
    }
    return refuse(lines.empty() ? 1 : lines[0].number, fmt::format("expected '{}'", header));
  }

  Status take(const Line& line) {
    if (line.text.empty()) {
      return {};
    }
    if (const auto name = after(line.text, "stage ")) {
      TRY_OK(end_stage());
      const auto decoded = decode(*name);
      if (!decoded) {
        return refuse(line.number, fmt::format("expected a stage name, found {}", quoted(*name)));
      }
      open_ = Open{line.number, {*decoded, {}, {}, {}}, false};
      return {};
    }
    if (!open_) {
      return refuse(line.number, fmt::format("expected 'stage NAME', found {}", quoted(line.text)));
    }
    if (const auto hex = after(line.text, "  key ")) {
      return take_key(line, *hex);
    }
    if (const auto out = after(line.text, "  out ")) {
      return take_out(line, *out);
    }
    if (const auto hex = after(line.text, "  result ")) {
      return take_result(line, *hex);
    }
    return refuse(line.number, fmt::format("expected '  key', '  out', '  result' or 'stage', "
                                           "found {}",
                                           quoted(line.text)));
  }

  Status take_key(const Line& line, std::string_view hex) {
    const auto digest = Digest::from_hex(hex);
    if (!digest || open_->has_key) {
      return refuse(line.number,
                    open_->has_key ? std::string("this stage has a key already")
                                   : fmt::format("expected 64 hex digits, found {}", quoted(hex)));
    }
    open_->stage.fingerprint = *digest;
    open_->has_key = true;
    return {};
  }

  Status take_result(const Line& line, std::string_view hex) {
    const auto digest = Digest::from_hex(hex);
    if (!digest || open_->stage.result) {
      return refuse(line.number,
                    open_->stage.result
                        ? std::string("this stage has a result already")
                        : fmt::format("expected 64 hex digits, found {}", quoted(hex)));
    }
    open_->stage.result = digest;
    return {};
  }

  Status take_out(const Line& line, std::string_view text) {
    const auto blank = text.find(' ');
    const std::string_view content = text.substr(0, blank);
    if (!is_content(content)) {
      return refuse(line.number, fmt::format("expected a content such as 'file:' and 64 hex "
                                             "digits, found {}",
                                             quoted(content)));
    }
    const auto path =
        decode(blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1));
    if (!path || !normal_path(*path)) {
      return refuse(line.number, "expected a path inside the repository, percent-encoded");
    }
    open_->stage.outs.push_back({*path, std::string(content)});
    return {};
  }

  Status end_stage() {
    if (!open_) {
      return {};
    }
    if (!open_->has_key) {
      return refuse(open_->line,
                    fmt::format("stage {} has no '  key' line", quoted(open_->stage.name)));
    }
    auto& outs = open_->stage.outs;
    std::sort(outs.begin(), outs.end(),
              [](const LockedOut& a, const LockedOut& b) { return out_order(a) < out_order(b); });
    const auto twice =
        std::adjacent_find(outs.begin(), outs.end(),
                           [](const LockedOut& a, const LockedOut& b) { return a.path == b.path; });
    if (twice != outs.end()) {
      return refuse(open_->line, fmt::format("stage {} has the out {} twice",
                                             quoted(open_->stage.name), quoted(twice->path)));
    }
    stages_.push_back(std::move(open_->stage));
    open_.reset();
    return {};
  }

  struct Open {
    std::size_t line;
    LockedStage stage;
    bool has_key;
  };
  std::optional<Open> open_;
  std::vector<LockedStage> stages_;
};

bool is_marker(std::string_view line, char c) {
  return line.size() >= 7 && line.substr(0, 7) == std::string(7, c) &&
         (line.size() == 7 || line[7] == ' ');
}

// The two sides of a merge; without conflict markers they are equal.
struct Sides {
  std::array<std::vector<Line>, 2> lines;
  bool conflict = false;
};

// ours: after <<<<<<<; base: after ||||||| (dropped); theirs: after =======.
enum class Part : std::uint8_t { common, ours, base, theirs };

Result<Sides> split_sides(std::string_view text) {
  Sides sides;
  Part part = Part::common;
  std::size_t opened = 0;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (is_marker(line, '<') && part == Part::common) {
      part = Part::ours;
      opened = number;
      sides.conflict = true;
    } else if (is_marker(line, '|') && part == Part::ours) {
      part = Part::base;
    } else if (is_marker(line, '=') && (part == Part::ours || part == Part::base)) {
      part = Part::theirs;
    } else if (is_marker(line, '>') && part == Part::theirs) {
      part = Part::common;
    } else {
      if (part == Part::common || part == Part::ours) {
        sides.lines[0].push_back({number, line});
      }
      if (part == Part::common || part == Part::theirs) {
        sides.lines[1].push_back({number, line});
      }
    }
  }
  if (part != Part::common) {
    return refuse(opened, "this conflict has no end ('>>>>>>>')");
  }
  return sides;
}

}  // namespace

Result<std::vector<LockedStage>> read(std::string_view text) {
  TRY(const Sides sides, split_sides(text));
  TRY(auto stages, Parser().parse(sides.lines[0]));
  if (sides.conflict) {
    TRY(auto theirs, Parser().parse(sides.lines[1]));
    std::move(theirs.begin(), theirs.end(), std::back_inserter(stages));
    normalise(stages);
  }
  return stages;
}

std::string write(std::vector<LockedStage> stages) {
  normalise(stages);
  std::string text(header);
  text += '\n';
  for (const LockedStage& stage : stages) {
    text += fmt::format("stage {}\n  key {}\n", encode(stage.name), stage.fingerprint.hex());
    for (const LockedOut& out : stage.outs) {
      text += fmt::format("  out {} {}\n", out.content, encode(out.path));
    }
    if (stage.result) {
      text += fmt::format("  result {}\n", stage.result->hex());
    }
    text += '\n';
  }
  return text;
}

}  // namespace mlpipe::lock
