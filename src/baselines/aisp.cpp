#include "baselines/aisp.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/taste/clusters.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/kernels/product.hpp"

#include <algorithm>

namespace ampcf::baselines {

namespace {

using evaluation::Points;
using kernels::Floats;
using kernels::kLanes;

constexpr int kRestarts = 10;  // as for the tastes

class Aisp : public evaluation::ScoreSource {
 public:
  Aisp(const evaluation::BaselineInput& input, const AispOptions& options)
      : ScoreSource(input.data.item_count()),
        train_(input.consumed.train()),
        items_(input.taste->items),
        transposed_(Points::Zero(items_.cols(), static_cast<Eigen::Index>(stride()))),
        personas_(options.personas),
        seed_(input.seed),
        affinities_(personas_ * stride()) {
    transposed_.leftCols(items_.rows()) = items_.transpose();
  }

  void score(UserRange users, std::span<float> scores) override {
    for (auto user = users.first; user < users.last; ++user) {
      const auto history = train_.of(user - train_.users.first);
      const auto row = scores.subspan((user - users.first) * stride(), stride());
      if (history.empty()) {
        std::fill(row.begin(), row.end(), 0.0F);
      } else {
        attend(personas_of(history), row);
      }
    }
  }

 private:
  [[nodiscard]] Points personas_of(std::span<const ItemIndex> history) const {
    Points points(static_cast<Eigen::Index>(history.size()), items_.cols());
    for (std::size_t row = 0; row < history.size(); ++row) {
      points.row(static_cast<Eigen::Index>(row)) = items_.row(history[row]);
    }
    return evaluation::cluster(points, personas_, kRestarts, seed_).centroids;
  }

  // sum_k softmax(s)_k s_k of all items, sixteen at a time.
  void attend(const Points& personas, std::span<float> scores) {
    const auto count = static_cast<std::size_t>(personas.rows());
    const auto dim = static_cast<std::size_t>(personas.cols());
    kernels::product(personas.data(), dim, transposed_.data(), stride(), affinities_.data(), stride(), count, dim,
                     stride());
    for (std::size_t item = 0; item < stride(); item += kLanes) {
      Floats greatest = kernels::load(&affinities_[item]);
      for (std::size_t persona = 1; persona < count; ++persona) {
        greatest = kernels::max(kernels::load(&affinities_[persona * stride() + item]), greatest);
      }
      Floats total{};
      Floats weighted{};
      for (std::size_t persona = 0; persona < count; ++persona) {
        const Floats affinity = kernels::load(&affinities_[persona * stride() + item]);
        const Floats weight = kernels::exponential(affinity - greatest);
        total += weight;
        weighted += weight * affinity;
      }
      kernels::store(&scores[item], weighted / total);
    }
  }

  const dataset::Interactions& train_;
  const Points& items_;  // (n_items, dimensions)
  Points transposed_;    // (dimensions, stride)
  std::uint64_t personas_;
  std::uint64_t seed_;
  std::vector<float> affinities_;  // (personas, stride) of the user at hand
};

}  // namespace

std::unique_ptr<evaluation::ScoreSource> make_aisp(const evaluation::BaselineInput& input, const AispOptions& options) {
  if (input.taste == nullptr) {
    throw UsageError("--baseline aisp: items are points of the taste space, expected no --tdd false");
  }
  return std::make_unique<Aisp>(input, options);
}

}  // namespace ampcf::baselines
