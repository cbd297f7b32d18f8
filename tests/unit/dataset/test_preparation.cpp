#include "ampcf/random/philox.hpp"
#include "raw_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace ampcf::dataset {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Ratings of 40 users on 60 items with repetitions, in which times rise, tie and fall.
std::string random_ratings(std::uint64_t seed) {
  random::Draws draws(seed, random::Stream::generation, 0);
  std::string text = "userId,movieId,rating,timestamp\n";
  for (int line = 0; line < 900; ++line) {
    const auto user = draws.next_below(40);
    const auto item = draws.next_below(draws.next_below(60) + 1);  // low numbers are popular
    text += fmt::format("u{},i{},{},{}\n", user, item, 0.5 * (1 + draws.next_below(10)), draws.next_below(50));
  }
  return text;
}

/// What each user's pairs come to by the rules, read literally.
std::map<std::string, std::vector<std::string>> expected_sequences(const std::string& text, double least_rating) {
  std::map<std::string, std::map<std::string, std::tuple<int, int, double>>> latest;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  for (int order = 0; std::getline(lines, line); ++order) {
    std::istringstream fields(line);
    std::string user;
    std::string item;
    double rating = 0;
    int time = 0;
    char comma = ',';
    std::getline(fields, user, ',');
    std::getline(fields, item, ',');
    fields >> rating >> comma >> time;
    auto& known = latest[user].try_emplace(item, time, order, rating).first->second;
    known = std::max(known, std::tuple(time, order, rating));
  }
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& [user, items] : latest) {
    std::vector<std::pair<std::tuple<int, int, double>, std::string>> in_order;
    for (const auto& [item, when] : items) {
      if (std::get<2>(when) >= least_rating) {
        in_order.emplace_back(when, item);
      }
    }
    std::sort(in_order.begin(), in_order.end());
    for (const auto& [when, item] : in_order) {
      out[user].push_back(item);
    }
  }
  return out;
}

std::set<std::string> consumed_by(const UserContent& content) {
  auto items = content.training;
  items.insert(content.validation);
  items.insert(content.test);
  items.erase("");
  return items;
}

PreparationOptions every_positive(const std::string& split, const std::string& validation) {
  auto options = unfiltered("movielens-csv");
  options.split = split;
  options.validation = validation;
  options.eval_negatives = 20;
  return options;
}

}  // namespace

TEST(Preparation, HoldsOutTheLastTwoByTimeAndFileOrder) {
  const Workshop shop;
  const auto text = random_ratings(1);
  auto options = every_positive("last", "last");
  options.min_rating = 2.0;
  (void)shop.make(shop.file("raw", text), options);
  const auto contents = contents_of(shop.output());
  const auto expected = expected_sequences(text, 2.0);
  ASSERT_EQ(contents.size(), expected.size());
  for (const auto& [user, sequence] : expected) {
    ASSERT_GE(sequence.size(), 3U);
    EXPECT_EQ(contents.at(user).test, sequence.back());
    EXPECT_EQ(contents.at(user).validation, sequence[sequence.size() - 2]);
    EXPECT_EQ(contents.at(user).training, std::set<std::string>(sequence.begin(), sequence.end() - 2));
  }
}

TEST(Preparation, ASampleOfTheUsersMeetsTheFiltersAgain) {
  const Workshop shop;
  auto options = every_positive("none", "none");
  options.min_user_items = 3;
  options.min_item_users = 2;
  options.users_sample = 9;
  const auto summary = shop.make(shop.file("raw", random_ratings(6)), options);
  EXPECT_LE(summary.users, 9U);
  EXPECT_EQ(summary.sampled_from, 40U);
  EXPECT_EQ(summary.dropped_users, 40U - summary.users);
  const auto expected = expected_sequences(random_ratings(6), 0);
  std::map<std::string, int> users_of;
  for (const auto& [user, content] : contents_of(shop.output())) {
    EXPECT_GE(content.training.size(), 3U);
    for (const auto& item : content.training) {
      ++users_of[item];
      EXPECT_THAT(expected.at(user), ::testing::Contains(item));
    }
  }
  for (const auto& [item, users] : users_of) {
    EXPECT_GE(users, 2) << item;
  }
  options.users_sample = 1000;
  const auto all = shop.make(shop.file("raw", random_ratings(6)), options).fingerprint;
  options.users_sample = 0;
  EXPECT_EQ(shop.make(shop.file("raw", random_ratings(6)), options).fingerprint, all);
}

