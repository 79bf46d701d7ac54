#include "stages/drift/html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stages/shared/html.hpp"

namespace mlpipe::stages::drift {
namespace {

std::string number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.4g}", *value) : std::string("-");
}

std::string_view word(const ColumnResult& column) {
  return !column.error.empty() ? "error" : column.drifted ? "drift" : "same";
}

std::string verdict_word(const DriftResult& result) {
  const Verdict verdict = result.status();
  return verdict == Verdict::pass ? "pass" : verdict == Verdict::fail ? "fail" : "error";
}

struct Shares {
  std::vector<double> reference;
  std::vector<double> current;
  double largest = 0;
};

Shares shares_of(const Picture& picture) {
  Shares shares;
  const auto normal = [&](const std::vector<std::uint64_t>& counts, std::vector<double>& into) {
    double total = 0;
    for (const std::uint64_t count : counts) {
      total += static_cast<double>(count);
    }
    for (const std::uint64_t count : counts) {
      into.push_back(total > 0 ? static_cast<double>(count) / total : 0);
      shares.largest = std::max(shares.largest, into.back());
    }
  };
  normal(picture.reference, shares.reference);
  normal(picture.current, shares.current);
  return shares;
}

constexpr double wide = 320;

// Pairs of upright bars over the bins; the title of each tells its numbers.
std::string histogram(const Picture& picture, const Shares& shares) {
  constexpr double high = 110;
  const double step = wide / static_cast<double>(picture.reference.size());
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">", wide, high + 16);
  for (std::size_t i = 0; i < picture.reference.size(); ++i) {
    const double left = static_cast<double>(i) * step;
    svg += fmt::format("<g><title>{:.4g} to {:.4g}: reference {:.1f} %, current {:.1f} %</title>",
                       picture.edges[i], picture.edges[i + 1], 100 * shares.reference[i],
                       100 * shares.current[i]);
    const auto bar = [&](double share, double x, char of) {
      const double tall = shares.largest > 0 ? share / shares.largest * high : 0;
      svg += fmt::format(
          "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>", of,
          x, high - tall, step * 0.45, tall);
    };
    bar(shares.reference[i], left, 'r');
    bar(shares.current[i], left + step * 0.47, 'c');
    svg += "</g>";
  }
  svg += fmt::format(
      "<text x=\"0\" y=\"{0}\">{1:.4g}</text><text x=\"{2}\" y=\"{0}\" "
      "text-anchor=\"end\">{3:.4g}</text></svg>",
      high + 13, picture.edges.front(), wide, picture.edges.back());
  return svg;
}

// Pairs of lying bars, one a category, with its name before it.
std::string bars(const Picture& picture, const Shares& shares) {
  constexpr double row = 22;
  constexpr double names = 110;
  constexpr std::size_t longest_name = 16;
  const double high = row * static_cast<double>(picture.labels.size());
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">", wide, high);
  for (std::size_t i = 0; i < picture.labels.size(); ++i) {
    const double top = static_cast<double>(i) * row;
    const std::string& label = picture.labels[i];
    svg += fmt::format("<g><title>{}: reference {} ({:.1f} %), current {} ({:.1f} %)</title>",
                       html_escaped(label), picture.reference[i], 100 * shares.reference[i],
                       picture.current[i], 100 * shares.current[i]);
    svg += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", top + 14,
                       label.empty() ? "(empty)" : html_escaped(shortened(label, longest_name)));
    const auto bar = [&](double share, double y, char of) {
      const double length = shares.largest > 0 ? share / shares.largest * (wide - names) : 0;
      svg += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"8\"/>",
                         of, names, y, length);
    };
    bar(shares.reference[i], top + 2, 'r');
    bar(shares.current[i], top + 11, 'c');
    svg += "</g>";
  }
  return svg + "</svg>";
}

std::string card(const ColumnResult& column, std::size_t index) {
  std::string html =
      fmt::format("<section class=\"card\" id=\"c{}\"><h2>{} <span class=\"{}\">{}</span></h2>",
                  index, html_escaped(column.column), word(column), word(column));
  if (!column.error.empty()) {
    html += fmt::format("<p class=\"error\">{}</p>", html_escaped(column.error));
  } else {
    html += fmt::format("<p class=\"dim\">{}: {}{}, threshold {}</p>",
                        html_escaped(facts(*column.method).what), number(column.value),
                        column.p_value ? ", p " + number(column.p_value) : "",
                        number(column.threshold));
  }
  if (column.reference_missing + column.current_missing > 0) {
    html +=
        fmt::format("<p class=\"dim\">missing: {} of the reference, {} of the current table</p>",
                    with_commas(column.reference_missing), with_commas(column.current_missing));
  }
  const Shares shares = shares_of(column.picture);
  if (!column.picture.edges.empty()) {
    html += histogram(column.picture, shares);
  } else if (!column.picture.labels.empty()) {
    html += bars(column.picture, shares);
  }
  return html + "</section>\n";
}

std::string row(const ColumnResult& column, std::size_t index) {
  return fmt::format(
      "<tr><td class=\"w\"><a href=\"#c{}\">{}</a>{}</td><td>{}</td><td>{}</td><td "
      "class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
      "class=\"{}\">{}</td></tr>\n",
      index, html_escaped(column.column),
      column.role == Role::feature ? "" : fmt::format(" ({})", name_of(column.role)),
      column.type ? name_of(*column.type) : "-", column.method ? facts(*column.method).name : "-",
      number(column.value),
      number(column.adjusted_p_value ? column.adjusted_p_value : column.p_value),
      number(column.threshold), word(column), word(column));
}

}  // namespace

std::string to_html(const DriftResult& result) {
  const std::string verdict = verdict_word(result);
  std::string html = html_head("Drift: " + result.current);
  html += fmt::format(
      "<h1>Drift: <span class=\"{0}\">{0}</span></h1>\n<p>{1} ({2:.0f} %, bound {3:.0f} %)</p>\n",
      verdict, html_escaped(result.summary()), 100 * result.drifted_share(), 100 * result.share);
  html += fmt::format(
      "<p class=\"dim key\"><span class=\"r\"></span>reference {} ({} rows)<span "
      "class=\"c\"></span>current {} ({} rows)</p>\n",
      html_escaped(result.reference), with_commas(result.reference_rows),
      html_escaped(result.current), with_commas(result.current_rows));
  html +=
      "<div class=\"scroll\"><table><thead><tr><th>column</th><th>type</th><th>method</th><th "
      "class=\"n\">value</th><th class=\"n\">p</th><th "
      "class=\"n\">threshold</th><th>verdict</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    html += row(result.columns[i], i);
  }
  html += "</tbody></table></div>\n";
  for (const Skipped& one : result.skipped) {
    html += fmt::format("<p class=\"dim\">Not compared: {} ({}).</p>\n", html_escaped(one.column),
                        html_escaped(one.reason));
  }
  html += "<div class=\"cards\">\n";
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    html += card(result.columns[i], i);
  }
  return html + "</div>" + std::string(html_foot());
}

}  // namespace mlpipe::stages::drift
