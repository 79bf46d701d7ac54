#include "runner/run/event.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "runner/run/event_fields.hpp"

namespace mlpipe::run {
namespace {

// Writes each field of a struct under its key, in the order of declaration.
struct Writer {
  Json out = Json::object();

  void operator()(const char* key, const std::string& value) { out[key] = value; }
  void operator()(const char* key, bool value) { out[key] = value; }
  void operator()(const char* key, int value) { out[key] = value; }
  void operator()(const char* key, std::uint32_t value) { out[key] = value; }
  void operator()(const char* key, std::uint64_t value) { out[key] = value; }
  void operator()(const char* key, double value) { out[key] = value; }  // not finite: null
  void operator()(const char* key, std::chrono::milliseconds value) { out[key] = value.count(); }
  void operator()(const char* key, StageState value) { out[key] = name(value); }
  void operator()(const char* key, plan::ItemKind value) { out[key] = plan::name(value); }
  void operator()(const char* key, plan::ChangeKind value) { out[key] = plan::name(value); }
  void operator()(const char* key, plan::Finding::Level value) { out[key] = level_name(value); }
  void operator()(const char* key, const std::optional<double>& value) {
    if (value) {
      out[key] = *value;
    }
  }
  void operator()(const char* key, const Embedded<const std::string>& value) {
    Json parsed = too_deep(*value.text) ? Json(Json::value_t::discarded)
                                        : Json::parse(*value.text, nullptr, false);
    out[key] = parsed.is_discarded() ? Json(*value.text) : std::move(parsed);
  }
  template <class T>
  void operator()(const char* key, const std::vector<T>& values) {
    Json& list = out[key] = Json::array();
    for (const T& value : values) {
      if constexpr (std::is_same_v<T, std::string>) {
        list.push_back(value);
      } else {
        Writer inner;
        each_field(value, inner);
        list.push_back(std::move(inner.out));
      }
    }
  }
};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string_view level_name(plan::Finding::Level level) {
  constexpr std::array<std::string_view, 3> names{"note", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

bool too_deep(std::string_view json) {
  constexpr int deepest = 200;
  int depth = 0;
  bool text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (text) {
      i += c == '\\' ? 1 : 0;
      text = c != '"';
    } else if (c == '"') {
      text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) {
        return true;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::string to_json(const Event& event) {
  return std::visit(
      [](const auto& one) -> std::string {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, StageOutput>) {
          return {};
        } else {
          Writer writer;
          writer.out["event"] = event_name<T>();
          each_field(one, writer);
          return dump(writer.out);
        }
      },
      event);
}

}  // namespace mlpipe::run
