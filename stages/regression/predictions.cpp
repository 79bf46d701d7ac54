#include "stages/regression/predictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runner/base/text.hpp"
#include "stages/regression/matched_rows.hpp"

namespace mlpipe::stages::regression {
namespace {

bool class_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) -> std::optional<double> {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                      : std::nullopt;
  };
  const auto x = number(a);
  const auto y = number(b);
  if (x && y && *x != *y) {
    return *x < *y;
  }
  return x.has_value() != y.has_value() ? x.has_value() : a < b;
}

// Class numbers in place of words.
class Classes {
 public:
  explicit Classes(const Words& words) : words_(words), used_(words.size(), false) {}
  void use(const std::vector<std::uint32_t>& list) {
    for (const std::uint32_t word : list) {
      used_[word] = true;
    }
  }
  std::vector<std::string> finish() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t word = 0; word < used_.size(); ++word) {
      if (used_[word]) {
        order.push_back(word);
      }
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return class_before(words_.text(a), words_.text(b));
    });
    number_.assign(used_.size(), no_word);
    std::vector<std::string> names;
    for (const std::uint32_t word : order) {
      number_[word] = static_cast<std::uint32_t>(names.size());
      names.push_back(words_.text(word));
    }
    return names;
  }
  void translate(std::vector<std::uint32_t>& list) const {
    for (std::uint32_t& word : list) {
      word = number_[word];
    }
  }

 private:
  const Words& words_;
  std::vector<bool> used_;
  std::vector<std::uint32_t> number_;
};

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) {
    text += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  return names.size() > shown ? text + ", ..." : text;
}

// A model that never names a class that occurs speaks another language: True against 1.
Status one_language(const std::string& path, const std::vector<std::uint32_t>& predicted,
                    const std::vector<std::uint32_t>& labels, const Words& words) {
  std::vector<bool> occurs(words.size(), false);
  for (const std::uint32_t label : labels) {
    occurs[label] = true;
  }
  if (predicted.empty() || std::any_of(predicted.begin(), predicted.end(),
                                       [&](std::uint32_t word) { return occurs[word]; })) {
    return {};
  }
  return fail(Code::invalid,
              fmt::format("{}: no prediction is one of the labels: the first prediction is {}, "
                          "the first label {}",
                          path, printable(words.text(predicted.front())),
                          printable(words.text(labels.front()))));
}

Result<std::optional<std::uint32_t>> positive_class(const std::vector<std::string>& classes,
                                                    const Columns& columns) {
  const auto find = [&](std::string_view name) -> std::optional<std::uint32_t> {
    const auto found = std::find(classes.begin(), classes.end(), name);
    return found == classes.end()
               ? std::nullopt
               : std::optional(static_cast<std::uint32_t>(found - classes.begin()));
  };
  if (!columns.positive.empty()) {
    const auto found = find(class_name(columns.positive));
    if (!found) {
      return fail(Code::invalid,
                  fmt::format("the positive class {} does not occur; the classes are "
                              "{}",
                              printable(columns.positive), listed(classes)));
    }
    return found;
  }
  for (const char* name : {"1", "true", "True", "TRUE", "yes"}) {
    if (const auto found = find(name); found && classes.size() <= 2) {
      return found;
    }
  }
  return std::optional<std::uint32_t>();
}

// Scores in the order of the classes; a single one belongs to the positive class.
Status order_scores(const Columns& columns, const std::vector<std::string>& classes,
                    std::vector<std::vector<double>>& scores) {
  if (scores.size() < 2) {
    return {};
  }
  std::vector<std::vector<double>> sorted(classes.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::string name = score_column(columns.scores[i]).of_class;
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (name.empty() || found == classes.end()) {
      return fail(Code::invalid,
                  fmt::format("score `{}`: with several score columns each names its class "
                              "(CLASS=COLUMN); the classes are {}",
                              printable(columns.scores[i]), listed(classes)));
    }
    sorted[static_cast<std::size_t>(found - classes.begin())] = std::move(scores[i]);
  }
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (sorted[i].empty()) {
      return fail(Code::invalid,
                  fmt::format("class {} has no score column", printable(classes[i])));
    }
  }
  scores = std::move(sorted);
  return {};
}

// Predictions from scores where no column holds them: the positive class from the threshold on, or
// the class with the greatest score.
Status predict(const Pair& pair, double threshold, Model& model) {
  if (!model.predicted.empty() || model.scores.empty()) {
    return {};
  }
  if (model.scores.size() == 1) {
    if (pair.classes.size() != 2 || !pair.positive) {
      return fail(Code::invalid,
                  fmt::format("predictions follow from one score only between two classes of which "
                              "one is positive; the classes are {} (name the prediction column, or "
                              "the positive class)",
                              listed(pair.classes)));
    }
    for (const double score : model.scores.front()) {
      model.predicted.push_back(score >= threshold ? *pair.positive : 1 - *pair.positive);
    }
    return {};
  }
  for (std::size_t row = 0; row < pair.rows; ++row) {
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < model.scores.size(); ++i) {
      best = model.scores[i][row] > model.scores[best][row] ? i : best;
    }
    model.predicted.push_back(best);
  }
  return {};
}

constexpr std::size_t most_values = 1000;

