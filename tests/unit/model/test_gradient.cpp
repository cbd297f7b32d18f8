#include "model_case.hpp"

#include <gtest/gtest.h>

namespace ampcf::model::testing {

namespace {

// Gradients as they are, without the trainer's fixed point.
struct NoRounding {
  template <typename T>
  const T& operator()(const T& value) const {
    return value;
  }
};

struct PlainItemSink {
  struct Row {
    double* components;
    double* bias;
  };
  std::size_t stride;
  std::vector<ItemIndex> items;  // in the order in which they were touched
  kernels::AlignedVector<double> table;
  std::vector<double> biases;
  std::vector<Row> rows;

  PlainItemSink(std::size_t row_stride, std::uint64_t item_count)
      : stride(row_stride), table(item_count * row_stride), biases(item_count) {}

  std::size_t index_of(ItemIndex item) {
    const auto found = std::find(items.begin(), items.end(), item);
    const auto index = static_cast<std::size_t>(found - items.begin());
    if (found == items.end()) {
      items.push_back(item);
    }
    return index;
  }
  [[nodiscard]] std::size_t row_count() const { return items.size(); }
  [[nodiscard]] ItemIndex item_at(std::size_t index) const { return items[index]; }
  std::span<const Row> open_rows(std::span<const ItemIndex> candidates) {
    rows.clear();
    for (const auto item : candidates) {
      const auto index = index_of(item);
      rows.push_back({table.data() + index * stride, &biases[index]});
    }
    return rows;
  }
  [[nodiscard]] static NoRounding rounding() { return {}; }
  static void keep(NoRounding /*rounding*/) {}
};

struct PlainFormSink {
  std::size_t columns;
  std::vector<double> total = std::vector<double>(columns * columns);

  void add_products(const double* a, const double* b, std::span<const std::size_t> starts) {
    for (auto row = starts.front(); row < starts.back(); ++row) {
      for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
          total[i * columns + j] += a[row * columns + i] * b[row * columns + j];
        }
      }
    }
  }
};

struct Gradients {
  Personas<double> personas;
  SharedParameters<double> shared;
  double loss = 0.0;
  std::size_t slots = 0;  // users that came
};

// One by one, so that the sum does not depend on which examples are a block.
template <typename Real>
void add(const BlockTerms<Real>& terms, std::size_t count, const LossWeights& weights, double& loss) {
  for (std::size_t b = 0; b < count; ++b) {
    loss += terms.of(b).total(weights);
  }
}

// dL/dv of the sink's rows, those of projected items some at a time, as totals may come.
void take_items(const ModelCase& c, Projected projected, const FoldedAttention<double>& folded,
                const PlainItemSink& items, PlainFormSink& form, SharedParameters<double>& gradient) {
  const auto d = c.shared.dimensions.padded_dim();
  constexpr std::size_t kAtOnce = 4;
  for (std::size_t first = 0; first < items.row_count(); first += kAtOnce) {
    const auto count = std::min(kAtOnce, items.row_count() - first);
    kernels::AlignedVector<double> v(count * d), dv(count * d), dq(count * d);
    for (std::size_t i = 0; i < count; ++i) {
      const double* const row = items.table.data() + (first + i) * items.stride;
      std::copy_n(c.shared.item(items.item_at(first + i)), d, v.data() + i * d);
      std::copy_n(row, d, dv.data() + i * d);
      std::copy_n(row + (rows_of_item(projected) - 1) * d, d, dq.data() + i * d);
    }
    if (projected == Projected::items) {
      differentiate_projected_items(folded, d, count, v.data(), dq.data(), dv.data(), form);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const auto item = items.item_at(first + i);
      std::copy_n(dv.data() + i * d, d, gradient.item(item));
      gradient.biases[item] = items.biases[first + i];
    }
  }
}

