#include "stages/data_check/patterns.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

#define MLPIPE_BYTE "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
constexpr const char* address4 = MLPIPE_BYTE "(?:\\." MLPIPE_BYTE "){3}";
#undef MLPIPE_BYTE

constexpr const char* mailbox =
    "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}";

// RFC 4291, section 2.2: eight groups, or fewer with one `::`.
std::string address6() {
  const std::string g = "[0-9A-Fa-f]{1,4}";
  std::string all = fmt::format("(?:{}:){{7}}{}", g, g);
  for (int before = 0; before <= 7; ++before) {
    const int after = 7 - before;
    const std::string left = before == 0 ? ":" : fmt::format("(?:{}:){{{}}}", g, before);
    all +=
        after == 0 ? fmt::format("|{}:", left) : fmt::format("|{}(?::{}){{1,{}}}", left, g, after);
    all += before == 0 ? "|::" : "";
  }
  return all;
}

std::string matches(const std::string& text, const std::string& regex) {
  return fmt::format("regexp_matches({}, {})", text, quote_literal(regex));
}

std::string whole(const std::string& text, const std::string& regex) {
  return matches(text, "^(?:" + regex + ")$");
}

// Whether one of the candidates in a text passes a test of `c`.
std::string any_candidate(const std::string& text, const std::string& regex,
                          const std::string& strip, const std::string& test) {
  return fmt::format(
      "CASE WHEN {} THEN len(list_filter(list_transform(regexp_extract_all({}, {}), lambda m: "
      "regexp_replace(m, {}, '', 'g')), lambda c: {})) > 0 ELSE false END",
      matches(text, regex), text, quote_literal(regex), quote_literal(strip), test);
}

constexpr const char* card_candidate = "\\b[2-6](?:[ -]?[0-9]){12,18}\\b";
// Every second digit from the right is doubled, and counts less 9 where it has two digits.
constexpr const char* luhn =
    "list_sum(list_transform(range(len(c)), lambda i: (CASE WHEN i % 2 = 0 THEN CAST(c[len(c) - i] "
    "AS INTEGER) WHEN c[len(c) - i] >= '5' THEN 2 * CAST(c[len(c) - i] AS INTEGER) - 9 ELSE 2 * "
    "CAST(c[len(c) - i] AS INTEGER) END))) % 10 = 0";

constexpr const char* iban_candidate =
    "\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\\b";
// The first four characters behind the rest, letters as 10 to 35.
constexpr const char* remainder =
    "len(c) BETWEEN 15 AND 34 AND list_reduce(list_prepend(0, list_transform(range(1, len(c) + 1), "
    "lambda i: (CASE WHEN (c[5:] || c[:4])[i] <= '9' THEN ascii((c[5:] || c[:4])[i]) - 48 ELSE "
    "ascii((c[5:] || c[:4])[i]) - 55 END))), lambda a, x: (CASE WHEN x > 9 THEN a * 100 + x ELSE a "
    "* 10 + x END) % 97) = 1";

constexpr const char* social_security =
    "\\b(?:00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6[0-57-9][0-9]|66[0-57-9])-(?:0[1-9]|[1-9][0-9])-(?:"
    "000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})\\b";

}  // namespace

const char* format_name(ValueFormat format) {
  constexpr std::array names{"integer", "number", "boolean", "date", "time", "datetime",
                             "json",    "uuid",   "email",   "url",  "ipv4", "ipv6"};
  return names[static_cast<std::size_t>(format)];
}

const char* personal_name(Personal kind) {
  constexpr std::array names{"email", "card", "iban", "phone", "ssn", "ipv4"};
  return names[static_cast<std::size_t>(kind)];
}

std::string has_format(ValueFormat format, const std::string& text) {
  switch (format) {
    case ValueFormat::integer:
      return whole(text, "[+-]?[0-9]+");
    case ValueFormat::number:
      return fmt::format("(TRY_CAST({} AS DOUBLE) IS NOT NULL)", text);
    case ValueFormat::boolean:
      return fmt::format("(lower({}) IN ('true', 'false'))", text);
    case ValueFormat::date:
      return fmt::format("(length({0}) <= 10 AND TRY_CAST({0} AS DATE) IS NOT NULL)", text);
    case ValueFormat::time:
      return fmt::format("(TRY_CAST({} AS TIME) IS NOT NULL)", text);
    case ValueFormat::datetime:
      return fmt::format("(TRY_CAST({} AS TIMESTAMPTZ) IS NOT NULL)", text);
    case ValueFormat::json:
      return fmt::format("json_valid({})", text);
    case ValueFormat::uuid:
      return whole(text,
                   "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}");
    case ValueFormat::email:
      return whole(text, mailbox);
    case ValueFormat::url:
      return whole(text, "(?i:https?|ftp)://[^\\s/$.?#][^\\s]*");
    case ValueFormat::ipv4:
      return whole(text, address4);
    case ValueFormat::ipv6:
      return whole(text, address6());
  }
  return "false";
}

std::string holds_personal(Personal kind, const std::string& text) {
  switch (kind) {
    case Personal::email:
      return matches(text, mailbox);
    case Personal::card:
      return any_candidate(text, card_candidate, "[ -]", luhn);
    case Personal::iban:
      return any_candidate(text, iban_candidate, " ", remainder);
    case Personal::phone:
      return matches(text, "\\+[1-9](?:[ .()-]?[0-9]){7,14}\\b");
    case Personal::ssn:
      return matches(text, social_security);
    case Personal::ipv4:
      return matches(text, fmt::format("\\b{}\\b", address4));
  }
  return "false";
}

}  // namespace mlpipe::stages::data_check
