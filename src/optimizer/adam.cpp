#include "ampcf/optimizer/adam.hpp"

#include <algorithm>

namespace ampcf::optimizer {

Adam::Adam(const AdamOptions& options) : options_(options) {
  // Powers by repeated multiplication: libm's pow may differ in the last bit between processors.
  double power1 = 1.0;
  double power2 = 1.0;
  constexpr std::size_t kLongest = 1U << 20U;
  do {
    power1 *= options.beta1;
    power2 *= options.beta2;
    corrections_.push_back({static_cast<float>(1.0 / (1.0 - power1)), static_cast<float>(1.0 / (1.0 - power2))});
  } while ((corrections_.back().first != 1.0F || corrections_.back().second != 1.0F) && corrections_.size() < kLongest);
}

Adam::RowUpdate Adam::row(std::uint32_t& updates, double learning_rate) const {
  updates += updates < UINT32_MAX ? 1U : 0U;
  const auto& correct = corrections_[std::min<std::size_t>(updates, corrections_.size()) - 1];
  RowUpdate update;
  update.beta1_ = static_cast<float>(options_.beta1);
  update.beta2_ = static_cast<float>(options_.beta2);
  update.epsilon_ = static_cast<float>(options_.epsilon);
  update.rate_ = static_cast<float>(learning_rate) * correct.first;
  update.second_correction_ = correct.second;
  return update;
}

}  // namespace ampcf::optimizer
