#include "ampcf/recommendation/fold_in.hpp"

#include "ampcf/kernels/exponential.hpp"
#include "ampcf/kernels/product.hpp"
#include "ampcf/random/philox.hpp"
#include "ampcf/sampling/alias_table.hpp"
#include "ampcf/training/options.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace ampcf::recommendation {

namespace {

using kernels::AlignedVector;
using kernels::broadcast;
using kernels::Floats;
using kernels::Integers;
using kernels::kLanes;
using kernels::load;
using kernels::store;

constexpr std::uint64_t kReserve = 4;                // negatives drawn for one that is used
constexpr std::size_t kWindowsAStep = 64;            // of sixteen groups, that a short history meets in one step
constexpr std::uint64_t kFullSoftmaxNegatives = 64;  // stand for all other items
constexpr float kImpossible = -1e30F;                // score of what takes no part

training::TrainingOptions options_of(const checkpoint::ModelFile& model) {
  training::TrainingOptions options;
  config::OptionTable table("ampcf-train", "", "");
  training::add_options(table, options);
  table.read_ini(model.config(), model.file().path().string() + " (its config)");
  return options;
}

std::vector<double> sampling_weights(const dataset::Dataset& data, double power) {
  std::vector<double> counts(data.item_count());
  for (const auto item : data.interactions({0, data.user_count()}).item) {
    counts[item] += 1.0;
  }
  for (auto& count : counts) {
    count = kernels::power(count, power);
  }
  return counts;
}

}  // namespace

FoldIn::FoldIn(const dataset::Dataset& data, const checkpoint::ModelFile& model,
               const model::SharedParameters<float>& shared, const FoldInOptions& options)
    : shared_(shared), options_(options), adam_(optimizer::AdamOptions{}) {
  const auto trained = options_of(model);
  weights_ = trained.loss;
  weight_decay_ = static_cast<float>(trained.weight_decay);
  folded_.fold(shared_);
  is_seen_excluded_ = trained.negatives.is_seen_excluded && !trained.is_full_softmax;
  // Every other item as a negative is too much for milliseconds: a uniform sample stands for them, each of its items
  // for as many as there are to one of the sample.
  negatives_ = trained.is_full_softmax ? kFullSoftmaxNegatives : trained.negatives.count;
  if (trained.is_full_softmax) {
    negative_shift_ = static_cast<float>(
        kernels::logarithm(static_cast<double>(shared_.item_count) / static_cast<double>(negatives_)));
  }
  groups_ = std::max<std::uint64_t>(kLanes, options_.pool / negatives_ / kLanes * kLanes);
  const sampling::AliasTable table(sampling_weights(data, trained.is_full_softmax ? 0.0 : trained.negatives.power));
  random::Draws draws(trained.seed, random::Stream::fold_in, 0);
  drawn_.resize(kReserve * negatives_ * groups_);
  for (auto& item : drawn_) {
    const auto slot = draws.next();
    item = table.draw(slot, draws.next());
  }
  if (trained.has_log_q && !trained.is_full_softmax) {
    for (ItemIndex item = 0; item < shared_.item_count; ++item) {
      log_probabilities_.push_back(static_cast<float>(kernels::logarithm(std::max(table.probability(item), 1e-30))));
    }
  }
  // The initial values of the user who would come next.
  model::Personas<float> next(shared_.dimensions, {model.user_count(), model.user_count() + 1});
  model::initialize(next, trained.initial_scale, trained.seed);
  initial_ = next.rows;
}

/// One history. Columns of all tables are items: the history, filled up to whole vectors, then the negatives, number q
/// of group g at q * groups + g, so that sixteen groups lie side by side.
class FoldIn::Fit {
 public:
  Fit(const FoldIn& context, std::span<const ItemIndex> history)
      : context_(context),
        r_(context.shared_.dimensions.personas),
        d_(context.shared_.dimensions.padded_dim()),
        groups_(context.groups_),
        positives_(history.size()),
        first_negative_(kernels::padded(history.size())),
        columns_(first_negative_ + context.negatives_ * groups_),
        windows_(groups_ / kLanes),
        windows_a_step_(std::clamp<std::size_t>(kWindowsAStep / history.size(), 1, windows_)) {
    choose_items(history);
    gather_vectors();
    for (auto* table : {&products_, &affinities_, &attention_, &logs_}) {
      table->resize(r_ * columns_);
    }
    for (auto* row : {&scores_, &entropy_, &slope_, &entropy_slope_}) {
      row->resize(columns_);
    }
  }

  AlignedVector<float> run() {
    auto personas = context_.initial_;
    AlignedVector<float> gradient(personas.size());
    optimizer::MomentTable moments(1, personas.size());
    const auto steps = context_.options_.steps;
    for (std::uint64_t step = 0; step < steps; ++step) {
      differentiate(personas, step, gradient);
      const double fraction = static_cast<double>(step) / static_cast<double>(std::max<std::uint64_t>(1, steps - 1));
      const double rate = 1.0 + (context_.options_.final_learning_rate - 1.0) * fraction;
      context_.adam_.row(moments.updates[0], rate * context_.options_.learning_rate)
          .apply({personas.data(), moments.first.data(), moments.second.data()}, gradient.data(), personas.size(), 1.0F,
                 1.0F, context_.weight_decay_);
    }
    return personas;
  }

