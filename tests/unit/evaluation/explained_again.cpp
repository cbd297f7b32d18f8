#include "explained_again.hpp"

#include "ampcf/evaluation/taste/matrix.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::testing {

namespace {

using Items = std::vector<ItemIndex>;

double place_of(const Items& order, ItemIndex item) {
  return static_cast<double>(std::find(order.begin(), order.end(), item) - order.begin());
}

double mean_of(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) {
    total += value;
  }
  return total / static_cast<double>(values.size());
}

// e to the entropy, as the product of p^-p.
double diversity_of(const std::vector<std::size_t>& names) {
  double product = 1.0;
  for (std::size_t k = 0; k < 10; ++k) {
    const double share =
        static_cast<double>(std::count(names.begin(), names.end(), k)) / static_cast<double>(names.size());
    product *= share > 0.0 ? std::pow(share, -share) : 1.0;
  }
  return product;
}

}  // namespace

Told::Told(const std::filesystem::path& path) {
  const auto file = storage::File::open(path);
  const auto shape = file.shape("/model/personas");
  r = shape[1];
  d = shape[2];
  items = matrix(file, "/model/items", d);
  bias = matrix(file, "/model/item_bias", 1);
  const auto attention_dim = file.shape("/model/attention/user_projection")[1];
  form = matrix(file, "/model/attention/user_projection", attention_dim) *
         matrix(file, "/model/attention/item_projection", d);
  const Eigen::MatrixXd all = matrix(file, "/model/personas", d);
  for (std::size_t user = 0; user < shape[0]; ++user) {
    personas.emplace_back(all.middleRows(static_cast<Eigen::Index>(user * r), static_cast<Eigen::Index>(r)));
  }
}

Eigen::MatrixXd Told::matrix(const storage::File& file, const std::string& name, std::size_t columns) {
  const auto values = file.read<float>(name);
  return Eigen::Map<const evaluation::Points>(values.data(), static_cast<Eigen::Index>(values.size() / columns),
                                              static_cast<Eigen::Index>(columns))
      .cast<double>();
}

Eigen::VectorXd Told::attention(const Eigen::MatrixXd& chosen, ItemIndex item) const {
  const Eigen::VectorXd affinity = chosen * form * items.row(item).transpose();
  const Eigen::VectorXd weight = (affinity.array() - affinity.maxCoeff()).exp();
  return weight / weight.sum();
}

double Told::score(const Eigen::MatrixXd& chosen, ItemIndex item) const {
  return attention(chosen, item).dot(chosen * items.row(item).transpose()) + bias(item, 0);
}

std::size_t Told::named(std::size_t user, ItemIndex item) const {
  Eigen::Index persona = 0;
  attention(personas[user], item).maxCoeff(&persona);
  return static_cast<std::size_t>(persona);
}

Items Told::order(const Eigen::MatrixXd& chosen, const Items& left_out) const {
  Items order;
  for (ItemIndex item = 0; item < items.rows(); ++item) {
    if (!std::count(left_out.begin(), left_out.end(), item)) {
      order.push_back(item);
    }
  }
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return score(chosen, a) > score(chosen, b); });
  return order;
}

Eigen::MatrixXd Told::only(std::size_t user, std::size_t persona) const {
  return personas[user].row(static_cast<Eigen::Index>(persona));
}

Eigen::MatrixXd Told::all_but(std::size_t user, std::size_t persona) const {
  Eigen::MatrixXd others(static_cast<Eigen::Index>(r) - 1, static_cast<Eigen::Index>(d));
  for (std::size_t k = 0, row = 0; k < r; ++k) {
    if (k != persona) {
      others.row(static_cast<Eigen::Index>(row++)) = personas[user].row(static_cast<Eigen::Index>(k));
    }
  }
  return others;
}

std::map<std::string, double> told_again(const Told& model, std::size_t user, const Items& train,
                                         const Items& consumed) {
  const auto order = model.order(model.personas[user], consumed);
  std::vector<std::size_t> claims, names;
  for (const auto item : train) {
    claims.push_back(model.named(user, item));
  }
  std::map<std::string, std::vector<double>> of_item;
  for (std::size_t place = 0; place < kLength; ++place) {
    const auto item = order[place];
    const auto named = model.named(user, item);
    names.push_back(named);
    of_item["attention"].push_back(model.attention(model.personas[user], item).maxCoeff());
    double worst = 0.0, own = 0.0;
    std::vector<double> other, rival, other_lost, other_kept;
    for (std::size_t k = 0; k < model.r; ++k) {
      const double without = place_of(model.order(model.all_but(user, k), consumed), item);
      const double alone = place_of(model.order(model.only(user, k), consumed), item);
      const double fall = std::log2(without + 1.0) - std::log2(static_cast<double>(place) + 1.0);
      worst = std::max(worst, without);
      if (k == named) {
        own = without;
        of_item["deletion"].push_back(fall);
        of_item["lost"].push_back(without >= kLength);
        of_item["kept"].push_back(alone < kLength);
      } else {
        other.push_back(fall);
        other_lost.push_back(without >= kLength);
        other_kept.push_back(alone < kLength);
        if (std::count(claims.begin(), claims.end(), k)) {
          rival.push_back(fall);
        }
      }
    }
    of_item["strongest"].push_back(own == worst);  // personas are random: no two removals cost as much, or all nothing
    of_item["deletion_other"].push_back(mean_of(other));
    of_item["lost_other"].push_back(mean_of(other_lost));
    of_item["kept_other"].push_back(mean_of(other_kept));
    if (!rival.empty()) {
      of_item["deletion_over_rival"].push_back(of_item["deletion"].back() - mean_of(rival));
    }
  }
  std::map<std::string, double> values;
  for (const auto& [name, list] : of_item) {
    values[name + "@7"] = mean_of(list);
  }
  values["named@7"] = diversity_of(names);
  if (!claims.empty()) {
    values["personas_in_use"] = diversity_of(claims);
  }
  return values;
}

double rand_of(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other) {
  double a = 0, b = 0, c = 0, d = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool in_one = one[i] == one[j];
      const bool in_other = other[i] == other[j];
      (in_one ? (in_other ? a : b) : (in_other ? c : d)) += 1.0;
    }
  }
  return 2.0 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d));
}

std::optional<std::vector<std::size_t>> partners_of(const std::vector<std::size_t>& one,
                                                    const std::vector<std::size_t>& other) {
  std::vector<std::size_t> order{0, 1, 2, 3};
  std::map<std::vector<std::size_t>, int> together;  // by the first three
  do {
    int items = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
      items += order[one[i]] == other[i] ? 1 : 0;
    }
    together[{order[0], order[1], order[2]}] = items;
  } while (std::next_permutation(order.begin(), order.end()));
  const auto best = std::max_element(together.begin(), together.end(),
                                     [](const auto& x, const auto& y) { return x.second < y.second; });
  const auto ways =
      std::count_if(together.begin(), together.end(), [&](const auto& x) { return x.second == best->second; });
  return ways == 1 ? std::optional(best->first) : std::nullopt;
}

}  // namespace ampcf::testing
