#pragma once

#include "ampcf/kernels/prefetch.hpp"
#include "ampcf/kernels/shuffle.hpp"
#include "ampcf/model/loss_block.hpp"

#include <algorithm>
#include <span>

namespace ampcf::model {

/// What an example reads and where its gradients go; every pointer is to padded rows.
template <typename Real>
struct ExampleOperands {
  const Real* personas;              // u_k (r, padded d)
  const Real* projected;             // p_k = u_k M (r, padded d); unread for identity
  std::span<const ItemIndex> items;  // (|N| + 1), the positive first
  Real* persona_gradient;            // = or += dL/du_k by way of t_k
  Real* projected_gradient;          // = or += dL/dp_k; unwritten for identity, where all goes to persona_gradient
  const Real* shares;                // m_k (r), read with the balance term alone
  Real* attention_sum;               // = or += a_k of the positive (r), likewise
  bool is_first;                     // of those with these personas: what their gradients hold is overwritten
};

/// Loss and gradients of up to sixteen examples. An example's bits depend on its operands alone.
///
/// Dot products run over an example's rows, sixteen products to one reduction; attention and loss run over examples,
/// sixteen to a vector (LossBlock); gradients run over rows again, in the order of the examples.
template <typename Real>
class ExampleBlock {
 public:
  static constexpr std::size_t kExamples = kernels::kLanes;

  ExampleBlock(const Dimensions& dimensions, std::size_t candidates, const LossWeights& weights, Real gradient_scale)
      : dimensions_(dimensions),
        count_(candidates),
        loss_(dimensions, candidates, weights, gradient_scale),
        dots_row_(kernels::padded(loss_.rows()) + kernels::kLanes),
        dots_(kExamples * dots_row_) {}

  /// What `next` will read is asked for meanwhile. `log_probabilities` (n_items) asks for the logQ correction; empty:
  /// none. `Sink` takes the items' gradients, times the gradient scale: open_rows(items) gives a row of numbers for
  /// each item, rounding() what makes numbers of the sink's kind of one or sixteen Reals, and keep(rounding) takes that
  /// back with what it has noticed.
  template <typename Sink>
  void run(const SharedParameters<Real>& shared, std::span<const ExampleOperands<Real>> examples,
           std::span<const ExampleOperands<Real>> next, std::span<const Real> log_probabilities, Sink& sink) {
    switch (dimensions_.personas) {
      case 1:
        return run<1>(shared, examples, next, log_probabilities, sink);
      case 2:
        return run<2>(shared, examples, next, log_probabilities, sink);
      case 3:
        return run<3>(shared, examples, next, log_probabilities, sink);
      case 4:
        return run<4>(shared, examples, next, log_probabilities, sink);
      case 8:
        return run<8>(shared, examples, next, log_probabilities, sink);
      default:
        return run<0>(shared, examples, next, log_probabilities, sink);
    }
  }

  [[nodiscard]] LossTerms terms(std::size_t example) const { return loss_.terms(example); }

 private:
  using Lanes = kernels::Vec<Real>;
  static constexpr std::size_t kLanes = kernels::kLanes;

  template <std::size_t R>
  [[nodiscard]] std::size_t personas() const {
    return R == 0 ? dimensions_.personas : R;
  }

  template <std::size_t R, typename Sink>
  void run(const SharedParameters<Real>& shared, std::span<const ExampleOperands<Real>> examples,
           std::span<const ExampleOperands<Real>> next, std::span<const Real> log_probabilities, Sink& sink) {
    read_items(shared, examples, log_probabilities);
    multiply<R>(shared, examples, &ExampleOperands<Real>::personas, loss_.products());
    if (!dimensions_.is_identity) {
      multiply<R>(shared, examples, &ExampleOperands<Real>::projected, loss_.affinities());
    }
    if (loss_.is_balanced()) {
      read_shares(examples);
    }
    loss_.template run<R>();
    if (loss_.is_balanced()) {
      add_attention(examples);
    }
    for (std::size_t b = 0; b < examples.size(); ++b) {
      if (dimensions_.is_identity) {
        add_gradients<R, true>(shared, examples[b], b, sink);
      } else {
        add_gradients<R, false>(shared, examples[b], b, sink);
      }
      if (b < next.size()) {
        ask_for(shared, next[b]);
      }
    }
  }

