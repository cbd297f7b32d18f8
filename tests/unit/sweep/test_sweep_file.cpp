#include "ampcf/core/error.hpp"
#include "ampcf/sweep/plan.hpp"
#include "support/error_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::sweep {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Axis axis(const std::string& name, const std::string& text) { return parse_axis({name, text, 7}, "s.ini"); }

// What is said of a sweep file.
std::string complaint(const std::string& text) {
  return testing::error_of<UsageError>([&] { static_cast<void>(SweepFile::parse(text, "s.ini")); });
}

TEST(SweepFile, PartsAxesFromOptionsAndKeepsEveryLineInItsPlace) {
  const auto file = SweepFile::parse("epochs = 4\n\n[sweep]\nmethod = random\n# dims\ndim = 16, 32\ntrials = 2\n", "f");
  EXPECT_EQ(file.options, "epochs = 4\n\n\nmethod = random\n\n\ntrials = 2\n");
  ASSERT_EQ(file.axes.size(), 1U);
  EXPECT_EQ(file.axes[0].name, "dim");
  EXPECT_EQ(file.axes[0].line, 6U);
}

TEST(Axis, OfAListHasTheValuesAsWritten) {
  EXPECT_THAT(axis("personas", "2, 3,4 , 8").values, ElementsAre("2", "3", "4", "8"));
  EXPECT_THAT(axis("attention", "learned, identity").values, ElementsAre("learned", "identity"));
  EXPECT_THAT(axis("log-q", "true").values, ElementsAre("true"));
}

TEST(Axis, OfARangeHasBothEnds) {
  EXPECT_THAT(axis("dim", "32..128 step 32").values, ElementsAre("32", "64", "96", "128"));
  EXPECT_THAT(axis("alpha", "0.1 .. 0.3 step 0.1").values, ElementsAre("0.1", "0.2", "0.3"));
  EXPECT_THAT(axis("alpha", "0 .. 1 step 0.1").values, ::testing::SizeIs(11));
  EXPECT_THAT(axis("alpha", "0 .. 1 step 0.1").values.back(), "1");
  EXPECT_THAT(axis("learning-rate", "1e-4 .. 1e-3 step 3e-4").values,
              ElementsAre("0.0001", "0.0004", "0.0007", "0.001"));
}

TEST(Axis, OfALogarithmHasEqualRatios) {
  EXPECT_THAT(axis("learning-rate", "log 1e-4 .. 1e-2 in 3").values, ElementsAre("0.0001", "0.001", "0.01"));
  const auto continuum = axis("learning-rate", "log 1e-4 .. 1e-2");
  EXPECT_TRUE(continuum.is_continuous());
  EXPECT_EQ(value_at(continuum, 0.0), "0.0001");
  EXPECT_EQ(value_at(continuum, 0.5), "0.001");
}

TEST(Axis, OfAWholeNumberHasWholeValues) {
  EXPECT_EQ(value_at(axis("dim", "log 16 .. 256"), 0.5), "64");
  EXPECT_EQ(value_at(axis("dim", "uniform 10 .. 20"), 0.26), "13");
  EXPECT_EQ(value_at(axis("alpha", "uniform 0 .. 1"), 0.26), "0.26");
  EXPECT_THAT(axis("personas", "uniform 1 .. 3 in 5").values, ElementsAre("1", "2", "3"));
}

