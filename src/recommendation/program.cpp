#include "ampcf/recommendation/program.hpp"

#include "ampcf/config/options.hpp"
#include "ampcf/recommendation/output.hpp"

#include <fmt/format.h>

namespace ampcf::recommendation {

namespace {

struct RecommendOptions {
  std::filesystem::path data;
  std::filesystem::path checkpoint;
  std::vector<std::string> users;
  std::uint64_t top = 10;
  std::uint64_t history = 5;
  std::string format = "text";
};

void add_options(config::OptionTable& table, RecommendOptions& options) {
  table.begin_group("Recommendation");
  table.add("data", options.data, "dataset file that the model was trained on").is_required = true;
  table.add("checkpoint", options.checkpoint, "RUN/best.h5 or RUN/checkpoint.h5").is_required = true;
  table.add("user", options.users, "RAW_ID", "raw id of a user; may be given several times").is_required = true;
  table.add("top", options.top, "items to recommend", config::kAtLeastOne);
  table.add("history", options.history, "items of each persona's history to show as text", config::kNotNegative);
  table.add_choice("format", options.format, {"text", "csv", "json"}, "how to print; personas are numbered from 1");
}

std::string printed(Recommender& recommender, const std::vector<Recommendation>& lists,
                    const RecommendOptions& options) {
  if (options.format == "json") {
    return as_json(recommender, lists);
  }
  std::string text;
  for (const auto& list : lists) {
    const bool is_first = &list == &lists.front();
    text += options.format == "csv" ? as_csv(recommender, list, is_first)
                                    : (is_first ? "" : "\n\n") + as_text(recommender, list, options.history);
  }
  return text;
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv) {
  RecommendOptions options;
  config::OptionTable table("ampcf-recommend", "recommends items to users and names the persona behind each",
                            "ampcf-recommend --data data.h5 --checkpoint RUN/best.h5 --user RAW_ID [--top 10]");
  add_options(table, options);
  if (!table.parse(argc, argv)) {
    return ExitCode::success;
  }
  const dataset::Dataset data(options.data);
  const checkpoint::ModelFile model(options.checkpoint);
  Recommender recommender(data, model);
  std::vector<UserIndex> users;
  for (const auto& id : options.users) {
    users.push_back(recommender.find_user(id));  // all of them before the first is printed
  }
  std::vector<Recommendation> lists;
  for (const auto user : users) {
    lists.push_back(recommender.recommend(user, options.top));
  }
  fmt::print("{}", printed(recommender, lists, options));
  return ExitCode::success;
}

}  // namespace ampcf::recommendation