TEST(Preparation, SplitsOfEveryRuleArePartitionsWithFreshCandidates) {
  const Workshop shop;
  for (const std::string split : {"last", "random", "none"}) {
    for (const std::string validation : {"last", "random", "none"}) {
      const auto text = random_ratings(2);
      const auto summary = shop.make(shop.file("raw", text), every_positive(split, validation));
      const auto contents = contents_of(shop.output());
      const auto expected = expected_sequences(text, 0);
      EXPECT_EQ(summary.training + summary.validation + summary.test, summary.interactions);
      for (const auto& [user, content] : contents) {
        const auto& all = expected.at(user);
        EXPECT_EQ(consumed_by(content), std::set<std::string>(all.begin(), all.end()));
        EXPECT_EQ(content.training.size() + (split != "none") + (validation != "none"), all.size());
        EXPECT_EQ(content.test.empty(), split == "none");
        EXPECT_EQ(content.validation.empty(), validation == "none");
        for (const auto* candidates : {&content.test_candidates, &content.validation_candidates}) {
          const std::set<std::string> distinct(candidates->begin(), candidates->end());
          EXPECT_EQ(distinct.size(), candidates->size());
          for (const auto& item : *candidates) {
            EXPECT_EQ(consumed_by(content).count(item), 0U) << user << " consumed " << item;
          }
        }
        const auto most = std::min<std::size_t>(20, summary.items - all.size());
        EXPECT_EQ(content.test_candidates.size(), split == "none" ? 0 : most);
        EXPECT_EQ(content.validation_candidates.size(), validation == "none" ? 0 : most);
      }
    }
  }
}

TEST(Preparation, IsAFunctionOfInputAndSeed) {
  const Workshop shop;
  const auto raw = shop.file("raw", random_ratings(3));
  auto options = every_positive("random", "random");
  const auto first = shop.make(raw, options).fingerprint;
  EXPECT_EQ(shop.make(raw, options).fingerprint, first);
  options.seed = 2;
  EXPECT_NE(shop.make(raw, options).fingerprint, first);
}

TEST(Preparation, FiltersLeaveNobodyBelow) {
  const Workshop shop;
  auto options = every_positive("none", "none");
  options.min_user_items = 12;
  options.min_item_users = 8;
  const auto summary = shop.make(shop.file("raw", random_ratings(4)), options);
  EXPECT_GT(summary.dropped_users, 0U);
  EXPECT_GT(summary.dropped_items, 0U);
  std::map<std::string, std::size_t> users_of_item;
  for (const auto& [user, content] : contents_of(shop.output())) {
    EXPECT_GE(content.training.size(), 12U);
    for (const auto& item : content.training) {
      ++users_of_item[item];
    }
  }
  EXPECT_EQ(users_of_item.size(), summary.items);
  for (const auto& [item, users] : users_of_item) {
    EXPECT_GE(users, 8U);
  }
}

TEST(Preparation, AUserAlwaysKeepsAnItemToTrainOn) {
  const Workshop shop;
  const auto summary = shop.make(shop.file("raw", "one a\ntwo a b\nthree a b c\n"), unfiltered("adjacency"));
  const auto contents = contents_of(shop.output());
  EXPECT_EQ(contents.at("one").test, "");
  EXPECT_EQ(contents.at("two").test, "b");
  EXPECT_EQ(contents.at("two").validation, "");
  EXPECT_EQ(contents.at("three").validation, "b");
  EXPECT_EQ(summary.training, 3U);
}

TEST(Preparation, YahooRatingsAreTakenBetweenBothEnds) {
  const Workshop shop;
  auto options = unfiltered("delimited");
  options.delimiter = "tab";
  options.columns = "user,item,rating";
  options.min_rating = 85;
  options.max_rating = 100;
  const auto summary =
      shop.make(shop.file("raw", "1\t10\t85\n1\t11\t255\n1\t12\t84\n1\t13\t100\n1\t14\t90\n"), options);
  EXPECT_EQ(summary.dropped_by_rating, 2U);
  EXPECT_EQ(consumed_by(contents_of(shop.output()).at("1")), (std::set<std::string>{"10", "13", "14"}));
}

