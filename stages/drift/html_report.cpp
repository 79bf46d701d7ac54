#include "stages/drift/html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"

namespace mlpipe::stages::drift {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--page:#fff;--ink:#1c1e21;--dim:#5f6672;--line:#d9dde3;--panel:#f6f7f9;
--reference:#7a8699;--current:#2469c9;--bad:#b42318;--good:#1a7f37;--odd:#9a6700}
@media(prefers-color-scheme:dark){:root{--page:#14161a;--ink:#e7e9ec;--dim:#9aa3af;--line:#30353d;
--panel:#1c1f25;--reference:#8793a5;--current:#6aa5ff;--bad:#ff7b72;--good:#4cc26a;--odd:#d7a430}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1060px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:0;overflow-wrap:anywhere}
p{margin:4px 0}.dim{color:var(--dim)}.fail,.drift{color:var(--bad)}.pass,.same{color:var(--good)}
.error{color:var(--odd)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:20px 0}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.w{white-space:normal;min-width:14em}
a{color:inherit}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:16px}
.card{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:14px}
svg{display:block;width:100%;height:auto;margin-top:8px}
.r{fill:var(--reference)}.c{fill:var(--current)}
svg text{fill:var(--dim);font:11px system-ui,sans-serif}
.key span{display:inline-block;width:10px;height:10px;border-radius:2px;margin:0 5px 0 12px}
.key .r{background:var(--reference)}.key .c{background:var(--current)}
)";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.4g}", *value) : std::string("-");
}

std::string with_commas(std::uint64_t count) {
  std::string text = fmt::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string_view word(const ColumnResult& column) {
  return !column.error.empty() ? "error" : column.drifted ? "drift" : "same";
}

std::string verdict_word(const DriftResult& result) {
  const Verdict verdict = result.status();
  return verdict == Verdict::pass ? "pass" : verdict == Verdict::fail ? "fail" : "error";
}

// At most this many characters, never within one.
std::string cut(const std::string& text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts && ++seen > characters) {
      return text.substr(0, i) + "...";
    }
  }
  return text;
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
                       escaped(label), picture.reference[i], 100 * shares.reference[i],
                       picture.current[i], 100 * shares.current[i]);
    svg += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", top + 14,
                       label.empty() ? "(empty)" : escaped(cut(label, longest_name)));
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
                  index, escaped(column.column), word(column), word(column));
  if (!column.error.empty()) {
    html += fmt::format("<p class=\"error\">{}</p>", escaped(column.error));
  } else {
    html += fmt::format("<p class=\"dim\">{}: {}{}, threshold {}</p>",
                        escaped(facts(*column.method).what), number(column.value),
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
      index, escaped(column.column),
      column.role == Role::feature ? "" : fmt::format(" ({})", name_of(column.role)),
      column.type ? name_of(*column.type) : "-", column.method ? facts(*column.method).name : "-",
      number(column.value),
      number(column.adjusted_p_value ? column.adjusted_p_value : column.p_value),
      number(column.threshold), word(column), word(column));
}

}  // namespace

std::string to_html(const DriftResult& result) {
  const std::string verdict = verdict_word(result);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>Drift: {}</title><style>{}</style>"
      "</head><body><main>\n<h1>Drift: <span class=\"{}\">{}</span></h1>\n<p>{} ({:.0f} %, bound "
      "{:.0f} %)</p>\n",
      escaped(result.current), style, verdict, verdict, escaped(result.summary()),
      100 * result.drifted_share(), 100 * result.share);
  html += fmt::format(
      "<p class=\"dim key\"><span class=\"r\"></span>reference {} ({} rows)<span "
      "class=\"c\"></span>current {} ({} rows)</p>\n",
      escaped(result.reference), with_commas(result.reference_rows), escaped(result.current),
      with_commas(result.current_rows));
  html +=
      "<div class=\"scroll\"><table><thead><tr><th>column</th><th>type</th><th>method</th><th "
      "class=\"n\">value</th><th class=\"n\">p</th><th "
      "class=\"n\">threshold</th><th>verdict</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    html += row(result.columns[i], i);
  }
  html += "</tbody></table></div>\n";
  for (const Skipped& one : result.skipped) {
    html += fmt::format("<p class=\"dim\">Not compared: {} ({}).</p>\n", escaped(one.column),
                        escaped(one.reason));
  }
  html += "<div class=\"cards\">\n";
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    html += card(result.columns[i], i);
  }
  return html + "</div></main></body></html>\n";
}

}  // namespace mlpipe::stages::drift
