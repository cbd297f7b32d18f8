#include "ampcf/evaluation/options.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/baselines.hpp"

#include <algorithm>

namespace ampcf::evaluation {

void add_options(config::OptionTable& table, EvaluationOptions& options) {
  table.begin_group("What is evaluated (one of these)");
  table.add("checkpoint", options.checkpoint, "model of ampcf-train, as RUN/best.h5");
  table.add("recommendations", options.recommendations, "CSV user,item,score in raw ids, from any system");
  table.add("baseline", options.baseline, baseline_names(), "what needs no training");
  table.begin_group("On what");
  table.add("data", options.data, "dataset file from ampcf-prepare or ampcf-generate").is_required = true;
  table.add_choice("split", options.split, {"test", "validation"}, "held-out items to rank");
  table.add("test-file", options.test_file,
            "lines of user<TAB>positive<TAB>negative... in raw ids, in place of the dataset's test items");
  table.add("k", options.k, "length of the lists that HR@k and NDCG@k look at", {1.0, 1e9, "1 to 1000000000"});
  table.add("tdd", options.has_tdd, "measure the taste distribution distance");
  table.add("taste", options.taste, "metrics.h5 of an earlier evaluation of the same data: its taste space is used");
  table.add("seed", options.seed, "of baselines that draw");
  table.begin_group("Results");
  auto& output = table.add("output", options.output, "X.json; X.h5 with a row for each user lies beside it");
  output.is_required = true;
  config::OptionTable::keep_out_of_config(output);
}

void check_options(const EvaluationOptions& options) {
  const int given = (options.checkpoint.empty() ? 0 : 1) + (options.recommendations.empty() ? 0 : 1) +
                    (options.baseline.empty() ? 0 : 1);
  if (given != 1) {
    throw UsageError("{} of --checkpoint, --recommendations and --baseline are given, expected exactly one", given);
  }
  if (!options.baseline.empty()) {
    require_baseline(options.baseline);
  }
  if (options.output.extension() != ".json") {
    throw UsageError("--output: '{}' does not end in .json, as in metrics.json (metrics.h5 lies beside it then)",
                     options.output.string());
  }
  if (!options.test_file.empty() && options.split != "test") {
    throw UsageError("--test-file takes the place of the test items, so it does not fit --split {}", options.split);
  }
  if (!options.has_tdd && !options.taste.empty()) {
    throw UsageError("--taste names a taste space, which --tdd false does not use");
  }
}

}  // namespace ampcf::evaluation
