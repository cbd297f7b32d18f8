#pragma once

#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::baselines {

struct ImplicitAlsOptions {
  std::uint64_t dim = 64;
  std::uint64_t epochs = 16;
  double unobserved_weight = 0.1;
  double penalty = 0.01;
  double frequency_power = 1.0;
  double scale = 0.1;
};

/// Collective. Implicit alternating least squares (Hu, Koren, Volinsky, ICDM 2008) with the frequency-scaled penalty of
/// Rendle et al. (RecSys 2022, arXiv 2110.14037): minimises, over user vectors w_u and item vectors h_i,
///
///     sum over consumed (u, i) of (w_u.h_i - 1)^2  +  a sum over all (u, i) of (w_u.h_i)^2
///       + penalty (sum_u (|I_u| + a |I|)^power |w_u|^2 + sum_i (|U_i| + a |U|)^power |h_i|^2),  a = unobserved_weight
///
/// An epoch solves all users, then all items, exactly (Cholesky). Item vectors begin with N(0, scale^2 / dim). Ranks
/// share the users and the items; each holds all vectors. The same bits on any number of ranks: a vector depends on its
/// own list and on all vectors of the other side alone. Throws RuntimeError where the vectors are no numbers any more.
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_implicit_als(const evaluation::BaselineInput& input,
                                                                         const ImplicitAlsOptions& options);

}  // namespace ampcf::baselines
