#include "ampcf/evaluation/taste/distance.hpp"

#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

// A term of KL(p || m); 0 log 0 = 0.
double divergence_term(double p, double m) { return p > 0.0 ? p * kernels::logarithm(p / m) : 0.0; }

}  // namespace

std::vector<double> taste_distribution(const Points& distances, std::vector<ItemIndex> items) {
  std::sort(items.begin(), items.end());
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(distances.cols());
  for (const auto item : items) {
    mean += distances.row(item).cast<double>().transpose();
  }
  mean /= static_cast<double>(items.size());
  std::vector<double> shares(static_cast<std::size_t>(mean.size()));
  double total = 0.0;
  for (std::size_t taste = 0; taste < shares.size(); ++taste) {
    shares[taste] = kernels::exponential(mean[static_cast<Eigen::Index>(taste)]);  // of 0 to 2: no overflow
    total += shares[taste];
  }
  for (double& share : shares) {
    share /= total;
  }
  return shares;
}

double jensen_shannon(std::span<const double> p, std::span<const double> q) {
  double total = 0.0;
  for (std::size_t taste = 0; taste < p.size(); ++taste) {
    const double middle = (p[taste] + q[taste]) / 2.0;
    total += divergence_term(p[taste], middle) + divergence_term(q[taste], middle);
  }
  return std::sqrt(std::max(0.0, total / 2.0));  // rounding can make nearly equal ones negative
}

double hellinger(std::span<const double> p, std::span<const double> q) {
  double total = 0.0;
  for (std::size_t taste = 0; taste < p.size(); ++taste) {
    const double difference = std::sqrt(p[taste]) - std::sqrt(q[taste]);
    total += difference * difference;
  }
  return std::sqrt(total / 2.0);
}

}  // namespace ampcf::evaluation
