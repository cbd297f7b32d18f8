#include "ampcf/model/mean.hpp"

#include <algorithm>

namespace ampcf::model {

namespace {

void take_in(float* __restrict mean, const float* __restrict sample, std::size_t size, float weight) {
  if (weight == 1.0F) {
    std::copy_n(sample, size, mean);
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    mean[i] += (sample[i] - mean[i]) * weight;
  }
}

}  // namespace

void ParameterMean::add(const Personas<float>& sample, const SharedParameters<float>& shared_sample, std::uint64_t n,
                        std::uint64_t window, std::uint64_t first_item, std::uint64_t last_item) {
  const float weight = 1.0F / static_cast<float>(std::min(n, window));
  take_in(personas.rows.data(), sample.rows.data(), sample.rows.size(), weight);
  const auto count = last_item - first_item;
  take_in(shared.item(first_item), shared_sample.item(first_item), count * shared.dimensions.padded_dim(), weight);
  take_in(shared.biases.data() + first_item, shared_sample.biases.data() + first_item, count, weight);
  take_in(shared.user_projection.data(), shared_sample.user_projection.data(), shared.user_projection.size(), weight);
  take_in(shared.item_projection.data(), shared_sample.item_projection.data(), shared.item_projection.size(), weight);
}

}  // namespace ampcf::model
