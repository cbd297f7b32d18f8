#include "ampcf/evaluation/options.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/baselines.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace ampcf::evaluation {

namespace {

const config::Range kTasteNumbers{1.0, 10000.0, "1 to 10000"};
constexpr std::uint64_t kGreatestCutoff = 1000000000;
constexpr std::uint64_t kResamplesOfComparison = 10000;  // small probabilities survive Holm's correction

// "10" or "5,10,20".
std::vector<std::uint64_t> cutoffs_in(const std::string& text) {
  std::vector<std::uint64_t> cutoffs;
  const char* const end = text.data() + text.size();
  for (const char* place = text.data(); place <= end;) {
    std::uint64_t k = 0;
    const auto [stop, fault] = std::from_chars(place, end, k);
    const bool is_number = fault == std::errc() && (stop == end || *stop == ',') && k >= 1 && k <= kGreatestCutoff;
    if (!is_number || std::find(cutoffs.begin(), cutoffs.end(), k) != cutoffs.end()) {
      throw UsageError("'{}': expected different numbers from 1 to {}, as in 10 or 5,10,20", text, kGreatestCutoff);
    }
    cutoffs.push_back(k);
    place = stop + 1;
  }
  return cutoffs;
}

void add_cutoffs(config::OptionTable& table, std::vector<std::uint64_t>& cutoffs) {
  std::string unused;
  auto& option = table.add("k", unused, "N[,N...]", "how many best items HR@k and the other metrics look at");
  option.assign = [&cutoffs](const std::string& text) { cutoffs = cutoffs_in(text); };
  option.text = [&cutoffs] { return fmt::format("{}", fmt::join(cutoffs, ",")); };
  option.default_text = option.text();
}

}  // namespace

void add_options(config::OptionTable& table, EvaluationOptions& options, const Baselines& baselines) {
  table.begin_group("What is evaluated (one of these)");
  table.add("checkpoint", options.checkpoint, "model of ampcf-train, as RUN/best.h5");
  table.add("recommendations", options.recommendations, "CSV user,item,score in raw ids, from any system");
  table.add("baseline", options.baseline, baselines.names(), "model that is made here, without a checkpoint");
  table.begin_group("On what");
  table.add("data", options.data, "dataset file from ampcf-prepare or ampcf-generate (required)");
  table.add_choice("split", options.split, {"test", "validation"}, "held-out items to rank");
  table.add("test-file", options.test_file,
            "lines of user<TAB>positive<TAB>negative... in raw ids, in place of the dataset's test items");
  add_cutoffs(table, options.cutoffs);
  table.add("tdd", options.has_tdd, "measure the taste distribution distance");
  table.add("explanations", options.has_explanations,
            "measure how true the checkpoint's explanations are: deletion, sufficiency, simulatability");
  table.add("explanations-against", options.explanations_against,
            "model of another training on the same data, as with another --seed: how stable the explanations are");
  table.add("users-sample", options.users_sample, "measure only so many users, drawn by --seed; 0: all of them",
            {0.0, 1e12, "0 or more"});
  table.add("seed", options.seed, "of the sample of users, and of baselines that draw");
  table.begin_group("The taste space (it depends on the data alone; other numbers than these are not the protocol's)");
  table.add("taste-space", options.taste_space,
            "file that it is stored in, or taken from where it is there: many models on the same data build it once");
  table.add("tastes", options.taste.tastes, "latent tastes, or as many as items differ", kTasteNumbers);
  table.add("taste-dimensions", options.taste.dimensions, "dimensions of the items, or as many as there are",
            kTasteNumbers);
  table.add("taste-seed", options.taste.seed, "of its random starts");
  table.begin_group("Intervals");
  table.add("bootstrap", options.bootstrap.resamples, "resamples of the users behind each interval; 0: no intervals",
            {0.0, 1e7, "0 to 10000000"});
  table.add("confidence", options.bootstrap.level, "share of the resamples inside an interval",
            {0.5, 0.9999, "0.5 to 0.9999"});
  table.add("bootstrap-seed", options.bootstrap.seed, "of the resamples");
  table.begin_group("Results");
  auto& output = table.add("output", options.output, "X.json; X.h5 with a row for each user lies beside it (required)");
  config::OptionTable::keep_out_of_config(output);
  baselines.add_options(table);
  table.begin_group("Comparing earlier evaluations, instead");
  auto& compared = table.add("compare", options.compared, "X.h5 Y.h5 ...",
                             "test the differences of these to the first, user by user (--bootstrap 10000 then)");
  compared.takes_many = true;
  compared.is_path = true;
  config::OptionTable::keep_out_of_config(compared);
  config::OptionTable::keep_out_of_config(
      table.add("metrics", options.compared_metrics, "A[,B...]",
                "columns to compare, as in full_hr@10 or full_hr@10:taste:lesser; default: all"));
  config::OptionTable::keep_out_of_config(
      table.add_choice("format", options.format, {"text", "csv", "latex"}, "of the comparison, which is printed"));
}

