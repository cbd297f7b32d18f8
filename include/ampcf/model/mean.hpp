#pragma once

#include "ampcf/model/parameters.hpp"

namespace ampcf::model {

/// A running mean of a model's parameters, which often ranks better than the last of them: the noise of single steps
/// averages out (Polyak and Juditsky 1992; of epochs' ends, Izmailov et al., UAI 2018).
struct ParameterMean {
  Personas<float> personas;
  SharedParameters<float> shared;

  /// Takes in the n-th sample, n = 1, 2, ...: mean += (sample - mean) / min(n, window). So it is the plain mean of the
  /// first `window` samples, and from then on one in which a sample's share falls by 1 / window with each that follows.
  /// Of the items rows `first_item` to `last_item` - 1 alone. Element by element: the bits do not depend on who adds
  /// what.
  void add(const Personas<float>& sample, const SharedParameters<float>& shared_sample, std::uint64_t n,
           std::uint64_t window, std::uint64_t first_item, std::uint64_t last_item);
};

}  // namespace ampcf::model
