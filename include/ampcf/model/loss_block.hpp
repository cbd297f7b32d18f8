#pragma once

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/model/parameters.hpp"

#include <array>
#include <cmath>

namespace ampcf::model {

/// The weights of the paper's loss and of a term of our own that makes a user's personas share his positives:
/// L = alpha L_D + (1 - alpha) (lambda_p H(a_ij) - lambda_n sum_N H(a_in) + lambda_b sum_k a_ijk log m_ik),
/// m_i the running mean of the user's attention on his positives (PersonaShares), constant in a step. The last term
/// has the slope of -H(m_i): with lambda_b = lambda_p the mutual information between items and personas grows, which
/// is what regularised information maximisation asks of clusters (Krause, Perona, Gomes, NIPS 2010).
struct LossWeights {
  double alpha = 0.5;
  double lambda_positive = 0.1;
  double lambda_negative = 0.025;
  double lambda_balance = 0.0;

  /// Whether shares of personas (PersonaShares) are kept and read.
  [[nodiscard]] bool is_balanced() const { return lambda_balance > 0.0; }
};

/// The terms of the loss, of one example or summed over examples.
struct LossTerms {
  double data = 0.0;              // L_D = -y_ij + log of the sum over candidates of exp(y)
  double entropy_positive = 0.0;  // H(a_ij)
  double entropy_negative = 0.0;  // sum over negatives of H(a_in)
  double balance = 0.0;           // sum_k a_ijk log m_ik; 0 without the term

  [[nodiscard]] double total(const LossWeights& weights) const {
    return weights.alpha * data +
           (1.0 - weights.alpha) * (weights.lambda_positive * entropy_positive -
                                    weights.lambda_negative * entropy_negative + weights.lambda_balance * balance);
  }
};

/// The same of up to sixteen examples, lane b those of example b.
template <typename Real>
struct BlockTerms {
  kernels::Vec<Real> data{}, entropy_positive{}, entropy_negative{}, balance{};

  [[nodiscard]] LossTerms of(std::size_t b) const {
    return {static_cast<double>(data[b]), static_cast<double>(entropy_positive[b]),
            static_cast<double>(entropy_negative[b]), static_cast<double>(balance[b])};
  }
};

/// Shares of personas are read as no smaller: the logarithm of one that has vanished would be all of the gradient.
inline constexpr float kLeastShare = 0x1p-10F;

/// Attention, scores and loss of sixteen examples, and the derivatives of the loss by their dot products. Lane b of
/// every vector is example b's, so that nothing here crosses lanes: an example's bits do not depend on the others'.
///
/// With a = softmax(s), y = sum_k a_k t_k + b, p = softmax over candidates of y, and w the entropy's weight of a
/// candidate (the dL/ds_k of a candidate have the sum 0, so that s may be reckoned from the first persona's):
///     dL/dy   = alpha (p - [positive])
///     dL/dt_k = dL/dy a_k
///     dL/ds_k = dL/dy a_k (t_k - sum_l a_l t_l) - w a_k (log a_k + H(a))
///               + w_b a_k (log m_k - sum_l a_l log m_l) for the positive, w_b the weight of the balance
template <typename Real>
class LossBlock {
 public:
  using Lanes = kernels::Vec<Real>;
  static constexpr std::size_t kLanes = kernels::kLanes;

  /// Derivatives come out times `gradient_scale`, a power of two.
  LossBlock(const Dimensions& dimensions, std::size_t candidates, const LossWeights& weights, Real gradient_scale)
      : personas_(dimensions.personas),
        count_(candidates),
        learns_attention_(dimensions.learns_attention()),
        is_balanced_(weights.is_balanced()),
        alpha_(static_cast<Real>(weights.alpha) * gradient_scale),
        positive_weight_(static_cast<Real>((1.0 - weights.alpha) * weights.lambda_positive) * gradient_scale),
        negative_weight_(static_cast<Real>(-(1.0 - weights.alpha) * weights.lambda_negative) * gradient_scale),
        balance_weight_(static_cast<Real>((1.0 - weights.alpha) * weights.lambda_balance) * gradient_scale),
        products_(candidates * personas_ * kLanes),
        affinities_(learns_attention_ ? products_.size() : 0),
        attention_(products_.size()),
        slopes_(products_.size()),
        scores_(candidates * kLanes),
        log_probabilities_(candidates * kLanes),
        shares_(is_balanced_ ? personas_ * kLanes : 0),
        positive_attention_(shares_.size()) {}

