#include "ampcf/evaluation/report.hpp"

#include "ampcf/core/version.hpp"
#include "ampcf/evaluation/metrics_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

using Json = nlohmann::ordered_json;

Json& at_path(Json& json, const std::vector<std::string>& path) {
  auto* place = &json;
  for (const auto& name : path) {
    place = &(*place)[name];
  }
  return *place;
}

// Where it differs from figure to figure, they say how many users are behind them.
void put_figures(Json& json, const std::vector<Figure>& figures) {
  for (const auto& figure : figures) {
    const auto& group = figure.path.front();
    at_path(json, figure.path) = figure.value;
    if (group == "slices") {
      at_path(json, {group, figure.path[1], figure.path[2], "users"}) = figure.users;
    } else if (group == "planted" || group == "explanations") {
      at_path(json, {group, "users", figure.path[1]}) = figure.users;
    }
  }
}

Json intervals_json(const Report& report) {
  Json json{{"level", report.options.bootstrap.level}, {"resamples", report.options.bootstrap.resamples}};
  for (const auto& figure : report.figures) {
    at_path(json, figure.path) = {figure.interval->low, figure.interval->high};
  }
  return json;
}

Json subject_json(const Subject& subject) {
  Json model{{"kind", subject.kind}, {"name", subject.name}};
  for (const auto& [name, value] : subject.size) {
    model[name] = value;
  }
  if (!subject.training_config.empty()) {
    model["config"] = subject.training_config;
  }
  return model;
}

Json counts_json(const Report& report) {
  const auto& subject = report.subject;
  const auto users = count_users(report.measures);
  Json counts{{"users_in_dataset", subject.user_count},
              {"items_in_dataset", subject.item_count},
              {"users_without_test_item", subject.asked_users - users.ranked},
              {"users_averaged_in_tdd", users.in_tdd},
              {"users_without_recommendations", subject.asked_users - users.with_list}};
  for (const auto& [name, count] : subject.unknown) {
    counts[name] = count;
  }
  if (subject.kind == "recommendations") {
    counts["consumed_recommendations"] = report.measures.consumed_in_lists;
  }
  return counts;
}

Json taste_json(const TasteSpace& taste, const TasteParameters& asked) {
  return {{"dimensions", taste.items.cols()},
          {"tastes", taste.centroids.rows()},
          {"restarts", asked.restarts},
          {"seed", asked.seed},
          {"is_protocol", asked == TasteParameters{}},
          {"list_length", kListLength},
          {"explained_variance", taste.explained_variance},
          {"residual", taste.residual},
          {"inertia", taste.inertia}};
}

// A path as text: JSON is UTF-8, and a path may hold any bytes.
std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

UserCounts count_users(const UserMeasures& all) {
  UserCounts counts;
  const auto& tdd = all.of("tdd_js");
  for (std::uint64_t user = 0; user < all.user_count(); ++user) {
    counts.ranked += std::isnan(all.rank_full[user]) ? 0 : 1;
    counts.in_tdd += std::isnan(tdd[user]) ? 0 : 1;
    counts.with_list += all.list[user * kListLength] == kNoCandidate ? 0 : 1;
  }
  return counts;
}

std::string json_text(const Report& report) {
  const auto& options = report.options;
  Json json{{"format", kMetricsFormat},
            {"version", kMetricsVersion},
            {"dataset", options.data.string()},
            {"dataset_fingerprint", report.subject.dataset_fingerprint},
            {"split", options.split},
            {"model", subject_json(report.subject)},
            {"users", count_users(report.measures).ranked},
            {"k", options.cutoffs.front()},
            {"cutoffs", options.cutoffs}};
  if (!options.explanations_against.empty()) {
    json["explanations_against"] = options.explanations_against.string();
  }
  if (report.options.users_sample > 0) {
    json["users_sample"] = {
        {"users", report.subject.asked_users}, {"of", report.subject.user_count}, {"seed", options.seed}};
  }
  put_figures(json, report.figures);
  if (options.bootstrap.resamples > 0) {
    json["intervals"] = intervals_json(report);
  }
  json["counts"] = counts_json(report);
  if (report.taste != nullptr) {
    json["taste"] = taste_json(*report.taste, report.options.taste);
  }
  json["program_version"] = version();
  json["revision"] = revision();
  json["config"] = report.config;
  return dumped(json);
}

void write_report(const Report& report) {
  const auto metrics_file = report.options.metrics_file();
  storage::commit_file(metrics_file, [&](storage::File& file) { write_measures(file, report); });
  try {
    storage::commit_text(report.options.output, json_text(report));
  } catch (const std::exception&) {
    std::error_code ignored;
    std::filesystem::remove(metrics_file, ignored);
    throw;
  }
}

}  // namespace ampcf::evaluation
