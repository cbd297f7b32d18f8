#include "model_case.hpp"

#include <gtest/gtest.h>

namespace ampcf::model::testing {

namespace {

// Gradients as they are, without the trainer's fixed point.
struct PlainItemSink {
  struct Rounding {
    double operator()(double value) const { return value; }
    kernels::Vec<double> operator()(kernels::Vec<double> value) const { return value; }
  };
  SharedParameters<double>& gradient;
  std::vector<double*> rows;

  std::span<double* const> open_rows(std::span<const ItemIndex> items) {
    rows.clear();
    for (const auto item : items) {
      rows.push_back(gradient.item(item));
    }
    return rows;
  }
  [[nodiscard]] static Rounding rounding() { return {}; }
  static void keep(Rounding /*rounding*/) {}
};

struct PlainFormSink {
  static constexpr bool kTakesShardsApart = true;
  std::size_t columns;
  std::vector<double> total = std::vector<double>(columns * columns);

  [[nodiscard]] auto adder() {
    return [this](std::size_t row, std::size_t column, kernels::Vec<double> partial) {
      double* const into = total.data() + row * columns + column;
      kernels::store(into, kernels::load(into) + partial);
    };
  }
};

struct Gradients {
  Personas<double> personas;
  SharedParameters<double> shared;
  double loss = 0.0;
};

Gradients gradients_of(const ModelCase& c) {
  const auto& shape = c.shared.dimensions;
  Gradients result{Personas<double>(shape, c.personas.users), SharedParameters<double>(shape, c.shared.item_count),
                   0.0};
  std::fill(result.shared.user_projection.begin(), result.shared.user_projection.end(), 0.0);
  std::fill(result.shared.item_projection.begin(), result.shared.item_projection.end(), 0.0);
  FoldedAttention<double> folded;
  folded.fold(c.shared);
  BatchGradient<double> gradient(shape, c.batch.candidates_per_example, c.weights);
  gradient.use_shares(c.shares);
  PlainItemSink items{result.shared, {}};
  PlainFormSink form{shape.padded_dim()};
  gradient.run(c.batch, c.personas, c.shared, folded, std::span<const double>(c.log_probabilities), items, form,
               [&](const LossTerms& terms) { result.loss += terms.total(c.weights); });
  for (std::size_t slot = 0; slot < c.batch.users.size(); ++slot) {
    std::copy_n(gradient.persona_gradient() + slot * shape.user_stride(), shape.user_stride(),
                result.personas.of(c.batch.users[slot]));
  }
  if (!shape.is_identity) {
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

// For those who want losses and personas' gradients alone.
struct IgnoringItemSink {
  struct Rounding {
    float operator()(float value) const { return value; }
    kernels::Floats operator()(kernels::Floats value) const { return value; }
  };
  std::vector<float> scratch = std::vector<float>(1024);
  std::vector<float*> rows = std::vector<float*>(5, scratch.data());
  std::span<float* const> open_rows(std::span<const ItemIndex> /*items*/) { return rows; }
  static Rounding rounding() { return {}; }
  static void keep(Rounding /*rounding*/) {}
};

struct IgnoringFormSink {
  static constexpr bool kTakesShardsApart = false;
  [[nodiscard]] static auto adder() {
    return [](std::size_t, std::size_t, kernels::Floats) {};
  }
};

}  // namespace

class Gradient : public ::testing::TestWithParam<CaseShape> {};

TEST_P(Gradient, EqualsCentralDifferencesInEveryParameter) {
  ModelCase c(GetParam());
  const auto gradients = gradients_of(c);
  EXPECT_NEAR(gradients.loss, c.reference_loss(), 1e-10);
  expect_central_differences(c, c.personas.rows, gradients.personas.rows, "personas");
  expect_central_differences(c, c.shared.items, gradients.shared.items, "items and biases");
  if (!c.shared.dimensions.is_identity) {
    expect_central_differences(c, c.shared.user_projection, gradients.shared.user_projection, "user projection");
    expect_central_differences(c, c.shared.item_projection, gradients.shared.item_projection, "item projection");
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
                                           CaseShape{5, 16, 16, true, 6, false, true}));

// Rows so long that the shards do not go into the cache together.
TEST(GradientInParts, IsThatOfTheWholeBatch) {
  ModelCase c({4096, 16, 16, false, 4, false});
  const auto in_parts = gradients_of(c);
  c.batch.shard_first_slot = {0, 3};
  const auto whole = gradients_of(c);
  EXPECT_EQ(in_parts.loss, whole.loss);
  EXPECT_EQ(in_parts.personas.rows, whole.personas.rows);
  EXPECT_EQ(in_parts.shared.items, whole.shared.items);
  for (std::size_t i = 0; i < whole.shared.user_projection.size(); ++i) {
    EXPECT_NEAR(in_parts.shared.user_projection[i], whole.shared.user_projection[i], 1e-12);
  }
}

TEST(FloatGradient, IsTheDoubleOneRounded) {
  ModelCase c({4, 16, 16, false, 4, false});
  const auto expected = gradients_of(c);
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  FoldedAttention<float> folded;
  folded.fold(shared);
  BatchGradient<float> gradient(shared.dimensions, c.batch.candidates_per_example, c.weights);
  IgnoringItemSink items;
  IgnoringFormSink form;
  double loss = 0.0;
  gradient.run(c.batch, personas, shared, folded, std::span<const float>(), items, form,
               [&](const LossTerms& terms) { loss += terms.total(c.weights); });
  EXPECT_NEAR(loss, expected.loss, 1e-5);
  for (std::size_t slot = 0; slot < c.batch.users.size(); ++slot) {
    for (std::size_t i = 0; i < shared.dimensions.user_stride(); ++i) {
      EXPECT_NEAR(gradient.persona_gradient()[slot * shared.dimensions.user_stride() + i],
                  expected.personas.of(c.batch.users[slot])[i], 1e-5);
    }
  }
}

TEST(FloatGradient, KnowsNothingOfTheBatchBefore) {
  ModelCase c({4, 16, 16, false, 4, false});
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  FoldedAttention<float> folded;
  folded.fold(shared);
  BatchGradient<float> gradient(shared.dimensions, c.batch.candidates_per_example, c.weights);
  IgnoringItemSink items;
  IgnoringFormSink form;
  const auto terms_of = [&](const MiniBatch& batch) {
    std::vector<double> terms;
    gradient.run(batch, personas, shared, folded, std::span<const float>(), items, form, [&](const LossTerms& of) {
      terms.insert(terms.end(), {of.data, of.entropy_positive, of.entropy_negative});
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
  BatchGradient<float> gradient(shared.dimensions, c.batch.candidates_per_example, c.weights);
  gradient.use_shares(shares);
  IgnoringItemSink items;
  IgnoringFormSink form;
  gradient.run(c.batch, personas, shared, folded, std::span<const float>(), items, form, [](const LossTerms&) {});
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
