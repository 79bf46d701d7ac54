#include "runner/spec/pattern.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace mlpipe::spec {

// Builds the program backwards: each piece is compiled knowing where it goes on.
class Pattern::Compiler {
 public:
  explicit Compiler(std::string_view text) : text_(text) {}

  Result<Pattern> run() {
    TRY(const Tree tree, alternatives(0));
    if (at_ != text_.size()) {
      return broken("`)` without `(`");
    }
    Pattern pattern;
    const std::size_t match = emit(pattern, {Op::match, 0, 0, {}});
    pattern.entry_ = build(pattern, tree, match);
    return pattern;
  }

 private:
  enum class Shape : std::uint8_t { bytes, start, end, sequence, either, star, plus, maybe };
  struct Tree {
    Shape shape = Shape::sequence;
    std::bitset<256> allowed;
    std::vector<Tree> parts;
  };

  static constexpr std::size_t deepest = 50;

  [[nodiscard]] tl::unexpected<Error> broken(std::string_view why) const {
    return fail(Code::invalid, fmt::format("pattern `{}`: {}", text_, why));
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Result<Tree> alternatives(std::size_t depth) {
    if (depth > deepest) {
      return broken("nested too deeply");
    }
    Tree either{Shape::either, {}, {}};
    while (true) {
      Tree sequence;
      while (at_ < text_.size() && peek() != '|' && peek() != ')') {
        TRY(Tree part, repeated(depth));
        sequence.parts.push_back(std::move(part));
      }
      either.parts.push_back(std::move(sequence));
      if (peek() != '|') {
        return either;
      }
      ++at_;
    }
  }

  Result<Tree> repeated(std::size_t depth) {
    TRY(Tree part, atom(depth));
    while (peek() == '*' || peek() == '+' || peek() == '?') {
      const char sign = text_[at_++];
      Tree outer{sign == '*' ? Shape::star : sign == '+' ? Shape::plus : Shape::maybe, {}, {}};
      outer.parts.push_back(std::move(part));
      part = std::move(outer);
    }
    return part;
  }

  Result<Tree> atom(std::size_t depth) {
    const char c = text_[at_++];
    Tree tree{Shape::bytes, {}, {}};
    switch (c) {
      case '^':
        tree.shape = Shape::start;
        return tree;
      case '$':
        tree.shape = Shape::end;
        return tree;
      case '.':
        tree.allowed.set().reset('\n');
        return tree;
      case '[':
        return byte_class();
      case '(': {
        if (text_.substr(at_, 2) == "?:") {
          at_ += 2;
        }
        TRY(tree, alternatives(depth + 1));
        if (peek() != ')') {
          return broken("`(` is not closed");
        }
        ++at_;
        return tree;
      }
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
        return broken("nothing to repeat, or a count");
      default:
        break;
    }
    --at_;
    TRY(const unsigned char byte, literal());
    tree.allowed.set(byte);
    return tree;
  }

  Result<unsigned char> literal() {
    const char c = text_[at_++];
    if (c != '\\') {
      return static_cast<unsigned char>(c);
    }
    const char escaped = peek();
    ++at_;
    if (escaped == 't' || escaped == 'n' || escaped == 'r') {
      return static_cast<unsigned char>(escaped == 't' ? '\t' : escaped == 'n' ? '\n' : '\r');
    }
    const bool letter = (escaped >= 'a' && escaped <= 'z') || (escaped >= 'A' && escaped <= 'Z') ||
                        (escaped >= '0' && escaped <= '9') || escaped == '\0';
    if (letter) {
      return broken("an escape that is not built");
    }
    return static_cast<unsigned char>(escaped);
  }

  Result<Tree> byte_class() {
    Tree tree{Shape::bytes, {}, {}};
    const bool negated = peek() == '^';
    at_ += negated ? 1 : 0;
    while (peek() != ']') {
      if (at_ >= text_.size()) {
        return broken("`[` is not closed");
      }
      TRY(const unsigned char first, literal());
      unsigned char last = first;
      if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        TRY(last, literal());
      }
      if (last < first) {
        return broken("a range that runs backwards");
      }
      for (unsigned byte = first; byte <= last; ++byte) {
        tree.allowed.set(byte);
      }
    }
    ++at_;
    if (negated) {
      tree.allowed.flip();
    }
    return tree;
  }

  static std::size_t emit(Pattern& pattern, Instruction instruction) {
    pattern.program_.push_back(instruction);
    return pattern.program_.size() - 1;
  }

  static std::size_t build(Pattern& pattern, const Tree& tree, std::size_t next) {
    switch (tree.shape) {
      case Shape::bytes:
        return emit(pattern, {Op::bytes, next, 0, tree.allowed});
      case Shape::start:
        return emit(pattern, {Op::start, next, 0, {}});
      case Shape::end:
        return emit(pattern, {Op::end, next, 0, {}});
      case Shape::sequence:
        for (auto part = tree.parts.rbegin(); part != tree.parts.rend(); ++part) {
          next = build(pattern, *part, next);
        }
        return next;
      case Shape::either: {
        std::size_t entry = build(pattern, tree.parts.back(), next);
        for (auto part = tree.parts.rbegin() + 1; part != tree.parts.rend(); ++part) {
          const std::size_t first = build(pattern, *part, next);
          entry = emit(pattern, {Op::split, first, entry, {}});
        }
        return entry;
      }
      case Shape::maybe: {
        const std::size_t body = build(pattern, tree.parts[0], next);
        return emit(pattern, {Op::split, body, next, {}});
      }
      case Shape::star:
      case Shape::plus: {
        const std::size_t loop = emit(pattern, {Op::split, 0, next, {}});
        const std::size_t body = build(pattern, tree.parts[0], loop);
        pattern.program_[loop].next = body;
        return tree.shape == Shape::star ? loop : body;
      }
    }
    return next;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<Pattern> Pattern::compile(std::string_view expression) {
  return Compiler(expression).run();
}

// Adds what is reached from `at` without reading a byte. Depth is bounded by the size of the
// program.
void Pattern::follow(std::size_t at, bool start, bool end, std::vector<std::size_t>& threads,
                     std::vector<bool>& seen) const {
  if (seen[at]) {
    return;
  }
  seen[at] = true;
  const Instruction& instruction = program_[at];
  if (instruction.op == Op::split) {
    follow(instruction.next, start, end, threads, seen);
    follow(instruction.other, start, end, threads, seen);
  } else if (instruction.op == Op::start || instruction.op == Op::end) {
    if (instruction.op == Op::start ? start : end) {
      follow(instruction.next, start, end, threads, seen);
    }
  } else {
    threads.push_back(at);
  }
}

bool Pattern::found_in(std::string_view text) const {
  std::vector<std::size_t> now;
  std::vector<std::size_t> then;
  std::vector<bool> seen(program_.size());
  for (std::size_t at = 0;; ++at) {
    const bool last = at == text.size();
    follow(entry_, at == 0, last, now, seen);
    seen.assign(program_.size(), false);
    then.clear();
    for (const std::size_t thread : now) {
      const Instruction& instruction = program_[thread];
      if (instruction.op == Op::match) {
        return true;
      }
      if (!last && instruction.allowed.test(static_cast<unsigned char>(text[at]))) {
        follow(instruction.next, false, at + 1 == text.size(), then, seen);
      }
    }
    if (last) {
      return false;
    }
    std::swap(now, then);
  }
}

}  // namespace mlpipe::spec
