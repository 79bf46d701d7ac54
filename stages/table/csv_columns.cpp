#include "stages/table/csv_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "runner/base/text.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table {
namespace {

constexpr int header_lines = 50;  // a header's quoted names may hold newlines

std::string character(char c) {
  return c == '\0' ? "''" : quote_literal(std::string_view(&c, 1));
}

struct FirstLines {
  std::vector<std::string> lines;
  std::int64_t bad = 0;  // the first line that is not in the encoding; 0: none was met
};

// The first lines as text: a delimiter that cannot occur, no quotes. The reader looks ahead, and a
// bad byte further down must not hide the header: so bad lines are logged, not fatal.
Result<FirstLines> first_lines(port::TableEngine& engine, const std::string& path,
                               const CsvOptions& csv, int count) {
  const std::string literal = quote_path(path);
  TRY(const port::Rows rows,
      engine.query(fmt::format(
          "SELECT line FROM read_csv([{}], auto_detect = false, header = false, delim = chr(1), "
          "quote = '', escape = '', encoding = {}, columns = {{'line': 'VARCHAR'}}, nullstr = "
          "chr(2), store_rejects = true, rejects_table = 'mlpipe_header_errors', rejects_scan = "
          "'mlpipe_header_scans') LIMIT {}",
          literal, quote_literal(csv.encoding), count)));
  TRY(const port::Rows bad,
      engine.query(fmt::format("SELECT coalesce(min(e.line), 0)::BIGINT FROM mlpipe_header_errors "
                               "e JOIN mlpipe_header_scans "
                               "s USING (scan_id, file_id) WHERE s.file_path = {}",
                               literal)));
  FirstLines first;
  first.bad = std::get<std::int64_t>(bad.rows.at(0).at(0));
  for (const auto& row : rows.rows) {
    const auto* line = std::get_if<std::string>(&row.at(0));
    first.lines.push_back(line == nullptr ? "" : *line);
  }
  return first;
}

Result<CsvRecord> first_record(port::TableEngine& engine, const std::string& path, char delimiter,
                               const CsvOptions& csv) {
  CsvRecord record;
  for (const int count : {1, header_lines}) {
    const auto first = first_lines(engine, path, csv, count);
    if (!first) {
      return fail(first.error().code, fmt::format("the header of {} cannot be read: {}",
                                                  printable(path), first.error().message));
    }
    std::string text;
    for (std::size_t i = 0; i < first->lines.size(); ++i) {
      if (first->bad > 0 && static_cast<std::size_t>(first->bad) <= i + 1) {
        return fail(Code::invalid,
                    fmt::format("the header of {} is not {}; name its encoding, for example `csv: "
                                "{{encoding: latin-1}}`",
                                printable(path), csv.encoding));
      }
      text += (i == 0 ? "" : "\n") + first->lines[i];
      record = split_csv_record(text, delimiter, csv.quote);
      if (record.complete) {
        return record;
      }
    }
  }
  return fail(Code::invalid,
              fmt::format("the header of {} has a quote that is not closed", printable(path)));
}

std::string folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

Status distinct_names(const std::vector<std::string>& names, const std::string& path) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      return fail(Code::invalid, fmt::format("{}: column {} has no name", printable(path), i + 1));
    }
    const auto [other, is_new] = seen.emplace(folded(names[i]), i);
    if (!is_new) {
      return fail(Code::invalid,
                  fmt::format("{}: columns {} and {} are both named `{}`{}", printable(path),
                              other->second + 1, i + 1, printable(names[i]),
                              names[i] == names[other->second] ? "" : " (case does not count)"));
    }
  }
  return {};
}

struct Candidate {
  const char* type;
  const char* holds;  // {0}: the text of a value that is not missing
};

// In the order of preference. BIGINT asks for the very text back: a cast alone reads 1.5 as 2 and
// 007 as 7.
constexpr std::array candidates{
    Candidate{"BOOLEAN", "lower({0}) IN ('true', 'false')"},
    Candidate{"BIGINT", "CAST(TRY_CAST({0} AS BIGINT) AS VARCHAR) = {0}"},
    Candidate{"DOUBLE",
              "TRY_CAST({0} AS DOUBLE) IS NOT NULL AND NOT regexp_matches({0}, "
              "'^[+-]?(0[0-9]|[0-9]{{19,}}$)')"},
    Candidate{"DATE", "TRY_CAST({0} AS DATE) IS NOT NULL AND length({0}) <= 10"},
    Candidate{"TIMESTAMP",
              "TRY_CAST({0} AS TIMESTAMP) IS NOT NULL AND NOT regexp_matches({0}, "
              "':.*([Zz]|[+-][0-9:]+)$')"},
    Candidate{"TIMESTAMP WITH TIME ZONE", "TRY_CAST({0} AS TIMESTAMPTZ) IS NOT NULL"}};

struct Guess {
  std::vector<std::size_t> open;  // candidates that nothing speaks against
  bool seen = false;              // a value that is not missing was met
  bool settled = false;
};

