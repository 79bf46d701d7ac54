// Distributions against values that scipy 1.10 gives.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::statistics {
namespace {

struct Case {
  const char* call;
  double value;
  double expected;
};

TEST(Distributions, AgreeWithScipy) {
  const Case cases[] = {

      {"normal_cdf(-9.5)", normal_cdf(-9.5), 1.0494515075362604e-21},
      {"normal_sf(-9.5)", normal_sf(-9.5), 1.0},
      {"normal_cdf(-1.25)", normal_cdf(-1.25), 0.10564977366685535},
      {"normal_sf(-1.25)", normal_sf(-1.25), 0.8943502263331446},
      {"normal_cdf(0.0)", normal_cdf(0.0), 0.5},
      {"normal_sf(0.0)", normal_sf(0.0), 0.5},
      {"normal_cdf(0.3)", normal_cdf(0.3), 0.6179114221889526},
      {"normal_sf(0.3)", normal_sf(0.3), 0.3820885778110474},
      {"normal_cdf(2.5)", normal_cdf(2.5), 0.9937903346742238},
      {"normal_sf(2.5)", normal_sf(2.5), 0.006209665325776132},
      {"normal_cdf(8.0)", normal_cdf(8.0), 0.9999999999999993},
      {"normal_sf(8.0)", normal_sf(8.0), 6.22096057427174e-16},
      {"normal_cdf(30.0)", normal_cdf(30.0), 1.0},
      {"normal_sf(30.0)", normal_sf(30.0), 4.906713927147908e-198},
      {"normal_quantile(1e-300)", normal_quantile(1e-300), -37.0470962993612},
      {"normal_quantile(1e-10)", normal_quantile(1e-10), -6.361340902404056},
      {"normal_quantile(0.025)", normal_quantile(0.025), -1.9599639845400545},
      {"normal_quantile(0.5)", normal_quantile(0.5), 0.0},
      {"normal_quantile(0.975)", normal_quantile(0.975), 1.959963984540054},
      {"normal_quantile(0.999999999999)", normal_quantile(0.999999999999), 7.0344869100478356},
      {"chi_squared_sf(0.1, 1.0)", chi_squared_sf(0.1, 1.0), 0.7518296340458492},
      {"chi_squared_cdf(0.1, 1.0)", chi_squared_cdf(0.1, 1.0), 0.24817036595415076},
      {"chi_squared_sf(3.84, 1.0)", chi_squared_sf(3.84, 1.0), 0.05004352124870519},
      {"chi_squared_cdf(3.84, 1.0)", chi_squared_cdf(3.84, 1.0), 0.9499564787512949},
      {"chi_squared_sf(20.0, 7.0)", chi_squared_sf(20.0, 7.0), 0.005569683072945574},
      {"chi_squared_cdf(20.0, 7.0)", chi_squared_cdf(20.0, 7.0), 0.9944303169270544},
      {"chi_squared_sf(900.0, 3.0)", chi_squared_sf(900.0, 3.0), 8.851690237125443e-195},
      {"chi_squared_cdf(900.0, 3.0)", chi_squared_cdf(900.0, 3.0), 1.0},
      {"chi_squared_sf(0.001, 40.0)", chi_squared_sf(0.001, 40.0), 1.0},
      {"chi_squared_cdf(0.001, 40.0)", chi_squared_cdf(0.001, 40.0), 3.918038173878649e-85},
      {"chi_squared_sf(250.0, 300.0)", chi_squared_sf(250.0, 300.0), 0.9838029502076451},
      {"chi_squared_cdf(250.0, 300.0)", chi_squared_cdf(250.0, 300.0), 0.016197049792354958},
      {"chi_squared_quantile(0.05, 1.0)", chi_squared_quantile(0.05, 1.0), 0.003932140000019522},
      {"chi_squared_quantile(0.95, 9.0)", chi_squared_quantile(0.95, 9.0), 16.918977604620448},
      {"chi_squared_quantile(0.999, 200.0)", chi_squared_quantile(0.999, 200.0), 267.5405278227572},
      {"student_t_sf(0.0, 3.0)", student_t_sf(0.0, 3.0), 0.5},
      {"student_t_two_sided(0.0, 3.0)", student_t_two_sided(0.0, 3.0), 1.0},
      {"student_t_sf(1.5, 1.0)", student_t_sf(1.5, 1.0), 0.1871670418109988},
      {"student_t_two_sided(1.5, 1.0)", student_t_two_sided(1.5, 1.0), 0.3743340836219976},
      {"student_t_sf(-2.2, 10.0)", student_t_sf(-2.2, 10.0), 0.9737794657753235},
      {"student_t_two_sided(-2.2, 10.0)", student_t_two_sided(-2.2, 10.0), 0.0524410684493531},
      {"student_t_sf(40.0, 4.0)", student_t_sf(40.0, 4.0), 1.1670081613006347e-06},
      {"student_t_two_sided(40.0, 4.0)", student_t_two_sided(40.0, 4.0), 2.3340163226012694e-06},
      {"student_t_sf(1000.0, 2.5)", student_t_sf(1000.0, 2.5), 2.2747463948307502e-08},
      {"student_t_two_sided(1000.0, 2.5)", student_t_two_sided(1000.0, 2.5),
       4.5494927896615005e-08},
      {"student_t_sf(3.0, 1000000.0)", student_t_sf(3.0, 1000000.0), 0.0013499312707108977},
      {"student_t_two_sided(3.0, 1000000.0)", student_t_two_sided(3.0, 1000000.0),
       0.0026998625414217953},
      {"fisher_f_sf(1.0, 2.0, 3.0)", fisher_f_sf(1.0, 2.0, 3.0), 0.46475800154489},
      {"fisher_f_cdf(1.0, 2.0, 3.0)", fisher_f_cdf(1.0, 2.0, 3.0), 0.53524199845511},
      {"fisher_f_sf(4.5, 1.0, 100.0)", fisher_f_sf(4.5, 1.0, 100.0), 0.03636692061375464},
      {"fisher_f_cdf(4.5, 1.0, 100.0)", fisher_f_cdf(4.5, 1.0, 100.0), 0.9636330793862453},
      {"fisher_f_sf(0.01, 7.0, 7.0)", fisher_f_sf(0.01, 7.0, 7.0), 0.9999982356025917},
      {"fisher_f_cdf(0.01, 7.0, 7.0)", fisher_f_cdf(0.01, 7.0, 7.0), 1.7643974082903304e-06},
      {"binomial_pmf(0, 10, 0.3)", binomial_pmf(0, 10, 0.3), 0.028247524899999984},
      {"binomial_cdf(0, 10, 0.3)", binomial_cdf(0, 10, 0.3), 0.028247524900000005},
      {"binomial_sf(0, 10, 0.3)", binomial_sf(0, 10, 0.3), 0.9717524751},
      {"binomial_pmf(3, 10, 0.3)", binomial_pmf(3, 10, 0.3), 0.26682793199999977},
      {"binomial_cdf(3, 10, 0.3)", binomial_cdf(3, 10, 0.3), 0.6496107184000002},
      {"binomial_sf(3, 10, 0.3)", binomial_sf(3, 10, 0.3), 0.3503892815999998},
      {"binomial_pmf(10, 10, 0.3)", binomial_pmf(10, 10, 0.3), 5.9048999999999975e-06},
      {"binomial_cdf(10, 10, 0.3)", binomial_cdf(10, 10, 0.3), 1.0},
      {"binomial_sf(10, 10, 0.3)", binomial_sf(10, 10, 0.3), 0.0},
      {"binomial_pmf(180, 1000, 0.2)", binomial_pmf(180, 1000, 0.2), 0.009097803664396789},
      {"binomial_cdf(180, 1000, 0.2)", binomial_cdf(180, 1000, 0.2), 0.06019004975939615},
      {"binomial_sf(180, 1000, 0.2)", binomial_sf(180, 1000, 0.2), 0.9398099502406039},
      {"binomial_pmf(86, 236, 0.5)", binomial_pmf(86, 236, 0.5), 8.225466219559586e-06},
      {"binomial_cdf(86, 236, 0.5)", binomial_cdf(86, 236, 0.5), 1.8579680697856936e-05},
      {"binomial_sf(86, 236, 0.5)", binomial_sf(86, 236, 0.5), 0.9999814203193022},
      {"kolmogorov_sf(0.15)", kolmogorov_sf(0.15), 1.0},
      {"kolmogorov_sf(0.4)", kolmogorov_sf(0.4), 0.9971923267772983},
      {"kolmogorov_sf(0.8199)", kolmogorov_sf(0.8199), 0.5121305961006337},
      {"kolmogorov_sf(0.8201)", kolmogorov_sf(0.8201), 0.5118128354122944},
      {"kolmogorov_sf(1.0)", kolmogorov_sf(1.0), 0.26999967167735456},
      {"kolmogorov_sf(1.36)", kolmogorov_sf(1.36), 0.049485876755377876},
      {"kolmogorov_sf(3.0)", kolmogorov_sf(3.0), 3.045995948942526e-08},
      {"kolmogorov_sf(10.0)", kolmogorov_sf(10.0), 2.767793053473475e-87},
      {"gamma_p(0.5, 0.2)", gamma_p(0.5, 0.2), 0.47291074313446196},
      {"gamma_q(0.5, 0.2)", gamma_q(0.5, 0.2), 0.5270892568655381},
      {"gamma_p(3.0, 9.0)", gamma_p(3.0, 9.0), 0.9937678048936227},
      {"gamma_q(3.0, 9.0)", gamma_q(3.0, 9.0), 0.006232195106377317},
      {"gamma_p(120.0, 100.0)", gamma_p(120.0, 100.0), 0.02823039396486565},
      {"gamma_q(120.0, 100.0)", gamma_q(120.0, 100.0), 0.9717696060351343},
      {"beta_regularised(0.5, 0.5, 0.1)", beta_regularised(0.5, 0.5, 0.1), 0.2048327646991335},
      {"beta_regularised(8.0, 10.0, 0.3)", beta_regularised(8.0, 10.0, 0.3), 0.10464009582886818},
      {"beta_regularised(300.0, 2.0, 0.99)", beta_regularised(300.0, 2.0, 0.99),
       0.19616357628516265},
      {"log_choose(1000, 3)", log_choose(1000, 3), 18.9285038647141},
  };
  for (const Case& one : cases) {
    EXPECT_NEAR(one.value, one.expected, 2e-12 * std::abs(one.expected)) << one.call;
  }
}

TEST(Distributions, QuantilesAreTheInverse) {
  for (const double df : {1.0, 2.5, 5.0, 30.5, 1e5}) {
    for (const double p : {1e-9, 0.001, 0.025, 0.4, 0.975}) {
      EXPECT_NEAR(student_t_cdf(student_t_quantile(p, df), df), p, 1e-13 * p) << p << " " << df;
      EXPECT_NEAR(chi_squared_cdf(chi_squared_quantile(p, df), df), p, 1e-13 * p) << p << " " << df;
    }
  }
}

TEST(Distributions, EndsAndNonsense) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(chi_squared_sf(infinity, 3), 0.0);
  EXPECT_EQ(chi_squared_cdf(infinity, 3), 1.0);
  EXPECT_EQ(chi_squared_sf(-1, 3), 1.0);
  EXPECT_EQ(student_t_sf(infinity, 3), 0.0);
  EXPECT_EQ(student_t_sf(-infinity, 3), 1.0);
  EXPECT_EQ(student_t_sf(1.5, infinity), normal_sf(1.5));
  EXPECT_EQ(normal_quantile(0), -infinity);
  EXPECT_EQ(kolmogorov_sf(0), 1.0);
  EXPECT_EQ(binomial_cdf(-1, 4, 0.5), 0.0);
  EXPECT_EQ(binomial_sf(4, 4, 0.5), 0.0);
  for (const double value :
       {chi_squared_sf(1, 0), chi_squared_sf(nan, 1), student_t_sf(1, -1), fisher_f_sf(1, 0, 1),
        normal_quantile(2), binomial_pmf(1, 2, 1.5), gamma_p(-1, 1), beta_regularised(1, 1, 2),
        kolmogorov_sf(nan), student_t_quantile(0.5, nan)}) {
    EXPECT_TRUE(std::isnan(value));
  }
}

}  // namespace
}  // namespace mlpipe::stages::statistics