  void ask_for(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example) const {
    kernels::ask_for(example.personas, dimensions_.user_stride());
    for (const auto item : example.items) {
      kernels::ask_for(shared.item(item), dimensions_.item_stride());
    }
  }

  void read_items(const SharedParameters<Real>& shared, std::span<const ExampleOperands<Real>> examples,
                  std::span<const Real> log_probabilities) {
    for (std::size_t b = 0; b < examples.size(); ++b) {
      for (std::size_t n = 0; n < count_; ++n) {
        const auto item = examples[b].items[n];
        loss_.bias(n, b) = shared.bias(item);
        if (!log_probabilities.empty()) {
          loss_.log_probability(n, b) = log_probabilities[item];
        }
      }
    }
  }

  void read_shares(std::span<const ExampleOperands<Real>> examples) {
    for (std::size_t b = 0; b < examples.size(); ++b) {
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        loss_.share(k, b) = examples[b].shares[k];
      }
    }
  }

  void add_attention(std::span<const ExampleOperands<Real>> examples) const {
    for (std::size_t b = 0; b < examples.size(); ++b) {
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        const Real before = examples[b].is_first ? Real{0} : examples[b].attention_sum[k];
        examples[b].attention_sum[k] = before + loss_.positive_attention(k, b);
      }
    }
  }

  // Dot products of each example's rows with its items, into (rows, 16).
  template <std::size_t R>
  void multiply(const SharedParameters<Real>& shared, std::span<const ExampleOperands<Real>> examples,
                const Real* ExampleOperands<Real>::*rows, Real* into) {
    for (std::size_t b = 0; b < examples.size(); ++b) {
      if constexpr (R == 0) {
        multiply_each(shared, examples[b].*rows, examples[b].items, dots_.data() + b * dots_row_);
      } else {
        multiply_groups<R, kLanes / R>(shared, examples[b].*rows, examples[b].items, 0, dots_.data() + b * dots_row_);
      }
    }
    for (std::size_t first = 0; first < loss_.rows(); first += kLanes) {
      kernels::Square<Real> square;
      for (std::size_t b = 0; b < kLanes; ++b) {
        square[b] = kernels::load(dots_.data() + b * dots_row_ + first);
      }
      kernels::transpose<Real>(square);
      for (std::size_t i = 0; i < std::min(kLanes, loss_.rows() - first); ++i) {
        kernels::store(into + (first + i) * kLanes, square[i]);
      }
    }
  }

  void multiply_each(const SharedParameters<Real>& shared, const Real* rows, std::span<const ItemIndex> items,
                     Real* into) const {
    const auto d = dimensions_.padded_dim();
    for (std::size_t n = 0; n < count_; ++n) {
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        into[loss_.row(n, k)] = kernels::dot(rows + k * d, shared.item(items[n]), d);
      }
    }
  }

  // Groups of N items from item n on, then groups of half as many for what is left.
  template <std::size_t R, std::size_t N>
  void multiply_groups(const SharedParameters<Real>& shared, const Real* rows, std::span<const ItemIndex> items,
                       std::size_t n, Real* into) const {
    for (; n + N <= count_; n += N) {
      multiply_group<R, N>(shared, rows, items.data() + n, into + loss_.row(n, 0));
    }
    if constexpr (N > 1) {
      multiply_groups<R, N / 2>(shared, rows, items, n, into);
    }
  }

  template <std::size_t R, std::size_t N>
  void multiply_group(const SharedParameters<Real>& shared, const Real* rows, const ItemIndex* items,
                      Real* into) const {
    const auto d = dimensions_.padded_dim();
    std::array<const Real*, N> item;
    for (std::size_t n = 0; n < N; ++n) {
      item[n] = shared.item(items[n]);
    }
    kernels::Square<Real> totals{};
    for (std::size_t column = 0; column < d; column += kLanes) {
      std::array<Lanes, R> row;
      for (std::size_t k = 0; k < R; ++k) {
        row[k] = kernels::load(rows + k * d + column);
      }
      for (std::size_t n = 0; n < N; ++n) {
        const Lanes v = kernels::load(item[n] + column);
        for (std::size_t k = 0; k < R; ++k) {
          totals[n * R + k] += row[k] * v;
        }
      }
    }
    kernels::store(into, kernels::sums_of_lanes<Real>(totals));
  }

  // du_k += sum_n dL/dt_kn v_n, dp_k += sum_n dL/ds_kn v_n, dv_n = sum_k dL/dt_kn u_k + dL/ds_kn p_k, db_n = dL/dy_n.
  template <std::size_t R, bool IsIdentity, typename Sink>
  void add_gradients(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example, std::size_t b,
                     Sink& sink) const {
    const auto rows = sink.open_rows(example.items);
    auto rounding = sink.rounding();
    for (std::size_t n = 0; n < count_; ++n) {
      rows[n][dimensions_.bias_column()] += rounding(loss_.score_slopes()[n * kLanes + b]);
    }
    for (std::size_t column = 0; column < dimensions_.padded_dim(); column += kLanes) {
      if constexpr (R == 0) {
        add_column<IsIdentity>(shared, example, b, column, rows, rounding);
      } else {
        add_column_in_registers<R, IsIdentity>(shared, example, b, column, rows, rounding);
      }
    }
    sink.keep(rounding);
  }

  template <std::size_t R, bool IsIdentity, typename Rows, typename Rounding>
  void add_column_in_registers(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example,
                               std::size_t b, std::size_t column, const Rows& rows, Rounding& rounding) const {
    const auto d = dimensions_.padded_dim();
    std::array<Lanes, R> u, du, p, dp;
    for (std::size_t k = 0; k < R; ++k) {
      u[k] = kernels::load(example.personas + k * d + column);
      du[k] = example.is_first ? Lanes{} : kernels::load(example.persona_gradient + k * d + column);
      if constexpr (!IsIdentity) {
        p[k] = kernels::load(example.projected + k * d + column);
        dp[k] = example.is_first ? Lanes{} : kernels::load(example.projected_gradient + k * d + column);
      }
    }
    for (std::size_t n = 0; n < count_; ++n) {
      const Lanes v = kernels::load(shared.item(example.items[n]) + column);
      Lanes dv{};
      for (std::size_t k = 0; k < R; ++k) {
        const Real by_product = loss_.product_slope(n, k, b);
        dv += by_product * u[k];
        du[k] += by_product * v;
        if constexpr (!IsIdentity) {
          const Real by_affinity = loss_.affinity_slope(n, k, b);
          dv += by_affinity * p[k];
          dp[k] += by_affinity * v;
        }
      }
      add_to(rows[n] + column, rounding(dv));
    }
    for (std::size_t k = 0; k < R; ++k) {
      kernels::store(example.persona_gradient + k * d + column, du[k]);
      if constexpr (!IsIdentity) {
        kernels::store(example.projected_gradient + k * d + column, dp[k]);
      }
    }
  }

  template <typename Number, typename V>
  static void add_to(Number* sums, V values) {
    kernels::store(sums, kernels::load(sums) + values);
  }

  // The same with sums in memory, for any number of personas.
  template <bool IsIdentity, typename Rows, typename Rounding>
  void add_column(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example, std::size_t b,
                  std::size_t column, const Rows& rows, Rounding& rounding) const {
    for (std::size_t k = 0; k < dimensions_.personas && example.is_first; ++k) {
      kernels::store(example.persona_gradient + k * dimensions_.padded_dim() + column, Lanes{});
      if constexpr (!IsIdentity) {
        kernels::store(example.projected_gradient + k * dimensions_.padded_dim() + column, Lanes{});
      }
    }
    for (std::size_t n = 0; n < count_; ++n) {
      const Lanes v = kernels::load(shared.item(example.items[n]) + column);
      Lanes dv{};
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        const auto offset = k * dimensions_.padded_dim() + column;
        const Real by_product = loss_.product_slope(n, k, b);
        dv += by_product * kernels::load(example.personas + offset);
        add_to(example.persona_gradient + offset, by_product * v);
        if constexpr (!IsIdentity) {
          const Real by_affinity = loss_.affinity_slope(n, k, b);
          dv += by_affinity * kernels::load(example.projected + offset);
          add_to(example.projected_gradient + offset, by_affinity * v);
        }
      }
      add_to(rows[n] + column, rounding(dv));
    }
  }

  Dimensions dimensions_;
  std::size_t count_;  // |N| + 1
  LossBlock<Real> loss_;
  std::size_t dots_row_;
  kernels::AlignedVector<Real> dots_;  // (16, dots_row_) dot products by example
};

}  // namespace ampcf::model