  /// The row of a table that holds persona k and candidate n.
  [[nodiscard]] std::size_t row(std::size_t n, std::size_t k) const { return n * personas_ + k; }
  [[nodiscard]] std::size_t rows() const { return count_ * personas_; }

  // In: sixteen examples' dot products, (rows(), 16), 0 where none are put; biases and log q, (candidates, 16).
  [[nodiscard]] Real* products() { return products_.data(); }                                             // t
  [[nodiscard]] Real* affinities() { return learns_attention_ ? affinities_.data() : products_.data(); }  // s
  [[nodiscard]] Real& bias(std::size_t n, std::size_t b) { return scores_[n * kLanes + b]; }              // b
  [[nodiscard]] Real& log_probability(std::size_t n, std::size_t b) { return log_probabilities_[n * kLanes + b]; }

  // In and out with the balance term alone: m_k, then log m_k; and a_k of the positive.
  [[nodiscard]] bool is_balanced() const { return is_balanced_; }
  [[nodiscard]] Real& share(std::size_t k, std::size_t b) { return shares_[k * kLanes + b]; }
  [[nodiscard]] Real positive_attention(std::size_t k, std::size_t b) const {
    return positive_attention_[k * kLanes + b];
  }

  // Out, after run(): derivatives, (rows(), 16). Of attention that is not learned, where s = t, product_slopes() are by
  // both.
  [[nodiscard]] const Real* product_slopes() const { return attention_.data(); }  // dL/dt
  [[nodiscard]] const Real* affinity_slopes() const { return slopes_.data(); }    // dL/ds
  [[nodiscard]] const Real* score_slopes() const { return scores_.data(); }       // dL/dy (candidates, 16)
  [[nodiscard]] const BlockTerms<Real>& terms() const { return terms_; }

  /// R is r where it is known when compiling, else 0.
  template <std::size_t R>
  void run() {
    terms_.entropy_positive = attend<R>(0);
    terms_.entropy_negative = Lanes{};
    for (std::size_t n = 1; n < count_; ++n) {
      terms_.entropy_negative += attend<R>(n);
    }
    compare();
    if (is_balanced_) {
      measure_balance<R>();
    }
    for (std::size_t n = 0; n < count_; ++n) {
      differentiate<R>(n);
    }
    if (is_balanced_) {
      differentiate_balance<R>();
    }
  }

 private:
  template <std::size_t R>
  [[nodiscard]] std::size_t personas() const {
    return R == 0 ? personas_ : R;
  }

  // a_k into attention_, log a_k + H(a) into slopes_, y into scores_; returns H(a).
  template <std::size_t R>
  Lanes attend(std::size_t n) {
    const auto r = personas<R>();
    const Real* const affinities = this->affinities();
    Lanes most = at(affinities, row(n, 0));
    for (std::size_t k = 1; k < r; ++k) {
      most = kernels::max(at(affinities, row(n, k)), most);
    }
    Lanes total{};
    for (std::size_t k = 0; k < r; ++k) {
      const Lanes weight = kernels::exponential(at(affinities, row(n, k)) - most);
      put(attention_, row(n, k), weight);
      total += weight;
    }
    const Lanes inverse = Real{1} / total;
    const Lanes log_total = kernels::logarithm(total) + most;
    Lanes entropy{};
    Lanes score = at(scores_.data(), n);
    for (std::size_t k = 0; k < r; ++k) {
      const Lanes attention = at(attention_.data(), row(n, k)) * inverse;
      const Lanes log_attention = at(affinities, row(n, k)) - log_total;
      put(attention_, row(n, k), attention);
      put(slopes_, row(n, k), log_attention);
      entropy -= attention * log_attention;
      score += attention * at(products_.data(), row(n, k));
    }
    for (std::size_t k = 0; k < r; ++k) {
      put(slopes_, row(n, k), at(slopes_.data(), row(n, k)) + entropy);
    }
    put(scores_, n, score);
    return entropy;
  }

