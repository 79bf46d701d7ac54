#include "stages/profile/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"
#include "stages/shared/html.hpp"

namespace mlpipe::stages::profile {
namespace {

constexpr std::size_t shown_values = 3;    // of a category, in a line
constexpr std::size_t drawn_values = 20;   // of a category, in a picture
constexpr std::size_t longest_value = 20;  // characters

constexpr std::size_t median = 5;  // in quantile_points()

std::string number(double value) {
  return fmt::format("{:.5g}", value);
}

std::string percent(std::uint64_t part, std::uint64_t all) {
  return all == 0
             ? "-"
             : fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(all));
}

// What a column holds, in one line: a range for numbers, the commonest values for the rest.
std::string contents(const ColumnProfile& column) {
  if (column.numbers) {
    const NumberSummary& numbers = *column.numbers;
    return numbers.quantiles.empty()
               ? "nothing"
               : fmt::format("{} .. {} .. {}, mean {}, std {}", number(numbers.quantiles.front()),
                             number(numbers.quantiles[median]), number(numbers.quantiles.back()),
                             number(numbers.mean), number(numbers.deviation));
  }
  const CategorySummary& categories = *column.categories;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown_values, categories.values.size()); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ",
                        printable(shortened(categories.values[i], longest_value)),
                        percent(categories.counts[i], categories.count));
  }
  return text.empty() ? "nothing" : categories.distinct > shown_values ? text + " ..." : text;
}

std::uint64_t distinct(const ColumnProfile& column) {
  return column.numbers ? column.numbers->distinct : column.categories->distinct;
}

std::string bar(double left, double top, double width, double height) {
  return fmt::format(
      "<rect class=\"c\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>", left, top,
      width, height);
}

std::string picture(const NumberSummary& numbers) {
  constexpr double wide = 320;
  constexpr double high = 90;
  double largest = 0;
  for (const statistics::Bucket& bucket : numbers.histogram) {
    largest = std::max(largest, bucket.count);
  }
  if (!(largest > 0)) {
    return {};
  }
  const double step = wide / static_cast<double>(numbers.histogram.size());
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">", wide, high + 16);
  double left = 0;
  for (const statistics::Bucket& bucket : numbers.histogram) {
    const double tall = bucket.count / largest * high;
    svg += fmt::format("<g><title>{} to {}: {:.0f}</title>", number(bucket.low),
                       number(bucket.high), bucket.count) +
           bar(left, high - tall, step - 2, tall) + "</g>";
    left += step;
  }
  return svg + fmt::format(
                   "<text x=\"0\" y=\"{0}\">{1}</text><text x=\"{2}\" y=\"{0}\" "
                   "text-anchor=\"end\">{3}</text></svg>",
                   high + 13, number(numbers.histogram.front().low), wide,
                   number(numbers.histogram.back().high));
}

std::string picture(const CategorySummary& categories) {
  constexpr double row = 16;
  constexpr double names = 120;
  constexpr double wide = 320;
  const std::size_t rows = std::min(drawn_values, categories.values.size());
  if (rows == 0) {
    return {};
  }
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">", wide,
                                row * static_cast<double>(rows));
  for (std::size_t i = 0; i < rows; ++i) {
    const double top = static_cast<double>(i) * row;
    const double length = static_cast<double>(categories.counts[i]) /
                          static_cast<double>(categories.counts[0]) * (wide - names);
    const std::string& value = categories.values[i];
    svg += fmt::format("<g><title>{}: {}</title><text x=\"0\" y=\"{:.1f}\">{}</text>",
                       html_escaped(value), with_commas(categories.counts[i]), top + 12,
                       value.empty() ? "(empty)" : html_escaped(shortened(value, 16))) +
           bar(names, top + 3, length, 10) + "</g>";
  }
  return svg + "</svg>";
}

}  // namespace

std::string to_text(const Profile& profile) {
  std::size_t name = 6;
  std::size_t type = 4;
  for (const ColumnProfile& column : profile.columns) {
    name = std::max(name, printable(column.name).size());
    type = std::max(type, column.type.size());
  }
  std::string text = fmt::format("{:<{}}  {:<{}}  {:>8}  {:>10}  {}\n", "column", name, "type",
                                 type, "missing", "distinct", "values");
  for (const ColumnProfile& column : profile.columns) {
    text += fmt::format("{:<{}}  {:<{}}  {:>8}  {:>10}  {}\n", printable(column.name), name,
                        column.type, type, percent(column.missing, profile.rows),
                        with_commas(distinct(column)), contents(column));
  }
  return text +
         fmt::format("{} rows, {} columns\n", with_commas(profile.rows), profile.columns.size());
}

std::string to_html(const Profile& profile) {
  std::string html = html_head("Profile: " + profile.table);
  html +=
      fmt::format("<h1>{}</h1>\n<p class=\"dim\">{} rows, {} columns</p>\n",
                  html_escaped(profile.table), with_commas(profile.rows), profile.columns.size());
  html +=
      "<div class=\"scroll\"><table><thead><tr><th>column</th><th>type</th><th "
      "class=\"n\">missing</th>"
      "<th class=\"n\">distinct</th><th>values</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < profile.columns.size(); ++i) {
    const ColumnProfile& column = profile.columns[i];
    html += fmt::format(
        "<tr><td class=\"w\"><a href=\"#c{}\">{}</a></td><td>{}</td><td class=\"n\">{}</td><td "
        "class=\"n\">{}</td><td class=\"w\">{}</td></tr>\n",
        i, html_escaped(column.name), html_escaped(column.type),
        percent(column.missing, profile.rows), with_commas(distinct(column)),
        html_escaped(contents(column)));
  }
  html += "</tbody></table></div>\n<div class=\"cards\">\n";
  for (std::size_t i = 0; i < profile.columns.size(); ++i) {
    const ColumnProfile& column = profile.columns[i];
    html += fmt::format("<section class=\"card\" id=\"c{}\"><h2>{}</h2>{}</section>\n", i,
                        html_escaped(column.name),
                        column.numbers ? picture(*column.numbers) : picture(*column.categories));
  }
  return html + "</div>" + std::string(html_foot());
}

}  // namespace mlpipe::stages::profile
