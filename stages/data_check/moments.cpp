#include "stages/data_check/moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "stages/data_check/exact_sum.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr int probe_rows = 1000;
// A pivot so far from the mean costs more digits than a DOUBLE can spare.
constexpr long double far_off = 1e8L;
constexpr int most_tries = 8;
// Beyond, the square of a value is no finite DOUBLE.
constexpr double greatest_square = 1e150;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::string as_double(const std::string& value) {
  return fmt::format("CAST({} AS DOUBLE)", value);
}

std::string probe_source(const std::string& source) {
  return fmt::format("(SELECT * FROM {} LIMIT {})", source, probe_rows);
}

double middle(double low, double high) {
  return low / 2 + high / 2;
}

// Sums of x and of (x - pivot)^2.
class MomentSums : public std::enable_shared_from_this<MomentSums> {
 public:
  using Done = std::function<Result<Round>(const Moments&)>;
  MomentSums(Series series, Orders orders, Done done)
      : series_(std::move(series)), orders_(orders), done_(std::move(done)) {
    series_.value = as_double(series_.value);
  }

  Round probe() {
    auto self = shared_from_this();
    const std::string filter =
        fmt::format(" FILTER (WHERE {} AND isfinite({}))", series_.filter, series_.value);
    Round round;
    round.cost = Cost::cheap;
    round.asks.push_back({probe_source(series_.source),
                          {fmt::format("min({}){}", series_.value, filter),
                           fmt::format("max({}){}", series_.value, filter)},
                          [self](std::span<const port::Cell> cells) -> Status {
                            self->begin(cells);
                            return {};
                          }});
    round.then = [self]() -> Result<Round> { return self->sums(); };
    return round;
  }

 private:
  void begin(std::span<const port::Cell> cells) {
    if (std::holds_alternative<std::monostate>(cells[0])) {
      return;
    }
    const double low = number_of(cells[0]);
    const double high = number_of(cells[1]);
    pivot_ = middle(low, high);
    const double half = high / 2 - low / 2;
    scale_ = scale_for(std::max(std::abs(low), std::abs(high)));
    square_scale_ = scale_for(half * half);
  }

  std::string square() const {
    const std::string off = fmt::format("({} - {})", series_.value, number_literal(pivot_));
    return fmt::format("({0} * {0})", off);
  }

  Round sums() {
    auto self = shared_from_this();
    const auto count = [&](const std::string& condition) {
      return fmt::format("count(*) FILTER (WHERE {} AND {})", series_.filter, condition);
    };
    Ask ask{series_.source,
            {count(fmt::format("isfinite({})", series_.value)),
             count(fmt::format("{} = CAST('inf' AS DOUBLE)", series_.value)),
             count(fmt::format("{} = CAST('-inf' AS DOUBLE)", series_.value))},
            [self](std::span<const port::Cell> cells) { return self->take(cells); }};
    const auto add = [&](const ExactSum& sum) {
      for (std::string& column : sum_columns(sum, series_.filter)) {
        ask.columns.push_back(std::move(column));
      }
    };
    add({series_.value, scale_});
    if (orders_ == Orders::second) {
      add({square(), square_scale_});
    }
    Round round;
    round.asks.push_back(std::move(ask));
    round.then = [self]() -> Result<Round> { return self->next(); };
    return round;
  }

  Status take(std::span<const port::Cell> cells) {
    finite_ = count_of(cells[0]);
    above_ = count_of(cells[1]);
    below_ = count_of(cells[2]);
    TRY(sum_, take_sum(cells.subspan(3, columns_per_sum), scale_));
    if (orders_ == Orders::second) {
      TRY(squares_, take_sum(cells.subspan(3 + columns_per_sum, columns_per_sum), square_scale_));
    }
    return {};
  }

  Result<Round> next() {
    const long double n = static_cast<long double>(finite_);
    const long double off =
        std::ldexp(static_cast<long double>(sum_.units - static_cast<Int128>(finite_) *
                                                             units_of(pivot_, scale_)),
                   -scale_);
    const long double squares = squares_.value();
    const long double spread = finite_ == 0 ? 0 : squares - off * off / n;
    const bool far = orders_ == Orders::second && sum_.fits && finite_ > 1 && off != 0 &&
                     off * off / n > far_off * spread && !moved_;
    if (tries_ < most_tries && (!sum_.fits || !squares_.fits || far)) {
      ++tries_;
      scale_ = sum_.fits ? scale_ : sum_.better;
      square_scale_ = squares_.fits ? square_scale_ : squares_.better;
      if (far) {
        moved_ = true;
        pivot_ = static_cast<double>(sum_.value() / n);
      }
      return sums();
    }
    Moments moments;
    moments.n = finite_ + above_ + below_;
    moments.sum = above_ > 0 && below_ > 0 ? nan_value
                  : above_ > 0             ? HUGE_VAL
                  : below_ > 0             ? -HUGE_VAL
                                           : static_cast<double>(sum_.value());
    moments.mean = moments.n == 0        ? nan_value
                   : above_ + below_ > 0 ? moments.sum
                                         : static_cast<double>(sum_.value() / n);
    moments.variance = moments.n < 2 || above_ + below_ > 0 ? nan_value
                       : sum_.greatest > greatest_square
                           ? HUGE_VAL
                           : static_cast<double>(std::max(0.0L, spread) / (n - 1));
    return done_(moments);
  }

