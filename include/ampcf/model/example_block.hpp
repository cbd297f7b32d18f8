#pragma once

#include "ampcf/kernels/prefetch.hpp"
#include "ampcf/model/dot_products.hpp"
#include "ampcf/model/loss_block.hpp"
#include "ampcf/model/projected.hpp"

#include <algorithm>
#include <span>

namespace ampcf::model {

/// What an example reads and where its gradients go; every pointer is to padded rows.
template <typename Real>
struct ExampleOperands {
  const Real* personas;              // u_k (r, padded d)
  std::span<const ItemIndex> items;  // (|N| + 1), the positive first
  Real* persona_gradient;            // = or += dL/du_k, where personas are projected by way of t_k alone
  // Of projected personas:
  const Real* projected;     // p_k = (u_k - u_0) M, k > 0 (r - 1, padded d)
  Real* projected_gradient;  // = or += dL/dp_k
  // Of projected items:
  const Real* projected_items;     // rows of q = M v (.., padded d)
  const std::uint32_t* item_rows;  // (|N| + 1) which of them are the items'
  // With the balance term alone:
  const Real* shares;   // m_k (r)
  Real* attention_sum;  // = or += a_k of the positive (r)
  bool is_first;        // of those with these personas: what their gradients hold is overwritten
};

/// Loss and gradients of up to sixteen examples. An example's bits depend on its operands alone.
///
/// Dot products run over an example's rows (DotProducts); attention and loss run over examples, sixteen to a vector
/// (LossBlock); gradients run over rows again, in the order of the examples.
template <typename Real>
class ExampleBlock {
 public:
  static constexpr std::size_t kExamples = kernels::kLanes;

  ExampleBlock(const Dimensions& dimensions, Projected projected, std::size_t candidates, const LossWeights& weights,
               Real gradient_scale)
      : dimensions_(dimensions),
        projected_(projected),
        count_(candidates),
        loss_(dimensions, candidates, weights, gradient_scale),
        dots_(dimensions, candidates) {}

  /// The items of `next` are asked for meanwhile. `log_probabilities` (n_items) asks for the logQ correction; empty:
  /// none. `Sink` takes the items' gradients, times the gradient scale: open_rows(items) says for each item where its
  /// `components` are and its `bias`, rounding() makes numbers of the sink's kind of a Real or of an array of vectors,
  /// and keep(rounding) takes that back with what it has noticed. Components are dL/dv (padded d) and then, of
  /// projected items, for which that is by way of t alone, dL/dq (padded d).
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

  /// Of the examples of the last run, in their order.
  [[nodiscard]] const BlockTerms<Real>& terms() const { return loss_.terms(); }

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
    const auto item = [&](const ExampleOperands<Real>& example, std::size_t n) {
      return shared.item(example.items[n]);
    };
    const auto d = dimensions_.padded_dim();
    const auto persona = [d](const ExampleOperands<Real>& example, std::size_t k, std::size_t column) {
      return kernels::load(example.personas + k * d + column);
    };
    dots_.template run<R>(examples, dimensions_.personas, persona, item, loss_.products());
    constexpr std::size_t kOthers = R == 0 ? 0 : R - 1;
    if (projected_ == Projected::personas) {
      const auto projected = [d](const ExampleOperands<Real>& example, std::size_t k, std::size_t column) {
        return kernels::load(example.projected + k * d + column);
      };
      dots_.template run<kOthers>(examples, dimensions_.personas - 1, projected, item, loss_.affinities());
    } else if (projected_ == Projected::items) {
      const auto contrast = [&](const ExampleOperands<Real>& example, std::size_t k, std::size_t column) {
        return persona(example, k + 1, column) - persona(example, 0, column);
      };
      const auto projected = [&](const ExampleOperands<Real>& example, std::size_t n) {
        return projected_item(example, n);
      };
      dots_.template run<kOthers>(examples, dimensions_.personas - 1, contrast, projected, loss_.affinities());
    }
    if (loss_.is_balanced()) {
      read_shares(examples);
    }
    loss_.template run<R>();
    if (loss_.is_balanced()) {
      add_attention(examples);
    }
    for (std::size_t b = 0; b < examples.size(); ++b) {
      switch (projected_) {
        case Projected::nothing:
          add_gradients<R, Projected::nothing>(shared, examples[b], b, sink);
          break;
        case Projected::personas:
          add_gradients<R, Projected::personas>(shared, examples[b], b, sink);
          break;
        case Projected::items:
          add_gradients<R, Projected::items>(shared, examples[b], b, sink);
          break;
      }
      if (b < next.size()) {
        ask_for(shared, next[b]);
      }
    }
  }

