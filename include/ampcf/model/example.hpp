#pragma once

#include "ampcf/kernels/exponential.hpp"
#include "ampcf/model/parameters.hpp"

#include <algorithm>

namespace ampcf::model {

/// The weights of MODEL.md section 2: L = alpha L_D + (1 - alpha) (lambda_p H(a_ij) - lambda_n sum_N H(a_in)).
struct LossWeights {
  double alpha = 0.5;
  double lambda_positive = 0.1;
  double lambda_negative = 0.025;
};

/// The terms of the loss, summed over examples.
struct LossTerms {
  double data = 0.0;              // L_D
  double entropy_positive = 0.0;  // H(a_ij)
  double entropy_negative = 0.0;  // sum over negatives of H(a_in)

  [[nodiscard]] double total(const LossWeights& weights) const {
    return weights.alpha * data + (1.0 - weights.alpha) * (weights.lambda_positive * entropy_positive -
                                                           weights.lambda_negative * entropy_negative);
  }
};

/// What an example reads and where its gradients go; every pointer is to padded rows.
template <typename Real>
struct ExampleOperands {
  const Real* personas;              // u_k (r, padded d)
  const Real* projected;             // p_k = u_k M (r, padded d); unread for identity
  std::span<const ItemIndex> items;  // (|N| + 1), the positive first
  const Real* log_probabilities;     // log q of each of `items` for the logQ correction, or null
  Real* persona_gradient;            // += dL/du_k by way of t_k
  Real* projected_gradient;          // += dL/dp_k; unwritten for identity, where all goes to persona_gradient
};

/// Loss and gradients of one example. `Sink` takes the items' gradients: row(item) opens an item's row, add(row,
/// column, Vec) adds sixteen numbers to it, add_bias(row, Real) the bias'. An example's bits depend on its operands
/// alone.
///
/// With a = softmax(s), y = sum_k a_k t_k + b, p = softmax over candidates of y, and w the entropy's weight of a
/// candidate:
///     dL/dy   = alpha (p - [positive])
///     dL/ds_k = dL/dy a_k (t_k - sum_l a_l t_l) - w a_k (log a_k + H(a))
template <typename Real>
class Example {
 public:
  Example(const Dimensions& dimensions, std::size_t candidates, const LossWeights& weights)
      : dimensions_(dimensions),
        count_(candidates),
        padded_count_(kernels::padded(candidates)),
        weights_(weights),
        products_(dimensions.personas * padded_count_),
        affinities_(dimensions.personas * padded_count_),
        product_factors_(dimensions.personas * padded_count_),
        affinity_factors_(dimensions.personas * padded_count_),
        scores_(padded_count_),
        score_gradients_(padded_count_),
        entropy_weights_(padded_count_) {
    std::fill_n(entropy_weights_.begin(), candidates,
                static_cast<Real>(-(1.0 - weights.alpha) * weights.lambda_negative));
    entropy_weights_[0] = static_cast<Real>((1.0 - weights.alpha) * weights.lambda_positive);
  }

  template <typename Sink>
  LossTerms run(const SharedParameters<Real>& shared, const ExampleOperands<Real>& operands, Sink& sink) {
    score(shared, operands);
    LossTerms terms;
    attend(terms);
    terms.data = compare(operands.log_probabilities);
    differentiate_attention();
    add_persona_gradients(shared, operands);
    add_item_gradients(operands, sink);
    return terms;
  }

 private:
  using Lanes = kernels::Vec<Real>;
  static constexpr std::size_t kLanes = kernels::kLanes;

  // t_k = u_k . v and s_k = p_k . v of every candidate, and the biases.
  void score(const SharedParameters<Real>& shared, const ExampleOperands<Real>& operands) {
    const auto d = dimensions_.padded_dim();
    for (std::size_t n = 0; n < count_; ++n) {
      const Real* const item = shared.item(operands.items[n]);
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        products_[k * padded_count_ + n] = kernels::dot(operands.personas + k * d, item, d);
        affinities_[k * padded_count_ + n] = dimensions_.is_identity
                                                 ? products_[k * padded_count_ + n]
                                                 : kernels::dot(operands.projected + k * d, item, d);
      }
      scores_[n] = item[dimensions_.bias_column()];
    }
  }