namespace {

void check_comparison(const config::OptionTable& table, EvaluationOptions& options) {
  table.refuse_given(
      {"data", "output", "checkpoint", "recommendations", "baseline", "test-file", "split", "k", "tdd", "explanations",
       "explanations-against", "taste-space", "tastes", "taste-dimensions", "taste-seed", "users-sample", "seed"},
      "does not fit --compare, which reads evaluations that are done");
  if (options.compared.size() < 2) {
    throw UsageError("--compare names one file, expected two or more: --compare a/metrics.h5 b/metrics.h5");
  }
  for (const auto& name : options.compared) {
    const std::filesystem::path file(name);
    if (file.extension() == ".json") {
      throw UsageError("--compare: found '{}', which has no figures of single users, expected '{}' beside it",
                       file.string(), std::filesystem::path(file).replace_extension(".h5").string());
    }
  }
  if (!table.is_given("bootstrap")) {
    options.bootstrap.resamples = kResamplesOfComparison;
  }
  if (options.bootstrap.resamples == 0) {
    throw UsageError("--bootstrap 0 leaves --compare without a test");
  }
}

void require_given(const config::OptionTable& table, const std::string& name, const char* what) {
  if (!table.is_given(name)) {
    throw UsageError("--{} is missing: expected {}", name, what);
  }
}

}  // namespace

std::vector<std::string> parted_by_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t first = 0; first < text.size();) {
    const auto end = std::min(text.find(',', first), text.size());
    parts.push_back(text.substr(first, end - first));
    first = end + 1;
  }
  return parts;
}

void check_options(const config::OptionTable& table, EvaluationOptions& options, const Baselines& baselines) {
  baselines.check(table, options.baseline);
  if (!options.compared.empty()) {
    check_comparison(table, options);
    return;
  }
  table.refuse_given({"metrics", "format"}, "is for --compare");
  require_given(table, "data", "PATH of a dataset from ampcf-prepare or ampcf-generate");
  require_given(table, "output", "PATH X.json");
  const int given = (options.checkpoint.empty() ? 0 : 1) + (options.recommendations.empty() ? 0 : 1) +
                    (options.baseline.empty() ? 0 : 1);
  if (given != 1) {
    throw UsageError("{} of --checkpoint, --recommendations and --baseline are given, expected exactly one", given);
  }
  if (!options.baseline.empty()) {
    (void)baselines.find(options.baseline);
  }
  if (options.output.extension() != ".json") {
    throw UsageError("--output: '{}' does not end in .json, as in metrics.json (metrics.h5 lies beside it then)",
                     options.output.string());
  }
  table.require_other_files(options.output);
  table.require_other_files(options.metrics_file());
  if (!options.test_file.empty() && options.split != "test") {
    throw UsageError("--test-file takes the place of the test items, so it does not fit --split {}", options.split);
  }
  if (options.has_explanations && options.checkpoint.empty()) {
    throw UsageError(
        "--explanations measures what the personas of a --checkpoint explain: found another kind of model");
  }
  if (!options.explanations_against.empty() && !options.has_explanations) {
    throw UsageError("--explanations-against is for --explanations");
  }
  if (!options.has_tdd) {
    table.refuse_given({"taste-space", "tastes", "taste-dimensions", "taste-seed"},
                       "describes the taste space, which --tdd false does not use");
  }
}

}  // namespace ampcf::evaluation
