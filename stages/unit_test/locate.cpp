#include "stages/unit_test/locate.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "runner/base/text.hpp"

namespace mlpipe::stages::unit_test {
namespace {

constexpr std::size_t max_path = 4096;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool ends_path(char c) {
  return std::string_view(" \t\r\n\"'`()[]<>|,=").find(c) != std::string_view::npos;
}

std::uint32_t leading_line(std::string_view digits) {
  std::uint32_t line = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), line);
  return error == std::errc{} ? line : 0;
}

// The path that ends before text[colon], where a line number follows the colon.
std::optional<Place> before_colon(std::string_view text, std::size_t colon) {
  if (colon + 1 >= text.size() || !is_digit(text[colon + 1])) {
    return std::nullopt;
  }
  std::size_t begin = colon;
  while (begin > 0 && !ends_path(text[begin - 1]) && text[begin - 1] != ':') {
    --begin;
  }
  const std::string_view path = text.substr(begin, colon - begin);
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == path.size() ||
      path.find('/', dot) != std::string_view::npos || is_digit(path[dot + 1])) {
    return std::nullopt;
  }
  return Place{std::string(path), leading_line(text.substr(colon + 1))};
}

// `File "path", line 12`, as Python's own tracebacks are written.
std::optional<Place> python_frame(std::string_view text) {
  constexpr std::string_view head = "File \"";
  const std::size_t begin = text.find(head);
  const std::size_t end =
      begin == std::string_view::npos ? begin : text.find("\", line ", begin + head.size());
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  return Place{std::string(text.substr(begin + head.size(), end - begin - head.size())),
               leading_line(text.substr(end + 8))};
}

bool foreign(std::string_view path) {
  return path.find("site-packages/") != std::string_view::npos ||
         path.find("node_modules/") != std::string_view::npos;
}

std::optional<std::string> if_there(const Tree& tree, const std::string& path) {
  const auto normal = normal_path(path);
  return normal && !normal->empty() && tree.has_file(*normal) ? normal : std::nullopt;
}

// A path as a report writes it -> a file of the tree.
std::optional<std::string> resolve(const std::string& path, const TestCase& test,
                                   const Tree& tree) {
  if (path.empty() || path.size() > max_path || foreign(path)) {
    return std::nullopt;
  }
  if (path.front() == '/') {
    return path.starts_with(tree.root + "/") ? if_there(tree, path.substr(tree.root.size() + 1))
                                             : std::nullopt;
  }
  if (auto found = if_there(tree, tree.working_dir + "/" + path)) {
    return found;
  }
  if (auto found = if_there(tree, path)) {
    return found;
  }
  // Go names only the file: its package, less the module's name, is the folder.
  std::string_view package = test.classname;
  if (package.size() > max_path) {
    return std::nullopt;
  }
  while (!package.empty()) {
    if (auto found = if_there(tree, std::string(package) + "/" + path)) {
      return found;
    }
    const std::size_t slash = package.find('/');
    package = slash == std::string_view::npos ? std::string_view{} : package.substr(slash + 1);
  }
  return std::nullopt;
}

struct Module {
  std::string file;
  std::string within;  // classes below the module: "TestYears.TestGap"
};

// "tests.test_split.TestYears" -> tests/test_split.py and TestYears, where that file is there.
std::optional<Module> python_module(const std::string& dotted, const Tree& tree) {
  if (dotted.size() > max_path) {
    return std::nullopt;
  }
  for (std::size_t end = dotted.size(); end != std::string::npos && end > 0;
       end = dotted.rfind('.', end - 1)) {
    std::string path = dotted.substr(0, end);
    std::replace(path.begin(), path.end(), '.', '/');
    path += ".py";
    for (const std::string& candidate : {tree.working_dir + "/" + path, path}) {
      if (auto file = if_there(tree, candidate)) {
        return Module{*file, end < dotted.size() ? dotted.substr(end + 1) : ""};
      }
    }
  }
  return std::nullopt;
}

std::string pytest_title(const Module& module, const std::string& name) {
  std::string title = module.file;
  for (const std::string_view part : split(module.within, '.')) {
    title += part.empty() ? "" : "::";
    title += part;
  }
  return name.empty() ? title : title + "::" + name;
}

std::string plain_title(const TestCase& test) {
  if (test.classname.empty() || test.classname == test.name) {
    return test.name.empty() ? "a test without a name" : test.name;
  }
  return test.name.empty() ? test.classname : test.classname + "::" + test.name;
}

}  // namespace

std::vector<Place> places_in(std::string_view text) {
  std::vector<Place> places;
  for (const std::string_view line : split(text, '\n')) {
    if (auto place = python_frame(line)) {
      places.push_back(std::move(*place));
      continue;
    }
    for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
         colon = line.find(':', colon + 1)) {
      if (auto place = before_colon(line, colon)) {
        places.push_back(std::move(*place));
        break;
      }
    }
  }
  return places;
}

Located locate(const TestCase& test, const Tree& tree) {
  Located located{plain_title(test), "", 0};
  const bool collecting = test.classname.empty();  // pytest could not import the module `name`
  if (const auto module = python_module(collecting ? test.name : test.classname, tree)) {
    located.title = pytest_title(*module, collecting ? "" : test.name);
    located.file = module->file;
  }
  if (const auto file = resolve(test.file, test, tree)) {
    located.file = *file;
    located.line = test.line;
  }
  std::vector<Place> places = places_in(test.message);
  const std::vector<Place> more = places_in(test.text);
  places.insert(places.end(), more.begin(), more.end());
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const auto file = resolve(place->file, test, tree);
    if (file && (located.file.empty() || located.file == *file)) {
      return {located.title, *file, place->line};
    }
  }
  return located;
}

}  // namespace mlpipe::stages::unit_test
