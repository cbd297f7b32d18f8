#include "ampcf/evaluation/taste/clusters.hpp"

#include "ampcf/random/philox.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace ampcf::evaluation {

namespace {

using Eigen::Index;

constexpr int kMostIterations = 300;
constexpr Index kPointsAtOnce = 1024;  // their distances to all centroids stay in the cache

// In doubles and without expanding the square, so that equal points are at distance 0 exactly.
double squared_distance(const Points& points, Index point, const Points& centroids, Index centroid) {
  return (points.row(point).cast<double>() - centroids.row(centroid).cast<double>()).squaredNorm();
}

// The first index at which the running sum of `weights` exceeds `share` (0 to 1) of their total; weight 0 is never
// taken unless all are 0.
Index draw_by_weight(const std::vector<double>& weights, double share) {
  double total = 0.0;
  for (const double weight : weights) {
    total += weight;
  }
  double sum = 0.0;
  Index last = 0;
  for (std::size_t index = 0; index < weights.size(); ++index) {
    sum += weights[index];
    if (weights[index] > 0.0) {
      last = static_cast<Index>(index);
      if (sum > share * total) {
        break;
      }
    }
  }
  return last;
}

Points seed_centroids(const Points& points, Index count, random::Draws draws) {
  Points centroids(count, points.cols());
  std::vector<double> nearest(static_cast<std::size_t>(points.rows()), 1.0);  // the first one is drawn uniformly
  for (Index chosen = 0; chosen < count; ++chosen) {
    if (std::all_of(nearest.begin(), nearest.end(), [](double distance) { return distance == 0.0; })) {
      return centroids.topRows(chosen);  // every distinct point is a centroid
    }
    centroids.row(chosen) = points.row(draw_by_weight(nearest, draws.next_unit()));
    for (Index point = 0; point < points.rows(); ++point) {
      auto& distance = nearest[static_cast<std::size_t>(point)];
      const double to_chosen = squared_distance(points, point, centroids, chosen);
      distance = chosen == 0 ? to_chosen : std::min(distance, to_chosen);
    }
  }
  return centroids;
}

class Lloyd {
 public:
  Lloyd(const Points& points, Points centroids)
      : points_(points),
        centroids_(std::move(centroids)),
        label_(static_cast<std::size_t>(points.rows()), -1),
        size_(static_cast<std::size_t>(centroids_.rows())) {}

  Clusters run() {
    Clusters result;
    while (result.iterations < kMostIterations && !result.has_converged) {
      result.has_converged = !assign();
      if (!result.has_converged) {
        fill_empty_clusters();
        move_centroids();
      }
      ++result.iterations;
    }
    for (Index point = 0; point < points_.rows(); ++point) {
      result.inertia += squared_distance(points_, point, centroids_, label_[static_cast<std::size_t>(point)]);
    }
    result.centroids = centroids_;
    return result;
  }

 private:
  // Gives every point to its nearest centroid (the first of equally near ones); whether any changed. |x|^2 is the same
  // for all centroids, so |c|^2 - 2 x.c decides.
  bool assign() {
    const Eigen::RowVectorXf norms = centroids_.rowwise().squaredNorm().transpose();
    bool has_changed = false;
    std::fill(size_.begin(), size_.end(), 0);
    for (Index first = 0; first < points_.rows(); first += kPointsAtOnce) {
      const auto rows = std::min(kPointsAtOnce, points_.rows() - first);
      costs_.noalias() = -2.0F * points_.middleRows(first, rows) * centroids_.transpose();
      costs_.rowwise() += norms;
      for (Index row = 0; row < rows; ++row) {
        Index nearest = 0;
        costs_.row(row).minCoeff(&nearest);
        auto& label = label_[static_cast<std::size_t>(first + row)];
        has_changed = has_changed || label != nearest;
        label = nearest;
        ++size_[static_cast<std::size_t>(nearest)];
      }
    }
    return has_changed;
  }

  void fill_empty_clusters() {
    for (std::size_t empty = 0; empty < size_.size(); ++empty) {
      const auto farthest = size_[empty] == 0 ? farthest_point() : -1;
      if (farthest >= 0) {
        auto& label = label_[static_cast<std::size_t>(farthest)];
        --size_[static_cast<std::size_t>(label)];
        ++size_[empty];
        label = static_cast<Index>(empty);
      }
    }
  }

  // Of the points in clusters of two and more; -1 where all lie on their centroids.
  [[nodiscard]] Index farthest_point() const {
    Index farthest = -1;
    double longest = 0.0;
    for (Index point = 0; point < points_.rows(); ++point) {
      const auto label = label_[static_cast<std::size_t>(point)];
      const double distance = squared_distance(points_, point, centroids_, label);
      if (distance > longest && size_[static_cast<std::size_t>(label)] > 1) {
        longest = distance;
        farthest = point;
      }
    }
    return farthest;
  }

  void move_centroids() {
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> sums =
        decltype(sums)::Zero(centroids_.rows(), centroids_.cols());
    for (Index point = 0; point < points_.rows(); ++point) {
      sums.row(label_[static_cast<std::size_t>(point)]) += points_.row(point).cast<double>();
    }
    for (Index cluster = 0; cluster < centroids_.rows(); ++cluster) {
      const auto members = size_[static_cast<std::size_t>(cluster)];
      if (members > 0) {
        centroids_.row(cluster) = (sums.row(cluster) / static_cast<double>(members)).cast<float>();
      }
    }
  }

  const Points& points_;
  Points centroids_;
  std::vector<Index> label_;         // (points)
  std::vector<std::uint64_t> size_;  // (clusters)
  Points costs_;                     // (kPointsAtOnce, clusters)
};

}  // namespace

Clusters cluster(const Points& points, std::uint64_t count, std::uint64_t restarts, std::uint64_t seed) {
  Clusters best;
  for (std::uint64_t start = 0; start < restarts; ++start) {
    const random::Draws draws(seed, random::Stream::taste_clusters, start);
    auto found = Lloyd(points, seed_centroids(points, static_cast<Index>(count), draws)).run();
    if (start == 0 || found.inertia < best.inertia) {
      best = std::move(found);
    }
  }
  return best;
}

}  // namespace ampcf::evaluation