  void ask_for(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example) const {
    for (std::size_t n = 0; n < example.items.size(); ++n) {
      kernels::ask_for(shared.item(example.items[n]), dimensions_.padded_dim());
      if (projected_ == Projected::items) {
        kernels::ask_for(projected_item(example, n), dimensions_.padded_dim());
      }
    }
  }

  [[nodiscard]] const Real* projected_item(const ExampleOperands<Real>& example, std::size_t n) const {
    return example.projected_items + example.item_rows[n] * dimensions_.padded_dim();
  }

  void read_items(const SharedParameters<Real>& shared, std::span<const ExampleOperands<Real>> examples,
                  std::span<const Real> log_probabilities) {
    for (std::size_t b = 0; b < examples.size(); ++b) {
      for (std::size_t n = 0; n < count_; ++n) {
        const auto item = examples[b].items[n];
        loss_.bias(n, b) = shared.biases[item];
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

  // Sums over n for du and dp, over k for dv and dq, by t_kn and s_kn:
  //     du_k += dL/dt v_n, dv_n += dL/dt u_k     always, and db_n += dL/dy_n; where t = s, dL/dt is by both
  //     dp_k += dL/ds v_n, dv_n += dL/ds p_k     of projected personas, k > 0
  //     du_k += dL/ds q_n, dq_n += dL/ds u_k     of projected items
  template <std::size_t R, Projected P, typename Sink>
  void add_gradients(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example, std::size_t b,
                     Sink& sink) const {
    const auto rows = sink.open_rows(example.items);
    auto rounding = sink.rounding();
    for (std::size_t n = 0; n < count_; ++n) {
      *rows[n].bias += rounding(loss_.score_slopes()[n * kLanes + b]);
    }
    if constexpr (R == 0) {
      for (std::size_t column = 0; column < dimensions_.padded_dim(); column += kLanes) {
        add_column<P>(shared, example, b, column, rows, rounding);
      }
    } else {
      add_columns<R, P, columns_at_once<R, P>()>(shared, example, b, 0, rows, rounding);
    }
    sink.keep(rounding);
  }

  // Vectors of a row for which u and du, of projected personas p and dp too, are half of the 32 AVX-512 registers or
  // less.
  template <std::size_t R, Projected P>
  static constexpr std::size_t columns_at_once() {
    return std::clamp<std::size_t>(16 / ((P == Projected::personas ? 4 : 2) * R), 1, 4);
  }

  // C vectors of the rows at a time from `column` on, then one by one what is left. In line: what `rounding` has
  // noticed would otherwise pass through memory with every vector.
  template <std::size_t R, Projected P, std::size_t C, typename Rows, typename Rounding>
  [[gnu::always_inline]] void add_columns(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example,
                                          std::size_t b, std::size_t column, const Rows& rows,
                                          Rounding& rounding) const {
    for (; column + C * kLanes <= dimensions_.padded_dim(); column += C * kLanes) {
      add_in_registers<R, P, C>(shared, example, b, column, rows, rounding);
    }
    if constexpr (C > 1) {
      add_columns<R, P, 1>(shared, example, b, column, rows, rounding);
    }
  }

  template <std::size_t R, Projected P, std::size_t C, typename Rows, typename Rounding>
  [[gnu::always_inline]] void add_in_registers(const SharedParameters<Real>& shared,
                                               const ExampleOperands<Real>& example, std::size_t b, std::size_t column,
                                               const Rows& rows, Rounding& rounding) const {
    using Row = std::array<Lanes, C>;
    const auto read = [](const Real* from) {
      Row row;
#pragma GCC unroll 4
      for (std::size_t c = 0; c < C; ++c) {
        row[c] = kernels::load(from + c * kLanes);
      }
      return row;
    };
    const auto write = [](Real* into, const Row& row) {
#pragma GCC unroll 4
      for (std::size_t c = 0; c < C; ++c) {
        kernels::store(into + c * kLanes, row[c]);
      }
    };
    const auto add = [](Row& sum, Real factor, const Row& row) {
#pragma GCC unroll 4
      for (std::size_t c = 0; c < C; ++c) {
        sum[c] += factor * row[c];
      }
    };
    const auto add_rounded = [&rounding](auto* sums, const Row& row) __attribute__((always_inline)) {
      const auto rounded = rounding(row);
#pragma GCC unroll 4
      for (std::size_t c = 0; c < C; ++c) {
        add_to(sums + c * kLanes, rounded[c]);
      }
    };
    const auto d = dimensions_.padded_dim();  // what follows is the same throughout, which no compiler could know
    const auto count = count_;
    const auto* const items = example.items.data();
    const Real* const vectors = shared.items.data() + column;
    const Real* by_product = loss_.product_slopes() + b;
    const Real* by_affinity = loss_.affinity_slopes() + b;
    constexpr std::size_t kProjected = P == Projected::personas ? R - 1 : 0;
    std::array<Row, R> u, du;
    std::array<Row, kProjected> p, dp;
#pragma GCC unroll 8
    for (std::size_t k = 0; k < R; ++k) {
      u[k] = read(example.personas + k * d + column);
      du[k] = example.is_first ? Row{} : read(example.persona_gradient + k * d + column);
    }
#pragma GCC unroll 8
    for (std::size_t k = 0; k < kProjected; ++k) {
      p[k] = read(example.projected + k * d + column);
      dp[k] = example.is_first ? Row{} : read(example.projected_gradient + k * d + column);
    }
    for (std::size_t n = 0; n < count; ++n) {
      const Row v = read(vectors + items[n] * d);
      Row q{}, dv{}, dq{};
      if constexpr (P == Projected::items) {
        q = read(projected_item(example, n) + column);
      }
#pragma GCC unroll 8
      for (std::size_t k = 0; k < R; ++k, by_product += kLanes, by_affinity += kLanes) {
        add(dv, *by_product, u[k]);
        add(du[k], *by_product, v);
        if constexpr (P == Projected::personas) {
          if (k > 0) {
            add(dv, *by_affinity, p[k - 1]);
            add(dp[k - 1], *by_affinity, v);
          }
        } else if constexpr (P == Projected::items) {
          add(dq, *by_affinity, u[k]);
          add(du[k], *by_affinity, q);
        }
      }
      add_rounded(rows[n].components + column, dv);
      if constexpr (P == Projected::items) {
        add_rounded(rows[n].components + d + column, dq);
      }
    }
#pragma GCC unroll 8
    for (std::size_t k = 0; k < R; ++k) {
      write(example.persona_gradient + k * d + column, du[k]);
    }
#pragma GCC unroll 8
    for (std::size_t k = 0; k < kProjected; ++k) {
      write(example.projected_gradient + k * d + column, dp[k]);
    }
  }

  template <typename Number, typename V>
  static void add_to(Number* sums, V values) {
    kernels::store(sums, kernels::load(sums) + values);
  }

  // The same with sums in memory, for any number of personas.
  template <Projected P, typename Rows, typename Rounding>
  void add_column(const SharedParameters<Real>& shared, const ExampleOperands<Real>& example, std::size_t b,
                  std::size_t column, const Rows& rows, Rounding& rounding) const {
    const auto d = dimensions_.padded_dim();
    for (std::size_t k = 0; k < dimensions_.personas && example.is_first; ++k) {
      kernels::store(example.persona_gradient + k * d + column, Lanes{});
      if (P == Projected::personas && k > 0) {
        kernels::store(example.projected_gradient + (k - 1) * d + column, Lanes{});
      }
    }
    for (std::size_t n = 0; n < count_; ++n) {
      const Lanes v = kernels::load(shared.item(example.items[n]) + column);
      const Lanes q = P == Projected::items ? kernels::load(projected_item(example, n) + column) : Lanes{};
      Lanes dv{}, dq{};
      for (std::size_t k = 0; k < dimensions_.personas; ++k) {
        const auto offset = k * d + column;
        const Lanes u = kernels::load(example.personas + offset);
        const Real by_product = loss_.product_slopes()[loss_.row(n, k) * kLanes + b];
        dv += by_product * u;
        add_to(example.persona_gradient + offset, by_product * v);
        const Real by_affinity = loss_.affinity_slopes()[loss_.row(n, k) * kLanes + b];
        if (P == Projected::personas && k > 0) {
          dv += by_affinity * kernels::load(example.projected + offset - d);
          add_to(example.projected_gradient + offset - d, by_affinity * v);
        } else if constexpr (P == Projected::items) {
          dq += by_affinity * u;
          add_to(example.persona_gradient + offset, by_affinity * q);
        }
      }
      add_to(rows[n].components + column, rounding(std::array{dv})[0]);
      if constexpr (P == Projected::items) {
        add_to(rows[n].components + d + column, rounding(std::array{dq})[0]);
      }
    }
  }

  Dimensions dimensions_;
  Projected projected_;
  std::size_t count_;  // |N| + 1
  LossBlock<Real> loss_;
  DotProducts<Real> dots_;
};

}  // namespace ampcf::model
