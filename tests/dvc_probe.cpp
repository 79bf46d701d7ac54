// What the conformance cases ask for below the level of any verb: YAML as values, hashes of files,
// the names of run-cache entries. Reads stdin, answers one JSON document.
//
// usage: dvc_probe yaml | runkey | hash ALGORITHM PATH
#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <iterator>
#include <string>

#include "runner/base/python_text.hpp"
#include "runner/cache/dvc_files.hpp"
#include "runner/lock/dvc_lock.hpp"
#include "runner/spec/dvc/params.hpp"
#include "runner/spec/dvc/yaml.hpp"

namespace {

using mlpipe::Value;
using Kind = Value::Kind;

std::string quoted(const std::string& text) {
  return mlpipe::python_json_string(text).value_or("\"?\"");
}

// Numbers keep their kind; what JSON cannot say is tagged.
std::string tagged(const Value& value) {
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.truth ? "true" : "false";
    case Kind::integer: {
      const std::string digits = value.text.substr(value.text[0] == '-' ? 1 : 0);
      const bool fits =
          digits.size() < 19 || (digits.size() == 19 && digits <= "9223372036854775807");
      return fits || value.text == "-9223372036854775808"
                 ? value.text
                 : fmt::format("{{\"$int\":\"{}\"}}", value.text);
    }
    case Kind::real:
      return std::isfinite(value.number)
                 ? mlpipe::python_float(value.number)
                 : fmt::format("{{\"$float\":\"{}\"}}", mlpipe::python_float(value.number));
    case Kind::string:
      return quoted(value.text);
    case Kind::date:
      return fmt::format("{{\"$date\":{}}}", quoted(value.text));
    case Kind::bytes:
      return fmt::format("{{\"$bytes\":{}}}", quoted(value.text));
    default:
      break;
  }
  bool text_keys = true;
  for (const Value& key : value.keys) {
    text_keys = text_keys && key.is_text();
  }
  std::string out;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    out += i == 0 ? "" : ",";
    if (!value.is_map()) {
      out += tagged(value.items[i]);
    } else if (text_keys) {
      out += quoted(value.keys[i].text) + ":" + tagged(value.items[i]);
    } else {
      out += fmt::format("[{},{}]", tagged(value.keys[i]), tagged(value.items[i]));
    }
  }
  if (value.is(Kind::set)) {
    return "{\"$set\":[" + out + "]}";
  }
  return value.is_list() ? "[" + out + "]"
         : text_keys     ? "{" + out + "}"
                         : "{\"$map\":[" + out + "]}";
}

Value untagged(const Value& value) {
  if (value.is_map() && value.keys.size() == 1 && value.keys[0].is_text()) {
    Value out = value.items[0];
    if (value.keys[0].text == "$int") {
      out.kind = Kind::integer;
      return out;
    }
    if (value.keys[0].text == "$date") {
      out.kind = Kind::date;
      return out;
    }
    if (value.keys[0].text == "$float") {
      return mlpipe::spec::dvc::plain_value(out.text == "-inf" ? "-.inf" : "." + out.text);
    }
  }
  Value out = value;
  for (Value& item : out.items) {
    item = untagged(item);
  }
  return out;
}

std::string input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

int yaml() {
  const auto value = mlpipe::spec::dvc::read_yaml(input());
  if (!value) {
    std::cout << fmt::format("{{\"error_class\":\"bad_yaml\",\"message\":{}}}\n",
                             quoted(fmt::format("{}:{}: {}", value.error().line,
                                                value.error().column, value.error().message)));
    return 0;
  }
  std::cout << "{\"value\":" << tagged(*value) << "}\n";
  return 0;
}

int runkey() {
  const auto entry = mlpipe::spec::dvc::read_json(input());
  if (!entry) {
    std::cerr << entry.error().message << '\n';
    return 2;
  }
  const auto names = mlpipe::lock::run_names(untagged(*entry));
  if (!names) {
    std::cout << "{\"error_class\":\"not_json\"}\n";
    return 0;
  }
  std::cout << fmt::format(
      "{{\"key\":\"{}\",\"value\":\"{}\",\"key_text\":{},\"value_text\":{}}}\n", names->key,
      names->value, quoted(names->key_text), quoted(names->value_text));
  return 0;
}

int hash(const std::string& algorithm, const std::string& path) {
  mlpipe::cache::DvcFiles files("/nonexistent", "/");
  const auto file =
      files.look_file(path, algorithm == "md5" ? mlpipe::cache::DvcHash::md5
                                               : mlpipe::cache::DvcHash::md5_dos2unix);
  if (!file) {
    std::cerr << file.error().message << '\n';
    return 2;
  }
  std::cout << fmt::format("{{\"value\":\"{}\"}}\n", file->md5);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "yaml") {
    return yaml();
  }
  if (what == "runkey") {
    return runkey();
  }
  if (what == "hash" && argc == 4) {
    return hash(argv[2], argv[3]);
  }
  std::cerr << "usage: dvc_probe yaml | runkey | hash ALGORITHM PATH\n";
  return 2;
}
