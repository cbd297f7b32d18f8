#include "report/options.hpp"

#include "ampcf/core/error.hpp"

namespace ampcf::report {

namespace {

constexpr std::size_t kMostUsers = 20;
const config::Range kListLength{1.0, 30.0, "1 to 30"};  // longer ones are for ampcf-recommend

}  // namespace

void add_options(config::OptionTable& table, ReportOptions& options) {
  table.begin_group("What is reported (at least one of these)");
  auto& runs = table.add("run", options.runs, "RUN", "run directories of ampcf-train");
  runs.takes_many = true;
  runs.is_path = true;
  runs.own_files = {"config.ini", "log.csv", "*.h5"};
  auto& metrics = table.add("metrics", options.metrics, "FILE",
                            "metrics.json files of ampcf-evaluate, with their metrics.h5; differences are to the first "
                            "of them that the page names");
  metrics.takes_many = true;
  metrics.is_path = true;
  table.add("sweep", options.sweep, "folder of ampcf-sweep");
  table.begin_group("The page");
  table.add("output", options.output, "HTML file to write").is_required = true;
  table.add("title", options.title, "TEXT", "of the page");
  table.begin_group("Differences");
  table.add("compare", options.compared, "A,B,...",
            "metrics whose differences are tested, as full_ndcg@10,full_hr@10:taste:lesser; name them before looking: "
            "a long table weakens each test (default: HR and NDCG, TDD, and NDCG on tail items)");
  table.add("bootstrap", options.resamples, "resamples of the users behind each difference", config::kAtLeastOne);
  table.begin_group("Users and their personas");
  table.add("user", options.users, "RAW_ID", "users to portray").takes_many = true;
  table.add("data", options.data, "dataset file that the model was trained on");
  table.add("checkpoint", options.checkpoint, "model whose personas are shown (default: best.h5 of the first run)");
  table.add("top", options.top, "items of the final lists", kListLength);
  table.add("history", options.history, "items to show of each persona's history and of its own list", kListLength);
}

void check_options(const config::OptionTable& table, ReportOptions& options) {
  if (options.runs.empty() && options.metrics.empty() && options.users.empty() && options.sweep.empty()) {
    throw UsageError("nothing to report: give --run, --metrics, --sweep or --user");
  }
  if (options.metrics.size() < 2) {
    table.refuse_given({"compare", "bootstrap"}, "is for differences between metrics: give two --metrics or more");
  }
  if (options.users.empty()) {
    table.refuse_given({"data", "checkpoint", "top", "history"}, "is for portraits of users: give --user RAW_ID too");
    return;
  }
  if (options.users.size() > kMostUsers) {
    throw UsageError("--user: {} users, a page has room for {}", options.users.size(), kMostUsers);
  }
  if (options.data.empty()) {
    throw UsageError("--user needs --data, the dataset file that the model was trained on");
  }
  if (options.checkpoint.empty()) {
    if (options.runs.empty()) {
      throw UsageError("--user needs a model: give --run or --checkpoint");
    }
    options.checkpoint = std::filesystem::path(options.runs.front()) / "best.h5";
  }
}

}  // namespace ampcf::report