  // Attention a_k into product_factors_, log a_k + H(a) into affinity_factors_, scores y; sums the entropies.
  void attend(LossTerms& terms) {
    for (std::size_t n = 0; n < padded_count_; n += kLanes) {
      Lanes most = at(affinities_, 0, n);
      for (std::size_t k = 1; k < dimensions_.personas; ++k) {
        const Lanes affinity = at(affinities_, k, n);
        most = affinity > most ? affinity : most;
      }
      Lanes total{};
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        const Lanes weight = kernels::exponential(at(affinities_, k, n) - most);
        put(product_factors_, k, n, weight);
        total += weight;
      }
      const Lanes log_total = kernels::logarithm(total);
      Lanes entropy{};
      Lanes score = kernels::load(scores_.data() + n);
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        const Lanes attention = at(product_factors_, k, n) / total;
        const Lanes log_attention = at(affinities_, k, n) - most - log_total;
        put(product_factors_, k, n, attention);
        put(affinity_factors_, k, n, log_attention);
        entropy -= attention * log_attention;
        score += attention * at(products_, k, n);
      }
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        put(affinity_factors_, k, n, at(affinity_factors_, k, n) + entropy);
      }
      kernels::store(scores_.data() + n, score);
      sum_entropies(terms, entropy, n);
    }
  }

  void sum_entropies(LossTerms& terms, Lanes entropy, std::size_t first) const {
    for (std::size_t n = first; n < std::min(first + kLanes, count_); ++n) {
      (n == 0 ? terms.entropy_positive : terms.entropy_negative) += static_cast<double>(entropy[n - first]);
    }
  }

  // L_D = -z_0 + log sum exp z with z = y, or y - log q under the logQ correction; dL/dy into score_gradients_.
  Real compare(const Real* log_probabilities) {
    Real most = -INFINITY;
    for (std::size_t n = 0; n < count_; ++n) {
      score_gradients_[n] = log_probabilities == nullptr ? scores_[n] : scores_[n] - log_probabilities[n];
      most = score_gradients_[n] > most || score_gradients_[n] != score_gradients_[n] ? score_gradients_[n] : most;
    }
    const Real positive = score_gradients_[0];
    Real total = 0;
    for (std::size_t n = 0; n < padded_count_; n += kLanes) {
      Lanes shares = kernels::exponential(kernels::load(score_gradients_.data() + n) - most);
      for (std::size_t lane = std::min(kLanes, count_ - n); lane < kLanes; ++lane) {
        shares[lane] = 0;
      }
      kernels::store(score_gradients_.data() + n, shares);
      total += kernels::sum(shares);
    }
    const Lanes factor = kernels::broadcast(static_cast<Real>(weights_.alpha) / total);
    for (std::size_t n = 0; n < padded_count_; n += kLanes) {
      kernels::store(score_gradients_.data() + n, kernels::load(score_gradients_.data() + n) * factor);
    }
    score_gradients_[0] -= static_cast<Real>(weights_.alpha);
    return most - positive + kernels::logarithm(total);
  }

  // product_factors_ becomes dL/dt_k = dL/dy a_k and affinity_factors_ dL/ds_k; for identity, where s = t, their sum.
  void differentiate_attention() {
    for (std::size_t n = 0; n < padded_count_; n += kLanes) {
      const Lanes slope = kernels::load(score_gradients_.data() + n);
      const Lanes entropy_weight = kernels::load(entropy_weights_.data() + n);
      Lanes mean{};
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        mean += at(product_factors_, k, n) * at(products_, k, n);
      }
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        const Lanes attention = at(product_factors_, k, n);
        const Lanes by_product = slope * attention;
        const Lanes by_affinity =
            by_product * (at(products_, k, n) - mean) - entropy_weight * attention * at(affinity_factors_, k, n);
        put(product_factors_, k, n, dimensions_.is_identity ? by_product + by_affinity : by_product);
        put(affinity_factors_, k, n, by_affinity);
      }
    }
  }

  // du_k += sum_n dL/dt_kn v_n and dp_k += sum_n dL/ds_kn v_n.
  void add_persona_gradients(const SharedParameters<Real>& shared, const ExampleOperands<Real>& operands) const {
    const auto d = dimensions_.padded_dim();
    for (std::size_t k = 0; k < dimensions_.personas; ++k) {
      for (std::size_t column = 0; column < d; column += kLanes) {
        Lanes by_product = kernels::load(operands.persona_gradient + k * d + column);
        Lanes by_affinity{};
        for (std::size_t n = 0; n < count_; ++n) {
          const Lanes item = kernels::load(shared.item(operands.items[n]) + column);
          by_product += product_factors_[k * padded_count_ + n] * item;
          by_affinity += affinity_factors_[k * padded_count_ + n] * item;
        }
        kernels::store(operands.persona_gradient + k * d + column, by_product);
        if (!dimensions_.is_identity) {
          Real* const into = operands.projected_gradient + k * d + column;
          kernels::store(into, kernels::load(into) + by_affinity);
        }
      }
    }
  }

  // dv_n = sum_k dL/dt_kn u_k + dL/ds_kn p_k and db_n = dL/dy_n.
  template <typename Sink>
  void add_item_gradients(const ExampleOperands<Real>& operands, Sink& sink) const {
    const auto d = dimensions_.padded_dim();
    for (std::size_t n = 0; n < count_; ++n) {
      auto* const row = sink.row(operands.items[n]);
      for (std::size_t column = 0; column < d; column += kLanes) {
        Lanes gradient{};
        for (std::size_t k = 0; k < dimensions_.personas; ++k) {
          gradient += product_factors_[k * padded_count_ + n] * kernels::load(operands.personas + k * d + column);
          if (!dimensions_.is_identity) {
            gradient += affinity_factors_[k * padded_count_ + n] * kernels::load(operands.projected + k * d + column);
          }
        }
        sink.add(row, column, gradient);
      }
      sink.add_bias(row, score_gradients_[n]);
    }
  }

  [[nodiscard]] Lanes at(const kernels::AlignedVector<Real>& table, std::size_t k, std::size_t n) const {
    return kernels::load(table.data() + k * padded_count_ + n);
  }
  void put(kernels::AlignedVector<Real>& table, std::size_t k, std::size_t n, Lanes value) const {
    kernels::store(table.data() + k * padded_count_ + n, value);
  }

  Dimensions dimensions_;
  std::size_t count_;  // |N| + 1
  std::size_t padded_count_;
  LossWeights weights_;
  kernels::AlignedVector<Real> products_;          // t (r, padded count)
  kernels::AlignedVector<Real> affinities_;        // s (r, padded count)
  kernels::AlignedVector<Real> product_factors_;   // a, then dL/dt
  kernels::AlignedVector<Real> affinity_factors_;  // log a + H, then dL/ds
  kernels::AlignedVector<Real> scores_;            // b, then y (padded count)
  kernels::AlignedVector<Real> score_gradients_;   // dL/dy (padded count)
  kernels::AlignedVector<Real> entropy_weights_;   // (padded count), 0 in padding
};

}  // namespace ampcf::model
