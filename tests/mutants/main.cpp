// Feeds mutated datasets or checkpoints to the programs: whatever a file holds, a program ends with exit code 0, 1, 2
// or 3, and where it refuses, it names the file.

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/communication/environment.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/program.hpp"
#include "ampcf/generation/generate.hpp"
#include "ampcf/recommendation/program.hpp"
#include "ampcf/training/program.hpp"
#include "child.hpp"
#include "mutation.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

// A report of a sanitizer ends a child with a code that no program uses; an allocation without need is such a fault.
extern "C" const char* __asan_default_options() {
  return "exitcode=99:detect_leaks=0:max_allocation_size_mb=512:allocator_may_return_null=1";
}
extern "C" const char* __ubsan_default_options() { return "exitcode=99"; }

namespace ampcf::mutants {

namespace {

using Words = std::vector<std::string>;
constexpr long kMostPeakBytes = 256L << 20U;  // of files of some 50 KB

template <typename F>
int run_words(const Words& words, F&& program) {
  std::vector<const char*> argv{"ampcf"};
  for (const auto& word : words) {
    argv.push_back(word.c_str());
  }
  return communication::run_serial([&] { return program(static_cast<int>(argv.size()), argv.data()); });
}

int train(const Words& words) {
  return run_words(words, [](int argc, const char* const* argv) {
    return training::run_program(argc, argv, communication::Communicator::alone());
  });
}

int evaluate(const Words& words) {
  return run_words(words, [](int argc, const char* const* argv) {
    return evaluation::run_program(argc, argv, communication::Communicator::alone(), baselines::all());
  });
}

int recommend(const Words& words) {
  return run_words(words, [](int argc, const char* const* argv) {
    return recommendation::run_program(argc, argv, communication::Communicator::alone());
  });
}

// The sound files and the folder in which mutants are tried.
struct Workshop {
  std::filesystem::path folder;
  std::filesystem::path data = folder / "data.h5";
  std::filesystem::path checkpoint = folder / "run" / "checkpoint.h5";
  std::filesystem::path output = folder / "metrics.json";
  std::filesystem::path lists = folder / "lists.csv";
  std::string user = "u1";

  void fill() const {
    generation::GenerationOptions options;
    options.users = 60;
    options.items = 40;
    options.personas = 2;
    options.tastes = 4;
    options.interactions_per_user = 6;
    options.eval_negatives = 9;
    options.output = data;
    auto log = make_log(1, 2);  // of a rank that says nothing
    generation::generate(generation::resolve(options), *log);
    std::ofstream(lists) << "user,item,score\n";
    const dataset::Dataset sound(data);
    for (const auto& id : sound.user_ids()) {
      std::ofstream(lists, std::ios::app) << id << ',' << sound.item_ids().front() << ",1\n";
    }
    const auto outcome = run_in_child([&] { return train(run_of(data, folder / "run", 1)); }, folder);
    if (outcome.exit_code != 0) {
      throw RuntimeError("the sound dataset is refused: {}", outcome.err);
    }
  }

  static Words run_of(const std::filesystem::path& dataset, const std::filesystem::path& run, int epochs) {
    return {"--data",       dataset, "--output", run, "--epochs", std::to_string(epochs), "--dim", "4", "--seed", "7",
            "--batch-size", "64",    "--shards", "4", "--force"};
  }
};

using Reader = std::function<int(const std::filesystem::path&)>;

std::vector<std::pair<std::string, Reader>> readers_of_datasets(const Workshop& shop) {
  return {
      {"train", [&](const auto& file) { return train(Workshop::run_of(file, shop.folder / "again", 1)); }},
      {"evaluate",
       [&](const auto& file) {
         return evaluate({"--data", file, "--checkpoint", shop.checkpoint, "--output", shop.output});
       }},
      {"evaluate lists",
       [&](const auto& file) {
         return evaluate({"--data", file, "--recommendations", shop.lists, "--output", shop.output, "--tdd", "false"});
       }},
      {"recommend",
       [&](const auto& file) {
         return recommend({"--data", file, "--checkpoint", shop.checkpoint, "--user", shop.user});
       }},
      {"describe",
       [&](const auto& file) {
         return recommend({"--data", file, "--checkpoint", shop.checkpoint, "--all", "--cards"});
       }},
  };
}

std::vector<std::pair<std::string, Reader>> readers_of_checkpoints(const Workshop& shop) {
  return {{"evaluate",
           [&](const auto& file) {
             return evaluate({"--data", shop.data, "--checkpoint", file, "--output", shop.output});
           }},
          {"recommend",
           [&](const auto& file) {
             return recommend({"--data", shop.data, "--checkpoint", file, "--user", shop.user});
           }},
          {"describe",
           [&](const auto& file) {
             return recommend({"--data", shop.data, "--checkpoint", file, "--all", "--cards"});
           }},
          {"resume", [&](const auto& file) {
             auto words = Workshop::run_of(shop.data, file.parent_path(), 2);
             words.back() = "--resume";
             return train(words);
           }}};
}

// What is wrong with how a program bore a file; empty where nothing is.
std::string complaint_of(const Outcome& outcome, const std::filesystem::path& file) {
  if (outcome.signal != 0) {
    return fmt::format("ended by signal {}", outcome.signal);
  }
  if (outcome.exit_code > 3 || outcome.exit_code < 0) {
    return fmt::format("exit code {}", outcome.exit_code);
  }
  // Faults of options (2) name the option.
  if (outcome.exit_code != 0 &&
      (outcome.err.empty() || (outcome.exit_code != 2 && outcome.err.find(file.string()) == std::string::npos))) {
    return "an error that does not name the file";
  }
  return outcome.peak_bytes > kMostPeakBytes ? fmt::format("{} bytes of memory", outcome.peak_bytes) : "";
}

struct Count {
  std::uint64_t tried = 0;
  std::map<int, std::uint64_t> by_exit_code;
};

class Trials {
 public:
  Trials(const Workshop& shop, bool is_checkpoint, std::uint64_t seed)
      : shop_(shop),
        seed_(seed),
        readers_(is_checkpoint ? readers_of_checkpoints(shop) : readers_of_datasets(shop)),
        whole_(is_checkpoint ? shop.checkpoint : shop.data),
        old_form_(shop.folder / "old-form.h5") {
    copy_in_old_form(whole_, old_form_);
    std::filesystem::create_directory(shop.folder / "mutant");
  }

