#pragma once

#include "ampcf/model/batch_gradient.hpp"
#include "ampcf/random/philox.hpp"

#include <cmath>
#include <vector>

/// AMP-CF written down as the paper has it, score (model/parameters.hpp) and loss (model/loss_block.hpp), in double,
/// without any of the production code's rearrangements.
namespace ampcf::model::testing {

/// y_ij and a of one user and item.
struct ReferenceScore {
  double score = 0.0;
  std::vector<double> attention;
};

template <typename Real>
ReferenceScore reference_score(const SharedParameters<Real>& shared, const Real* personas, ItemIndex item) {
  const auto& shape = shared.dimensions;
  const Real* const v = shared.item(item);
  std::vector<double> projected_item(shape.attention_dim);  // A^v v_j
  for (std::size_t a = 0; a < shape.attention_dim; ++a) {
    for (std::size_t i = 0; i < shape.dim; ++i) {
      projected_item[a] += static_cast<double>(shared.item_projection[a * shape.padded_dim() + i]) * v[i];
    }
  }
  ReferenceScore result;
  double total = 0.0;
  for (std::size_t k = 0; k < shape.personas; ++k) {
    const Real* const u = personas + k * shape.padded_dim();
    double affinity = 0.0;  // (u_k A^u) . (A^v v_j)
    for (std::size_t a = 0; a < shape.attention_dim; ++a) {
      double projected = 0.0;
      for (std::size_t i = 0; i < shape.dim; ++i) {
        projected += static_cast<double>(u[i]) * shared.user_projection[i * shape.padded_attention_dim() + a];
      }
      affinity += projected * projected_item[a];
    }
    result.attention.push_back(std::exp(affinity));
    total += result.attention.back();
  }
  result.score = shared.biases[item];
  for (std::size_t k = 0; k < shape.personas; ++k) {
    result.attention[k] /= total;
    for (std::size_t i = 0; i < shape.dim; ++i) {
      result.score += result.attention[k] * personas[k * shape.padded_dim() + i] * v[i];
    }
  }
  return result;
}

inline double entropy(const std::vector<double>& attention) {
  double total = 0.0;
  for (const double a : attention) {
    total -= a * std::log(a);
  }
  return total;
}

/// The sum over a batch of alpha L_D + (1 - alpha) L_H, and of the balance with the shares (users, r) where there are
/// any.
template <typename Real>
double reference_loss(const SharedParameters<Real>& shared, const Personas<Real>& personas, const MiniBatch& batch,
                      const LossWeights& weights, std::span<const double> log_probabilities,
                      std::span<const double> shares) {
  LossTerms terms;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto items = batch.candidates_of(b);
    double total = 0.0;
    double positive = 0.0;
    for (std::size_t n = 0; n < items.size(); ++n) {
      const auto user = batch.users[batch.slot[b]];
      const auto result = reference_score(shared, personas.of(user), items[n]);
      for (std::size_t k = 0; n == 0 && !shares.empty() && k < result.attention.size(); ++k) {
        terms.balance += result.attention[k] * std::log(shares[user * result.attention.size() + k]);
      }
      const double z = result.score - (log_probabilities.empty() ? 0.0 : log_probabilities[items[n]]);
      total += std::exp(z);
      positive = n == 0 ? z : positive;
      (n == 0 ? terms.entropy_positive : terms.entropy_negative) += entropy(result.attention);
    }
    terms.data += -positive + std::log(total);
  }
  return terms.total(weights);
}

}  // namespace ampcf::model::testing