TEST(SweepFile, ThatIsMalformedIsAnErrorWithItsLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"epochs = 4\n", "s.ini:2: found the end of the file, expected a section [sweep]"},
      {"[sweep]\n", "s.ini:1: no axis in [sweep]"},
      {"[swep]\ndim = 16\n", "s.ini:1: found '[swep]', expected [sweep]"},
      {"[sweep]\ndim = 16\n[sweep]\n", "s.ini:3: found '[sweep]', expected one section, that of line 1"},
      {"[sweep]\ndim\n", "s.ini:2: found 'dim', expected key = value"},
      {"[sweep]\ndim = 16\ndim = 32\n", "s.ini:3: 'dim' is given twice"},
      {"[sweep]\ndmi = 16, 32\n", "s.ini:2: unknown option 'dmi'; the nearest known one is 'dim'"},
      {"[sweep]\n\ndim = 16, x\n", "s.ini:3: dim: 'x' is not"},
      {"[sweep]\ndim = 16, 5000\n", "s.ini:2: dim: 5000 is out of range: expected 1 to 4096"},
      {"[sweep]\ndim = 16,, 32\n", "s.ini:2: axis dim: found '16,, 32', expected A, B, C or"},
      {"[sweep]\ndim =\n", "s.ini:2: axis dim: found '', expected"},
      {"[sweep]\ndim = 16, 16\n", "s.ini:2: axis dim: '16' is given twice"},
      {"[sweep]\ndim = 16 .. 64\n", "s.ini:2: axis dim: found '16 .. 64', expected LOW .. HIGH step S"},
      {"[sweep]\ndim = 64 .. 16 step 16\n", "expected LOW .. HIGH step S with HIGH at least S above LOW"},
      {"[sweep]\ndim = 16 .. 48 step 20\n",
       "s.ini:2: axis dim: found '16 .. 48 step 20', whose steps pass over 48: expected 16 .. 36 or 16 .. 56"},
      {"[sweep]\nalpha = 0 .. 1 step 0.3\n", "whose steps pass over 1: expected 0 .. 0.9 or 0 .. 1.2"},
      {"[sweep]\ndim = 16 .. 64 step 0\n", "expected LOW .. HIGH step S"},
      {"[sweep]\ndim = 16 .. 64 step 16 more\n", "s.ini:2: axis dim: found '16 .. 64 step 16 more', expected"},
      {"[sweep]\nalpha = 0 .. 1 step 1e-9\n", "s.ini:2: axis alpha: 1000000001 values, expected at most 1000"},
      {"[sweep]\nlearning-rate = log 0 .. 1\n", "s.ini:2: learning-rate: 0 is out of range: expected above 0"},
      {"[sweep]\nlambda-positive = log 0 .. 1\n",
       "expected log LOW .. HIGH or LOW .. HIGH in N, LOW above 0 and below"},
      {"[sweep]\nalpha = uniform 0.5 .. 0.5\n", "expected uniform LOW .. HIGH"},
      {"[sweep]\nalpha = uniform 0 .. 1 in 1\n",
       "s.ini:2: axis alpha: 'in 1', expected a whole number of values, 2 to 1000"},
      {"[sweep]\nalpha = uniform 0 .. 2\n", "s.ini:2: alpha: 2 is out of range: expected 0 to 1"},
      {"[sweep]\nalpha = uniform a .. b\n", "s.ini:2: axis alpha: found 'uniform a .. b', expected"},
      {"[sweep]\ndim = 16 .. 64.. step 16\n", "s.ini:2: axis dim: found '16 .. 64.. step 16', expected"},
      {"[sweep]\nkeep = 1, 2\n", "s.ini:2: axis keep: cannot be varied"},
      {"[sweep]\noutput = a, b\n", "s.ini:2: axis output: cannot be varied"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_THAT(complaint(text), HasSubstr(expected)) << text;
  }
}

TEST(SweepFile, IsNotGoneOnWithAsAnother) {
  const std::string stored = "epochs = 4\nkeep = 2\n[sweep]\nmethod = random\ntrials = 4\ndim = 16, 32\n";
  require_same_sweep(stored, stored);
  require_same_sweep(stored, "epochs = 4\nkeep = 1\n[sweep]\nmethod = random\ntrials = 6\ndim = 16, 32\n");
  require_same_sweep(stored, "lambda-balance = 0\n" + stored);  // an option that there was not, at its default
  const auto complaint_of = [&](const std::string& present) {
    return testing::error_of<UsageError>([&] { require_same_sweep(stored, present); });
  };
  EXPECT_THAT(complaint_of("epochs = 5\nkeep = 2\n[sweep]\nmethod = random\ntrials = 4\ndim = 16, 48\n"),
              HasSubstr("dim was 16, 32 and is 16, 48; epochs was 4 and is 5"));
  EXPECT_THAT(complaint_of("epochs = 4\nkeep = 2\n[sweep]\nmethod = random\ntrials = 3\ndim = 16, 32\n"),
              HasSubstr("trials was 4 and is 3"));
}

}  // namespace

}  // namespace ampcf::sweep
