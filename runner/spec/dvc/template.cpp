#include "runner/spec/dvc/template.hpp"

#include <fmt/format.h>

#include <charconv>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"

namespace mlpipe::spec::dvc {
namespace {

struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the brace
  std::string_view inner;
};

// The first `${...}` at or after `from` that no backslash escapes and whose brace closes in its
// line.
std::optional<Match> next_match(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("${", from); at != std::string_view::npos;
       at = text.find("${", at + 1)) {
    if (at > 0 && text[at - 1] == '\\') {
      continue;
    }
    const std::size_t close = text.find_first_of("}\n", at + 2);
    if (close != std::string_view::npos && text[close] == '}') {
      return Match{at, close + 1, text.substr(at + 2, close - at - 2)};
    }
  }
  return std::nullopt;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "\\${") {
      continue;
    }
    out += text[i];
  }
  return out;
}

// word ( "." word | "[" word "]" )*
Result<std::vector<std::string>> parse_expression(std::string_view expression) {
  const auto broken = [&] {
    return fail(Code::invalid,
                fmt::format("`${{{}}}` is no expression; write names joined by points, like "
                            "`${{train.lr}}` or `${{list[0]}}`",
                            printable(expression)));
  };
  std::vector<std::string> parts;
  std::string_view rest = trim(expression);
  char before = '.';
  for (;;) {
    const std::size_t end = std::min(rest.find_first_of(".[]"), rest.size());
    const std::string_view word = trim(rest.substr(0, end));
    if (word.empty()) {
      return broken();
    }
    parts.emplace_back(word);
    rest.remove_prefix(end);
    if (before == '[') {
      if (!rest.starts_with(']')) {
        return broken();
      }
      rest.remove_prefix(1);
    }
    if (rest.empty()) {
      return parts;
    }
    before = rest[0];
    if (before == ']') {
      return broken();
    }
    rest.remove_prefix(1);
  }
}

const Value* child(const Value& parent, const std::string& part) {
  if (parent.is_map()) {
    return parent.find(part);
  }
  long index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  const long count = static_cast<long>(parent.items.size());
  if (!parent.is_list() || error != std::errc() || end != part.data() + part.size() ||
      index >= count || index < -count) {
    return nullptr;
  }
  return &parent.items[static_cast<std::size_t>(index < 0 ? index + count : index)];
}

// str(value) of Python, in flags and lists of flags: there True stays True.
std::string plain_text(const Value& value) {
  return value.is(Value::Kind::boolean) ? (value.truth ? "True" : "False") : template_text(value);
}

std::string flag_text(const Value& value) {
  return value.is_text() ? shlex_quote(value.text) : plain_text(value);
}

Status add_flags(const Value& map, const std::string& prefix, const FlagStyle& style,
                 std::string& out) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const std::string name = prefix + template_text(map.keys[i]);
    const Value& value = map.items[i];
    if (value.is_map()) {
      TRY_OK(add_flags(value, name + ".", style, out));
    } else if (value.is(Value::Kind::boolean)) {
      out += value.truth                                          ? fmt::format("--{} ", name)
             : style.boolean == FlagStyle::Bool::boolean_optional ? fmt::format("--no-{} ", name)
                                                                  : std::string();
    } else if (value.is_list()) {
      for (std::size_t n = 0; n < value.items.size(); ++n) {
        if (value.items[n].is_composite()) {
          return fail(
              Code::invalid,
              fmt::format("`{}` holds a list or map inside a list, which cannot become a flag",
                          printable(name)));
        }
        const bool flag = n == 0 || style.list == FlagStyle::List::append;
        out +=
            (flag ? fmt::format("--{} ", name) : std::string()) + flag_text(value.items[n]) + ' ';
      }
    } else {
      out += fmt::format("--{} {} ", name, flag_text(value));
    }
  }
  return {};
}

Result<std::string> joined_text(const Value& value, std::string_view inner, Use use,
                                const FlagStyle& style) {
  if (use == Use::command && value.is_map()) {
    std::string flags;
    TRY_OK(add_flags(value, "", style, flags));
    return std::string(trim(flags));
  }
  if (value.is_composite()) {
    return fail(Code::refused, fmt::format("`${{{}}}` is {}, which cannot be put into a text",
                                           printable(inner), noun(value.kind)));
  }
  return template_text(value);
}

}  // namespace

Status Context::merge(const Value& values, const std::string& source) {
  return merge_into(values_, values, source, "");
}

