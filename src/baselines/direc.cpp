#include "baselines/direc.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/model_scores.hpp"
#include "ampcf/evaluation/placement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ampcf::baselines {

namespace {

constexpr int kLevels = 24;  // radii from 2 to 2^-22: float directions are no more exact

class CoverTree {
 public:
  explicit CoverTree(const evaluation::Points& points)
      : cosines_(points * points.transpose()), is_placed_(static_cast<std::size_t>(points.rows()), false) {}

  std::vector<std::size_t> order() {
    float radius = 2.0F;
    for (int level = 0; level < kLevels && order_.size() < is_placed_.size(); ++level, radius /= 2.0F) {
      for (std::size_t point = 0; point < is_placed_.size(); ++point) {
        if (!is_placed_[point] && is_separate(point, radius)) {
          place(point);
        }
      }
    }
    for (std::size_t point = 0; point < is_placed_.size(); ++point) {
      if (!is_placed_[point]) {
        place(point);
      }
    }
    return order_;
  }

 private:
  [[nodiscard]] bool is_separate(std::size_t point, float radius) const {
    return std::all_of(order_.begin(), order_.end(), [&](std::size_t other) {
      return 1.0F - cosines_(static_cast<Eigen::Index>(point), static_cast<Eigen::Index>(other)) > radius;
    });
  }

  void place(std::size_t point) {
    is_placed_[point] = true;
    order_.push_back(point);
  }

  Eigen::MatrixXf cosines_;  // (n, n)
  std::vector<bool> is_placed_;
  std::vector<std::size_t> order_;
};

class Direc : public evaluation::ScoreSource {
 public:
  Direc(const evaluation::BaselineInput& input, const checkpoint::ModelFile& model, const DirecOptions& options)
      : ScoreSource(model.item_count()),
        consumed_(input.consumed),
        own_(input.consumed.train().users),
        scores_(model, own_),
        directions_(evaluation::item_directions(*input.taste)),
        candidates_(options.candidates) {}

  void score(UserRange users, std::span<float> scores) override {
    scores_.score(users, scores);
    for (auto user = users.first; user < users.last; ++user) {
      diversify(consumed_.of(user - own_.first), scores.subspan((user - users.first) * stride(), item_count()));
    }
  }

 private:
  // Candidates get 1 and more above all other scores, by their place in the new order.
  void diversify(std::span<const ItemIndex> consumed, std::span<float> scores) const {
    const auto best = evaluation::best_items(scores, consumed, candidates_);
    evaluation::Points points(static_cast<Eigen::Index>(best.size()), directions_.cols());
    for (std::size_t row = 0; row < best.size(); ++row) {
      points.row(static_cast<Eigen::Index>(row)) = directions_.row(best[row]);
    }
    const auto order = cover_tree_order(points);
    float place = std::ceil(*std::max_element(scores.begin(), scores.end())) + static_cast<float>(order.size());
    for (const auto row : order) {
      scores[best[row]] = place--;
    }
  }

  evaluation::ConsumedItems& consumed_;
  UserRange own_;
  evaluation::ModelScores scores_;
  evaluation::Points directions_;  // (n_items, dimensions)
  std::uint64_t candidates_;
};

}  // namespace

std::vector<std::size_t> cover_tree_order(const evaluation::Points& points) { return CoverTree(points).order(); }

void check_direc(const DirecOptions& options, const dataset::Dataset& data, dataset::HeldOutPart part, bool has_taste) {
  if (options.checkpoint.empty() || !has_taste) {
    throw UsageError(
        "--baseline direc diversifies a model by the taste space: expected --direc-checkpoint and no "
        "--tdd false");
  }
  evaluation::require_measurable(checkpoint::ModelFile(options.checkpoint), "direc-checkpoint", data, part);
}

std::unique_ptr<evaluation::ScoreSource> make_direc(const evaluation::BaselineInput& input,
                                                    const DirecOptions& options) {
  std::unique_ptr<evaluation::ScoreSource> source;
  input.communicator.agree([&] {
    check_direc(options, input.data, input.part, input.taste != nullptr);
    source = std::make_unique<Direc>(input, checkpoint::ModelFile(options.checkpoint), options);
  });
  return source;
}

}  // namespace ampcf::baselines