Gradients gradients_of(const ModelCase& c, Projected projected) {
  const auto& shape = c.shared.dimensions;
  Gradients result{Personas<double>(shape, c.personas.users), SharedParameters<double>(shape, c.shared.item_count),
                   0.0};
  std::fill(result.shared.user_projection.begin(), result.shared.user_projection.end(), 0.0);
  std::fill(result.shared.item_projection.begin(), result.shared.item_projection.end(), 0.0);
  FoldedAttention<double> folded;
  folded.fold(c.shared);
  BatchGradient<double> gradient(shape, projected, c.batch.candidates_per_example, c.weights);
  gradient.use_shares(c.shares);
  PlainItemSink items(rows_of_item(projected) * shape.padded_dim(), c.shared.item_count);
  PlainFormSink form{shape.padded_dim()};
  gradient.run(
      c.batch, c.personas, c.shared, folded, std::span<const double>(c.log_probabilities), items, form,
      [&](std::size_t slot, const double* of_user) {
        EXPECT_EQ(slot, result.slots++);
        std::copy_n(of_user, shape.user_stride(), result.personas.of(c.batch.users[slot]));
      },
      [&](const BlockTerms<double>& terms, std::size_t count) { add(terms, count, c.weights, result.loss); });
  EXPECT_EQ(result.slots, c.batch.users.size());
  take_items(c, projected, folded, items, form, result.shared);
  if (shape.learns_attention()) {
    unfold_gradient(c.shared, form.total.data(), result.shared.user_projection.data(),
                    result.shared.item_projection.data());
  }
  return result;
}

// Central differences of the reference loss in every number of a table against the analytic gradient.
void expect_central_differences(ModelCase& c, kernels::AlignedVector<double>& table,
                                const kernels::AlignedVector<double>& gradient, const char* name) {
  const double step = 1e-5;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double value = table[i];
    table[i] = value + step;
    const double above = c.reference_loss();
    table[i] = value - step;
    const double below = c.reference_loss();
    table[i] = value;
    ASSERT_NEAR(gradient[i], (above - below) / (2.0 * step), 2e-8) << name << " [" << i << "]";
  }
}

void expect_central_differences(const CaseShape& shape, Projected projected) {
  ModelCase c(shape);
  const auto gradients = gradients_of(c, projected);
  EXPECT_NEAR(gradients.loss, c.reference_loss(), 1e-10);
  expect_central_differences(c, c.personas.rows, gradients.personas.rows, "personas");
  expect_central_differences(c, c.shared.items, gradients.shared.items, "items");
  expect_central_differences(c, c.shared.biases, gradients.shared.biases, "biases");
  if (!c.shared.dimensions.is_identity) {
    expect_central_differences(c, c.shared.user_projection, gradients.shared.user_projection, "user projection");
    expect_central_differences(c, c.shared.item_projection, gradients.shared.item_projection, "item projection");
  }
}

// For those who want losses and personas' gradients alone.
struct IgnoringItemSink {
  struct Row {
    float* components;
    float* bias;
  };
  std::vector<float> scratch = std::vector<float>(1024);
  float bias = 0.0F;
  std::vector<Row> rows = std::vector<Row>(5, {scratch.data(), &bias});
  std::span<const Row> open_rows(std::span<const ItemIndex> /*items*/) { return rows; }
  static std::size_t index_of(ItemIndex item) { return item; }
  static std::size_t row_count() { return 0; }
  static ItemIndex item_at(std::size_t index) { return static_cast<ItemIndex>(index); }
  static NoRounding rounding() { return {}; }
  static void keep(NoRounding /*rounding*/) {}
};

struct IgnoringFormSink {
  static void add_products(const float* /*a*/, const float* /*b*/, std::span<const std::size_t> /*starts*/) {}
};

const auto kNobody = [](std::size_t /*slot*/, const float* /*gradient*/) {};

}  // namespace

class Gradient : public ::testing::TestWithParam<CaseShape> {};

