#include "stages/statistics/distributions.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace mlpipe::stages::statistics {
namespace {

namespace math = boost::math;
namespace policies = boost::math::policies;

// Values, never exceptions; and no long double, whose width differs between machines.
using Policy = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>,
    policies::underflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>,
    policies::rounding_error<policies::ignore_error>, policies::promote_double<false>,
    policies::discrete_quantile<policies::integer_round_outwards>>;
using Normal = math::normal_distribution<double, Policy>;
using ChiSquared = math::chi_squared_distribution<double, Policy>;
using StudentT = math::students_t_distribution<double, Policy>;
using FisherF = math::fisher_f_distribution<double, Policy>;
using Binomial = math::binomial_distribution<double, Policy>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

bool positive(double df) {
  return df > 0 && std::isfinite(df);
}

// P(X <= x) of a distribution on [0, inf), with its ends spelt out: the library refuses them.
template <class Distribution>
double cdf_above_zero(const Distribution& distribution, double x) {
  return std::isnan(x) ? nan : x <= 0 ? 0.0 : x == infinity ? 1.0 : math::cdf(distribution, x);
}
template <class Distribution>
double sf_above_zero(const Distribution& distribution, double x) {
  return std::isnan(x)   ? nan
         : x <= 0        ? 1.0
         : x == infinity ? 0.0
                         : math::cdf(math::complement(distribution, x));
}

bool possible(std::int64_t n, double p) {
  return n >= 0 && p >= 0 && p <= 1;
}

}  // namespace

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}
double normal_sf(double x) {
  return 0.5 * std::erfc(x / std::numbers::sqrt2);
}
double normal_two_sided(double z) {
  return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) {
    return nan;
  }
  return p == 0 ? -infinity : p == 1 ? infinity : math::quantile(Normal(), p);
}

double chi_squared_cdf(double x, double df) {
  return positive(df) ? cdf_above_zero(ChiSquared(df), x) : nan;
}
double chi_squared_sf(double x, double df) {
  return positive(df) ? sf_above_zero(ChiSquared(df), x) : nan;
}
double chi_squared_quantile(double p, double df) {
  if (!positive(df) || !(p >= 0 && p <= 1)) {
    return nan;
  }
  return p == 0 ? 0.0 : p == 1 ? infinity : math::quantile(ChiSquared(df), p);
}

double student_t_cdf(double t, double df) {
  return student_t_sf(-t, df);
}
double student_t_sf(double t, double df) {
  if (!(df > 0) || std::isnan(t)) {
    return nan;
  }
  if (std::isinf(df)) {
    return normal_sf(t);
  }
  if (std::isinf(t)) {
    return t > 0 ? 0.0 : 1.0;
  }
  return math::cdf(math::complement(StudentT(df), t));
}
double student_t_two_sided(double t, double df) {
  return 2 * student_t_sf(std::abs(t), df);
}
double student_t_quantile(double p, double df) {
  if (!(df > 0) || !(p >= 0 && p <= 1)) {
    return nan;
  }
  if (std::isinf(df)) {
    return normal_quantile(p);
  }
  return p == 0 ? -infinity : p == 1 ? infinity : math::quantile(StudentT(df), p);
}

double fisher_f_cdf(double x, double df1, double df2) {
  return positive(df1) && positive(df2) ? cdf_above_zero(FisherF(df1, df2), x) : nan;
}
double fisher_f_sf(double x, double df1, double df2) {
  return positive(df1) && positive(df2) ? sf_above_zero(FisherF(df1, df2), x) : nan;
}

double binomial_pmf(std::int64_t k, std::int64_t n, double p) {
  if (!possible(n, p)) {
    return nan;
  }
  return k < 0 || k > n ? 0.0
                        : math::pdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}
double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  if (!possible(n, p)) {
    return nan;
  }
  return k < 0    ? 0.0
         : k >= n ? 1.0
                  : math::cdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}
double binomial_sf(std::int64_t k, std::int64_t n, double p) {
  if (!possible(n, p)) {
    return nan;
  }
  return k < 0    ? 1.0
         : k >= n ? 0.0
                  : math::cdf(math::complement(Binomial(static_cast<double>(n), p),
                                               static_cast<double>(k)));
}

double kolmogorov_sf(double x) {
  if (std::isnan(x)) {
    return nan;
  }
  if (x <= 0) {
    return 1.0;
  }
  constexpr double crossover = 0.82;  // both series need the fewest terms here
  if (x <= crossover) {
    const double base = -std::numbers::pi * std::numbers::pi / (8 * x * x);
    double sum = 0;
    for (double odd = 1; odd * odd * base > -746; odd += 2) {
      sum += std::exp(odd * odd * base);
    }
    return 1 - std::sqrt(2 * std::numbers::pi) / x * sum;
  }
  double sum = 0;
  double sign = 1;
  for (double k = 1; k * k * x * x * 2 < 746; ++k, sign = -sign) {
    sum += sign * std::exp(-2 * k * k * x * x);
  }
  return 2 * sum;
}

double gamma_p(double a, double x) {
  return !(a > 0) || !(x >= 0) ? nan : x == infinity ? 1.0 : math::gamma_p(a, x, Policy());
}
double gamma_q(double a, double x) {
  return !(a > 0) || !(x >= 0) ? nan : x == infinity ? 0.0 : math::gamma_q(a, x, Policy());
}
double beta_regularised(double a, double b, double x) {
  return !(a > 0) || !(b > 0) || !(x >= 0 && x <= 1) ? nan : math::ibeta(a, b, x, Policy());
}
double log_gamma(double x) {
  return math::lgamma(x, Policy());
}
double log_choose(double n, double k) {
  return k < 0 || k > n ? -infinity : log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1);
}

}  // namespace mlpipe::stages::statistics
