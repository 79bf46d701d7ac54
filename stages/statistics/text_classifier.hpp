// Whether texts can be told apart: a domain classifier trained on half of them, tried on the rest.
// The definition is Evidently's text content drift: TF-IDF of words (sublinear, no word in more
// than half of the texts, no English stop words), a linear classifier with L1 penalty by stochastic
// gradient descent on the modified Huber loss, and its ROC AUC. Splits and order of the descent are
// drawn from fixed seeds of our own, so the AUC varies from that tool's as its own runs do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::statistics {

struct TextClassifier {
  double auc = 0.5;    // of the texts that it was not trained on
  double p_value = 1;  // share of 1,000 random classifiers that do at least as well
};

// invalid: fewer than two texts on a side, or no word is left to tell texts by.
[[nodiscard]] Result<TextClassifier> classify_texts(const std::vector<std::string>& reference,
                                                    const std::vector<std::string>& current);

// Words of two letters, digits and underscores or more, ASCII letters made small; bytes beyond
// ASCII belong to words.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);
[[nodiscard]] bool is_stop_word(std::string_view word);

// The chance that a score of `positive` lies above one of `negative`, ties counting half.
[[nodiscard]] double roc_auc(std::vector<double> positive, std::vector<double> negative);

}  // namespace mlpipe::stages::statistics
