#include "stages/statistics/text_classifier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <unordered_map>

#include "stages/statistics/draw.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr std::uint64_t split_seed = 42;
constexpr std::uint64_t descent_seed = 7;
constexpr std::uint64_t random_seed = 1;
constexpr std::uint32_t random_classifiers = 1000;
constexpr double most_documents = 0.5;  // a word in more than this share of texts tells nothing
constexpr double alpha = 1e-4;          // weight of the penalty
constexpr int most_epochs = 50;
constexpr int patience = 5;  // epochs without improvement
constexpr double improvement = 1e-3;
constexpr double intercept_pace = 0.01;  // sparse rows move the intercept too much otherwise

struct Term {
  std::size_t word = 0;
  double weight = 0;
};
using Document = std::vector<Term>;

template <class T>
void shuffle(std::vector<T>& items, Draw& draw) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[draw.below(i)]);
  }
}

// Words and weights learnt from the training texts, applied to any.
class Vocabulary {
 public:
  explicit Vocabulary(const std::vector<const std::string*>& texts) {
    std::unordered_map<std::string, std::size_t> index;
    std::vector<std::string> words;
    std::vector<std::size_t> documents;
    std::vector<std::size_t> last;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      for (const std::string& word : words_of(*texts[i])) {
        if (is_stop_word(word)) {
          continue;
        }
        const auto [at, fresh] = index.emplace(word, documents.size());
        if (fresh) {
          words.push_back(word);
          documents.push_back(0);
          last.push_back(texts.size());
        }
        documents[at->second] += last[at->second] == i ? 0U : 1U;
        last[at->second] = i;
      }
    }
    const auto all = static_cast<double>(texts.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto in = static_cast<double>(documents[i]);
      if (in <= most_documents * all) {
        words_.emplace(words[i], idf_.size());
        idf_.push_back(std::log((1 + all) / (1 + in)) + 1);
      }
    }
  }

  [[nodiscard]] std::size_t size() const { return idf_.size(); }

  [[nodiscard]] Document weigh(const std::string& text) const {
    std::unordered_map<std::size_t, double> counts;
    for (const std::string& word : words_of(text)) {
      if (const auto at = words_.find(word); at != words_.end()) {
        counts[at->second] += 1;
      }
    }
    Document document;
    for (const auto& [word, count] : counts) {
      document.push_back({word, (1 + std::log(count)) * idf_[word]});
    }
    // The map's order is not ours to rely on.
    std::sort(document.begin(), document.end(),
              [](const Term& a, const Term& b) { return a.word < b.word; });
    double squares = 0;
    for (const Term& term : document) {
      squares += term.weight * term.weight;
    }
    for (Term& term : document) {
      term.weight /= std::sqrt(squares);
    }
    return document;
  }

 private:
  std::unordered_map<std::string, std::size_t> words_;
  std::vector<double> idf_;
};

// Bottou's schedule and Tsuruoka's cumulative L1 penalty (2009), as scikit-learn's SGDClassifier.
class Descent {
 public:
  explicit Descent(std::size_t words) : weights_(words, 0.0), paid_(words, 0.0) {
    const double typical = std::sqrt(1 / std::sqrt(alpha));
    // The slope of the loss at -typical for a positive row: -4 z below -1.
    const double first = typical / std::max(1.0, typical >= 1 ? 4.0 : 2 * (1 + typical));
    start_ = 1 / (first * alpha);
  }

  [[nodiscard]] double decide(const Document& document) const {
    double sum = intercept_;
    for (const Term& term : document) {
      sum += weights_[term.word] * term.weight;
    }
    return sum;
  }

  // One row; returns its loss. `label` is 1 or -1.
  double learn(const Document& document, double label) {
    const double pace = 1 / (alpha * (start_ + step_++));
    const double z = label * decide(document);
    const double slope = z >= 1 ? 0 : z >= -1 ? -2 * (1 - z) * label : -4 * label;
    due_ += pace * alpha;
    for (const Term& term : document) {
      double& weight = weights_[term.word];
      weight -= pace * slope * term.weight;
      const double before = weight;
      double& paid = paid_[term.word];
      if (weight > 0) {
        weight = std::max(0.0, weight - (due_ + paid));
      } else if (weight < 0) {
        weight = std::min(0.0, weight + (due_ - paid));
      }
      paid += weight - before;
    }
    intercept_ -= pace * slope * intercept_pace;
    return z >= 1 ? 0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
  }