  Series series_;
  Orders orders_;
  Done done_;
  double pivot_ = 0;
  int scale_ = 0;
  int square_scale_ = 0;
  int tries_ = 0;
  bool moved_ = false;  // the pivot is the mean already
  std::int64_t finite_ = 0;
  std::int64_t above_ = 0;
  std::int64_t below_ = 0;
  Summed sum_;
  Summed squares_;
};

// Sums of x', y', x'^2, y'^2 and x'y' about one pivot each.
class PairSums : public std::enable_shared_from_this<PairSums> {
 public:
  using Done = std::function<Result<Round>(std::int64_t, double)>;
  PairSums(Pair pair, Done done) : pair_(std::move(pair)), done_(std::move(done)) {
    pair_.x = as_double(pair_.x);
    pair_.y = as_double(pair_.y);
    pair_.filter =
        fmt::format("{} AND isfinite({}) AND isfinite({})", pair_.filter, pair_.x, pair_.y);
  }

  Round probe() {
    auto self = shared_from_this();
    std::vector<std::string> columns;
    for (const std::string& value : {pair_.x, pair_.y}) {
      for (const char* extreme : {"min", "max"}) {
        columns.push_back(fmt::format("{}({}) FILTER (WHERE {})", extreme, value, pair_.filter));
      }
    }
    Round round;
    round.cost = Cost::cheap;
    round.asks.push_back({probe_source(pair_.source), std::move(columns),
                          [self](std::span<const port::Cell> cells) -> Status {
                            if (!std::holds_alternative<std::monostate>(cells[0])) {
                              self->pivot(number_of(cells[0]), number_of(cells[1]), 0);
                              self->pivot(number_of(cells[2]), number_of(cells[3]), 1);
                            }
                            return {};
                          }});
    round.then = [self]() -> Result<Round> { return self->sums(); };
    return round;
  }

 private:
  static constexpr std::size_t series = 5;

  void pivot(double low, double high, std::size_t which) {
    pivots_[which] = middle(low, high);
    half_[which] = high / 2 - low / 2;
    const double greatest[series] = {half_[0], half_[1], half_[0] * half_[0], half_[1] * half_[1],
                                     half_[0] * half_[1]};
    for (std::size_t i = 0; i < series; ++i) {
      scales_[i] = scale_for(greatest[i]);
    }
  }

  Round sums() {
    auto self = shared_from_this();
    const std::string x = fmt::format("({} - {})", pair_.x, number_literal(pivots_[0]));
    const std::string y = fmt::format("({} - {})", pair_.y, number_literal(pivots_[1]));
    const std::array<std::string, series> values{x, y, fmt::format("({0} * {0})", x),
                                                 fmt::format("({0} * {0})", y),
                                                 fmt::format("({} * {})", x, y)};
    Ask ask{pair_.source, {fmt::format("count(*) FILTER (WHERE {})", pair_.filter)}, nullptr};
    for (std::size_t i = 0; i < series; ++i) {
      for (std::string& column : sum_columns({values[i], scales_[i]}, pair_.filter)) {
        ask.columns.push_back(std::move(column));
      }
    }
    ask.take = [self](std::span<const port::Cell> cells) -> Status {
      self->n_ = count_of(cells[0]);
      for (std::size_t i = 0; i < series; ++i) {
        TRY(self->sums_[i],
            take_sum(cells.subspan(1 + i * columns_per_sum, columns_per_sum), self->scales_[i]));
      }
      return {};
    };
    Round round;
    round.asks.push_back(std::move(ask));
    round.then = [self]() -> Result<Round> { return self->next(); };
    return round;
  }

  Result<Round> next() {
    const bool fits =
        std::all_of(sums_.begin(), sums_.end(), [](const Summed& sum) { return sum.fits; });
    const long double n = static_cast<long double>(n_);
    const long double x = sums_[0].value();
    const long double y = sums_[1].value();
    const long double xx = n_ == 0 ? 0 : sums_[2].value() - x * x / n;
    const long double yy = n_ == 0 ? 0 : sums_[3].value() - y * y / n;
    const bool far = fits && !moved_ && n_ > 1 &&
                     (x * x / n > far_off * xx || y * y / n > far_off * yy) && (x != 0 || y != 0);
    if (tries_ < most_tries && (!fits || far)) {
      ++tries_;
      if (far) {
        moved_ = true;
        pivots_[0] += static_cast<double>(x / n);
        pivots_[1] += static_cast<double>(y / n);
      }
      for (std::size_t i = 0; i < series; ++i) {
        scales_[i] = sums_[i].fits ? scales_[i] : sums_[i].better;
      }
      return sums();
    }
    const long double xy = n_ == 0 ? 0 : sums_[4].value() - x * y / n;
    const double r = xx > 0 && yy > 0 ? static_cast<double>(xy / std::sqrt(xx * yy)) : nan_value;
    return done_(n_, std::isnan(r) ? r : std::clamp(r, -1.0, 1.0));
  }

  Pair pair_;
  Done done_;
  std::array<double, 2> pivots_{};
  std::array<double, 2> half_{};
  std::array<int, series> scales_{};
  std::array<Summed, series> sums_{};
  std::int64_t n_ = 0;
  int tries_ = 0;
  bool moved_ = false;
};

}  // namespace

Round moments_round(Series series, Orders orders,
                    std::function<Result<Round>(const Moments&)> done) {
  return std::make_shared<MomentSums>(std::move(series), orders, std::move(done))->probe();
}

Round pearson_round(Pair pair, std::function<Result<Round>(std::int64_t, double)> done) {
  return std::make_shared<PairSums>(std::move(pair), std::move(done))->probe();
}

}  // namespace mlpipe::stages::data_check
