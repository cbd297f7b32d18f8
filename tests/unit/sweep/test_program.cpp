#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/storage/file.hpp"
#include "ampcf/sweep/program.hpp"
#include "support/error_of.hpp"
#include "support/small_dataset.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace ampcf::sweep {

namespace {

using testing::error_of;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::text_of;
using testing::world;

constexpr const char* kOptions = "attention = identity\ndim = 8\nbatch-size = 64\nepochs = 2\nshards = 16\n[sweep]\n";
constexpr const char* kHalving =
    "method = halving\ntrials = 6\neta = 2\nrungs = 2\nbracket = 4\n"
    "learning-rate = log 0.003 .. 0.1\npersonas = 1, 2, 3\n";

class Sweep : public ::testing::Test {
 protected:
  Sweep() { testing::write_small_dataset(directory / "data.h5"); }

  // Collective over the communicator.
  ExitCode run(const communication::Communicator& communicator, const std::string& axes, const std::string& output,
               std::vector<std::string> more = {}) {
    const auto file = directory / (output + ".ini");
    if (communicator.rank() == 0) {
      std::ofstream(file) << kOptions << axes;
    }
    communicator.barrier();
    std::vector<std::string> words{"ampcf-sweep",
                                   "--sweep",
                                   file.string(),
                                   "--data",
                                   (directory / "data.h5").string(),
                                   "--output",
                                   (directory / output).string()};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<const char*> argv;
    for (const auto& word : words) {
      argv.push_back(word.c_str());
    }
    return run_program(static_cast<int>(argv.size()), argv.data(), communicator);
  }

  // The same of a sweep that --output alone names.
  [[nodiscard]] ExitCode go_on(const communication::Communicator& communicator, const std::string& output,
                               const std::vector<std::string>& more) const {
    const auto folder = (directory / output).string();
    std::vector<const char*> argv{"ampcf-sweep", "--output", folder.c_str()};
    for (const auto& word : more) {
      argv.push_back(word.c_str());
    }
    return run_program(static_cast<int>(argv.size()), argv.data(), communicator);
  }

  // The rows of sweep.csv without times.
  [[nodiscard]] std::vector<std::string> rows(const std::string& output) const {
    std::ifstream file(directory / output / "sweep.csv");
    std::vector<std::string> kept;
    for (std::string line; std::getline(file, line);) {
      std::istringstream fields(line);
      std::string row;
      std::string field;
      for (int column = 0; std::getline(fields, field, ','); ++column) {
        row += column == 8 || column == 9 ? "" : field + ",";
      }
      kept.push_back(row);
    }
    return kept;
  }

