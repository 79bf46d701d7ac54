// The English stop words of the Glasgow Information Retrieval Group, which scikit-learn uses too.
#include <algorithm>
#include <array>
#include <string_view>

#include "stages/statistics/text_classifier.hpp"

namespace mlpipe::stages::statistics {
namespace {

using namespace std::string_view_literals;

// Ascending, for the search.
// clang-format off
constexpr std::array stop_words{
    "a"sv, "about"sv, "above"sv, "across"sv, "after"sv, "afterwards"sv, "again"sv, "against"sv,
    "all"sv, "almost"sv, "alone"sv, "along"sv, "already"sv, "also"sv, "although"sv, "always"sv,
    "am"sv, "among"sv, "amongst"sv, "amoungst"sv, "amount"sv, "an"sv, "and"sv, "another"sv,
    "any"sv, "anyhow"sv, "anyone"sv, "anything"sv, "anyway"sv, "anywhere"sv, "are"sv, "around"sv,
    "as"sv, "at"sv, "back"sv, "be"sv, "became"sv, "because"sv, "become"sv, "becomes"sv,
    "becoming"sv, "been"sv, "before"sv, "beforehand"sv, "behind"sv, "being"sv, "below"sv,
    "beside"sv, "besides"sv, "between"sv, "beyond"sv, "bill"sv, "both"sv, "bottom"sv, "but"sv,
    "by"sv, "call"sv, "can"sv, "cannot"sv, "cant"sv, "co"sv, "con"sv, "could"sv, "couldnt"sv,
    "cry"sv, "de"sv, "describe"sv, "detail"sv, "do"sv, "done"sv, "down"sv, "due"sv, "during"sv,
    "each"sv, "eg"sv, "eight"sv, "either"sv, "eleven"sv, "else"sv, "elsewhere"sv, "empty"sv,
    "enough"sv, "etc"sv, "even"sv, "ever"sv, "every"sv, "everyone"sv, "everything"sv,
    "everywhere"sv, "except"sv, "few"sv, "fifteen"sv, "fifty"sv, "fill"sv, "find"sv, "fire"sv,
    "first"sv, "five"sv, "for"sv, "former"sv, "formerly"sv, "forty"sv, "found"sv, "four"sv,
    "from"sv, "front"sv, "full"sv, "further"sv, "get"sv, "give"sv, "go"sv, "had"sv, "has"sv,
    "hasnt"sv, "have"sv, "he"sv, "hence"sv, "her"sv, "here"sv, "hereafter"sv, "hereby"sv,
    "herein"sv, "hereupon"sv, "hers"sv, "herself"sv, "him"sv, "himself"sv, "his"sv, "how"sv,
    "however"sv, "hundred"sv, "i"sv, "ie"sv, "if"sv, "in"sv, "inc"sv, "indeed"sv, "interest"sv,
    "into"sv, "is"sv, "it"sv, "its"sv, "itself"sv, "keep"sv, "last"sv, "latter"sv, "latterly"sv,
    "least"sv, "less"sv, "ltd"sv, "made"sv, "many"sv, "may"sv, "me"sv, "meanwhile"sv, "might"sv,
    "mill"sv, "mine"sv, "more"sv, "moreover"sv, "most"sv, "mostly"sv, "move"sv, "much"sv,
    "must"sv, "my"sv, "myself"sv, "name"sv, "namely"sv, "neither"sv, "never"sv, "nevertheless"sv,
    "next"sv, "nine"sv, "no"sv, "nobody"sv, "none"sv, "noone"sv, "nor"sv, "not"sv, "nothing"sv,
    "now"sv, "nowhere"sv, "of"sv, "off"sv, "often"sv, "on"sv, "once"sv, "one"sv, "only"sv,
    "onto"sv, "or"sv, "other"sv, "others"sv, "otherwise"sv, "our"sv, "ours"sv, "ourselves"sv,
    "out"sv, "over"sv, "own"sv, "part"sv, "per"sv, "perhaps"sv, "please"sv, "put"sv, "rather"sv,
    "re"sv, "same"sv, "see"sv, "seem"sv, "seemed"sv, "seeming"sv, "seems"sv, "serious"sv,
    "several"sv, "she"sv, "should"sv, "show"sv, "side"sv, "since"sv, "sincere"sv, "six"sv,
    "sixty"sv, "so"sv, "some"sv, "somehow"sv, "someone"sv, "something"sv, "sometime"sv,
    "sometimes"sv, "somewhere"sv, "still"sv, "such"sv, "system"sv, "take"sv, "ten"sv, "than"sv,
    "that"sv, "the"sv, "their"sv, "them"sv, "themselves"sv, "then"sv, "thence"sv, "there"sv,
    "thereafter"sv, "thereby"sv, "therefore"sv, "therein"sv, "thereupon"sv, "these"sv, "they"sv,
    "thick"sv, "thin"sv, "third"sv, "this"sv, "those"sv, "though"sv, "three"sv, "through"sv,
    "throughout"sv, "thru"sv, "thus"sv, "to"sv, "together"sv, "too"sv, "top"sv, "toward"sv,
    "towards"sv, "twelve"sv, "twenty"sv, "two"sv, "un"sv, "under"sv, "until"sv, "up"sv, "upon"sv,
    "us"sv, "very"sv, "via"sv, "was"sv, "we"sv, "well"sv, "were"sv, "what"sv, "whatever"sv,
    "when"sv, "whence"sv, "whenever"sv, "where"sv, "whereafter"sv, "whereas"sv, "whereby"sv,
    "wherein"sv, "whereupon"sv, "wherever"sv, "whether"sv, "which"sv, "while"sv, "whither"sv,
    "who"sv, "whoever"sv, "whole"sv, "whom"sv, "whose"sv, "why"sv, "will"sv, "with"sv, "within"sv,
    "without"sv, "would"sv, "yet"sv, "you"sv, "your"sv, "yours"sv, "yourself"sv, "yourselves"sv};
// clang-format on

}  // namespace

bool is_stop_word(std::string_view word) {
  return std::binary_search(stop_words.begin(), stop_words.end(), word);
}

}  // namespace mlpipe::stages::statistics