// Drops from every column the candidates in question that a row of `source` contradicts.
Status narrow(port::TableEngine& engine, const std::string& source,
              const std::vector<std::string>& names, std::vector<Guess>& guesses) {
  std::string select = "count(*)";
  std::vector<std::pair<std::size_t, std::size_t>> asked;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string column = quote_identifier(names[i]);
    select += fmt::format(", count({})", column);
    // Where values were seen, the best candidate usually stands; the others wait until it falls.
    const std::size_t count = guesses[i].settled ? 0
                              : guesses[i].seen  ? std::min<std::size_t>(guesses[i].open.size(), 1)
                                                 : guesses[i].open.size();
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t candidate = guesses[i].open[k];
      asked.emplace_back(i, candidate);
      // No FILTER clause: the engine copies every column for each of them, which grows with their
      // square.
      select += fmt::format(", count_if({0} IS NOT NULL AND NOT coalesce({1}, false))", column,
                            fmt::format(fmt::runtime(candidates[candidate].holds), column));
    }
  }
  TRY(const port::Rows rows, engine.query(fmt::format("SELECT {} FROM {}", select, source)));
  const auto& row = rows.rows.at(0);
  const auto number = [&](std::size_t at) {  // count_if of no row is NULL
    const auto* count = std::get_if<std::int64_t>(&row.at(at));
    return count == nullptr ? 0 : *count;
  };
  std::size_t at = 1;
  std::size_t next = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Guess& guess = guesses[i];
    const bool any = number(at++) > 0;
    bool contradicted = false;
    for (; next < asked.size() && asked[next].first == i; ++next) {
      if (number(at++) > 0) {
        std::erase(guess.open, asked[next].second);
        contradicted = true;
      }
    }
    guess.settled = guess.settled || !contradicted || !guess.seen;
    guess.seen = guess.seen || any;
  }
  return {};
}

}  // namespace

CsvRecord split_csv_record(std::string_view text, char delimiter, char quote) {
  CsvRecord record;
  std::string value;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != quote) {
        value += c;
      } else if (i + 1 < text.size() && text[i + 1] == quote) {
        value += text[++i];
      } else {
        quoted = false;
      }
    } else if (quote != '\0' && c == quote && value.empty()) {
      quoted = true;
    } else if (c == delimiter) {
      record.values.push_back(std::exchange(value, {}));
    } else {
      value += c;
    }
  }
  if (value.ends_with('\r')) {
    value.pop_back();
  }
  record.values.push_back(std::move(value));
  record.complete = !quoted;
  return record;
}

Result<std::vector<std::string>> read_csv_header(port::TableEngine& engine, const TableFiles& files,
                                                 const CsvOptions& csv) {
  std::vector<std::string> names;
  for (const std::string& path : files.paths) {
    TRY(CsvRecord record, first_record(engine, path, files.delimiter, csv));
    if (record.values.front().starts_with("\xEF\xBB\xBF")) {
      record.values.front().erase(0, 3);
    }
    if (!csv.header) {
      for (std::size_t i = 0; i < record.values.size(); ++i) {
        record.values[i] = fmt::format("column{}", i + 1);
      }
    }
    TRY_OK(distinct_names(record.values, path));
    if (names.empty()) {
      names = std::move(record.values);
      continue;
    }
    for (std::size_t i = 0; i < std::max(names.size(), record.values.size()); ++i) {
      const auto at = [&](const std::vector<std::string>& all) {
        return i < all.size() ? all[i] : "nothing";
      };
      if (at(names) != at(record.values)) {
        return fail(
            Code::invalid,
            fmt::format("the parts of the table disagree: column {} is `{}` in {}, and `{}` in {}",
                        i + 1, printable(at(names)), printable(files.paths.front()),
                        printable(at(record.values)), printable(path)));
      }
    }
  }
  return names;
}

std::string csv_arguments(const TableFiles& files, const CsvOptions& csv,
                          const std::vector<std::string>& names) {
  std::string columns;
  for (const std::string& name : names) {
    columns += fmt::format("{}{}: 'VARCHAR'", columns.empty() ? "" : ", ", quote_literal(name));
  }
  std::string nulls;
  for (const std::string& value : csv.null_values) {
    nulls += (nulls.empty() ? "" : ", ") + quote_literal(value);
  }
  if (nulls.empty()) {
    nulls = "chr(1)";  // an empty list would mean the engine's own default
  }
  return fmt::format(
      "auto_detect = false, header = {}, delim = {}, quote = {}, escape = {}, nullstr = [{}], "
      "encoding = {}, columns = {{{}}}",
      csv.header, character(files.delimiter), character(csv.quote), character(csv.quote), nulls,
      quote_literal(csv.encoding), columns);
}

Result<std::vector<TableColumn>> infer_csv_types(port::TableEngine& engine,
                                                 const std::string& source,
                                                 const std::vector<std::string>& names) {
  Guess all;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    all.open.push_back(i);
  }
  std::vector<Guess> guesses(names.size(), all);
  // A sample finds the likely type cheaply; every row then confirms it or sends the column on to
  // its next candidate.
  TRY_OK(narrow(engine, fmt::format("(SELECT * FROM {} LIMIT 20000)", source), names, guesses));
  for (Guess& guess : guesses) {
    guess.settled = false;
  }
  while (std::any_of(guesses.begin(), guesses.end(),
                     [](const Guess& guess) { return !guess.settled; })) {
    TRY_OK(narrow(engine, source, names, guesses));
  }
  std::vector<TableColumn> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Guess& guess = guesses[i];
    const std::string type = !guess.seen          ? "NULL"
                             : guess.open.empty() ? "VARCHAR"
                                                  : candidates[guess.open[0]].type;
    columns.push_back({names[i], type, guess.seen ? family_of(type) : Family::text});
  }
  return columns;
}

}  // namespace mlpipe::stages::table