  testing::TemporaryDirectory directory;
};

TEST_F(Sweep, RanksTrialsAlikeOnAnyNumberOfRanksAndGroups) {
  if (world().rank() == 0) {
    EXPECT_EQ(run(communication::Communicator::alone(), kHalving, "alone"), ExitCode::success);
  }
  world().barrier();
  const auto expected = rows("alone");
  ASSERT_THAT(expected, SizeIs(7));
  for (int ranks = 1; ranks <= world().size(); ++ranks) {
    const auto output = "by-" + std::to_string(ranks);
    EXPECT_EQ(run(world(), kHalving, output, {"--ranks-per-trial", std::to_string(ranks)}), ExitCode::success);
    EXPECT_EQ(rows(output), expected) << ranks << " ranks to a trial";
    EXPECT_EQ(std::filesystem::read_symlink(directory / output / "best"),
              std::filesystem::read_symlink(directory / "alone" / "best"));
  }
}

TEST_F(Sweep, RecordsATrialThatDivergesAndGoesOn) {
  EXPECT_EQ(run(world(), "learning-rate = 1e30, 0.01, 1e31\n", "diverging",
                {"--ranks-per-trial", std::to_string((world().size() + 1) / 2)}),
            ExitCode::success);
  const auto found = rows("diverging");
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_THAT(found[1], HasSubstr("1,2,finished,1,2,"));
  EXPECT_THAT(found[2], HasSubstr(",1,failed,"));
  EXPECT_THAT(found[2], HasSubstr("the run diverged"));
  EXPECT_THAT(found[3], HasSubstr(",3,failed,"));
}

TEST_F(Sweep, AppendsWhatItSaysToTheLogFilesOfItsGroups) {
  const auto log = directory / "sweep.log";
  EXPECT_EQ(run(world(), "learning-rate = 0.01, 0.02, 1e30\n", "logged", {"--log-file", log.string()}),
            ExitCode::success);
  EXPECT_THROW(static_cast<void>(run(world(), "learning-rate = 0.01, 0.02, 1e30\n", "logged",
                                     {"--log-file", log.string(), "--log-level", "error"})),
               communication::AgreedError);
  if (world().rank() != 0) {
    return;
  }
  const auto first = text_of(log);
  EXPECT_THAT(first, HasSubstr("3 trials (grid)"));
  EXPECT_THAT(first, HasSubstr("error")) << "the refusal of the second";
  EXPECT_EQ(first.find("3 trials"), first.rfind("3 trials")) << "said at its level alone";
  auto all = first;
  for (int rank = 1; rank < world().size(); ++rank) {
    all += text_of(log.string() + ".rank" + std::to_string(rank));
  }
  EXPECT_THAT(all, HasSubstr("trial 1 (learning-rate = 0.01): validation"));
  EXPECT_THAT(all, HasSubstr("trial 2 (learning-rate = 0.02): validation"));
  EXPECT_THAT(all, HasSubstr("trial 3 (learning-rate = 1e30): failed"));
}

TEST_F(Sweep, OfWhichNothingEndsWellIsAnError) {
  EXPECT_THROW(static_cast<void>(run(world(), "learning-rate = 1e30, 1e31\n", "hopeless")), communication::AgreedError);
  EXPECT_THAT(rows("hopeless"), SizeIs(3));
}

TEST_F(Sweep, ThatIsFinishedIsNotChangedByAResume) {
  const std::string axes = "learning-rate = 0.01, 0.02\n";
  EXPECT_EQ(run(world(), axes, "done"), ExitCode::success);
  const auto before = std::filesystem::last_write_time(directory / "done" / "trials" / "0001" / "checkpoint.h5");
  world().barrier();
  EXPECT_EQ(run(world(), axes, "done", {"--resume"}), ExitCode::success);
  EXPECT_EQ(std::filesystem::last_write_time(directory / "done" / "trials" / "0001" / "checkpoint.h5"), before);
  EXPECT_THROW(static_cast<void>(run(world(), axes, "done")), communication::AgreedError);
  EXPECT_THROW(static_cast<void>(run(world(), "learning-rate = 0.01, 0.03\n", "done", {"--resume"})),
               communication::AgreedError);
}

TEST_F(Sweep, ThatIsToBeKeptAndRemovedAtOnceIsRefusedAndStays) {
  const std::string axes = "learning-rate = 0.01\n";
  ASSERT_EQ(run(world(), axes, "kept"), ExitCode::success);
  for (const std::vector<std::string>& both :
       {std::vector<std::string>{"--resume", "--force"}, {"--collect", "--force"}}) {
    EXPECT_THROW(static_cast<void>(run(world(), axes, "kept", both)), communication::AgreedError) << both.front();
  }
  EXPECT_TRUE(std::filesystem::exists(directory / "kept" / "trials" / "0001" / "checkpoint.h5"));
}

TEST_F(Sweep, InSharesComesToTheSameAsAWholeAndHasItsFiguresForOtherPrograms) {
  EXPECT_EQ(run(world(), kHalving, "whole"), ExitCode::success);
  for (const char* const share : {"2/2", "1/2"}) {
    EXPECT_EQ(run(world(), kHalving, "shared", {"--resume", "--only", share}), ExitCode::success);
    world().barrier();
    EXPECT_FALSE(std::filesystem::exists(directory / "shared" / "sweep.csv"));
    world().barrier();
  }
  EXPECT_EQ(run(world(), kHalving, "shared", {"--collect"}), ExitCode::success);
  EXPECT_EQ(rows("shared"), rows("whole"));
  const auto file = storage::File::open(directory / "shared" / "sweep.h5");
  EXPECT_EQ(file.text_attribute("format"), "ampcf-sweep");
  EXPECT_THAT(file.read<std::uint64_t>("/trials/number"), SizeIs(6));
  EXPECT_THAT(file.read_strings("/axes"), ::testing::ElementsAre("learning-rate", "personas"));
  EXPECT_THAT(file.read_strings("/options/personas"), SizeIs(6));
  EXPECT_EQ(file.shape("/trials/score_by_rung"), (storage::Shape{6, 2}));
}

TEST_F(Sweep, NamesTheModelThatTrialsBeginWithByItsFingerprint) {
  ASSERT_EQ(run(world(), "learning-rate = 0.01\n", "old"), ExitCode::success);
  const auto model = (directory / "old" / "trials" / "0001" / "best.h5").string();
  const auto expected = "initialize-fingerprint = " + checkpoint::ModelFile(model).model_fingerprint() + "\n";
  EXPECT_EQ(run(world(), "initialize-from = " + model + "\n", "by-axis"), ExitCode::success);
  EXPECT_EQ(run(world(), "learning-rate = 0.01\n", "for-all", {"--initialize-from", model}), ExitCode::success);
  for (const char* const sweep : {"by-axis", "for-all"}) {
    const auto trial = directory / sweep / "trials" / "0001";
    EXPECT_THAT(text_of(trial / "config.ini"), HasSubstr(expected)) << sweep;
    EXPECT_THAT(checkpoint::ModelFile(trial / "checkpoint.h5").config(), HasSubstr(expected)) << sweep;
  }
}

TEST_F(Sweep, ContinuesATrialWhereARungLeftItToTheSameBits) {
  EXPECT_EQ(run(world(), kHalving, "halved"), ExitCode::success);
  EXPECT_EQ(run(world(), "method = random\ntrials = 6\nlearning-rate = log 0.003 .. 0.1\npersonas = 1, 2, 3\n", "full"),
            ExitCode::success);
  const auto ranked = rows("halved");
  const auto finished =
      std::find_if(ranked.begin(), ranked.end(), [](const auto& row) { return row.find(",finished,") != row.npos; });
  ASSERT_NE(finished, ranked.end());
  const auto number = finished->substr(finished->find(',') + 1, 1);
  const auto read = [&](const std::string& output) {
    const auto file = storage::File::open(directory / output / "trials" / ("000" + number) / "checkpoint.h5");
    return std::pair(file.attribute<std::uint64_t>("step"), file.read<float>("/model/items"));
  };
  EXPECT_EQ(read("halved"), read("full"));
}

// It was refused, although nobody gave the option now.
TEST_F(Sweep, GoesOnWithFewerRanksThanItsTrialsHad) {
  const auto ranks = std::to_string(world().size());
  const auto log = directory / "sweep.log";
  ASSERT_EQ(run(world(), "learning-rate = 0.01, 0.02\n", "fewer", {"--ranks-per-trial", ranks}), ExitCode::success);
  if (world().rank() != 0 || world().size() == 1) {
    return;
  }
  const auto alone = communication::Communicator::alone();
  std::filesystem::remove(directory / "fewer" / "results" / "0002-1");
  EXPECT_EQ(go_on(alone, "fewer", {"--resume", "--log-file", log.string()}), ExitCode::success);
  EXPECT_THAT(text_of(log), HasSubstr("warning the sweep has --ranks-per-trial " + ranks + ", and 1 run"));
  EXPECT_THAT(text_of(directory / "fewer" / "sweep.ini"), HasSubstr("ranks-per-trial = " + ranks)) << "as begun";
  EXPECT_THAT(error_of<Error>([&] {
                (void)go_on(alone, "fewer", {"--resume", "--ranks-per-trial", ranks});
              }),
              HasSubstr("--ranks-per-trial " + ranks + ": expected at most 1"));
}

TEST_F(Sweep, WhoseBestTrialIsGoneLeadsToTheNext) {
  if (world().rank() != 0) {
    return;
  }
  const auto alone = communication::Communicator::alone();
  const auto log = directory / "sweep.log";
  const std::vector<std::string> collect{"--collect", "--log-file", log.string()};
  ASSERT_EQ(run(alone, "learning-rate = 0.01, 0.02\n", "a sweep"), ExitCode::success);
  const auto folder = directory / "a sweep";
  const auto best = [&] { return std::filesystem::canonical(folder / "best"); };
  const auto first = best();
  std::filesystem::remove_all(first);
  EXPECT_EQ(go_on(alone, "a sweep", collect), ExitCode::success);
  EXPECT_NE(best(), first);
  EXPECT_THAT(text_of(log), HasSubstr("the best, is gone: trial "));
  EXPECT_THAT(text_of(log), HasSubstr("--checkpoint '" + (folder / "best" / "best.h5").string() + "'")) << "quoted";
  std::filesystem::remove_all(best());
  EXPECT_THAT(error_of<Error>([&] { (void)go_on(alone, "a sweep", collect); }), HasSubstr("are gone"));
}

TEST_F(Sweep, ThatIsNotThereIsNamed) {
  if (world().rank() != 0) {
    return;
  }
  const auto alone = communication::Communicator::alone();
  for (const std::string option : {"--resume", "--collect"}) {
    EXPECT_THAT(error_of<Error>([&] { (void)go_on(alone, "nothing", {option}); }), HasSubstr("no sweep in "));
  }
  EXPECT_THAT(error_of<Error>([&] { (void)run(alone, "learning-rate = 0.01\n", "nothing", {"--collect"}); }),
              HasSubstr("no sweep in "));
}

TEST_F(Sweep, WhoseFolderCannotBeMadeNamesIt) {
  if (world().rank() != 0) {
    return;
  }
  const auto file = (directory / "sweep.ini").string();
  std::ofstream(file) << kOptions << "learning-rate = 0.01, 0.02\n";
  const auto data = (directory / "data.h5").string();
  const auto error = error_of<Error>([&] {
    (void)go_on(communication::Communicator::alone(), "data.h5/sweep", {"--sweep", file, "--data", data});
  });
  EXPECT_THAT(error, HasSubstr("data.h5/sweep: cannot be made, written or removed: Not a directory"));
}

}  // namespace

}  // namespace ampcf::sweep
