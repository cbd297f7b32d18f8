#include "ampcf/sweep/options.hpp"

#include "ampcf/core/error.hpp"

#include <regex>

namespace ampcf::sweep {

namespace {

void add_run_options(config::OptionTable& table, SweepOptions& options) {
  const auto add_to_run = [](config::Option& option) -> config::Option& {
    config::OptionTable::keep_out_of_config(option);
    return option;
  };
  auto& training = options.training;
  table.begin_group("Sweep");
  add_to_run(table.add("sweep", options.sweep,
                       "INI file with training options and a section [sweep] with axes (src/sweep/README.md); without "
                       "it, --resume takes that of the folder"));
  table.add("data", training.data, "dataset file from ampcf-prepare or ampcf-generate");
  auto& output = add_to_run(table.add("output", training.output, "folder of the sweep"));
  output.is_required = true;
  output.own_files = {"sweep.ini", "sweep.csv", "sweep.h5", "best",   "lock",
                      "claims",    "crashes",   "results",  "shares", "trials"};
  table.add("ranks-per-trial", options.ranks_per_trial, "ranks that train a trial together", config::kAtLeastOne);
  add_to_run(table.add("resume", training.is_resumed, "go on with the sweep in the folder; fresh where there is none"));
  add_to_run(table.add("force", training.is_forced, "start over in a folder that holds a sweep"));
  add_to_run(table.add("only", options.only, "K/N", "share K of N of the trials, 1 to N: for job arrays"));
  add_to_run(table.add("collect", options.is_collecting, "train nothing: gather what is there into sweep.csv"));
  add_to_run(table.add("retry", options.is_retrying, "try again what failed or was set aside"));
  add_to_run(table.add("after-crash", options.is_after_crash,
                       "the job before this one crashed: what it was training counts as crashed (launch/sweep)"));
  add_to_run(table.add_choice("table", options.table, {"auto", "always", "never"},
                              "a live table instead of lines; auto: where stderr is a terminal"));
}

void add_method_options(config::OptionTable& table, Method& method) {
  table.begin_group("Method");
  table.add_choice("method", method.name, {"grid", "random", "halving"},
                   "all combinations of the axes' values; random ones; random ones of which poor ones stop early");
  table.add("trials", method.trials, "trials of random and halving", {0.0, 10000.0, "1 to 10000"});
  table.add("eta", method.eta, "of halving: one trial of so many goes on, with so many times the epochs",
            {2.0, 100.0, "2 to 100"});
  table.add("rungs", method.rungs, "of halving: how often trials are judged, the last time after --epochs",
            {1.0, 20.0, "1 to 20"});
  table.add("bracket", method.bracket, "of halving: trials that are judged together; 0: eta^(rungs - 1)",
            {0.0, 10000.0, "0 to 10000"});
}

}  // namespace

Share SweepOptions::share() const {
  static const std::regex kForm("([0-9]{1,5})/([0-9]{1,5})");
  std::smatch parts;
  if (!std::regex_match(only, parts, kForm)) {
    throw UsageError("--only: found '{}', expected K/N, as in 2/4", only);
  }
  const Share share{std::stoull(parts[1].str()) - 1, std::stoull(parts[2].str())};
  if (share.part >= share.parts) {  // also of 0, which wraps
    throw UsageError("--only: found '{}', expected K of 1 to N", only);
  }
  return share;
}

void add_options(config::OptionTable& table, SweepOptions& options) {
  add_run_options(table, options);
  add_method_options(table, options.method);
  table.begin_group("Trials");
  training::add_upkeep_options(table, options.training);
  training::add_outcome_options(table, options.training);
}

}  // namespace ampcf::sweep
