#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/vector.hpp"

#include <cstddef>
#include <span>
#include <vector>

/// AMP-CF (Barkan et al., RecSys 2020). Symbols and shapes, used by everything in this room:
///
///     u_k   (d)       persona k of a user, k < r            M = A^u A^v   (d, d)   the folded attention form
///     v_j   (d)       item embedding                        s_k = u_k M v_j        affinity of persona k with item j
///     b_j             item bias                             a = softmax(s)         attention over personas
///     A^u   (d, d_a)  persona projection                    t_k = u_k . v_j
///     A^v   (d_a, d)  item projection                       y = sum_k a_k t_k + b_j   score
///
/// Attention stays as it is when all affinities rise alike. Those by projections are therefore reckoned from the first
/// persona's, which saves a persona's share of every product with M, all of it where r = 1:
///
///     w_k = u_k - u_0 (d)   contrast, 0 < k < r       s_k - s_0 = w_k M v_j = p_k v_j
///
/// In memory every d is padded with zeros to whole vectors of 16; padding stays zero because its gradient is zero.
namespace ampcf::model {

struct Dimensions {
  std::size_t personas = 4;        // r
  std::size_t dim = 64;            // d
  std::size_t attention_dim = 64;  // d_a; equals d for identity
  bool is_identity = false;        // A^u = A^v = I, not trained

  [[nodiscard]] std::size_t padded_dim() const { return kernels::padded(dim); }
  [[nodiscard]] std::size_t padded_attention_dim() const { return kernels::padded(attention_dim); }
  /// Numbers from one user to the next: (r, padded d).
  [[nodiscard]] std::size_t user_stride() const { return personas * padded_dim(); }
  /// Whether A^u and A^v bear on anything; the attention of one persona is 1.
  [[nodiscard]] bool learns_attention() const { return !is_identity && personas > 1; }
  /// Rows of a user whose products with an item are affinities: p_k, k > 0, where attention is learned, else u_k.
  [[nodiscard]] std::size_t affinity_rows() const { return learns_attention() ? personas - 1 : personas; }
  [[nodiscard]] std::size_t affinity_stride() const { return affinity_rows() * padded_dim(); }
  bool operator==(const Dimensions&) const = default;
};

/// The personas of a range of users, (users.count(), r, padded d).
template <typename Real>
struct Personas {
  Dimensions dimensions;
  UserRange users;
  kernels::AlignedVector<Real> rows;

  Personas() = default;
  Personas(const Dimensions& shape, UserRange range)
      : dimensions(shape), users(range), rows(range.count() * shape.user_stride()) {}

  [[nodiscard]] Real* of(std::uint64_t local_user) { return rows.data() + local_user * dimensions.user_stride(); }
  [[nodiscard]] const Real* of(std::uint64_t local_user) const {
    return rows.data() + local_user * dimensions.user_stride();
  }
};

/// What all ranks hold alike: items with their biases, and the attention projections.
template <typename Real>
struct SharedParameters {
  Dimensions dimensions;
  std::uint64_t item_count = 0;
  kernels::AlignedVector<Real> items;            // v_j (n_items, padded d)
  kernels::AlignedVector<Real> biases;           // b_j (n_items)
  kernels::AlignedVector<Real> user_projection;  // A^u (padded d, padded d_a)
  kernels::AlignedVector<Real> item_projection;  // A^v (padded d_a, padded d)

  /// Where items and biases shall lie.
  struct Memory {
    kernels::CacheLineAllocator<Real> items, biases;
  };

  SharedParameters() = default;
  /// Zero, projections the unit matrix.
  SharedParameters(const Dimensions& shape, std::uint64_t n_items, const Memory& memory = Memory());

  [[nodiscard]] Real* item(std::uint64_t index) { return items.data() + index * dimensions.padded_dim(); }
  [[nodiscard]] const Real* item(std::uint64_t index) const { return items.data() + index * dimensions.padded_dim(); }
};

/// M = A^u A^v, (padded d, padded d), and its transpose; empty where no attention is learned.
template <typename Real>
struct FoldedAttention {
  kernels::AlignedVector<Real> form;
  kernels::AlignedVector<Real> transposed;

  void fold(const SharedParameters<Real>& shared);
};

/// Writes a user's contrasts, w_k (r - 1, padded d), by his personas (r, padded d).
template <typename Real>
void contrast(const Dimensions& dimensions, const Real* personas, Real* contrasts);

/// Fills parameters with N(0, scale^2), a pure function of (seed, user) and (seed, item); biases are 0. Learned
/// projections start at the unit matrix plus N(0, projection_noise^2). Of ranks that share one copy of the items, one
/// `fills_items`.
template <typename Real>
void initialize(Personas<Real>& personas, double scale, std::uint64_t seed);
template <typename Real>
void initialize(SharedParameters<Real>& shared, double scale, double projection_noise, std::uint64_t seed,
                bool fills_items = true);

}  // namespace ampcf::model