 private:
  std::vector<double> weights_;
  std::vector<double> paid_;
  double intercept_ = 0;
  double start_ = 0;
  double step_ = 0;
  double due_ = 0;
};

Descent train(const std::vector<Document>& documents, const std::vector<double>& labels,
              std::size_t words) {
  Descent descent(words);
  Draw draw(descent_seed);
  std::vector<std::size_t> order(documents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = std::numeric_limits<double>::infinity();
  int without = 0;
  for (int epoch = 0; epoch < most_epochs && without < patience; ++epoch) {
    shuffle(order, draw);
    double loss = 0;
    for (const std::size_t i : order) {
      loss += descent.learn(documents[i], labels[i]);
    }
    const auto rows = static_cast<double>(documents.size());
    without = loss > best - improvement * rows ? without + 1 : 0;
    best = std::min(best, loss);
  }
  return descent;
}

double random_auc(Draw& draw, std::size_t positive, std::size_t negative) {
  std::vector<double> first(positive);
  std::vector<double> second(negative);
  std::generate(first.begin(), first.end(), [&] { return draw.uniform(); });
  std::generate(second.begin(), second.end(), [&] { return draw.uniform(); });
  return roc_auc(std::move(first), std::move(second));
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    if (word.size() >= 2) {
      words.push_back(word);
    }
    word.clear();
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool upper = byte >= 'A' && byte <= 'Z';
    if (upper || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
        byte >= 0x80) {
      word += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else {
      end();
    }
  }
  end();
  return words;
}

double roc_auc(std::vector<double> positive, std::vector<double> negative) {
  std::sort(positive.begin(), positive.end());
  std::sort(negative.begin(), negative.end());
  double above = 0;
  std::size_t below = 0;
  std::size_t up_to = 0;
  for (const double score : positive) {
    while (below < negative.size() && negative[below] < score) {
      ++below;
    }
    up_to = std::max(up_to, below);
    while (up_to < negative.size() && negative[up_to] <= score) {
      ++up_to;
    }
    above += static_cast<double>(below) + static_cast<double>(up_to - below) / 2;
  }
  return above / (static_cast<double>(positive.size()) * static_cast<double>(negative.size()));
}

Result<TextClassifier> classify_texts(const std::vector<std::string>& reference,
                                      const std::vector<std::string>& current) {
  if (reference.size() < 2 || current.size() < 2) {
    return fail(Code::invalid, "a text classifier needs at least two texts on each side");
  }
  std::vector<std::pair<const std::string*, double>> rows;
  for (const std::string& text : reference) {
    rows.emplace_back(&text, -1.0);
  }
  for (const std::string& text : current) {
    rows.emplace_back(&text, 1.0);
  }
  Draw draw(split_seed);
  shuffle(rows, draw);
  const std::size_t training = rows.size() / 2;
  std::vector<const std::string*> texts;
  std::vector<double> labels;
  for (std::size_t i = 0; i < training; ++i) {
    texts.push_back(rows[i].first);
    labels.push_back(rows[i].second);
  }
  const Vocabulary vocabulary(texts);
  if (vocabulary.size() == 0) {
    return fail(Code::invalid, "no word is left: all are stop words, or stand in most texts");
  }
  std::vector<Document> documents;
  for (const std::string* text : texts) {
    documents.push_back(vocabulary.weigh(*text));
  }
  const Descent descent = train(documents, labels, vocabulary.size());
  std::vector<double> positive;
  std::vector<double> negative;
  for (std::size_t i = training; i < rows.size(); ++i) {
    // The probability that the loss gives: cut off at both ends, so that sure texts are tied.
    const double score = std::clamp(descent.decide(vocabulary.weigh(*rows[i].first)), -1.0, 1.0);
    (rows[i].second > 0 ? positive : negative).push_back(score);
  }
  if (positive.empty() || negative.empty()) {
    return fail(Code::invalid, "one side is too small to be split in halves");
  }
  TextClassifier result;
  const std::size_t of_current = positive.size();
  const std::size_t of_reference = negative.size();
  result.auc = roc_auc(std::move(positive), std::move(negative));
  Draw chance(random_seed);
  std::uint32_t as_good = 0;
  for (std::uint32_t i = 0; i < random_classifiers; ++i) {
    as_good += random_auc(chance, of_current, of_reference) >= result.auc ? 1U : 0U;
  }
  result.p_value = static_cast<double>(as_good) / random_classifiers;
  return result;
}

}  // namespace mlpipe::stages::statistics
