#include "runner/base/redactor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runner/base/text.hpp"

namespace mlpipe {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// The base64 letters that `value` alone decides when `before` bytes precede it in its group of 3.
std::string base64_within(std::string_view value, std::size_t before) {
  std::string padded(before, '\0');
  padded += value;
  std::string letters;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : padded) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      letters += kBase64[(bits >> count) & 63U];
    }
    bits &= (1U << count) - 1U;
  }
  const std::size_t undecided = (before * 8 + 5) / 6;
  return letters.substr(std::min(undecided, letters.size()));
}

std::string base64_whole(std::string_view value) {
  std::string padded(value);
  padded.append((3 - value.size() % 3) % 3, '\0');
  return base64_within(padded, 0).substr(0, (value.size() * 8 + 5) / 6);
}

std::string url_encoded(std::string_view value, std::string_view digits, bool plus_for_blank) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved.find(c) != std::string_view::npos) {
      result += c;
    } else if (c == ' ' && plus_for_blank) {
      result += '+';
    } else {
      result += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return result;
}

struct Decoded {
  std::uint32_t code;
  std::size_t length;
};

// The code point at the start of valid UTF-8.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? byte(0) : byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  return {code, length};
}

struct JsonStyle {
  bool ascii;         // as Python's json.dumps
  bool escape_slash;  // as PHP's json_encode
};

std::string json_escaped(std::string_view value, JsonStyle style) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  const bool text = is_utf8(value);
  std::string result;
  while (!value.empty()) {
    const auto [code, length] = text ? decode(value) : Decoded{0x20, 1};
    const std::size_t known = kEscaped.find(value.front());
    if (known != std::string_view::npos) {
      result += {'\\', kLetters[known]};
    } else if (value.front() == '/' && style.escape_slash) {
      result += "\\/";
    } else if (code < 0x20 || (style.ascii && code > 0x7E && code < 0x10000)) {
      result += fmt::format("\\u{:04x}", code);
    } else if (style.ascii && code >= 0x10000) {
      result += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((code - 0x10000) >> 10U),
                            0xDC00 + ((code - 0x10000) & 0x3FFU));
    } else {
      result += value.substr(0, length);
    }
    value.remove_prefix(length);
  }
  return result;
}

void add_spellings(std::string_view value, std::set<std::string>& forms) {
  forms.emplace(value);
  std::vector<std::string> letters{base64_whole(value)};
  for (const std::size_t before : {0U, 1U, 2U}) {
    letters.push_back(base64_within(value, before));
  }
  for (auto& form : letters) {
    forms.insert(form);
    std::replace(form.begin(), form.end(), '+', '-');
    std::replace(form.begin(), form.end(), '/', '_');
    forms.insert(form);
  }
  for (const std::string_view digits : {"0123456789ABCDEF", "0123456789abcdef"}) {
    forms.insert(url_encoded(value, digits, false));
    forms.insert(url_encoded(value, digits, true));
  }
  for (const bool ascii : {false, true}) {
    for (const bool slash : {false, true}) {
      forms.insert(json_escaped(value, {ascii, slash}));
    }
  }
}

}  // namespace

std::vector<std::string> secret_forms(std::string_view value) {
  // A file's last line end is not part of what it holds.
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) {
    value.remove_suffix(1);
  }
  std::set<std::string> forms;
  add_spellings(value, forms);
  for (const std::string_view part : split(value, '\n')) {
    const std::string_view line = trim(part);
    if (line != value && characters(line) >= kShortest) {
      add_spellings(line, forms);
    }
  }
  std::erase_if(forms, [](const std::string& form) { return form.size() < kShortest; });
  return {forms.begin(), forms.end()};
}

Redactor::Redactor() : nodes_(1) {}

Result<Redactor> Redactor::make(const std::vector<Secret>& secrets) {
  Redactor redactor;
  for (const auto& secret : secrets) {
    if (characters(trim(secret.value)) < kShortest) {
      return fail(Code::invalid,
                  fmt::format("the secret {} has fewer than {} characters: it cannot be masked "
                              "without shredding every log; use a longer value, or pass it as a "
                              "plain variable",
                              printable(secret.name), kShortest));
    }
    for (const auto& form : secret_forms(secret.value)) {
      redactor.add(form);
    }
  }
  redactor.link();
  return redactor;
}

