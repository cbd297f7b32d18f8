#pragma once

#include <span>
#include <vector>

/// Tests of paired differences, two-sided.
namespace ampcf::evaluation {

/// Wilcoxon's signed-rank test (Biometrics Bulletin 1, 1945): the probability, if differences were symmetric about 0,
/// of signed ranks at least as far from balance. Zeros are left out, equal sizes share their mean rank. Exact for up to
/// 50 differences (all sign patterns, ties as they are), else the normal approximation with correction for ties. 1
/// where no difference is left.
[[nodiscard]] double wilcoxon_signed_rank(std::span<const double> differences);

/// The bootstrap's probability of a mean difference of 0: twice the smaller share of resampled means on either side of
/// 0, itself counted on both, each share (count + 1) / (resamples + 1), at most 1 (Davison and Hinkley, Bootstrap
/// Methods, 1997, section 4.2).
[[nodiscard]] double bootstrap_probability(std::span<const double> resampled_means);

/// Holm's correction (Scandinavian Journal of Statistics 6, 1979) of a family of probabilities: the i-th smallest of m
/// times m - i (i from 0), at most 1 and never below a smaller one's.
[[nodiscard]] std::vector<double> holm(const std::vector<double>& probabilities);

}  // namespace ampcf::evaluation
