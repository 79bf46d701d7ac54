#include "runner/engine/environment.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "runner/base/digest.hpp"

namespace mlpipe::engine {
namespace {

constexpr std::array<std::string_view, 32> passed_names{"HOME",
                                                        "USER",
                                                        "LOGNAME",
                                                        "SHELL",
                                                        "PATH",
                                                        "TMPDIR",
                                                        "TERM",
                                                        "CI",
                                                        "LANG",
                                                        "LANGUAGE",
                                                        "TZ",
                                                        "http_proxy",
                                                        "https_proxy",
                                                        "no_proxy",
                                                        "all_proxy",
                                                        "HTTP_PROXY",
                                                        "HTTPS_PROXY",
                                                        "NO_PROXY",
                                                        "ALL_PROXY",
                                                        "SSL_CERT_FILE",
                                                        "SSL_CERT_DIR",
                                                        "REQUESTS_CA_BUNDLE",
                                                        "CURL_CA_BUNDLE",
                                                        "NODE_EXTRA_CA_CERTS",
                                                        "VIRTUAL_ENV",
                                                        "PYTHONPATH",
                                                        "LD_LIBRARY_PATH",
                                                        "XDG_RUNTIME_DIR",
                                                        "XDG_CACHE_HOME",
                                                        "NO_COLOR",
                                                        "NVIDIA_VISIBLE_DEVICES",
                                                        "COLUMNS"};
constexpr std::array<std::string_view, 4> passed_prefixes{"LC_", "CONDA_", "CUDA_", "OPENBLAS_"};

struct ByName {
  bool operator()(const std::pair<std::string, std::string>& a, std::string_view b) const {
    return a.first < b;
  }
};

bool is_name_char(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

bool counts_by_default(std::string_view name) {
  return name == "LANG" || name == "TZ" || name.substr(0, 3) == "LC_";
}

bool passes_by_default(std::string_view name) {
  return std::find(passed_names.begin(), passed_names.end(), name) != passed_names.end() ||
         std::any_of(passed_prefixes.begin(), passed_prefixes.end(), [&](std::string_view prefix) {
           return name.substr(0, prefix.size()) == prefix;
         });
}

const std::string* find_variable(const Variables& variables, std::string_view name) {
  const auto at = std::lower_bound(variables.begin(), variables.end(), name, ByName{});
  return at != variables.end() && at->first == name ? &at->second : nullptr;
}

void set_variable(Variables& variables, std::string name, std::string value) {
  const auto at =
      std::lower_bound(variables.begin(), variables.end(), std::string_view(name), ByName{});
  if (at != variables.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    variables.emplace(at, std::move(name), std::move(value));
  }
}

Variables stage_environment(const spec::Stage& stage, const Variables& caller,
                            const std::string& bin) {
  Variables given;
  for (const auto& variable : caller) {
    if (passes_by_default(variable.first)) {
      given.push_back(variable);
    }
  }
  set_variable(given, "PYTHONUNBUFFERED",
               "1");  // a log that appears when the process dies helps nobody
  for (const std::string& name : stage.env.pass) {
    if (const std::string* value = find_variable(caller, name)) {
      set_variable(given, name, *value);
    }
  }
  for (const auto& [name, value] : stage.env.set) {
    set_variable(given, name, value);
  }
  if (!bin.empty()) {
    const std::string* path = find_variable(given, "PATH");
    set_variable(given, "PATH", path == nullptr ? bin : bin + ":" + *path);
  }
  return given;
}

void count_environment(const spec::Stage& stage, const Variables& caller,
                       plan::Manifest& manifest) {
  Variables counted;
  const auto count_passed = [&](const std::string& name) {
    if (const std::string* value = find_variable(caller, name)) {
      set_variable(counted, name, "#" + sha256(*value).hex());
    }
  };
  for (const auto& variable : caller) {
    if (counts_by_default(variable.first)) {
      count_passed(variable.first);
    }
  }
  std::for_each(stage.env.pass.begin(), stage.env.pass.end(), count_passed);
  std::for_each(stage.env.count.begin(), stage.env.count.end(), count_passed);
  for (const auto& [name, value] : stage.env.set) {
    set_variable(counted, name, "=" + value);
  }
  for (const auto& [name, value] : counted) {
    manifest.add(plan::Tag::env, name, value);
  }
}

std::vector<std::string> unpassed_variables(std::string_view log, const Variables& caller,
                                            const Variables& given) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < log.size();) {
    if (!is_name_char(log[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < log.size() && is_name_char(log[end])) {
      ++end;
    }
    const std::string_view word = log.substr(i, end - i);
    constexpr std::size_t shortest = 4;  // "A" or "PWD" in a log says nothing
    if (word.size() >= shortest && find_variable(caller, word) != nullptr &&
        find_variable(given, word) == nullptr &&
        std::find(names.begin(), names.end(), word) == names.end()) {
      names.emplace_back(word);
    }
    i = end;
  }
  return names;
}

}  // namespace mlpipe::engine
