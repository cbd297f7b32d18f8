#include "ampcf/config/options.hpp"
#include "ampcf/core/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::config {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Fixture {
  std::uint64_t limit = 0;
  std::string mode = "fast";
  bool is_quiet = false;
  std::filesystem::path data;
  std::vector<std::string> compared;
  OptionTable table{"ampcf-test", "a test", "ampcf-test --data PATH\n       ampcf-test --compare X.h5 Y.h5"};

  Fixture() {
    table.begin_group("What");
    table.add("data", data, "a file").is_required = true;
    table.add_choice("mode", mode, {"fast", "slow"}, "how; a \\ and a-b, and\n.B no request");
    table.add("quiet", is_quiet, "say nothing");
    table.add("compare", compared, "X.h5 ...", "files").takes_many = true;
  }
};

}  // namespace

TEST(Description, OfPagesHasATableForEachGroupWithBarsEscaped) {
  const auto text = Fixture().table.described("markdown");
  EXPECT_THAT(text, HasSubstr("    ampcf-test --data PATH\n    ampcf-test --compare X.h5 Y.h5\n"));
  EXPECT_THAT(text, HasSubstr("### General\n\n| option | default | |\n|---|---|---|\n| `--config PATH` |"));
  EXPECT_THAT(text, HasSubstr("| `--data PATH` | required | a file |\n"));
  EXPECT_THAT(text, HasSubstr("| `--mode fast\\|slow` | `fast` |"));
  EXPECT_THAT(text, HasSubstr("| `--version` |  |"));
}

TEST(Description, OfManualPagesKeepsTextFromBeingRequests) {
  const auto text = Fixture().table.described("man");
  EXPECT_THAT(text, HasSubstr(".SH NAME\nampcf\\-test \\- a test\n"));
  EXPECT_THAT(text, HasSubstr(".TP\n\\fB\\-\\-data\\fR \\fIPATH\\fR\na file. Required.\n"));
  EXPECT_THAT(text, HasSubstr("how; a \\e and a\\-b"));
  EXPECT_THAT(text, Not(HasSubstr("\n.B no request")));
}

TEST(Description, OfCompletionsKnowsWordsFilesAndWhatRepeats) {
  const auto text = Fixture().table.described("bash");
  EXPECT_THAT(text, HasSubstr("--mode) values=\"fast slow\" ;;"));
  EXPECT_THAT(text, HasSubstr("--data) files=true ;;"));
  EXPECT_THAT(text, HasSubstr("many=\" --compare \""));
  EXPECT_THAT(text, HasSubstr("complete -F _ampcf_test ampcf-test\n"));
  EXPECT_THAT(text, Not(::testing::ContainsRegex("@[a-z]+@")));
}

TEST(Description, SaysHowLengthsOfTimeAreWrittenWhereThereAreAny) {
  Fixture f;
  EXPECT_THAT(f.table.help(), Not(HasSubstr("DURATION is written")));
  f.table.add_duration("time-limit", f.limit, "when to stop");
  for (const auto& text : {f.table.help(), f.table.described("man"), f.table.described("markdown")}) {
    EXPECT_THAT(text, HasSubstr("1h30m"));
  }
}

TEST(Description, OfAnUnknownFormIsRefused) {
  EXPECT_THROW(static_cast<void>(Fixture().table.described("troff")), UsageError);
  const std::vector<const char*> words{"ampcf-test", "--describe", "troff"};
  EXPECT_THROW(static_cast<void>(Fixture().table.parse(3, words.data(), false)), UsageError);
}

TEST(Description, AskedForIsNotARunAndNeedsNoRequiredOption) {
  const std::vector<const char*> words{"ampcf-test", "--describe", "man"};
  EXPECT_FALSE(Fixture().table.parse(3, words.data(), false));
}

}  // namespace ampcf::config
