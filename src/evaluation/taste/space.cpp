#include "ampcf/evaluation/taste/space.hpp"

#include "ampcf/evaluation/taste/clusters.hpp"
#include "ampcf/evaluation/taste/principal_components.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ampcf::evaluation {

namespace {

constexpr double kNoLength = 1e-6;  // relative to the longest item
constexpr int kDeflate = 1;

void write_points(storage::File& file, const std::string& name, const Points& points) {
  file.write<float>(name, {static_cast<std::uint64_t>(points.rows()), static_cast<std::uint64_t>(points.cols())},
                    std::span(points.data(), static_cast<std::size_t>(points.size())), kDeflate);
}

// Rows of length 1, or 0 where a row has no direction.
Eigen::MatrixXd directions(const Points& points, double least) {
  Eigen::MatrixXd rows = points.cast<double>();
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    const double length = rows.row(row).norm();
    rows.row(row) *= length > least ? 1.0 / length : 0.0;
  }
  return rows;
}

double least_length(const TasteSpace& space) {
  return kNoLength * space.items.cast<double>().rowwise().norm().maxCoeff();
}

}  // namespace

std::string description_of(const TasteParameters& parameters) {
  return fmt::format("up to {} dimensions, up to {} tastes, best of {} restarts, seed {}", parameters.dimensions,
                     parameters.tastes, parameters.restarts, parameters.seed);
}

TasteSpace build_taste_space(const dataset::Interactions& all, std::uint64_t item_count,
                             const TasteParameters& parameters) {
  auto components = principal_components(all, item_count, parameters.dimensions, parameters.seed);
  auto clusters = cluster(components.items, parameters.tastes, parameters.restarts, parameters.seed);
  return {std::move(components.items), std::move(clusters.centroids), components.explained_variance,
          components.residual, clusters.inertia};
}

void write_taste_space(storage::File& file, const TasteSpace& space) {
  write_points(file, "/taste/items", space.items);
  write_points(file, "/taste/centroids", space.centroids);
  const std::array<double, 3> quality{space.explained_variance, space.residual, space.inertia};
  file.write<double>("/taste/quality", {quality.size()}, quality);
}

void broadcast(const communication::Communicator& communicator, TasteSpace& space) {
  for (auto* points : {&space.items, &space.centroids}) {
    std::array<std::int64_t, 2> shape{points->rows(), points->cols()};
    communicator.broadcast(std::span<std::int64_t>(shape), 0);
    points->resize(shape[0], shape[1]);
    communicator.broadcast(std::span(points->data(), static_cast<std::size_t>(points->size())), 0);
  }
}

Points cosine_distances(const TasteSpace& space) {
  const double least = least_length(space);
  const auto centroids = directions(space.centroids, least);
  constexpr Eigen::Index kItemsAtOnce = 4096;
  Points distances(space.items.rows(), space.centroids.rows());
  for (Eigen::Index first = 0; first < space.items.rows(); first += kItemsAtOnce) {
    const auto rows = std::min(kItemsAtOnce, space.items.rows() - first);
    const auto items = directions(space.items.middleRows(first, rows), least);
    const Eigen::MatrixXd cosines = items * centroids.transpose();
    distances.middleRows(first, rows) = (1.0 - cosines.array()).matrix().cast<float>();
  }
  return distances;
}

Points item_directions(const TasteSpace& space) { return directions(space.items, least_length(space)).cast<float>(); }

std::vector<std::int32_t> nearest_tastes(const TasteSpace& space) {
  std::vector<std::int32_t> nearest(static_cast<std::size_t>(space.items.rows()));
  for (Eigen::Index item = 0; item < space.items.rows(); ++item) {
    Eigen::Index taste = 0;
    (space.centroids.rowwise() - space.items.row(item)).rowwise().squaredNorm().minCoeff(&taste);
    nearest[static_cast<std::size_t>(item)] = static_cast<std::int32_t>(taste);
  }
  return nearest;
}

}  // namespace ampcf::evaluation
