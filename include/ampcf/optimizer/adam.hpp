#pragma once

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/prefetch.hpp"
#include "ampcf/kernels/vector.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ampcf::optimizer {

/// Adam's constants (Kingma and Ba, ICLR 2015).
struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

/// How one kind of rows is updated.
struct RowOptions {
  double learning_rate = 0.001;
  double weight_decay = 0.0;  // added, times the row, to a touched row's gradient as a sum over the batch
};

/// How a step updates the parameters.
struct UpdateOptions {
  AdamOptions adam;
  RowOptions personas, items, projections;
};

/// Both moments of rows.
struct Moments {
  std::size_t stride = 0;                // numbers of a row
  kernels::AlignedVector<float> first;   // (rows, stride)
  kernels::AlignedVector<float> second;  // (rows, stride)

  /// Where the tables shall lie.
  struct Memory {
    kernels::CacheLineAllocator<float> first, second;
  };

  Moments() = default;
  Moments(std::size_t rows, std::size_t row_stride, const Memory& memory = {})
      : stride(row_stride), first(rows * row_stride, memory.first), second(rows * row_stride, memory.second) {}

  [[nodiscard]] float* first_of(std::size_t row) { return first.data() + row * stride; }
  [[nodiscard]] float* second_of(std::size_t row) { return second.data() + row * stride; }

  /// Asks for what a row's update will read.
  void ask_for(std::size_t row) const {
    kernels::ask_for(first.data() + row * stride, stride);
    kernels::ask_for(second.data() + row * stride, stride);
  }
};

/// Moments of rows that are updated when they are touched, and how often each was.
struct MomentTable : Moments {
  kernels::AlignedVector<std::uint32_t> updates;  // (rows)

  struct Memory {
    Moments::Memory moments;
    kernels::CacheLineAllocator<std::uint32_t> updates;
  };

  MomentTable() = default;
  MomentTable(std::size_t rows, std::size_t row_stride, const Memory& memory = {})
      : Moments(rows, row_stride, memory.moments), updates(rows, memory.updates) {}

  void ask_for(std::size_t row) const {
    Moments::ask_for(row);
    kernels::ask_for(updates.data() + row);
  }
};

/// Where a row's parameters and both its moments are.
struct RowAddress {
  float* parameters;
  float* first;
  float* second;
};

/// Adam on rows. The bias correction of a row counts the row's own updates: a row touched for the first time moves by
/// the learning rate, whenever that is. (With the global step its fresh moments would count as settled, and it would
/// move by up to (1 - beta1) / sqrt(1 - beta2) = 3.2 learning rates.)
class Adam {
 public:
  explicit Adam(const AdamOptions& options);

  /// The update of one row at one step: begin with row(), then apply() to any parts of the row.
  class RowUpdate {
   public:
    /// Moves `size` parameters, whole vectors, along (gradient + decay * parameter) * scale, where `gradient * unit` is
    /// a sum over the batch and `scale` makes means of sums: decay weighs as much against one example at any batch
    /// size. Element by element: the bits do not depend on how a row is cut into parts. Asks for `ahead`, a row of the
    /// same size, meanwhile: while roots and quotients are found there is time for three lines to come.
    template <typename Gradient>
    void apply(const RowAddress& row, const Gradient* gradient, std::size_t size, float unit, float scale, float decay,
               const RowAddress& ahead) const {
      using kernels::load, kernels::store;
      for (std::size_t i = 0; i < size; i += kernels::kLanes) {
        kernels::ask_for(ahead.first + i);
        kernels::ask_for(ahead.second + i);
        kernels::ask_for(ahead.parameters + i);
        auto p = load(row.parameters + i), m = load(row.first + i), v = load(row.second + i);
        move(p, m, v, (as_floats(load(gradient + i)) * unit + decay * p) * scale);
        store(row.parameters + i, p);
        store(row.first + i, m);
        store(row.second + i, v);
      }
    }

    /// The same of a row after which none is known.
    template <typename Gradient>
    void apply(const RowAddress& row, const Gradient* gradient, std::size_t size, float unit, float scale,
               float decay) const {
      apply(row, gradient, size, unit, scale, decay, row);
    }

    /// The same of one parameter alone, or of a vector of them, along its gradient `g`.
    template <typename Number>
    void move(Number& parameter, Number& first, Number& second, const Number& g) const {
      first = beta1_ * first + (1.0F - beta1_) * g;
      second = beta2_ * second + (1.0F - beta2_) * (g * g);
      parameter -= rate_ * first / (kernels::square_root(second * second_correction_) + epsilon_);
    }

   private:
    friend class Adam;

    static kernels::Floats as_floats(const kernels::Floats& gradient) { return gradient; }
    static kernels::Floats as_floats(const kernels::Integers& gradient) { return kernels::convert<float>(gradient); }

    float beta1_ = 0.0F, beta2_ = 0.0F, epsilon_ = 0.0F, rate_ = 0.0F, second_correction_ = 0.0F;
  };

  /// Counts an update of a row.
  [[nodiscard]] RowUpdate row(std::uint32_t& updates, double learning_rate) const {
    updates += updates < UINT32_MAX ? 1U : 0U;
    const auto& correct = corrections_[std::min<std::size_t>(updates, corrections_.size()) - 1];
    RowUpdate update = constants_;
    update.rate_ = static_cast<float>(learning_rate) * correct.first;
    update.second_correction_ = correct.second;
    return update;
  }

 private:
  struct Correction {
    float first;   // 1 / (1 - beta1^t)
    float second;  // 1 / (1 - beta2^t)
  };

  RowUpdate constants_;
  std::vector<Correction> corrections_;  // by t - 1, until both are 1 in float
};

}  // namespace ampcf::optimizer
