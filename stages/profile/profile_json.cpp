#include "stages/profile/profile_json.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "runner/base/digest.hpp"

namespace mlpipe::stages::profile {
namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;
constexpr std::array<std::pair<table::Family, const char*>, 7> families{{
    {table::Family::integer, "integer"},
    {table::Family::real, "real"},
    {table::Family::text, "text"},
    {table::Family::boolean, "boolean"},
    {table::Family::date, "date"},
    {table::Family::timestamp, "timestamp"},
    {table::Family::other, "other"},
}};

const char* name_of(table::Family family) {
  for (const auto& [one, name] : families) {
    if (one == family) {
      return name;
    }
  }
  return "other";
}

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void put_numbers(const NumberSummary& numbers, Json& json) {
  json["count"] = numbers.count;
  json["distinct"] = numbers.distinct;
  json["infinite"] = numbers.infinite;
  if (numbers.count > 0) {
    json["mean"] = finite(numbers.mean);
    json["std"] = finite(numbers.deviation);
    json["skewness"] = finite(numbers.skewness);
    json["kurtosis"] = finite(numbers.kurtosis);
    json["min"] = numbers.quantiles.front();
    json["max"] = numbers.quantiles.back();
    Json quantiles = Json::array();
    for (std::size_t i = 0; i < quantile_points().size(); ++i) {
      quantiles.push_back({{"q", quantile_points()[i]}, {"value", numbers.quantiles[i]}});
    }
    json["quantiles"] = quantiles;
  }
  Json histogram = Json::array();
  for (const statistics::Bucket& bucket : numbers.histogram) {
    histogram.push_back({{"low", bucket.low}, {"high", bucket.high}, {"count", bucket.count}});
  }
  json["histogram"] = histogram;
  json["complete"] = numbers.complete;
  json["values"] = numbers.values.values;
  json["counts"] = numbers.values.counts;
}

void put_categories(const CategorySummary& categories, Json& json) {
  json["count"] = categories.count;
  json["distinct"] = categories.distinct;
  json["complete"] = categories.complete();
  json["values"] = categories.values;
  json["counts"] = categories.counts;
}

// A hand-written column may have nothing but a histogram: each cell then stands at its middle.
void fill_from_histogram(NumberSummary& numbers) {
  std::map<double, std::uint64_t> middles;
  for (const statistics::Bucket& bucket : numbers.histogram) {
    middles[bucket.low / 2 + bucket.high / 2] +=
        static_cast<std::uint64_t>(std::llround(std::max(0.0, bucket.count)));
  }
  for (const auto& [middle, count] : middles) {
    if (count > 0) {
      numbers.values.values.push_back(middle);
      numbers.values.counts.push_back(count);
      numbers.values.total += count;
    }
  }
  numbers.count = numbers.values.total;
  numbers.distinct = numbers.values.distinct();
  numbers.complete = false;
}

// Exceptions of the library stand for whatever is missing or of the wrong type.
NumberSummary get_numbers(const Json& json) {
  NumberSummary numbers;
  for (const Json& bucket : json.value("histogram", Json::array())) {
    numbers.histogram.push_back({bucket.at("low").get<double>(), bucket.at("high").get<double>(),
                                 bucket.at("count").get<double>()});
  }
  numbers.infinite = json.value("infinite", std::uint64_t{0});
  if (!json.contains("values")) {
    fill_from_histogram(numbers);
    return numbers;
  }
  numbers.count = json.at("count").get<std::uint64_t>();
  numbers.distinct = json.at("distinct").get<std::uint64_t>();
  numbers.complete = json.at("complete").get<bool>();
  numbers.values.values = json.at("values").get<std::vector<double>>();
  numbers.values.counts = json.at("counts").get<std::vector<std::uint64_t>>();
  for (const std::uint64_t count : numbers.values.counts) {
    numbers.values.total += count;
  }
  if (numbers.count > 0) {
    numbers.mean = json.at("mean").is_null() ? NAN : json.at("mean").get<double>();
    numbers.deviation = json.at("std").is_null() ? NAN : json.at("std").get<double>();
    numbers.skewness = json.at("skewness").is_null() ? NAN : json.at("skewness").get<double>();
    numbers.kurtosis = json.at("kurtosis").is_null() ? NAN : json.at("kurtosis").get<double>();
    for (const Json& quantile : json.at("quantiles")) {
      numbers.quantiles.push_back(quantile.at("value").get<double>());
    }
  }
  return numbers;
}

CategorySummary get_categories(const Json& json) {
  CategorySummary categories;
  categories.count = json.at("count").get<std::uint64_t>();
  categories.distinct = json.at("distinct").get<std::uint64_t>();
  categories.values = json.at("values").get<std::vector<std::string>>();
  categories.counts = json.at("counts").get<std::vector<std::uint64_t>>();
  return categories;
}

// What every sample must be; a comparison would go wrong silently otherwise.
Status sound(const ColumnProfile& column) {
  const auto broken = [&](const char* why) {
    return fail(Code::corrupt, fmt::format("the profile's column `{}` {}", column.name, why));
  };
  if (column.numbers) {
    const statistics::Tally& values = column.numbers->values;
    if (values.values.size() != values.counts.size() || values.total != column.numbers->count) {
      return broken("has values and counts that do not fit together");
    }
    for (std::size_t i = 0; i < values.values.size(); ++i) {
      if (!std::isfinite(values.values[i]) || values.counts[i] == 0 ||
          (i > 0 && values.values[i] <= values.values[i - 1])) {
        return broken("has values that are not ascending, or that do not occur");
      }
    }
    for (const statistics::Bucket& bucket : column.numbers->histogram) {
      if (!(bucket.low <= bucket.high) || !(bucket.count >= 0)) {
        return broken("has a histogram with a cell that ends before it begins");
      }
    }
  }
  if (column.categories) {
    std::uint64_t total = 0;
    for (const std::uint64_t count : column.categories->counts) {
      total += count;
    }
    const CategorySummary& all = *column.categories;
    if (all.values.size() != all.counts.size() || total > all.count ||
        (all.complete() && total != all.count)) {
      return broken("has values and counts that do not fit together");
    }
  }
  return {};
}

Profile get_profile(const Json& json) {
  Profile profile;
  profile.table = json.value("table", std::string());
  profile.rows = json.at("rows").get<std::uint64_t>();
  for (const Json& one : json.at("columns")) {
    ColumnProfile column;
    column.name = one.at("name").get<std::string>();
    column.type = one.at("type").get<std::string>();
    column.family = table::Family::other;
    for (const auto& [family, name] : families) {
      if (one.at("family").get<std::string>() == name) {
        column.family = family;
      }
    }
    column.missing = one.at("missing").get<std::uint64_t>();
    if (is_number(column.family) || is_time(column.family)) {
      column.numbers = get_numbers(one);
    } else {
      column.categories = get_categories(one);
    }
    profile.columns.push_back(std::move(column));
  }
  return profile;
}

}  // namespace

