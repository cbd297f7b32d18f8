#include "ampcf/generation/generate.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"
#include "unit/generation/planted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

namespace ampcf::generation {

namespace {

using ampcf::testing::TemporaryDirectory;
using ampcf::testing::text_of;
using dataset::Dataset;
using dataset::HeldOutPart;
using testing::Planted;
using testing::small_options;

Summary generate_quietly(const GenerationOptions& options, std::uint64_t users_per_block = 0) {
  const auto log = make_log();
  log->set_level(spdlog::level::off);
  return generate(options, *log, users_per_block);
}

GenerationOptions options_in(const TemporaryDirectory& directory) {
  auto options = small_options();
  options.output = directory / "data.h5";
  options.raw_output = directory / "ratings.csv";
  return options;
}

// Lines of ratings.csv by user, in order of time: raw ids of items.
std::map<std::string, std::vector<std::string>> read_ratings(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  EXPECT_EQ(line, "userId,movieId,rating,timestamp");
  std::map<std::string, std::map<long, std::string>> by_time;
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    std::string user;
    std::string item;
    std::string rating;
    long time = 0;
    std::getline(fields, user, ',');
    std::getline(fields, item, ',');
    std::getline(fields, rating, ',');
    fields >> time;
    EXPECT_TRUE(by_time[user].emplace(time, item).second) << "two interactions of " << user << " at " << time;
  }
  std::map<std::string, std::vector<std::string>> histories;
  for (const auto& [user, items] : by_time) {
    for (const auto& [time, item] : items) {
      histories[user].push_back(item);
    }
  }
  return histories;
}

}  // namespace

TEST(Generate, WritesWhatTheProcessDraws) {
  const TemporaryDirectory directory;
  const auto options = options_in(directory);
  const auto summary = generate_quietly(options);
  const Dataset data(options.output);
  Planted planted(options);
  const auto train = data.interactions({0, 2000});
  const auto validation = data.held_out(HeldOutPart::validation, {0, 2000});
  const auto test = data.held_out(HeldOutPart::test, {0, 2000});
  ASSERT_EQ(summary.train_interactions, data.interaction_count());
  ASSERT_EQ(data.item_ids().size(), 1000U);
  for (UserIndex user = 0; user < 2000; ++user) {
    const auto& history = planted.drawer.draw(user);
    std::vector<ItemIndex> items(history.size());
    std::transform(history.begin(), history.end(), items.begin(), [](const Interaction& event) { return event.item; });
    ASSERT_EQ(test.item[user], items.back());
    ASSERT_EQ(validation.item[user], items[items.size() - 2]);
    std::sort(items.begin(), items.end() - 2);
    ASSERT_TRUE(std::equal(items.begin(), items.end() - 2, train.of(user).begin(), train.of(user).end()));
  }
}

TEST(Generate, CandidatesAreDistinctAndNeverConsumed) {
  const TemporaryDirectory directory;
  const auto options = options_in(directory);
  generate_quietly(options);
  const Dataset data(options.output);
  const auto train = data.interactions({0, 2000});
  const auto validation = data.held_out(HeldOutPart::validation, {0, 2000});
  const auto test = data.held_out(HeldOutPart::test, {0, 2000});
  EXPECT_NE(validation.candidates, test.candidates);
  for (const auto* part : {&validation, &test}) {
    ASSERT_EQ(part->candidates_per_user, 30U);
    for (UserIndex user = 0; user < 2000; ++user) {
      const auto consumed = train.of(user);
      std::set<std::int64_t> all(consumed.begin(), consumed.end());
      all.insert({validation.item[user], test.item[user]});
      ASSERT_EQ(all.size(), consumed.size() + 2);
      const auto candidates = part->candidates_of(user);
      all.insert(candidates.begin(), candidates.end());
      ASSERT_EQ(all.size(), consumed.size() + 32);
    }
  }
}

TEST(Generate, CandidatesArePaddedWhereTheCatalogueEnds) {
  const TemporaryDirectory directory;
  auto options = options_in(directory);
  options.users = 20;
  options.items = 40;
  options.interactions_per_user = 3;
  options.eval_negatives = 50;
  generate_quietly(options);
  const auto test = Dataset(options.output).held_out(HeldOutPart::test, {0, 20});
  for (UserIndex user = 0; user < 20; ++user) {
    const auto candidates = test.candidates_of(user);
    EXPECT_EQ(std::count(candidates.begin(), candidates.end(), kNoCandidate), 13);
    EXPECT_EQ(candidates[37], kNoCandidate);
  }
}