std::uint32_t Redactor::child(std::uint32_t node, std::uint8_t byte) const {
  if (node == 0) {
    return first_[byte];
  }
  const auto& next = nodes_[node].next;
  const auto found =
      std::lower_bound(next.begin(), next.end(), byte,
                       [](const auto& edge, std::uint8_t b) { return edge.first < b; });
  return found != next.end() && found->first == byte ? found->second : 0;
}

void Redactor::add(std::string_view form) {
  std::uint32_t node = 0;
  for (const char c : form) {
    const auto byte = static_cast<std::uint8_t>(c);
    std::uint32_t next = child(node, byte);
    if (next == 0) {
      next = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back().depth = nodes_[node].depth + 1;
      if (node == 0) {
        first_[byte] = next;
      }
      auto& edges = nodes_[node].next;
      edges.insert(std::lower_bound(edges.begin(), edges.end(), std::pair{byte, std::uint32_t{0}}),
                   {byte, next});
    }
    node = next;
  }
  nodes_[node].match = nodes_[node].depth;
}

// Breadth first: a node's fail link is the longest proper suffix of it that is also a start.
void Redactor::link() {
  std::deque<std::uint32_t> queue{0};
  while (!queue.empty()) {
    const std::uint32_t node = queue.front();
    queue.pop_front();
    for (const auto& [byte, next] : nodes_[node].next) {
      nodes_[next].fail = node == 0 ? 0 : step(nodes_[node].fail, byte);
      nodes_[next].match = std::max(nodes_[next].match, nodes_[nodes_[next].fail].match);
      queue.push_back(next);
    }
  }
}

std::uint32_t Redactor::step(std::uint32_t node, std::uint8_t byte) const {
  for (;;) {
    const std::uint32_t next = child(node, byte);
    if (next != 0 || node == 0) {
      return next;
    }
    node = nodes_[node].fail;
  }
}

std::string Redactor::redact(std::string_view text) const {
  RedactedStream stream(*this);
  std::string result = stream.write(text);
  return result + stream.flush();
}

void RedactedStream::cover(std::uint64_t from, std::uint64_t to) {
  while (!covered_.empty() && covered_.back().second >= from) {
    from = std::min(from, covered_.back().first);
    covered_.pop_back();
  }
  covered_.emplace_back(from, to);
}

void RedactedStream::emit_until(std::uint64_t end, std::string& out) {
  std::uint64_t at = position_ - held_.size();
  const std::uint64_t start = at;
  if (end <= start) {
    return;  // a masked tail was shown already
  }
  while (at < end) {
    const bool masked = !covered_.empty() && covered_.front().first <= at;
    const std::uint64_t until =
        covered_.empty() ? end
                         : std::min(end, masked ? covered_.front().second : covered_.front().first);
    if (!masked) {
      out.append(held_, at - start, until - at);
    } else if (!masking_) {
      out += "***";
    }
    masking_ = masked;
    at = until;
    if (masked && at == covered_.front().second) {
      covered_.pop_front();
    }
  }
  held_.erase(0, end - start);
}

// Bytes before the automaton's depth can belong to no later match; masked ones stay masked.
std::uint64_t RedactedStream::decided() const {
  const std::uint64_t end = position_ - redactor_->nodes_[node_].depth;
  const bool inside = !covered_.empty() && covered_.back().first <= end;
  return inside ? std::max(end, covered_.back().second) : end;
}

std::string RedactedStream::write(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  constexpr std::size_t kBatch = 4096;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t end = std::min(bytes.size(), i + kBatch);
    held_ += bytes.substr(i, end - i);
    for (; i < end; ++i) {
      node_ = redactor_->step(node_, static_cast<std::uint8_t>(bytes[i]));
      ++position_;
      if (const std::uint32_t match = redactor_->nodes_[node_].match; match != 0) {
        cover(position_ - match, position_);
      }
    }
    emit_until(decided(), out);
  }
  return out;
}

std::string RedactedStream::flush() {
  std::string out;
  emit_until(position_, out);
  node_ = 0;
  masking_ = false;
  return out;
}

}  // namespace mlpipe
