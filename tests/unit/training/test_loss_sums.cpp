#include "ampcf/core/error.hpp"
#include "ampcf/training/step.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::training {

namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kUnits = 0x1p24;

// Of sixteen examples; entropies and balances are multiples of the loss.
model::BlockTerms<float> block_of(const std::array<float, kernels::kLanes>& losses) {
  model::BlockTerms<float> terms;
  terms.data = kernels::load(losses.data());
  terms.entropy_positive = terms.data * 2.0F;
  terms.entropy_negative = terms.data * 4.0F;
  terms.balance = -terms.data;
  return terms;
}

std::array<std::int64_t, 5> sums_of(const std::array<float, kernels::kLanes>& losses, std::size_t count) {
  LossSums sums(4);
  sums.add(block_of(losses), count);
  return sums.total(communication::Communicator::alone());
}

}  // namespace

TEST(LossSums, AreOfEachExampleRoundedToUnits) {
  std::array<float, kernels::kLanes> losses{};
  std::int64_t once = 0, twice = 0;
  for (std::size_t b = 0; b < losses.size(); ++b) {
    losses[b] = 0.1F + 0.37F * static_cast<float>(b);
    once += std::llrint(static_cast<double>(losses[b]) * kUnits);
    twice += std::llrint(static_cast<double>(2.0F * losses[b]) * kUnits);
  }
  EXPECT_EQ(sums_of(losses, 16), (std::array<std::int64_t, 5>{once, twice, once, -once, 16}));
}

TEST(LossSums, DoNotDependOnTheLossesBeside) {
  std::array<float, kernels::kLanes> losses{};
  losses.fill(0.123456789F);
  const auto even = sums_of(losses, 16);
  for (const float large : {63.9F, 64.0F, 1e6F}) {  // 2^30 units are more than a block has room for
    losses[5] = large;
    const auto others = sums_of(losses, 16)[0] - std::llrint(static_cast<double>(large) * kUnits);
    EXPECT_EQ(others, even[0] / 16 * 15) << large;
  }
}

TEST(LossSums, LeaveOutWhatIsBehindTheLastExample) {
  std::array<float, kernels::kLanes> losses{};
  losses.fill(NAN);
  losses[0] = 1.0F;
  losses[1] = 0.5F;
  EXPECT_EQ(sums_of(losses, 2)[0], std::llrint(1.5 * kUnits));
  losses.fill(INFINITY);
  losses[0] = 1.0F;
  EXPECT_EQ(sums_of(losses, 1)[0], std::llrint(kUnits));
}

TEST(LossSums, RefuseWhatNoModelThatTrainsHas) {
  for (const float bad : {NAN, INFINITY, -INFINITY, 1e8F}) {
    std::array<float, kernels::kLanes> losses{};
    losses[3] = bad;
    EXPECT_THAT([&] { sums_of(losses, 4); }, ThrowsMessage<RuntimeError>(HasSubstr("the loss of an example is")))
        << bad;
  }
}

}  // namespace ampcf::training