std::string to_json(const Profile& profile) {
  Json json{{"mlpipe", "profile"},
            {"version", version},
            {"table", profile.table},
            {"rows", profile.rows},
            {"columns", Json::array()}};
  for (const ColumnProfile& column : profile.columns) {
    Json one{{"name", column.name},
             {"type", column.type},
             {"family", name_of(column.family)},
             {"missing", column.missing}};
    if (column.numbers) {
      put_numbers(*column.numbers, one);
    }
    if (column.categories) {
      put_categories(*column.categories, one);
    }
    json["columns"].push_back(std::move(one));
  }
  json["sha256"] = sha256(dump(json)).hex();
  return dump(json);
}

bool looks_like_profile(std::string_view text) {
  const std::size_t brace = text.find_first_not_of(" \t\r\n");
  return brace != std::string_view::npos && text[brace] == '{' &&
         text.substr(0, 200).find("\"mlpipe\"") != std::string_view::npos;
}

Result<Profile> from_json(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("mlpipe", Json()) != "profile") {
    return fail(Code::corrupt, "this is no profile; `mlpipe profile TABLE -o FILE` writes one");
  }
  if (json.value("version", Json()) != version) {
    return fail(Code::corrupt, "the profile is of another version; write it anew");
  }
  if (const auto digest = json.find("sha256"); digest != json.end()) {
    const Json said = *digest;
    json.erase("sha256");
    if (said != sha256(dump(json)).hex()) {
      return fail(Code::corrupt,
                  "the profile's sha256 is wrong: the file was changed or cut; write it anew");
    }
  }
  try {
    Profile profile = get_profile(json);
    for (const ColumnProfile& column : profile.columns) {
      TRY_OK(sound(column));
    }
    return profile;
  } catch (const Json::exception& problem) {
    return fail(Code::corrupt, fmt::format("the profile cannot be read: {}", problem.what()));
  }
}

}  // namespace mlpipe::stages::profile
