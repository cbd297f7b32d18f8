#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/scoring.hpp"

#include <optional>

namespace ampcf::training {

struct ValidationMetrics {
  double hr = 0.0;    // HR@10
  double ndcg = 0.0;  // NDCG@10
};

/// The sampled protocol on the validation items of all ranks' users: the only thing that training looks at to stop and
/// to choose the best model.
class Validation {
 public:
  static constexpr std::size_t kLength = 10;

  /// Collective.
  Validation(const communication::Communicator& communicator, dataset::HeldOut held_out);

  /// Users of all ranks that have a validation item.
  [[nodiscard]] std::uint64_t user_count() const { return user_count_; }
  [[nodiscard]] std::uint64_t candidates_per_user() const { return held_out_.candidates_per_user; }

  /// Collective. Means over these users, bit-identical on any number of ranks; nothing where there are none.
  [[nodiscard]] std::optional<ValidationMetrics> run(const model::Personas<float>& personas,
                                                     const model::SharedParameters<float>& shared) const;

 private:
  const communication::Communicator& communicator_;
  dataset::HeldOut held_out_;
  std::uint64_t user_count_ = 0;
};

}  // namespace ampcf::training
