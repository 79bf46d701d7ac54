// Probability distributions and the special functions behind them: pure functions of numbers, in
// double precision. Knows nothing of data, tests or drift.
//
// `cdf` is P(X <= x), `sf` is P(X > x), each computed by itself, so that a tiny tail keeps its
// digits. Outside a distribution's domain (df <= 0, NaN anywhere) the answer is NaN; none throws.
// The functions themselves are Boost.Math's; only the Kolmogorov limit is written here.
#pragma once

#include <cstdint>

namespace mlpipe::stages::statistics {

[[nodiscard]] double normal_cdf(double x);
[[nodiscard]] double normal_sf(double x);
[[nodiscard]] double normal_two_sided(double z);  // P(|X| > |z|)
[[nodiscard]] double normal_quantile(double p);   // -inf at 0, inf at 1

[[nodiscard]] double chi_squared_cdf(double x, double df);
[[nodiscard]] double chi_squared_sf(double x, double df);
[[nodiscard]] double chi_squared_quantile(double p, double df);

[[nodiscard]] double student_t_cdf(double t, double df);
[[nodiscard]] double student_t_sf(double t, double df);
[[nodiscard]] double student_t_two_sided(double t, double df);  // P(|X| > |t|)
[[nodiscard]] double student_t_quantile(double p, double df);

[[nodiscard]] double fisher_f_cdf(double x, double df1, double df2);
[[nodiscard]] double fisher_f_sf(double x, double df1, double df2);

// P(X = k), P(X <= k), P(X > k) of k successes in n trials.
[[nodiscard]] double binomial_pmf(std::int64_t k, std::int64_t n, double p);
[[nodiscard]] double binomial_cdf(std::int64_t k, std::int64_t n, double p);
[[nodiscard]] double binomial_sf(std::int64_t k, std::int64_t n, double p);

// P(K > x) of the limit of sqrt(n) D: 2 sum (-1)^(k-1) exp(-2 k^2 x^2), and its theta-function twin
// where x is small (Marsaglia, Tsang and Wang, "Evaluating Kolmogorov's distribution", 2003).
[[nodiscard]] double kolmogorov_sf(double x);

// P(a, x) and Q(a, x), the regularised incomplete gamma functions; I_x(a, b), the regularised
// incomplete beta function.
[[nodiscard]] double gamma_p(double a, double x);
[[nodiscard]] double gamma_q(double a, double x);
[[nodiscard]] double beta_regularised(double a, double b, double x);
[[nodiscard]] double log_gamma(double x);
[[nodiscard]] double log_choose(double n, double k);

}  // namespace mlpipe::stages::statistics