  void try_mutant(std::uint64_t number) {
    random::Draws draws(seed_, random::Stream::generation, number);
    // As checkpoint.h5 alone in its folder it is all that a run can be resumed from.
    const auto file = shop_.folder / "mutant" / "checkpoint.h5";
    std::filesystem::remove_all(file.parent_path());
    std::filesystem::create_directory(file.parent_path());
    const bool is_old = draws.next_below(4) == 0;
    auto mutation = draws.next_below(2) == 0 ? mutate_structure(is_old ? old_form_ : whole_, file, draws)
                                             : mutate_bytes(is_old ? old_form_ : whole_, file, draws);
    mutation.kind += is_old ? " (old form)" : "";
    const auto& [name, read] = readers_[number % readers_.size()];
    const auto kept = shop_.folder / "present.h5";
    std::filesystem::copy_file(file, kept, std::filesystem::copy_options::overwrite_existing);
    const auto outcome = run_in_child([&] { return read(file); }, shop_.folder);
    auto& count = counts_[mutation.kind];
    ++count.tried;
    ++count.by_exit_code[outcome.exit_code];
    crashes_in_child_ += outcome.err.find("HDF5 crashes reading it") != std::string::npos ? 1 : 0;
    hangs_in_child_ += outcome.err.find("HDF5 does not come to an end") != std::string::npos ? 1 : 0;
    if (const auto complaint = complaint_of(outcome, file); !complaint.empty()) {
      ++faults_;
      const auto saved = fmt::format("mutant-{}-of-{}.h5", number, whole_.stem().string());
      std::filesystem::copy_file(kept, saved, std::filesystem::copy_options::overwrite_existing);
      fmt::print("FAULT mutant {} ({},{}) in {}: {}; kept as {}\n{}\n", number, mutation.kind, mutation.details, name,
                 complaint, saved, outcome.err.substr(0, 3000));
      std::fflush(stdout);
    }
  }

  /// Prints what was tried; whether all was borne well.
  [[nodiscard]] bool report() const {
    fmt::print("{:44} {:>6} {:>7} {:>7} {:>7} {:>7}\n", "mutants", "tried", "exit 0", "exit 1", "exit 2", "exit 3");
    std::uint64_t all = 0;
    for (const auto& [kind, count] : counts_) {
      fmt::print("{:44} {:6}", kind, count.tried);
      for (const int code : {0, 1, 2, 3}) {
        const auto found = count.by_exit_code.find(code);
        fmt::print(" {:7}", found == count.by_exit_code.end() ? 0 : found->second);
      }
      fmt::print("\n");
      all += count.tried;
    }
    fmt::print(
        "{} mutants, {} faults; the child that inspects a file died in HDF5 over {} of them and was stopped over {}\n",
        all, faults_, crashes_in_child_, hangs_in_child_);
    return faults_ == 0;
  }

 private:
  const Workshop& shop_;
  std::uint64_t seed_;
  std::vector<std::pair<std::string, Reader>> readers_;
  std::filesystem::path whole_;
  std::filesystem::path old_form_;
  std::map<std::string, Count> counts_;
  std::uint64_t faults_ = 0;
  std::uint64_t crashes_in_child_ = 0;
  std::uint64_t hangs_in_child_ = 0;
};

int run(const std::string& what, std::uint64_t first, std::uint64_t last, std::uint64_t seed) {
  auto folder = (std::filesystem::temp_directory_path() / "ampcf-mutants-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    throw RuntimeError("cannot make a folder {}", folder);
  }
  const Workshop shop{folder};
  shop.fill();
  Trials trials(shop, what == "checkpoints", seed);
  for (auto number = first; number < last; ++number) {
    trials.try_mutant(number);
  }
  const bool is_good = trials.report();
  std::filesystem::remove_all(folder);
  return is_good ? 0 : 1;
}

}  // namespace

}  // namespace ampcf::mutants

// try_mutants datasets|checkpoints [COUNT [SEED [FIRST]]]
int main(int argc, char** argv) {
  const auto number = [&](int i, std::uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  const std::string what = argc > 1 ? argv[1] : "";
  if (what != "datasets" && what != "checkpoints") {
    fmt::print(stderr, "usage: try_mutants datasets|checkpoints [COUNT [SEED [FIRST]]]\n");
    return 2;
  }
  return ampcf::mutants::run(what, number(4, 0), number(4, 0) + number(2, 200), number(3, 1));
}
