#include "ampcf/communication/message_rounds.hpp"

#include "support/world.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::communication {

namespace {

using testing::world;

// What rank `source` sends rank `target` in a round: lengths from none to beyond what MPI sends without being asked.
std::vector<std::int32_t> message(int round, int source, int target) {
  const int length = (round * 7919 + source * 31 + target * 101) % 5 * 10000;
  std::vector<std::int32_t> values(static_cast<std::size_t>(length));
  std::iota(values.begin(), values.end(), round * 1000 + source * 10 + target);
  return values;
}

class Outgoing {
 public:
  explicit Outgoing(int round) {
    for (int target = 0; target < world().size(); ++target) {
      messages_.push_back(message(round, world().rank(), target));
    }
    spans_.assign(messages_.begin(), messages_.end());
  }
  [[nodiscard]] std::span<const std::span<const std::int32_t>> spans() const { return spans_; }

 private:
  std::vector<std::vector<std::int32_t>> messages_;
  std::vector<std::span<const std::int32_t>> spans_;
};

void expect_messages_of(int round, const MessageRounds<std::int32_t>& rounds) {
  for (int source = 0; source < world().size(); ++source) {
    const auto found = rounds.from(source);
    const auto expected =
        source == world().rank() ? std::vector<std::int32_t>() : message(round, source, world().rank());
    EXPECT_EQ(std::vector<std::int32_t>(found.begin(), found.end()), expected);
  }
}

}  // namespace

TEST(MessageRounds, BringEveryMessageToItsRank) {
  MessageRounds<std::int32_t> rounds(world());
  for (int round = 0; round < 10; ++round) {
    const Outgoing outgoing(round);
    rounds.begin(outgoing.spans());
    rounds.wait();
    expect_messages_of(round, rounds);
  }
}

TEST(MessageRounds, DoNotMixWhereSomeRanksHurryAhead) {
  MessageRounds<std::int32_t> rounds(world());
  for (int round = 0; round < 10; ++round) {
    const Outgoing outgoing(round);
    rounds.begin(outgoing.spans());
    // A rank looks in so often that it learns of the next round's messages before it takes this one's.
    for (int i = 0; i < 50 * world().rank(); ++i) {
      (void)rounds.is_over();
    }
    rounds.wait();
    expect_messages_of(round, rounds);
  }
}

}  // namespace ampcf::communication