TEST(Generate, TruthExplainsEveryItem) {
  const TemporaryDirectory directory;
  const auto options = options_in(directory);
  generate_quietly(options);
  const Dataset data(options.output);
  const auto item_taste = data.file().read<std::int64_t>("/truth/item_taste");
  const auto user_persona = data.file().read<std::int64_t>("/truth/user_persona");
  const auto interaction_persona = data.file().read<std::int64_t>("/truth/interaction_persona");
  ASSERT_EQ(user_persona.size(), 2000U * 3U);
  ASSERT_EQ(interaction_persona.size(), data.interaction_count());
  const auto train = data.interactions({0, 2000});
  for (UserIndex user = 0; user < 2000; ++user) {
    const std::vector<std::int64_t> tastes(user_persona.begin() + static_cast<std::ptrdiff_t>(3 * user),
                                           user_persona.begin() + static_cast<std::ptrdiff_t>(3 * user + 3));
    for (auto i = train.indptr[user]; i < train.indptr[user + 1]; ++i) {
      ASSERT_EQ(tastes.at(static_cast<std::size_t>(interaction_persona[i])), item_taste[train.item[i]]);
    }
    for (const auto part : {HeldOutPart::validation, HeldOutPart::test}) {
      const auto item = static_cast<std::size_t>(data.held_out(part, {user, user + 1}).item[0]);
      ASSERT_THAT(tastes, ::testing::Contains(item_taste[item]));
    }
    const auto absent = std::find(tastes.begin(), tastes.end(), -1);
    ASSERT_EQ(std::count(absent, tastes.end(), -1), tastes.end() - absent);
    ASSERT_NE(absent, tastes.begin());
  }
}

TEST(Generate, BytesDependNeitherOnBlocksNorOnTheHour) {
  const TemporaryDirectory directory;
  auto options = options_in(directory);
  options.users = 15'000;  // several chunks of /truth/interaction_persona
  generate_quietly(options);
  const auto data = text_of(options.output);
  const auto ratings = text_of(options.raw_output);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // file times have whole seconds
  for (const std::uint64_t users_per_block : {7U, 4000U}) {
    generate_quietly(options, users_per_block);
    EXPECT_TRUE(text_of(options.output) == data) << users_per_block;
    EXPECT_TRUE(text_of(options.raw_output) == ratings) << users_per_block;
  }
}

TEST(Generate, FingerprintDependsOnTheSeed) {
  const TemporaryDirectory directory;
  auto options = options_in(directory);
  generate_quietly(options);
  const auto first = Dataset(options.output).fingerprint();
  options.seed = 2;
  generate_quietly(options);
  EXPECT_NE(Dataset(options.output).fingerprint(), first);
}

TEST(Generate, RawRatingsHoldTheSameHistoriesWithHeldOutItemsLast) {
  const TemporaryDirectory directory;
  const auto options = options_in(directory);
  generate_quietly(options);
  const Dataset data(options.output);
  auto histories = read_ratings(options.raw_output);
  const auto user_ids = data.user_ids();
  const auto item_ids = data.item_ids();
  const auto train = data.interactions({0, 2000});
  const auto validation = data.held_out(HeldOutPart::validation, {0, 2000});
  const auto test = data.held_out(HeldOutPart::test, {0, 2000});
  ASSERT_EQ(histories.size(), 2000U);
  for (UserIndex user = 0; user < 2000; ++user) {
    auto& history = histories.at(user_ids[user]);
    ASSERT_EQ(history.back(), item_ids[static_cast<std::size_t>(test.item[user])]);
    history.pop_back();
    ASSERT_EQ(history.back(), item_ids[static_cast<std::size_t>(validation.item[user])]);
    history.pop_back();
    std::vector<std::string> expected;
    for (const auto item : train.of(user)) {
      expected.push_back(item_ids[item]);
    }
    ASSERT_THAT(history, ::testing::UnorderedElementsAreArray(expected));
  }
}

TEST(Generate, NoCandidatesCanBeAskedFor) {
  const TemporaryDirectory directory;
  auto options = options_in(directory);
  options.eval_negatives = 0;
  generate_quietly(options);
  EXPECT_EQ(Dataset(options.output).held_out(HeldOutPart::test, {0, 5}).candidates_per_user, 0U);
}

TEST(Generate, LeavesNothingBehindWhereAnOutputCannotBeWritten) {
  const TemporaryDirectory directory;
  auto options = options_in(directory);
  options.output = directory / "missing/data.h5";
  EXPECT_THROW(generate_quietly(options), RuntimeError);
  options.output = directory / "data.h5";
  options.raw_output = directory / "missing/ratings.csv";
  EXPECT_THROW(generate_quietly(options), RuntimeError);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Generate, SummaryCountsWhatTheFileHolds) {
  const TemporaryDirectory directory;
  const auto options = options_in(directory);
  const auto summary = generate_quietly(options);
  const Dataset data(options.output);
  EXPECT_EQ(summary.train_interactions, data.interaction_count());
  EXPECT_EQ(summary.fingerprint, data.fingerprint());
  EXPECT_THAT(summary.text(),
              ::testing::ContainsRegex(fmt::format("interactions +{}\n", data.interaction_count() + 4000)));
}

TEST(Generate, TheFileTellsItsOptionsButNotItsPlace) {
  const TemporaryDirectory directory;
  auto options = options_in(directory);
  options.tastes = 0;
  generate_quietly(options);
  const auto config = storage::File::open(options.output).text_attribute("config");
  EXPECT_THAT(config, ::testing::HasSubstr("tastes = 12\n"));  // settled: 1000 items / (4 * 20)
  EXPECT_THAT(config, ::testing::Not(::testing::HasSubstr("output")));
}

}  // namespace ampcf::generation
