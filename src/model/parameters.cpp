#include "ampcf/model/parameters.hpp"

#include "ampcf/kernels/product.hpp"
#include "ampcf/kernels/tile.hpp"
#include "ampcf/model/batch_gradient.hpp"
#include "ampcf/random/philox.hpp"

#include <algorithm>

namespace ampcf::model {

namespace {

// Row `index` of a stream: `size` normal numbers; the row's address is its global index.
template <typename Real>
void fill_normal(Real* row, std::size_t size, double scale, std::uint64_t seed, random::Stream stream,
                 std::uint64_t index) {
  random::Draws draws(seed, stream, index);
  for (std::size_t i = 0; i < size; i += 2) {
    const auto pair = random::normal_pair(draws);
    row[i] = static_cast<Real>(scale * pair[0]);
    if (i + 1 < size) {
      row[i + 1] = static_cast<Real>(scale * pair[1]);
    }
  }
}

}  // namespace

template <typename Real>
SharedParameters<Real>::SharedParameters(const Dimensions& shape, std::uint64_t n_items, const Memory& memory)
    : dimensions(shape),
      item_count(n_items),
      items(n_items * shape.padded_dim(), memory.items),
      biases(n_items, memory.biases),
      user_projection(shape.padded_dim() * shape.padded_attention_dim()),
      item_projection(shape.padded_attention_dim() * shape.padded_dim()) {
  for (std::size_t i = 0; i < std::min(shape.dim, shape.attention_dim); ++i) {
    user_projection[i * shape.padded_attention_dim() + i] = 1;
    item_projection[i * shape.padded_dim() + i] = 1;
  }
}

template <typename Real>
void FoldedAttention<Real>::fold(const SharedParameters<Real>& shared) {
  if (!shared.dimensions.learns_attention()) {
    return;
  }
  const auto d = shared.dimensions.padded_dim();
  const auto d_a = shared.dimensions.padded_attention_dim();
  form.resize(d * d);
  transposed.resize(d * d);
  kernels::product(shared.user_projection.data(), d_a, shared.item_projection.data(), d, form.data(), d, d, d_a, d);
  kernels::transpose(form.data(), d, transposed.data(), d, d, d);
}

template <typename Real>
void contrast(const Dimensions& dimensions, const Real* personas, Real* contrasts) {
  const auto d = dimensions.padded_dim();
  for (std::size_t column = 0; column < d; column += kernels::kLanes) {
    const auto first = kernels::load(personas + column);
    for (std::size_t row = d + column; row < dimensions.user_stride(); row += d) {
      kernels::store(contrasts + row - d, kernels::load(personas + row) - first);
    }
  }
}

template <typename Real>
void initialize(Personas<Real>& personas, double scale, std::uint64_t seed) {
  const auto& shape = personas.dimensions;
  for (std::uint64_t user = 0; user < personas.users.count(); ++user) {
    for (std::size_t k = 0; k < shape.personas; ++k) {
      // The persona's number sits above the user's, so that a model with more personas begins with the same first ones.
      const auto address = (personas.users.first + user) | (static_cast<std::uint64_t>(k) << 40U);
      fill_normal(personas.of(user) + k * shape.padded_dim(), shape.dim, scale, seed, random::Stream::initial_personas,
                  address);
    }
  }
}

template <typename Real>
void initialize(SharedParameters<Real>& shared, double scale, double projection_noise, std::uint64_t seed,
                bool fills_items) {
  const auto& shape = shared.dimensions;
  for (std::uint64_t item = 0; fills_items && item < shared.item_count; ++item) {
    fill_normal(shared.item(item), shape.dim, scale, seed, random::Stream::initial_items, item);
  }
  if (shape.is_identity) {
    return;
  }
  std::vector<Real> noise(std::max(shape.dim, shape.attention_dim));
  const auto add_noise = [&](Real* row, std::size_t size, std::uint64_t address) {
    fill_normal(noise.data(), size, projection_noise, seed, random::Stream::initial_projections, address);
    std::transform(row, row + size, noise.begin(), row, std::plus<>());
  };
  for (std::size_t i = 0; i < shape.dim; ++i) {
    add_noise(shared.user_projection.data() + i * shape.padded_attention_dim(), shape.attention_dim, 2 * i);
  }
  for (std::size_t i = 0; i < shape.attention_dim; ++i) {
    add_noise(shared.item_projection.data() + i * shape.padded_dim(), shape.dim, 2 * i + 1);
  }
}

template <typename Real>
void unfold_gradient(const SharedParameters<Real>& shared, const Real* form_gradient, Real* user_projection_gradient,
                     Real* item_projection_gradient) {
  const auto d = shared.dimensions.padded_dim();
  const auto d_a = shared.dimensions.padded_attention_dim();
  Real* const transposed = item_projection_gradient;  // until its own numbers are known
  kernels::transpose(shared.item_projection.data(), d, transposed, d_a, d_a, d);
  kernels::product(form_gradient, d, transposed, d_a, user_projection_gradient, d_a, d, d, d_a);
  kernels::multiply(
      kernels::Factors<Real>{shared.user_projection.data(), 1, d_a, form_gradient, d, d}, d_a, d,
      [](std::size_t, std::size_t) { return kernels::Vec<Real>{}; },
      [=](std::size_t row, std::size_t column, kernels::Vec<Real> sums) {
        kernels::store(item_projection_gradient + row * d + column, sums);
      });
}

#define AMPCF_INSTANTIATE(Real)                                                                  \
  template struct SharedParameters<Real>;                                                        \
  template struct FoldedAttention<Real>;                                                         \
  template void contrast<Real>(const Dimensions&, const Real*, Real*);                           \
  template void unfold_gradient<Real>(const SharedParameters<Real>&, const Real*, Real*, Real*); \
  template void initialize<Real>(Personas<Real>&, double, std::uint64_t);                        \
  template void initialize<Real>(SharedParameters<Real>&, double, double, std::uint64_t, bool);
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(double)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::model
