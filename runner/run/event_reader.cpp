#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "runner/base/text.hpp"
#include "runner/run/event_fields.hpp"

namespace mlpipe::run {
namespace {

// Reads the fields it is asked for. An absent field keeps its default; the first field of a wrong
// type is remembered.
class Reader {
 public:
  explicit Reader(const Json& in) : in_(&in) {}
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

  void operator()(const char* key, std::string& value) {
    take(key, "text", [&](const Json& json) {
      return json.is_string() && (value = json.get<std::string>(), true);
    });
  }
  void operator()(const char* key, bool& value) {
    take(key, "true or false",
         [&](const Json& json) { return json.is_boolean() && (value = json.get<bool>(), true); });
  }
  void operator()(const char* key, int& value) { whole(key, value); }
  void operator()(const char* key, std::uint32_t& value) { whole(key, value); }
  void operator()(const char* key, std::uint64_t& value) { whole(key, value); }
  void operator()(const char* key, std::chrono::milliseconds& value) {
    std::int64_t count = value.count();
    whole(key, count);
    value = std::chrono::milliseconds(count);
  }
  void operator()(const char* key, double& value) {
    take(key, "a number", [&](const Json& json) {
      value = json.is_null()     ? std::numeric_limits<double>::quiet_NaN()
              : json.is_number() ? json.get<double>()
                                 : 0;
      return json.is_null() || json.is_number();
    });
  }
  void operator()(const char* key, std::optional<double>& value) {
    if (in_->contains(key)) {
      (*this)(key, value.emplace());
    }
  }
  void operator()(const char* key, StageState& value) {
    named<9>(key, value, [](StageState one) { return name(one); });
  }
  void operator()(const char* key, plan::ItemKind& value) {
    named<static_cast<std::size_t>(plan::ItemKind::upstream) + 1>(
        key, value, [](plan::ItemKind one) { return plan::name(one); });
  }
  void operator()(const char* key, plan::ChangeKind& value) {
    named<static_cast<std::size_t>(plan::ChangeKind::aged) + 1>(
        key, value, [](plan::ChangeKind one) { return plan::name(one); });
  }
  void operator()(const char* key, plan::Finding::Level& value) {
    named<3>(key, value, level_name);
  }
  void operator()(const char* key, const Embedded<std::string>& value) {
    take(key, "", [&](const Json& json) {
      *value.text = json.is_string() ? json.get<std::string>()
                                     : json.dump(-1, ' ', false, Json::error_handler_t::replace);
      return true;
    });
  }
  template <class T>
  void operator()(const char* key, std::vector<T>& values) {
    take(key, "a list", [&](const Json& json) {
      if (!json.is_array()) {
        return false;
      }
      values.clear();
      for (const Json& item : json) {
        read_item(key, item, values.emplace_back());
      }
      return true;
    });
  }

 private:
  template <class Read>
  void take(const char* key, std::string_view wanted, const Read& read) {
    const auto found = in_->find(key);
    if (found != in_->end() && !read(*found)) {
      blame(fmt::format("`{}` must be {}", key, wanted));
    }
  }
  void blame(std::string text) {
    if (wrong_.empty()) {
      wrong_ = std::move(text);
    }
  }
  template <class T>
  void whole(const char* key, T& value) {
    take(key, "a whole number", [&](const Json& json) {
      if (json.is_number_unsigned()) {
        const auto read = json.get<std::uint64_t>();
        value = static_cast<T>(read);
        return std::in_range<T>(read);
      }
      const auto read = json.is_number_integer() ? json.get<std::int64_t>() : 0;
      value = static_cast<T>(read);
      return json.is_number_integer() && std::in_range<T>(read);
    });
  }
  template <std::size_t Count, class T, class Name>
  void named(const char* key, T& value, const Name& name_of) {
    take(key, "one of the names in schemas/events.schema.json", [&](const Json& json) {
      for (std::size_t i = 0; i < Count && json.is_string(); ++i) {
        if (json.get_ref<const std::string&>() == name_of(static_cast<T>(i))) {
          value = static_cast<T>(i);
          return true;
        }
      }
      return false;
    });
  }
  template <class T>
  void read_item(const char* key, const Json& item, T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (!item.is_string()) {
        blame(fmt::format("`{}` must be a list of text", key));
      } else {
        value = item.get<std::string>();
      }
    } else if (!item.is_object()) {
      blame(fmt::format("`{}` must be a list of objects", key));
    } else {
      Reader inner(item);
      each_field(value, inner);
      if (!inner.wrong_.empty()) {
        blame(fmt::format("in `{}`: {}", key, inner.wrong_));
      }
    }
  }

  const Json* in_;
  std::string wrong_;
};

template <class T>
Result<Event> read(const Json& json) {
  T event;
  Reader reader(json);
  each_field(event, reader);
  const char* identity =
      std::is_same_v<T, RunStarted> || std::is_same_v<T, RunFinished> ? "run_id" : "stage";
  if (!json.contains(identity)) {
    return fail(Code::invalid, fmt::format("event `{}` has no `{}`", event_name<T>(), identity));
  }
  if (!reader.wrong().empty()) {
    return fail(Code::invalid, fmt::format("event `{}`: {}", event_name<T>(), reader.wrong()));
  }
  return Event(std::move(event));
}

}  // namespace

Result<Event> event_from_json(std::string_view line) {
  const Json json = too_deep(line) ? Json(Json::value_t::discarded)
                                   : Json::parse(line.begin(), line.end(), nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("event") ||
      !json["event"].is_string()) {
    return fail(Code::invalid,
                "not an event: a JSON object whose first key is `event` was expected, found: " +
                    printable(line.substr(0, 80)));
  }
  const std::string name = json["event"].get<std::string>();
  if (name == event_name<RunStarted>()) {
    return read<RunStarted>(json);
  }
  if (name == event_name<StageWaiting>()) {
    return read<StageWaiting>(json);
  }
  if (name == event_name<StageStarted>()) {
    return read<StageStarted>(json);
  }
  if (name == event_name<AttemptEnded>()) {
    return read<AttemptEnded>(json);
  }
  if (name == event_name<StageFinished>()) {
    return read<StageFinished>(json);
  }
  if (name == event_name<RunFinished>()) {
    return read<RunFinished>(json);
  }
  return fail(Code::not_found,
              fmt::format("`{}` is no event that this version knows", printable(name)));
}

}  // namespace mlpipe::run