namespace {

// Dates and the like cannot enter, however deep they lie.
Status check_supported(const Value& value, const std::string& path) {
  if (value.is(Value::Kind::date) || value.is(Value::Kind::bytes) || value.is(Value::Kind::set)) {
    return fail(Code::invalid,
                fmt::format("`{}` is {}, which templates do not know; put quotes around it",
                            printable(path), noun(value.kind)));
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const std::string name = value.is_map() ? template_text(value.keys[i]) : std::to_string(i);
    TRY_OK(check_supported(value.items[i], path.empty() ? name : path + "." + name));
  }
  return {};
}

}  // namespace

Status Context::merge_into(Value& target, const Value& values, const std::string& source,
                           const std::string& path) {
  if (path.empty()) {
    TRY_OK(check_supported(values, ""));
  }
  for (std::size_t i = 0; i < values.keys.size(); ++i) {
    if (!values.keys[i].is_text()) {
      continue;  // only text keys can be named
    }
    const std::string& key = values.keys[i].text;
    const std::string full = path.empty() ? key : path + "." + key;
    Value* known = target.find(key);
    if (known == nullptr) {
      target.set(key, values.items[i]);
      sources_[full] = source;
    } else if (known->is_map() && values.items[i].is_map()) {
      TRY_OK(merge_into(*known, values.items[i], source, full));
    } else {
      std::string at = full;
      while (sources_.count(at) == 0 && at.find('.') != std::string::npos) {
        at = at.substr(0, at.rfind('.'));
      }
      return fail(Code::invalid,
                  fmt::format("cannot redefine `{}` from {} as it already exists in {}",
                              printable(full), source, sources_[at]));
    }
  }
  return {};
}

void Context::shadow(std::string_view name, Value value) {
  values_.set(name, std::move(value));
}

const Value* Context::root(const std::string& name) const {
  const Value* found = values_.find(name);
  return found != nullptr || base_ == nullptr ? found : base_->root(name);
}

Result<const Value*> Context::select(std::string_view expression) const {
  TRY(const std::vector<std::string> parts, parse_expression(expression));
  const Value* at = nullptr;
  for (const std::string& part : parts) {
    at = at == nullptr ? root(part) : child(*at, part);
    if (at == nullptr) {
      std::vector<std::string> known;
      for (const Context* context = this; context != nullptr; context = context->base_) {
        for (const Value& key : context->values_.keys) {
          known.push_back(key.text);
        }
      }
      const auto near = parts.size() == 1 ? nearest(parts[0], known) : std::nullopt;
      return fail(Code::not_found,
                  fmt::format("could not find `{}`{}", printable(trim(expression)),
                              near ? fmt::format("; did you mean `{}`?", printable(*near))
                                   : std::string()));
    }
  }
  return at;
}

bool has_expression(std::string_view text) {
  return next_match(text, 0).has_value();
}

bool has_expression(const Value& value) {
  if (value.is_text()) {
    return has_expression(std::string_view(value.text));
  }
  for (const Value& key : value.keys) {
    if (has_expression(key)) {
      return true;
    }
  }
  for (const Value& item : value.items) {
    if (has_expression(item)) {
      return true;
    }
  }
  return false;
}

Result<Value> resolve_text(const Context& context, const std::string& text, Use use,
                           const FlagStyle& style) {
  const auto first = next_match(text, 0);
  if (first && first->begin == 0 && first->end == text.size()) {
    TRY(const Value* value, context.select(first->inner));
    if (use == Use::data || !value->is_composite()) {
      return *value;
    }
    TRY(std::string joined, joined_text(*value, first->inner, use, style));
    return Value::of_text(std::move(joined));
  }
  std::string out;
  std::size_t from = 0;
  for (auto match = first; match; match = next_match(text, from)) {
    TRY(const Value* value, context.select(match->inner));
    TRY(const std::string joined, joined_text(*value, match->inner, use, style));
    out += unescaped(std::string_view(text).substr(from, match->begin - from)) + joined;
    from = match->end;
  }
  return Value::of_text(out + unescaped(std::string_view(text).substr(from)));
}

Result<Value> resolve_value(const Context& context, const Value& value, Use use,
                            const FlagStyle& style) {
  Value out = value;
  if (value.is_text()) {
    TRY(out, resolve_text(context, value.text, use, style));
    out.line = value.line;
    out.column = value.column;
    return out;
  }
  for (Value& key : out.keys) {
    if (key.is_text() && has_expression(key)) {
      TRY(Value resolved, resolve_text(context, key.text, Use::text, style));
      key.text = template_text(resolved);
    }
  }
  for (Value& item : out.items) {
    TRY(item, resolve_value(context, item, use, style));
  }
  return out;
}

}  // namespace mlpipe::spec::dvc
