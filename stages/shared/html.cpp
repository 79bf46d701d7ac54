#include "stages/shared/html.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"

namespace mlpipe::stages {
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

}  // namespace

std::string html_head(std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{}</style></head>"
      "<body><main>\n",
      html_escaped(title), style);
}

std::string_view html_foot() {
  return "</main></body></html>\n";
}

std::string html_escaped(std::string_view text) {
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

std::string shortened(const std::string& text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts && ++seen > characters) {
      return text.substr(0, i) + "...";
    }
  }
  return text;
}

std::string with_commas(std::uint64_t count) {
  std::string text = fmt::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

}  // namespace mlpipe::stages