  // L_D = -z_0 + log sum exp z with z = y - log q (log q is 0 without the correction); dL/dy into scores_.
  void compare() {
    for (std::size_t n = 0; n < count_; ++n) {
      put(scores_, n, at(scores_.data(), n) - at(log_probabilities_.data(), n));
    }
    const Lanes positive = at(scores_.data(), 0);
    Lanes most = positive;
    for (std::size_t n = 1; n < count_; ++n) {
      most = kernels::max(at(scores_.data(), n), most);
    }
    Lanes total{};
    for (std::size_t n = 0; n < count_; ++n) {
      const Lanes share = kernels::exponential(at(scores_.data(), n) - most);
      put(scores_, n, share);
      total += share;
    }
    const Lanes factor = alpha_ / total;
    for (std::size_t n = 0; n < count_; ++n) {
      put(scores_, n, at(scores_.data(), n) * factor);
    }
    put(scores_, 0, at(scores_.data(), 0) - alpha_);
    terms_.data = most - positive + kernels::logarithm(total);
  }

  // dL/dt_k into attention_ and dL/ds_k into slopes_; where s = t, their sum into attention_.
  template <std::size_t R>
  void differentiate(std::size_t n) {
    const auto r = personas<R>();
    const Lanes slope = at(scores_.data(), n);
    const Real weight = n == 0 ? positive_weight_ : negative_weight_;
    Lanes mean{};
    for (std::size_t k = 0; k < r; ++k) {
      mean += at(attention_.data(), row(n, k)) * at(products_.data(), row(n, k));
    }
    for (std::size_t k = 0; k < r; ++k) {
      const Lanes attention = at(attention_.data(), row(n, k));
      const Lanes by_product = slope * attention;
      const Lanes by_affinity =
          by_product * (at(products_.data(), row(n, k)) - mean) - weight * attention * at(slopes_.data(), row(n, k));
      put(attention_, row(n, k), learns_attention_ ? by_product : by_product + by_affinity);
      put(slopes_, row(n, k), by_affinity);
    }
  }

  template <std::size_t R>
  void measure_balance() {
    terms_.balance = Lanes{};
    for (std::size_t k = 0; k < personas<R>(); ++k) {
      const Lanes attention = at(attention_.data(), row(0, k));
      const Lanes share = at(shares_.data(), k);
      const Lanes log_share =
          kernels::logarithm(kernels::max(share, kernels::broadcast(static_cast<Real>(kLeastShare))));
      put(positive_attention_, k, attention);
      put(shares_, k, log_share);
      terms_.balance += attention * log_share;
    }
  }

  template <std::size_t R>
  void differentiate_balance() {
    for (std::size_t k = 0; k < personas<R>(); ++k) {
      const Lanes by_affinity =
          balance_weight_ * at(positive_attention_.data(), k) * (at(shares_.data(), k) - terms_.balance);
      put(slopes_, row(0, k), at(slopes_.data(), row(0, k)) + by_affinity);
      if (!learns_attention_) {
        put(attention_, row(0, k), at(attention_.data(), row(0, k)) + by_affinity);
      }
    }
  }

  [[nodiscard]] static Lanes at(const Real* table, std::size_t row) { return kernels::load(table + row * kLanes); }
  static void put(kernels::AlignedVector<Real>& table, std::size_t row, Lanes value) {
    kernels::store(table.data() + row * kLanes, value);
  }

  std::size_t personas_;
  std::size_t count_;  // |N| + 1
  bool learns_attention_;
  bool is_balanced_;
  Real alpha_, positive_weight_, negative_weight_, balance_weight_;  // times the gradient scale
  kernels::AlignedVector<Real> products_;                            // t (rows, 16)
  kernels::AlignedVector<Real> affinities_;                          // s (rows, 16); empty if not learned
  kernels::AlignedVector<Real> attention_;                           // a, then dL/dt (rows, 16)
  kernels::AlignedVector<Real> slopes_;                              // log a + H, then dL/ds (rows, 16)
  kernels::AlignedVector<Real> scores_;                              // b, then y, then dL/dy (candidates, 16)
  kernels::AlignedVector<Real> log_probabilities_;                   // log q, or 0 (candidates, 16)
  kernels::AlignedVector<Real> shares_;              // m, then log m (r, 16); empty without the balance term
  kernels::AlignedVector<Real> positive_attention_;  // a of positives (r, 16); likewise
  BlockTerms<Real> terms_;
};

}  // namespace ampcf::model
