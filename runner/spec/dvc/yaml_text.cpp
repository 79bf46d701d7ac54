// Scalars that span lines: quotes, blocks, plain ones (YAML 1.2, chapters 7.3 and 8.1).
#include <fmt/format.h>

#include <optional>

#include "runner/spec/dvc/yaml_cursor.hpp"

namespace mlpipe::spec::dvc {
namespace {

void add_utf8(std::uint32_t code, std::string& out) {
  const auto byte = [&](std::uint32_t value) {
    out += static_cast<char>(static_cast<unsigned char>(value));
  };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

std::uint32_t hex_digits(YamlCursor& cursor, std::size_t count) {
  std::uint32_t code = 0;
  for (; count > 0; --count) {
    const char c = cursor.peek();
    const bool digit = c >= '0' && c <= '9';
    const char lower = static_cast<char>(c | 0x20);
    if (!digit && (lower < 'a' || lower > 'f')) {
      cursor.stop("hexadecimal digits are missing after this `\\x`, `\\u` or `\\U`");
    }
    code = code * 16 + static_cast<std::uint32_t>(digit ? c - '0' : lower - 'a' + 10);
    cursor.advance();
  }
  constexpr std::uint32_t last_code_point = 0x10FFFF;
  if (code > last_code_point || (code >= 0xD800 && code < 0xE000)) {
    cursor.stop("this escape names no character");
  }
  return code;
}

struct Escape {
  char name;
  std::string_view text;
};
constexpr Escape escapes[] = {
    {'a', "\a"},           {'b', "\b"},          {'t', "\t"},  {'\t', "\t"},      {'n', "\n"},
    {'v', "\v"},           {'f', "\f"},          {'r', "\r"},  {'e', "\x1b"},     {' ', " "},
    {'"', "\""},           {'/', "/"},           {'\\', "\\"}, {'N', "\xC2\x85"}, {'_', "\xC2\xA0"},
    {'L', "\xE2\x80\xA8"}, {'P', "\xE2\x80\xA9"}};

// The cursor stands behind the backslash.
void add_escape(YamlCursor& cursor, std::string& out) {
  const char name = cursor.peek();
  const std::size_t digits = name == 'x' ? 2 : name == 'u' ? 4 : name == 'U' ? 8 : 0;
  if (digits > 0) {
    cursor.advance();
    add_utf8(hex_digits(cursor, digits), out);
    return;
  }
  if (name == '0') {
    out += '\0';
    cursor.advance();
    return;
  }
  for (const Escape& escape : escapes) {
    if (escape.name == name) {
      out += escape.text;
      cursor.advance();
      return;
    }
  }
  cursor.stop("unknown escape in a text in double quotes; write `\\\\` for a backslash");
}

// A line's end inside quotes: blanks around it go, one break is a blank, more are breaks but one.
void fold_break(YamlCursor& cursor, std::string& out, std::size_t kept) {
  while (out.size() > kept && (out.back() == ' ' || out.back() == '\t')) {
    out.pop_back();
  }
  std::size_t breaks = 0;
  while (cursor.peek() == '\n' && !cursor.at_end()) {
    cursor.advance();
    ++breaks;
    if (cursor.document_mark()) {
      cursor.stop("a text in quotes is not closed");
    }
    cursor.skip_blanks();
  }
  out += breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n');
}

}  // namespace

std::string read_double_quoted(YamlCursor& cursor) {
  const YamlCursor start = cursor;
  cursor.advance();
  std::string out;
  std::size_t kept = 0;  // characters that were escaped stay, even at a line's end
  while (cursor.peek() != '"') {
    if (cursor.at_end()) {
      start.stop("a text in double quotes is not closed");
    }
    if (cursor.peek() == '\n') {
      fold_break(cursor, out, kept);
    } else if (cursor.peek() == '\\' && cursor.peek(1) == '\n') {
      cursor.advance(2);
      cursor.skip_blanks();
      kept = out.size();
      while (cursor.peek() == '\n' && !cursor.at_end()) {
        out += '\n';
        cursor.advance();
        cursor.skip_blanks();
      }
    } else if (cursor.peek() == '\\') {
      cursor.advance();
      add_escape(cursor, out);
      kept = out.size();
    } else {
      out += cursor.peek();
      cursor.advance();
    }
  }
  cursor.advance();
  return out;
}

std::string read_single_quoted(YamlCursor& cursor) {
  const YamlCursor start = cursor;
  cursor.advance();
  std::string out;
  for (;;) {
    if (cursor.at_end()) {
      start.stop("a text in single quotes is not closed");
    }
    if (cursor.peek() == '\'' && cursor.peek(1) != '\'') {
      cursor.advance();
      return out;
    }
    if (cursor.peek() == '\n') {
      fold_break(cursor, out, 0);
      continue;
    }
    cursor.advance(cursor.peek() == '\'' ? 1 : 0);
    out += cursor.peek();
    cursor.advance();
  }
}

namespace {

enum class Chomp : std::uint8_t { clip, strip, keep };

struct Header {
  bool folded = false;
  Chomp chomp = Chomp::clip;
  std::size_t indent = 0;  // 0: found out from the first line
};

Header read_header(YamlCursor& cursor) {
  Header header;
  header.folded = cursor.peek() == '>';
  cursor.advance();
  for (int i = 0; i < 2; ++i) {
    const char c = cursor.peek();
    if (c == '-' || c == '+') {
      header.chomp = c == '-' ? Chomp::strip : Chomp::keep;
      cursor.advance();
    } else if (c >= '1' && c <= '9') {
      header.indent = static_cast<std::size_t>(c - '0');
      cursor.advance();
    }
  }
  const bool blank = cursor.blank();
  cursor.skip_blanks();
  if (!blank || (!cursor.at_line_end() && cursor.peek() != '#')) {
    cursor.stop("nothing but a comment may follow `|` or `>` in this line");
  }
  cursor.skip_line();
  cursor.advance();
  return header;
}

// The indentation of the first line that is not empty.
std::size_t found_indent(YamlCursor ahead) {
  for (;;) {
    const std::string_view line = ahead.line_rest();
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    if (blanks < line.size() || ahead.at_end()) {
      return blanks;
    }
    ahead.skip_line();
    if (ahead.at_end()) {
      return blanks;
    }
    ahead.advance();
  }
}

}  // namespace

std::string read_block_scalar(YamlCursor& cursor, int parent) {
  const Header header = read_header(cursor);
  const std::size_t base = parent < 0 ? 0 : static_cast<std::size_t>(parent);
  const std::size_t least = parent < 0 ? 0 : base + 1;
  const std::size_t indent = header.indent > 0 ? (parent < 0 ? 0 : base) + header.indent
                                               : std::max(found_indent(cursor), least);
  std::string out;
  std::size_t breaks = 0;      // line ends since the last text
  bool more_indented = false;  // of the last text line: its breaks are not folded
  while (!cursor.at_end()) {
    const std::string_view line = cursor.line_rest();
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    if (blanks == line.size() && blanks <= indent) {
      ++breaks;
    } else if (blanks < indent || (indent == 0 && cursor.document_mark())) {
      break;
    } else {
      const std::string_view text = line.substr(indent);
      const bool deeper = text.starts_with(' ') || text.starts_with('\t');
      if (!out.empty() && header.folded && !deeper && !more_indented && breaks > 0) {
        out += breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n');
      } else {
        out += std::string(breaks, '\n');
      }
      out += text;
      breaks = 1;
      more_indented = deeper;
    }
    cursor.skip_line();
    if (cursor.at_end()) {
      --breaks;  // this line has no end
      break;
    }
    cursor.advance();
  }
  const std::size_t ends = header.chomp == Chomp::keep ? breaks
                           : header.chomp == Chomp::strip
                               ? 0
                               : std::min<std::size_t>(breaks, out.empty() ? 0 : 1);
  return out + std::string(ends, '\n');
}

std::string_view plain_in_line(const YamlCursor& cursor, Inside inside) {
  const std::string_view line = cursor.line_rest();
  constexpr std::string_view flow_marks = ",[]{}";
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const char next = i + 1 < line.size() ? line[i + 1] : '\n';
    const bool next_blank = next == ' ' || next == '\t' || next == '\n';
    const bool flow = inside == Inside::flow;
    if (c == ':' && (next_blank || (flow && flow_marks.find(next) != std::string_view::npos))) {
      break;
    }
    if (c == '#' && i > 0 && (line[i - 1] == ' ' || line[i - 1] == '\t')) {
      break;
    }
    if (flow && flow_marks.find(c) != std::string_view::npos) {
      break;
    }
    end = c == ' ' || c == '\t' ? end : i + 1;
  }
  return line.substr(0, end);
}

std::string read_plain(YamlCursor& cursor, int parent, Inside inside) {
  std::string out(plain_in_line(cursor, inside));
  cursor.advance(out.size());
  for (;;) {
    YamlCursor ahead = cursor;
    ahead.skip_blanks();
    if (ahead.at_end() || ahead.peek() != '\n') {
      return out;  // a comment, an indicator or the end
    }
    std::size_t breaks = 0;
    while (ahead.peek() == '\n' && !ahead.at_end()) {
      ahead.advance();
      ++breaks;
      ahead.skip_blanks();
    }
    if (ahead.at_end() || ahead.peek() == '#' || static_cast<int>(ahead.indent()) <= parent ||
        ahead.document_mark()) {
      return out;
    }
    const std::string_view more = plain_in_line(ahead, inside);
    if (more.empty()) {
      return out;
    }
    // A line that is a key of its own ends the scalar; the caller finds it in the wrong place.
    YamlCursor behind = ahead;
    behind.advance(more.size());
    behind.skip_blanks();
    if (inside == Inside::block && behind.peek() == ':' && behind.blank(1)) {
      ahead.stop(
          "a `:` that cannot start a value here; put quotes around the text, or check the "
          "indentation");
    }
    out += breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n');
    out += more;
    cursor = ahead;
    cursor.advance(more.size());
  }
}

}  // namespace mlpipe::spec::dvc