Result<Partition> partition_of(const SliceBy& slice, std::vector<std::uint32_t> list,
                               const Words& words) {
  Partition partition{slice.name, {}, std::move(list), {}};
  std::vector<std::uint32_t> number(words.size(), no_word);
  std::vector<std::uint32_t> order;
  for (const std::uint32_t word : partition.of_row) {
    if (word != no_word && number[word] == no_word) {
      number[word] = 0;
      order.push_back(word);
    }
  }
  if (order.size() > most_values) {
    return fail(Code::invalid,
                fmt::format("slice {} has {} values; more than {} say nothing apart, give bins",
                            printable(slice.name), order.size(), most_values));
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return class_before(words.text(a), words.text(b));
  });
  for (const std::uint32_t word : order) {
    number[word] = static_cast<std::uint32_t>(partition.values.size());
    const std::string& value = words.text(word);
    partition.values.push_back(value);
    partition.names.push_back(!slice.sql.empty()    ? value
                              : slice.edges.empty() ? slice.name + "=" + value
                                                    : slice.name + " " + value);
  }
  for (std::uint32_t& word : partition.of_row) {
    word = word == no_word ? no_word : number[word];
  }
  return partition;
}

class Joiner {
 public:
  Joiner(const Wanted& wanted, Words& words) : wanted_(wanted), words_(words) {}

  Result<Pair> join(PredictionColumns base, PredictionColumns cand) {
    pair_.rows = cand.rows;
    take_numbers(base, pair_.baseline);
    take_numbers(cand, pair_.candidate);
    TRY_OK(take_classes(base, cand));
    pair_.truth = std::move(cand.label_number);
    take_queries(std::move(cand.query));
    for (std::size_t i = 0; i < wanted_.slices.size(); ++i) {
      auto& list = cand.slices[i].empty() ? base.slices[i] : cand.slices[i];
      TRY(Partition partition, partition_of(wanted_.slices[i], std::move(list), words_));
      pair_.slices.push_back(std::move(partition));
    }
    return std::move(pair_);
  }

 private:
  static void take_numbers(PredictionColumns& file, Model& model) {
    model.forecast = std::move(file.prediction_number);
    if (model.forecast.empty() && file.label.empty() && file.scores.size() == 1) {
      model.forecast = file.scores.front();
    }
  }

  Status take_classes(PredictionColumns& base, PredictionColumns& cand) {
    pair_.baseline.scores = base.scores;
    pair_.candidate.scores = cand.scores;
    if (cand.label.empty()) {
      return {};
    }
    Classes classes(words_);
    classes.use(cand.label);
    classes.use(base.prediction);
    classes.use(cand.prediction);
    for (const std::string& score : wanted_.columns.scores) {
      if (const std::string name = score_column(score).of_class;
          !name.empty() && cand.scores.size() > 1) {
        Classes* all = &classes;
        all->use({words_.id(name)});
      }
    }
    pair_.classes = classes.finish();
    classes.translate(cand.label);
    classes.translate(base.prediction);
    classes.translate(cand.prediction);
    pair_.label = std::move(cand.label);
    pair_.baseline.predicted = std::move(base.prediction);
    pair_.candidate.predicted = std::move(cand.prediction);
    TRY(pair_.positive, positive_class(pair_.classes, wanted_.columns));
    for (Model* model : {&pair_.baseline, &pair_.candidate}) {
      TRY_OK(order_scores(wanted_.columns, pair_.classes, model->scores));
      if (wanted_.needs.contains(Need::classes)) {
        TRY_OK(predict(pair_, wanted_.columns.threshold, *model));
      }
    }
    return {};
  }

  void take_queries(std::vector<std::uint32_t> query) {
    std::vector<std::uint32_t> number(words_.size(), no_word);
    for (std::uint32_t& word : query) {
      if (number[word] == no_word) {
        number[word] = pair_.queries++;
      }
      word = number[word];
    }
    pair_.query = std::move(query);
  }

  const Wanted& wanted_;
  Words& words_;
  Pair pair_;
};

}  // namespace

Result<Pair> read_pair(const std::string& baseline, const std::string& candidate,
                       const Wanted& wanted, const ReadOptions& options, Host& host) {
  Words words;
  for (const std::string& score : wanted.columns.scores) {
    (void)words.id(score_column(score).of_class);
  }
  TRY(PredictionColumns cand, read_prediction_file(candidate, wanted, words, options, host));
  Wanted of_baseline = wanted;
  of_baseline.label = Presence::optional;
  of_baseline.slicing = Presence::optional;
  TRY(PredictionColumns base, read_prediction_file(baseline, of_baseline, words, options, host));
  TRY_OK(bring_together({baseline, base}, {candidate, cand}, words));
  TRY_OK(one_language(baseline, base.prediction, cand.label, words));
  TRY_OK(one_language(candidate, cand.prediction, cand.label, words));
  return Joiner(wanted, words).join(std::move(base), std::move(cand));
}

Result<Pair> read_alone(const std::string& file, const Wanted& wanted, const ReadOptions& options,
                        Host& host) {
  Words words;
  for (const std::string& score : wanted.columns.scores) {
    (void)words.id(score_column(score).of_class);
  }
  TRY(PredictionColumns read, read_prediction_file(file, wanted, words, options, host));
  TRY_OK(one_language(file, read.prediction, read.label, words));
  PredictionColumns same = read;
  return Joiner(wanted, words).join(std::move(same), std::move(read));
}

}  // namespace mlpipe::stages::regression
