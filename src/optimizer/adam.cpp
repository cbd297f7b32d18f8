#include "ampcf/optimizer/adam.hpp"

namespace ampcf::optimizer {

Adam::Adam(const AdamOptions& options) {
  constants_.beta1_ = static_cast<float>(options.beta1);
  constants_.beta2_ = static_cast<float>(options.beta2);
  constants_.epsilon_ = static_cast<float>(options.epsilon);
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

}  // namespace ampcf::optimizer