TEST_P(Gradient, EqualsCentralDifferencesInEveryParameter) {
  if (GetParam().is_identity || GetParam().personas == 1) {
    expect_central_differences(GetParam(), Projected::nothing);
  } else {
    expect_central_differences(GetParam(), Projected::personas);
    expect_central_differences(GetParam(), Projected::items);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Gradient,
                         ::testing::Values(CaseShape{1, 16, 16, false, 4, false}, CaseShape{1, 16, 16, true, 4, false},
                                           CaseShape{2, 16, 32, false, 4, false}, CaseShape{2, 5, 5, true, 4, true},
                                           CaseShape{4, 16, 7, false, 3, true}, CaseShape{4, 16, 16, true, 20, false},
                                           CaseShape{8, 5, 3, false, 1, false}, CaseShape{3, 40, 40, true, 4, false},
                                           CaseShape{5, 16, 16, true, 6, true}, CaseShape{6, 16, 9, false, 4, false},
                                           CaseShape{4, 16, 7, false, 3, true, true},
                                           CaseShape{4, 16, 16, true, 4, false, true},
                                           CaseShape{5, 16, 16, true, 6, false, true},
                                           CaseShape{2, 5, 5, true, 2, false, true, true},
                                           CaseShape{2, 5, 3, false, 2, false, false, true}));

// Rows so long that the shards do not go into the cache together.
TEST(GradientInParts, IsThatOfTheWholeBatch) {
  ModelCase c({4096, 16, 16, false, 4, false});
  const auto in_parts = gradients_of(c, Projected::personas);
  c.batch.shard_first_slot = {0, 3};
  const auto whole = gradients_of(c, Projected::personas);
  EXPECT_EQ(in_parts.loss, whole.loss);
  EXPECT_EQ(in_parts.personas.rows, whole.personas.rows);
  EXPECT_EQ(in_parts.shared.items, whole.shared.items);
  for (std::size_t i = 0; i < whole.shared.user_projection.size(); ++i) {
    EXPECT_NEAR(in_parts.shared.user_projection[i], whole.shared.user_projection[i], 1e-12);
  }
}

TEST(FloatGradient, IsTheDoubleOneRounded) {
  ModelCase c({4, 16, 16, false, 4, false});
  const auto expected = gradients_of(c, Projected::personas);
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  FoldedAttention<float> folded;
  folded.fold(shared);
  BatchGradient<float> gradient(shared.dimensions, Projected::personas, c.batch.candidates_per_example, c.weights);
  IgnoringItemSink items;
  IgnoringFormSink form;
  double loss = 0.0;
  gradient.run(
      c.batch, personas, shared, folded, std::span<const float>(), items, form,
      [&](std::size_t slot, const float* of_user) {
        for (std::size_t i = 0; i < shared.dimensions.user_stride(); ++i) {
          EXPECT_NEAR(of_user[i], expected.personas.of(c.batch.users[slot])[i], 1e-5);
        }
      },
      [&](const BlockTerms<float>& terms, std::size_t count) { add(terms, count, c.weights, loss); });
  EXPECT_NEAR(loss, expected.loss, 1e-5);
}

TEST(FloatGradient, KnowsNothingOfTheBatchBefore) {
  ModelCase c({4, 16, 16, false, 4, false});
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  FoldedAttention<float> folded;
  folded.fold(shared);
  BatchGradient<float> gradient(shared.dimensions, Projected::personas, c.batch.candidates_per_example, c.weights);
  IgnoringItemSink items;
  IgnoringFormSink form;
  const auto terms_of = [&](const MiniBatch& batch) {
    std::vector<double> terms;
    gradient.run(batch, personas, shared, folded, std::span<const float>(), items, form, kNobody,
                 [&](const BlockTerms<float>& block, std::size_t count) {
                   for (std::size_t b = 0; b < count; ++b) {
                     const auto of = block.of(b);
                     terms.insert(terms.end(), {of.data, of.entropy_positive, of.entropy_negative});
                   }
                 });
    return terms;
  };
  auto other = c.batch;
  std::reverse(other.candidates.begin(), other.candidates.end());
  const auto before = terms_of(c.batch);
  EXPECT_NE(terms_of(other), before);
  EXPECT_EQ(terms_of(c.batch), before);
}

TEST(FloatGradient, SumsTheAttentionOnPositivesByUser) {
  const ModelCase c({4, 16, 16, true, 3, false, true});
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  const std::vector<float> shares(c.shares.begin(), c.shares.end());
  FoldedAttention<float> folded;
  folded.fold(shared);
  BatchGradient<float> gradient(shared.dimensions, Projected::nothing, c.batch.candidates_per_example, c.weights);
  gradient.use_shares(shares);
  IgnoringItemSink items;
  IgnoringFormSink form;
  gradient.run(c.batch, personas, shared, folded, std::span<const float>(), items, form, kNobody,
               [](const BlockTerms<float>&, std::size_t) {});
  std::vector<double> expected(c.batch.users.size() * 4);
  for (std::size_t b = 0; b < c.batch.size(); ++b) {
    const auto user = c.batch.users[c.batch.slot[b]];
    const auto score = reference_score(c.shared, c.personas.of(user), c.batch.candidates_of(b)[0]);
    for (std::size_t k = 0; k < 4; ++k) {
      expected[c.batch.slot[b] * 4 + k] += score.attention[k];
    }
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(gradient.attention_sum()[i], expected[i], 1e-5);
  }
}

}  // namespace ampcf::model::testing
