#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/storage/file.hpp"

#include <Eigen/Dense>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What explanations are worth, written a second time: in double, by other means, from the files alone.
namespace ampcf::testing {

constexpr std::size_t kLength = 7;  // of the lists that are explained

/// A checkpoint as its file says, and what follows from that.
struct Told {
  explicit Told(const std::filesystem::path& path);

  static Eigen::MatrixXd matrix(const storage::File& file, const std::string& name, std::size_t columns);

  /// (personas), (1) and (1), of some personas (personas, d) and an item.
  [[nodiscard]] Eigen::VectorXd attention(const Eigen::MatrixXd& chosen, ItemIndex item) const;
  [[nodiscard]] double score(const Eigen::MatrixXd& chosen, ItemIndex item) const;
  [[nodiscard]] std::size_t named(std::size_t user, ItemIndex item) const;

  /// Items that are not left out, best first.
  [[nodiscard]] std::vector<ItemIndex> order(const Eigen::MatrixXd& chosen,
                                             const std::vector<ItemIndex>& left_out) const;

  [[nodiscard]] Eigen::MatrixXd only(std::size_t user, std::size_t persona) const;
  [[nodiscard]] Eigen::MatrixXd all_but(std::size_t user, std::size_t persona) const;

  std::size_t r, d;
  Eigen::MatrixXd items, bias, form;      // v (n, d), b (n, 1), A^u A^v (d, d)
  std::vector<Eigen::MatrixXd> personas;  // by user, (r, d)
};

/// What a user's explanations are worth, by the names of metrics.h5; without stability and simulation.
[[nodiscard]] std::map<std::string, double> told_again(const Told& model, std::size_t user,
                                                       const std::vector<ItemIndex>& train,
                                                       const std::vector<ItemIndex>& consumed);

/// Adjusted Rand index of two namings of the same items, by all pairs: together or apart in the one and in the other.
[[nodiscard]] double rand_of(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other);

/// All ways to give each of three personas one of four, the best of them; nothing where several are best.
[[nodiscard]] std::optional<std::vector<std::size_t>> partners_of(const std::vector<std::size_t>& one,
                                                                  const std::vector<std::size_t>& other);

}  // namespace ampcf::testing