 private:
  void choose_items(std::span<const ItemIndex> history) {
    items_.assign(columns_, kNoCandidate);
    std::copy(history.begin(), history.end(), items_.begin());
    auto column = first_negative_;
    for (const auto item : context_.drawn_) {
      if (column == columns_) {
        break;
      }
      if (!context_.is_seen_excluded_ || !std::binary_search(history.begin(), history.end(), item)) {
        items_[column++] = item;
      }
    }
  }

  // Columns without an item keep a vector of zeros and an impossible score.
  void gather_vectors() {
    const auto& shared = context_.shared_;
    vectors_.resize(columns_ * d_);
    bias_.assign(columns_, kImpossible);
    for (std::size_t column = 0; column < columns_; ++column) {
      const auto item = items_[column];
      if (item != kNoCandidate) {
        std::copy_n(shared.item(item), d_, vectors_.data() + column * d_);
        bias_[column] = shared.biases[item];
        bias_[column] += column >= first_negative_ ? context_.negative_shift_ : 0.0F;
        bias_[column] -= context_.log_probabilities_.empty() ? 0.0F : context_.log_probabilities_[item];
      }
    }
    vectors_transposed_.resize(vectors_.size());
    kernels::transpose(vectors_.data(), d_, vectors_transposed_.data(), columns_, columns_, d_);
    if (shared.dimensions.learns_attention()) {
      projected_.resize(vectors_.size());  // rows M v
      kernels::product(vectors_.data(), d_, context_.folded_.transposed.data(), d_, projected_.data(), d_, columns_, d_,
                       d_);
      projected_transposed_.resize(vectors_.size());
      kernels::transpose(projected_.data(), d_, projected_transposed_.data(), columns_, columns_, d_);
    }
  }

  void differentiate(const AlignedVector<float>& personas, std::uint64_t step, AlignedVector<float>& gradient) {
    const bool learns_attention = context_.shared_.dimensions.learns_attention();
    kernels::product(personas.data(), d_, vectors_transposed_.data(), columns_, products_.data(), columns_, r_, d_,
                     columns_);
    if (learns_attention) {
      kernels::product(personas.data(), d_, projected_transposed_.data(), columns_, affinities_.data(), columns_, r_,
                       d_, columns_);
    }
    const auto& affinities = learns_attention ? affinities_ : products_;
    for (std::size_t column = 0; column < columns_; column += kLanes) {
      attend(affinities.data() + column, column);
    }
    compare(step);
    if (context_.weights_.is_balanced()) {
      measure_shares();
    }
    for (std::size_t column = 0; column < columns_; column += kLanes) {
      slope(column, learns_attention);
    }
    // Slopes by t are now in attention_, those by s in logs_.
    kernels::product(attention_.data(), columns_, vectors_.data(), d_, gradient.data(), d_, r_, columns_, d_);
    if (learns_attention) {
      kernels::product(logs_.data(), columns_, projected_.data(), d_, gradient.data(), d_, r_, columns_, d_, true);
    }
  }

  // a_k, log a_k, H(a) and y of sixteen items.
  void attend(const float* affinities, std::size_t column) {
    Floats most = load(affinities);
    for (std::size_t k = 1; k < r_; ++k) {
      most = kernels::max(load(affinities + k * columns_), most);
    }
    Floats total{};
    for (std::size_t k = 0; k < r_; ++k) {
      total += kernels::exponential(load(affinities + k * columns_) - most);
    }
    const Floats log_total = kernels::logarithm(total) + most;
    Floats entropy{};
    Floats score = load(bias_.data() + column);
    for (std::size_t k = 0; k < r_; ++k) {
      const Floats log_attention = load(affinities + k * columns_) - log_total;
      const Floats attention = kernels::exponential(log_attention);
      store(attention_.data() + k * columns_ + column, attention);
      store(logs_.data() + k * columns_ + column, log_attention);
      entropy -= attention * log_attention;
      score += attention * load(products_.data() + k * columns_ + column);
    }
    store(scores_.data() + column, score);
    store(entropy_.data() + column, entropy);
  }

  // dL/dy of every column into slope_, the entropy's weight into entropy_slope_.
  void compare(std::uint64_t step) {
    std::fill(slope_.begin(), slope_.end(), 0.0F);
    std::fill(entropy_slope_.begin(), entropy_slope_.end(), 0.0F);
    for (std::size_t positive = 0; positive < positives_; ++positive) {
      for (std::size_t i = 0; i < windows_a_step_; ++i) {
        compare(positive, (positive + step * windows_a_step_ + i) % windows_);
      }
    }
    const float share = 1.0F / static_cast<float>(positives_);
    const float weight = static_cast<float>((1.0 - context_.weights_.alpha) * context_.weights_.lambda_positive);
    std::fill_n(entropy_slope_.begin(), positives_, weight * share);
  }