TEST(Preparation, SummaryCountsWhatHappened) {
  const Workshop shop;
  auto options = unfiltered("delimited");
  options.columns = "user,item,rating";
  options.min_rating = 3;
  options.min_user_items = 2;
  const auto summary = shop.make(
      shop.file("raw", "a,x,5\na,y,5\na,x,4\nb,x,5\nb,y,5\nb,z,5\nc,x,1\nd,z,5\ne,x,5\ne,y,4\ne,z,3\ne,w,3\n"),
      options);
  EXPECT_EQ(summary.rows, 12U);
  EXPECT_EQ(summary.duplicates, 1U);
  EXPECT_EQ(summary.dropped_by_rating, 1U);
  EXPECT_EQ(summary.dropped_users, 2U);
  EXPECT_EQ(summary.users, 3U);
  EXPECT_EQ(summary.items, 4U);
  EXPECT_EQ(summary.interactions, 9U);
  EXPECT_DOUBLE_EQ(summary.sparsity(), 0.25);
  EXPECT_DOUBLE_EQ(summary.items_per_user.mean, 3.0);
  EXPECT_DOUBLE_EQ(summary.items_per_user.median, 3.0);
  EXPECT_DOUBLE_EQ(summary.users_per_item.median, 2.5);
  EXPECT_THAT(summary.text(), HasSubstr("sparsity"));
}

TEST(Preparation, SpreadIsMeanPopulationDeviationAndMedian) {
  const auto spread = spread_of({9, 2, 4, 4, 5, 5, 7, 4});
  EXPECT_DOUBLE_EQ(spread.mean, 5.0);
  EXPECT_DOUBLE_EQ(spread.deviation, 2.0);
  EXPECT_DOUBLE_EQ(spread.median, 4.5);
  EXPECT_DOUBLE_EQ(spread_of({3, 1, 2}).median, 2.0);
}

TEST(Preparation, NothingLeftIsAFaultThatSaysWhy) {
  const Workshop shop;
  auto options = unfiltered("adjacency");
  options.min_user_items = 3;
  EXPECT_THAT(shop.fault_of("u a b\n", options), HasSubstr("--min-user-items 3"));
}

TEST(Preparation, OutputsThatCannotBeWrittenAreRefusedBeforeReading) {
  const Workshop shop;
  auto options = unfiltered("adjacency");
  options.inputs = {shop.file("raw", "1\n")};
  options.output = shop.directory() / "missing" / "data.h5";
  EXPECT_THROW((void)prepare_quietly(options), RuntimeError);
  options.output = shop.directory().path();
  EXPECT_THROW((void)prepare_quietly(options), RuntimeError);
  options.output = shop.directory() / "raw";
  EXPECT_THROW((void)prepare_quietly(options), UsageError);
}

TEST(Preparation, NoNegativesMakeEmptyCandidateLists) {
  const Workshop shop;
  auto options = unfiltered("adjacency");
  options.eval_negatives = 0;
  EXPECT_EQ(shop.make(shop.file("raw", "u a b c\nv d e\n"), options).short_lists, 0U);
  EXPECT_THAT(contents_of(shop.output()).at("u").test_candidates, IsEmpty());
}

class Ncf : public ::testing::Test {
 protected:
  Summary make(const std::string& train, const std::string& test, const std::string& negative) {
    shop_.file("d.train.rating", train);
    shop_.file("d.test.rating", test);
    shop_.gzip_file("d.test.negative.gz", negative);
    auto options = unfiltered("ncf");
    options.eval_negatives = 4;
    return shop_.make((shop_.directory() / "d").string(), options);
  }

  Workshop shop_;
};

