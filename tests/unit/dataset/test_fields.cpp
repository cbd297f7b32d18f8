#include "dataset/raw/fields.hpp"
#include "dataset/raw/interner.hpp"
#include "raw_files.hpp"

#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::dataset {

namespace {

using ::testing::ElementsAre;

class Fields : public ::testing::Test {
 protected:
  std::vector<std::string> split(const std::string& line, FieldSyntax syntax = {}) {
    reader_ = std::make_unique<TextReader>(shop_.file("line", line));
    EXPECT_TRUE(reader_->next());
    FieldSplitter splitter(std::move(syntax));
    const auto& fields = splitter.split(*reader_);
    return {fields.begin(), fields.end()};
  }

  Workshop shop_;
  std::unique_ptr<TextReader> reader_;
};

}  // namespace

TEST_F(Fields, AreWhatLiesBetweenDelimiters) {
  EXPECT_THAT(split("a,b c,,d"), ElementsAre("a", "b c", "", "d"));
  EXPECT_THAT(split("a,"), ElementsAre("a", ""));
  EXPECT_THAT(split("a::b:c::d", {.delimiter = "::", .has_quotes = false}), ElementsAre("a", "b:c", "d"));
  EXPECT_THAT(split("  a b   c ", {.delimiter = " ", .joins_delimiters = true}), ElementsAre("a", "b", "c"));
}

TEST_F(Fields, InQuotesHoldDelimitersAndQuotes) {
  EXPECT_THAT(split(R"csv(1,"American President, The (1995)",Comedy)csv"),
              ElementsAre("1", "American President, The (1995)", "Comedy"));
  EXPECT_THAT(split(R"("say ""hi""","",x)"), ElementsAre(R"(say "hi")", "", "x"));
  EXPECT_THAT(split(R"(5" disk,b)"), ElementsAre(R"(5" disk)", "b"));
  EXPECT_THAT(split(R"("a","b")"), ElementsAre("a", "b"));
  EXPECT_THAT(split(R"("a",)"), ElementsAre("a", ""));
}

TEST_F(Fields, BadQuotesAreFaults) {
  EXPECT_THROW(split("\"a,b"), DataError);
  EXPECT_THROW(split("\"a\"b,c"), DataError);
  EXPECT_THROW(split("\"a\"\",c"), DataError);
  EXPECT_THAT(split("\"a,b", {.has_quotes = false}), ElementsAre("\"a", "b"));
}

TEST_F(Fields, NumbersAreFiniteAndWhole) {
  split("x");
  EXPECT_EQ(rating_in("4.5", *reader_), 4.5);
  EXPECT_EQ(rating_in(" 4 ", *reader_), 4.0);
  EXPECT_EQ(rating_in("-1e2", *reader_), -100.0);
  for (const char* const bad : {"", " ", "nan", "inf", "-inf", "1e999", "4,5", "4.5x", "0x10", "four"}) {
    EXPECT_THROW((void)rating_in(bad, *reader_), DataError) << bad;
  }
  EXPECT_EQ(timestamp_in("978300760", *reader_), 978300760);
  EXPECT_EQ(timestamp_in("-5", *reader_), -5);
  for (const char* const bad : {"", "5.0", "1e9", "99999999999999999999", "now"}) {
    EXPECT_THROW((void)timestamp_in(bad, *reader_), DataError) << bad;
  }
}

TEST_F(Fields, IdsAreNeitherEmptyNorEndless) {
  split("x");
  EXPECT_NO_THROW(require_id(std::string(kLongestTextBytes, 'i'), "item id", *reader_));
  EXPECT_THROW(require_id(std::string(kLongestTextBytes + 1, 'i'), "item id", *reader_), DataError);
  EXPECT_THROW(require_id("", "item id", *reader_), DataError);
}

TEST(Interner, NumbersTextsByFirstAppearanceAsAMapWould) {
  Interner interner;
  std::map<std::string, std::uint32_t> expected;
  random::Draws draws(1, random::Stream::generation, 0);
  for (int i = 0; i < 100'000; ++i) {
    const auto text = std::to_string(draws.next_below(20'000)) + std::string(draws.next_below(3), 'x');
    const auto known = expected.emplace(text, static_cast<std::uint32_t>(expected.size())).first;
    ASSERT_EQ(interner.intern(text), known->second);
  }
  EXPECT_EQ(interner.size(), expected.size());
  for (const auto& [text, number] : expected) {
    ASSERT_EQ(interner.find(text), number);
    ASSERT_EQ(interner[number], text);
  }
  EXPECT_EQ(interner.find("never seen"), Interner::kNone);
}

}  // namespace ampcf::dataset
