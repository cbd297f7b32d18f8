#include "training/occurrences.hpp"

#include "run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ampcf::training::testing {

namespace {

constexpr ItemIndex kItems = 60;
constexpr std::uint64_t kUsers = 300;

// Of a range of users, who have few items; a tenth of them all but one or all, where asked.
dataset::Interactions interactions_of(UserRange users, bool have_some_all) {
  dataset::Interactions all;
  all.users = users;
  for (std::uint64_t user = 0; user < users.last; ++user) {
    random::Draws draws(5, random::Stream::generation, user);
    std::vector<ItemIndex> items(kItems);
    std::iota(items.begin(), items.end(), 0);
    const auto count = have_some_all && user % 10 == 0 ? kItems - 1 - user % 20 / 10 : 3 + user % 25;
    while (items.size() > count) {
      // Early items are rare.
      const auto size = static_cast<std::uint32_t>(items.size());
      items.erase(items.begin() + std::min(draws.next_below(size), draws.next_below(size)));
    }
    if (user < users.first) {
      all.first_position += items.size();
      continue;
    }
    all.item.insert(all.item.end(), items.begin(), items.end());
    all.indptr.push_back(all.item.size());
  }
  all.indptr.insert(all.indptr.begin(), 0);
  return all;
}

std::vector<std::uint64_t> counts_of(const dataset::Interactions& interactions) {
  std::vector<std::uint64_t> counts(kItems);
  for (const auto item : interactions.item) {
    ++counts[item];
  }
  return counts;
}

// Of each item, how often it is among the candidates of a positive, on average over everything in some epochs.
std::vector<double> drawn_occurrences(const dataset::Interactions& interactions,
                                      const sampling::NegativeSampler& negatives, std::uint64_t epochs) {
  std::vector<double> found(kItems);
  std::vector<ItemIndex> drawn(negatives.count());
  const auto weight = 1.0 / static_cast<double>(epochs * interactions.item.size());
  for (std::uint64_t user = 0; user < interactions.users.count(); ++user) {
    for (auto position = interactions.indptr[user]; position < interactions.indptr[user + 1]; ++position) {
      for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
        negatives.draw(epoch, position, interactions.item[position], interactions.of(user), drawn);
        found[interactions.item[position]] += weight;
        for (const auto item : drawn) {
          found[item] += weight;
        }
      }
    }
  }
  return found;
}

}  // namespace

class MostOccurrences : public ::testing::TestWithParam<std::tuple<sampling::NegativeOptions, bool>> {
 protected:
  const bool have_some_all = std::get<bool>(GetParam());
  const dataset::Interactions all = interactions_of({0, kUsers}, have_some_all);
  const std::vector<std::uint64_t> counts = counts_of(all);
  const sampling::NegativeSampler negatives{std::get<sampling::NegativeOptions>(GetParam()), counts, 7};
  const parallel::Occurrences most =
      most_occurrences(communication::Communicator::alone(), counts, all, negatives, false);
};

TEST_P(MostOccurrences, AreNoFewerThanAreDrawn) {
  const auto found = drawn_occurrences(all, negatives, 50);
  const auto largest = *std::max_element(found.begin(), found.end());
  EXPECT_LT(largest, 1.01 * most.mean);  // what is drawn varies
  if (!have_some_all) {
    EXPECT_GT(largest, 0.8 * most.mean);
  }
}

TEST_P(MostOccurrences, AreTheSameOnAnyNumberOfRanks) {
  const auto ranks = static_cast<std::uint64_t>(world().size());
  const auto rank = static_cast<std::uint64_t>(world().rank());
  const auto own = interactions_of({kUsers * rank / ranks, kUsers * (rank + 1) / ranks}, have_some_all);
  const auto found = most_occurrences(world(), counts, own, negatives, false);
  EXPECT_EQ(found.mean, most.mean);
  EXPECT_EQ(found.of_one, most.of_one);
}

INSTANTIATE_TEST_SUITE_P(Negatives, MostOccurrences,
                         ::testing::Combine(::testing::Values(sampling::NegativeOptions{4, 0.0, true},
                                                              sampling::NegativeOptions{4, 0.5, true},
                                                              sampling::NegativeOptions{20, 1.0, true}),
                                            ::testing::Bool()));

// Its scale, and so every bit of a model, is what it has always been.
TEST(MostOccurrences, OfWhatIsDrawnForAllAlikeAreThoseOfTheMostFrequentItem) {
  const auto all = interactions_of({0, kUsers}, true);
  const auto counts = counts_of(all);
  const sampling::NegativeSampler negatives({4, 0.5, false}, counts, 7);
  const auto most = most_occurrences(communication::Communicator::alone(), counts, all, negatives, false);
  const auto item = static_cast<ItemIndex>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  EXPECT_EQ(most.mean, static_cast<double>(counts[item]) / static_cast<double>(all.item.size()) +
                           negatives.table().probability(item) * 4.0);
  EXPECT_EQ(most.of_one, 0.0);
}

// All negatives of nearly all users are one item.
TEST(Training, GoesOnWhereExcludingSeenItemsLeavesNextToNothing) {
  const TemporaryDirectory directory;
  world().agree([&] {
    if (world().rank() != 0) {
      return;
    }
    constexpr std::uint64_t kMany = 300;
    dataset::UserBlock block;
    dataset::ItemTable items;
    for (std::uint64_t user = 0; user < kMany; ++user) {
      const std::uint64_t count = user == 0 ? 20 : 19;
      block.id.push_back("u" + std::to_string(user));
      block.interaction_count.push_back(count);
      for (std::uint64_t item = 0; item < count; ++item) {
        block.item.push_back(static_cast<ItemIndex>(item));
      }
      block.validation_item.push_back(kNoItem);
      block.test_item.push_back(kNoItem);
      block.validation_candidates.push_back(kNoCandidate);
      block.test_candidates.push_back(kNoCandidate);
    }
    for (std::uint64_t item = 0; item < 20; ++item) {
      items.id.push_back("i" + std::to_string(item));
    }
    dataset::DatasetWriter writer(directory / "data.h5", kMany, block.item.size(), 1);
    writer.append(block);
    writer.finish(items);
  });
  auto options = small_options(directory, "run");
  options.epochs = 1;
  options.batch_size = 1024;
  options.negatives = {4, 0.0, true};
  EXPECT_EQ(train(world(), options), ExitCode::success);
}

}  // namespace ampcf::training::testing