  // One positive among each of sixteen groups of negatives.
  void compare(std::size_t positive, std::size_t window) {
    const auto& weights = context_.weights_;
    const float share = 1.0F / static_cast<float>(positives_ * windows_a_step_ * kLanes);
    const float entropy_weight = -static_cast<float>((1.0 - weights.alpha) * weights.lambda_negative) * share;
    const float data_weight = static_cast<float>(weights.alpha) * share;
    const Floats own = broadcast(scores_[positive]);
    const auto item = broadcast(items_[positive]);
    const auto column_of = [&](std::size_t q) { return first_negative_ + q * groups_ + window * kLanes; };
    const auto score_of = [&](std::size_t q) {
      const auto is_positive = kernels::is_equal(load(items_.data() + column_of(q)), item);
      return kernels::select(is_positive, broadcast(kImpossible), load(scores_.data() + column_of(q)));
    };
    Floats most = own;
    for (std::size_t q = 0; q < context_.negatives_; ++q) {
      most = kernels::max(score_of(q), most);
    }
    Floats total = kernels::exponential(own - most);
    for (std::size_t q = 0; q < context_.negatives_; ++q) {
      total += kernels::exponential(score_of(q) - most);
    }
    const Floats factor = data_weight / total;
    slope_[positive] += kernels::sum(kernels::exponential(own - most) * factor - data_weight);
    for (std::size_t q = 0; q < context_.negatives_; ++q) {
      const auto column = column_of(q);
      const Floats score = score_of(q);
      const Floats probability = kernels::exponential(score - most) * factor;
      store(slope_.data() + column, load(slope_.data() + column) + probability);
      store(entropy_slope_.data() + column,
            load(entropy_slope_.data() + column) + kernels::select(kernels::is_less(broadcast(kImpossible / 2), score),
                                                                   broadcast(entropy_weight), Floats{}));
    }
  }

  // Here the mean over all positives is at hand; training keeps a running one (PersonaShares).
  void measure_shares() {
    const auto weight = static_cast<float>((1.0 - context_.weights_.alpha) * context_.weights_.lambda_balance);
    balance_slope_ = weight / static_cast<float>(positives_);
    log_shares_.resize(r_);
    for (std::size_t k = 0; k < r_; ++k) {
      const float* const attention = attention_.data() + k * columns_;
      const float share = std::accumulate(attention, attention + positives_, 0.0F) / static_cast<float>(positives_);
      log_shares_[k] = kernels::logarithm(std::max(share, model::kLeastShare));
    }
  }

  // LossBlock's derivatives: dL/dt_k into attention_, dL/ds_k into logs_; where s = t, their sum into
  // attention_.
  void slope(std::size_t column, bool learns_attention) {
    const Floats by_score = load(slope_.data() + column);
    const Floats by_entropy = load(entropy_slope_.data() + column);
    const Floats entropy = load(entropy_.data() + column);
    Floats mean{};
    for (std::size_t k = 0; k < r_; ++k) {
      mean += load(attention_.data() + k * columns_ + column) * load(products_.data() + k * columns_ + column);
    }
    const bool is_balanced = column < first_negative_ && !log_shares_.empty();
    Floats mean_log_share{};
    for (std::size_t k = 0; is_balanced && k < r_; ++k) {
      mean_log_share += load(attention_.data() + k * columns_ + column) * log_shares_[k];
    }
    for (std::size_t k = 0; k < r_; ++k) {
      const auto place = k * columns_ + column;
      const Floats attention = load(attention_.data() + place);
      Floats by_affinity = attention * (by_score * (load(products_.data() + place) - mean) -
                                        by_entropy * (load(logs_.data() + place) + entropy));
      if (is_balanced) {
        by_affinity += balance_slope_ * attention * (log_shares_[k] - mean_log_share);
      }
      const Floats by_product = by_score * attention;
      store(attention_.data() + place, learns_attention ? by_product : by_product + by_affinity);
      store(logs_.data() + place, by_affinity);
    }
  }

  const FoldIn& context_;
  std::size_t r_;
  std::size_t d_;  // padded
  std::size_t groups_;
  std::size_t positives_;
  std::size_t first_negative_;
  std::size_t columns_;
  std::size_t windows_;  // of sixteen groups
  std::size_t windows_a_step_;

  std::vector<ItemIndex> items_;                                    // (columns), kNoCandidate: none
  AlignedVector<float> vectors_, projected_;                        // (columns, d): v, M v
  AlignedVector<float> vectors_transposed_, projected_transposed_;  // (d, columns)
  AlignedVector<float> bias_;                                       // (columns)
  AlignedVector<float> products_, affinities_;                      // (r, columns): t, s
  AlignedVector<float> attention_, logs_;                           // (r, columns): a, log a; then slopes
  AlignedVector<float> scores_, entropy_;                           // (columns): y, H(a)
  AlignedVector<float> slope_, entropy_slope_;                      // (columns)
  std::vector<float> log_shares_;                                   // (r): log m; empty without the balance term
  float balance_slope_ = 0.0F;
};

AlignedVector<float> FoldIn::fit(std::span<const ItemIndex> history) const { return Fit(*this, history).run(); }

}  // namespace ampcf::recommendation
