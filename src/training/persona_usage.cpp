#include "ampcf/training/persona_usage.hpp"

#include "ampcf/kernels/exponential.hpp"
#include "ampcf/model/scoring.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ampcf::training {

namespace {

constexpr double kUnits = 0x1p32;

double effective_number(const std::vector<std::uint64_t>& claims, std::uint64_t total) {
  double entropy = 0.0;
  for (const auto count : claims) {
    const double share = static_cast<double>(count) / static_cast<double>(total);
    entropy -= count > 0 ? share * kernels::logarithm(share) : 0.0;
  }
  return kernels::exponential(entropy);
}

}  // namespace

std::uint64_t usage_stride(std::uint64_t interactions, std::uint64_t most) {
  return std::max<std::uint64_t>(1, interactions / most);
}

PersonaUsage measure_usage(const communication::Communicator& communicator, const dataset::Interactions& interactions,
                           const model::Personas<float>& personas, const model::SharedParameters<float>& shared,
                           std::uint64_t stride) {
  const auto r = shared.dimensions.personas;
  model::Scorer scorer(shared);
  std::vector<float> attention(r);
  std::array<std::int64_t, 5> sums{};  // effective, idle personas, users; certainty, items
  for (std::uint64_t user = 0; user < interactions.users.count(); ++user) {
    const auto items = interactions.of(user);
    if ((interactions.users.first + user) % stride != 0 || items.empty()) {
      continue;
    }
    scorer.set_user(personas.of(user));
    std::vector<std::uint64_t> claims(r);
    for (const auto item : items) {
      scorer.attention(item, attention);
      const auto strongest = std::max_element(attention.begin(), attention.end());
      ++claims[static_cast<std::size_t>(strongest - attention.begin())];
      sums[3] += std::llround(static_cast<double>(*strongest) * kUnits);
    }
    sums[0] += std::llround(effective_number(claims, items.size()) * kUnits);
    sums[1] += std::count(claims.begin(), claims.end(), 0U);
    sums[2] += 1;
    sums[4] += static_cast<std::int64_t>(items.size());
  }
  communicator.sum(std::span<std::int64_t>(sums));
  const auto users = static_cast<double>(std::max<std::int64_t>(1, sums[2]));
  const auto items = static_cast<double>(std::max<std::int64_t>(1, sums[4]));
  return {static_cast<double>(sums[0]) / (kUnits * users),
          static_cast<double>(sums[1]) / (users * static_cast<double>(r)),
          static_cast<double>(sums[3]) / (kUnits * items)};
}

bool is_collapsed(const PersonaUsage& usage, std::size_t personas) {
  return personas > 1 && usage.effective <= 1.0 + static_cast<double>(personas - 1) / 8.0;
}

}  // namespace ampcf::training