TEST_F(Ncf, KeepsTestItemsAndCandidatesExactly) {
  const auto summary = make("0\t10\t5\t30\n0\t11\t5\t10\n0\t12\t5\t20\n1\t10\t3\t1\n2\t12\t3\t1\n",
                            "0\t13\t4\t5\n1\t11\t4\t5\n", "(0,13)\t14\t10\t15\n(1,11)\t15\t11\t15\t14\n");
  const auto contents = contents_of(shop_.output());
  EXPECT_EQ(contents.at("0").test, "13");
  EXPECT_THAT(contents.at("0").test_candidates, ElementsAre("14", "10", "15"));
  EXPECT_EQ(contents.at("0").validation, "10");
  EXPECT_THAT(contents.at("0").training, ElementsAre("11", "12"));
  EXPECT_EQ(contents.at("1").test, "11");
  EXPECT_THAT(contents.at("1").test_candidates, ElementsAre("15", "14"));
  EXPECT_THAT(contents.at("1").training, ElementsAre("10"));
  EXPECT_EQ(contents.at("2").test, "");
  EXPECT_EQ(summary.items, 6U);
  EXPECT_EQ(summary.candidates, 4U);
}

TEST_F(Ncf, TakesATestItemOutOfTheTrainingPart) {
  const auto summary = make("0\t10\t5\t30\n0\t11\t5\t10\n", "0\t10\t4\t5\n", "(0,10)\t12\n");
  const auto contents = contents_of(shop_.output());
  EXPECT_THAT(contents.at("0").training, ElementsAre("11"));
  EXPECT_EQ(contents.at("0").test, "10");
  EXPECT_EQ(summary.duplicates, 1U);
}

TEST_F(Ncf, WidensTheListsToTheLongestGiven) {
  EXPECT_EQ(make("0\t10\n", "0\t11\n", "(0,11)\t1\t2\t3\t4\t5\t6\n").candidates, 6U);
  EXPECT_EQ(contents_of(shop_.output()).at("0").test_candidates.size(), 6U);
}

TEST_F(Ncf, FaultsNameFileAndLine) {
  const auto fault_of = [&](const std::string& test, const std::string& negative) {
    return testing::error_of<DataError>([&] { (void)make("0\ta,b\n1\tc\n", test, negative); });
  };
  EXPECT_EQ(fault_of("0\tc,d\n", "(0,c,d)\tx\n"), "no error");
  EXPECT_THAT(fault_of("0\tc\n0\td\n", "(0,c)\tx\n"), HasSubstr("d.test.rating:2: found '0\\x09d', expected one test"));
  EXPECT_THAT(fault_of("0\tc\n", "(0,d)\tx\n"), HasSubstr("d.test.negative.gz:1: found '(0,d)', expected a pair"));
  EXPECT_THAT(fault_of("0\tc\n", "0\tx\n"), HasSubstr("d.test.negative.gz:1: found '0'"));
  EXPECT_THAT(fault_of("0\tc\n", "(0,c)\tx\n(0,c)\ty\n"), HasSubstr("d.test.negative.gz:2: found '(0,c)'"));
  EXPECT_THAT(fault_of("0\tc\n", "(0,c)\tx\t\ty\n"), HasSubstr("d.test.negative.gz:1: found an empty item id"));
  EXPECT_THAT(fault_of("0\tc\n", ""), HasSubstr("d.test.negative.gz:1: found the end of the file"));
}

TEST(RealData, MovieLensLatestSmallHasThePapersUsersAndItems) {
  const char* const root = std::getenv("AMPCF_DATA_DIR");
  if (root == nullptr || *root == '\0') {
    GTEST_SKIP() << "AMPCF_DATA_DIR does not name a folder with ml-latest-small/ratings.csv";
  }
  const Workshop shop;
  auto options = unfiltered("movielens-csv");
  options.min_user_items = 2;
  options.min_item_users = 2;
  options.items = std::filesystem::path(root) / "ml-latest-small" / "movies.csv";
  const auto summary = shop.make((std::filesystem::path(root) / "ml-latest-small" / "ratings.csv").string(), options);
  EXPECT_EQ(summary.users, 610U);
  EXPECT_EQ(summary.items, 6278U);
  EXPECT_EQ(summary.titles, 6278U);
  EXPECT_EQ(summary.test, 610U);
}

}  // namespace ampcf::dataset
