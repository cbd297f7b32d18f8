#include "benchmark/step_floor.hpp"

#include "benchmark/machine.hpp"

#include <algorithm>

namespace ampcf::benchmarks {

namespace {

// Vector operations beside exponentials and logarithms, counted in src: of LossBlock for a persona and a candidate
// (largest affinity 1, difference 1, sums 4, products 5, entropy 2), and of Adam for sixteen numbers without root and
// division (gradient 3, moments 5, denominator 1, step 2).
constexpr double kLossOperations = 13.0;
constexpr double kAdamOperations = 11.0;

}  // namespace

double StepFloor::whole() const { return std::max(sampling + gradient + adam, memory); }

StepFloor floor_of(const StepSize& size) {
  const auto& m = machine();
  const auto& shape = size.dimensions;
  const auto r = static_cast<double>(shape.personas);
  const auto d = static_cast<double>(shape.padded_dim());
  const auto batch = static_cast<double>(size.batch);
  const double vectors = d / 16.0;  // of a row
  const double candidates = batch * static_cast<double>(size.negatives + 1);
  const bool learns = shape.learns_attention();
  const auto contrasts = learns ? static_cast<double>(shape.affinity_rows()) : 0.0;
  const double dots = candidates * (r + contrasts);  // with u, with p too; twice as many rows are added to backward
  const double projected = std::min(size.users * contrasts, size.items);  // whichever are fewer
  // p = w M, dw = dp M^T, dM = w^T dp; M = A^u A^v, dA^u = dM A^v^T, dA^v = A^u^T dM.
  const double projections = learns ? 3.0 * (projected + d) * d * vectors : 0.0;
  const double updated = size.users * r * vectors + size.items * (vectors + 1.0 / 16.0);

  const double products = 3.0 * dots * vectors + projections;
  const double loss = kLossOperations * candidates * r / 16.0;
  const double additions = candidates * vectors;  // to the sums of the items' gradients
  StepFloor floor{};
  floor.memory = updated * 64.0 * 6.0 / update_bytes_per_second(static_cast<std::size_t>(size.state_bytes));
  floor.sampling = batch * (2.0 * static_cast<double>(size.negatives) + 1.0) / 16.0 * m.random_words;
  floor.gradient = (products + loss + additions) * m.multiply_add + candidates * (r + 1.0) / 16.0 * m.exponential +
                   (candidates + batch) / 16.0 * m.logarithm + dots / 16.0 * m.sums_of_lanes +
                   candidates * (vectors + 1.0 / 16.0) * m.rounding;
  floor.adam = updated * std::max(kAdamOperations * m.multiply_add, m.root_and_division);
  floor.bare = std::max((products + kAdamOperations * updated) * m.multiply_add, floor.memory);
  return floor;
}

}  // namespace ampcf::benchmarks
