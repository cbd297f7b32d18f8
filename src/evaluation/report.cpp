#include "ampcf/evaluation/report.hpp"

#include "ampcf/core/version.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace ampcf::evaluation {

namespace {

constexpr int kFormatVersion = 1;
constexpr int kDeflate = 1;

using Json = nlohmann::ordered_json;

std::optional<Averages> average(const std::vector<double>& first, const std::vector<double>& second) {
  Averages sums;
  for (std::size_t user = 0; user < first.size(); ++user) {
    if (!std::isnan(first[user])) {
      sums.first += first[user];
      sums.second += second[user];
      ++sums.users;
    }
  }
  if (sums.users == 0) {
    return std::nullopt;
  }
  const auto users = static_cast<double>(sums.users);
  return Averages{sums.first / users, sums.second / users, sums.users};
}

std::uint64_t users_of(const std::optional<Averages>& averages) { return averages ? averages->users : 0; }

Json json_of(const Averages& averages, const std::string& first, const std::string& second) {
  return {{first, averages.first}, {second, averages.second}};
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

Json counts_json(const Report& report, const Summary& summary) {
  const auto& subject = report.subject;
  Json counts{{"users_in_dataset", subject.user_count},
              {"items_in_dataset", subject.item_count},
              {"users_without_test_item", subject.user_count - users_of(summary.full)},
              {"users_averaged_in_tdd", users_of(summary.tdd)},
              {"users_without_recommendations", summary.users_without_list}};
  for (const auto& [name, count] : subject.unknown) {
    counts[name] = count;
  }
  if (subject.kind == "recommendations") {
    counts["consumed_recommendations"] = report.measures.consumed_in_lists;
  }
  return counts;
}

Json taste_json(const TasteSpace& taste) {
  return {{"dimensions", taste.items.cols()}, {"tastes", taste.centroids.rows()},
          {"list_length", kListLength},       {"explained_variance", taste.explained_variance},
          {"residual", taste.residual},       {"inertia", taste.inertia}};
}

Json planted_json(const PlantedAgreement& planted) {
  return {{"attention_names_taste", planted.share()},
          {"users", planted.users},
          {"several_personas",
           {{"attention_names_taste", planted.several_share()},
            {"majority_taste", planted.several_majority_share()},
            {"users", planted.several_users}}}};
}

// A path as text: JSON is UTF-8, and a path may hold any bytes.
std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

void write_measures(storage::File& file, const Report& report) {
  const auto& measures = report.measures;
  const auto users = measures.user_count();
  const auto write_column = [&](const char* name, const std::vector<double>& values) {
    file.write<double>(name, {users}, values, kDeflate);
  };
  file.set_text_attribute("format", "ampcf-metrics");
  file.set_attribute<std::int32_t>("version", kFormatVersion);
  file.set_text_attribute("dataset_fingerprint", report.subject.dataset_fingerprint);
  file.set_text_attribute("revision", std::string(revision()));
  file.set_text_attribute("config", report.config);
  file.set_attribute<std::uint64_t>("k", report.options.k);
  write_column("/users/rank_sampled", measures.sampled.rank);
  write_column("/users/hr_sampled", measures.sampled.hit);
  write_column("/users/ndcg_sampled", measures.sampled.ndcg);
  write_column("/users/rank_full", measures.full.rank);
  write_column("/users/hr_full", measures.full.hit);
  write_column("/users/ndcg_full", measures.full.ndcg);
  write_column("/users/tdd_js", measures.tdd_js);
  write_column("/users/tdd_hellinger", measures.tdd_hellinger);
  file.write<ItemIndex>("/recommendations/item", {users, kListLength}, measures.list, kDeflate);
  if (report.taste != nullptr) {
    write_taste_space(file, *report.taste);
  }
}

std::string row_text(const std::string& name, const std::optional<Averages>& averages, const char* absent) {
  return averages
             ? fmt::format("{:<8}{:>10.4f}{:>10.4f}{:>10}\n", name, averages->first, averages->second, averages->users)
             : fmt::format("{:<8}{:>10}{:>10}{:>10}  {}\n", name, "-", "-", "-", absent);
}

}  // namespace

Summary summarize(const UserMeasures& all) {
  Summary summary{average(all.sampled.hit, all.sampled.ndcg), average(all.full.hit, all.full.ndcg),
                  average(all.tdd_js, all.tdd_hellinger)};
  for (std::uint64_t user = 0; user < all.user_count(); ++user) {
    summary.users_without_list += all.list[user * kListLength] == kNoCandidate ? 1 : 0;
  }
  return summary;
}

std::string table_text(const Report& report, const Summary& summary) {
  const auto& subject = report.subject;
  const auto k = report.options.k;
  auto text = fmt::format("{} {} on {}, {} items: {} users, {} items\n\n", subject.kind, subject.name,
                          report.options.data.string(), report.options.split, subject.user_count, subject.item_count);
  text += fmt::format("{:<8}{:>10}{:>10}{:>10}\n", "", fmt::format("HR@{}", k), fmt::format("NDCG@{}", k), "users");
  text += row_text("sampled", summary.sampled, "(no candidates to rank among)");
  text += row_text("full", summary.full, "(no held-out items)");
  text += fmt::format("\n{:<8}{:>10}{:>10}{:>10}\n", "", "JS", "Hellinger", "users");
  text += row_text("TDD", summary.tdd, "(not measured)");
  if (report.planted) {
    text += fmt::format(
        "\nplanted personas: attention names the taste of {:.1f} % of held-out items; {:.1f} % for the {} users\n"
        "with several personas, of which the most frequent taste alone would name {:.1f} %\n",
        100.0 * report.planted->share(), 100.0 * report.planted->several_share(), report.planted->several_users,
        100.0 * report.planted->several_majority_share());
  }
  for (const auto& [name, count] : subject.unknown) {
    if (count > 0) {
      auto label = name;
      std::replace(label.begin(), label.end(), '_', ' ');
      text += fmt::format("{}: {}\n", label, count);
    }
  }
  return text;
}

std::string json_text(const Report& report, const Summary& summary) {
  const auto& options = report.options;
  const auto hr = fmt::format("hr@{}", options.k);
  const auto ndcg = fmt::format("ndcg@{}", options.k);
  Json json{{"format", "ampcf-metrics"},        {"version", kFormatVersion},
            {"dataset", options.data.string()}, {"dataset_fingerprint", report.subject.dataset_fingerprint},
            {"split", options.split},           {"model", subject_json(report.subject)},
            {"users", users_of(summary.full)},  {"k", options.k}};
  if (summary.sampled) {
    json["sampled"] = json_of(*summary.sampled, hr, ndcg);
  }
  if (summary.full) {
    json["full"] = json_of(*summary.full, hr, ndcg);
  }
  if (summary.tdd) {
    json["tdd"] = json_of(*summary.tdd, "js", "hellinger");
  }
  if (report.planted) {
    json["planted"] = planted_json(*report.planted);
  }
  json["counts"] = counts_json(report, summary);
  if (report.taste != nullptr) {
    json["taste"] = taste_json(*report.taste);
  }
  json["program_version"] = version();
  json["revision"] = revision();
  json["config"] = report.config;
  return dumped(json);
}

void write_report(const Report& report, const Summary& summary) {
  const auto metrics_file = report.options.metrics_file();
  storage::commit_file(metrics_file, [&](storage::File& file) { write_measures(file, report); });
  try {
    storage::commit_text(report.options.output, json_text(report, summary));
  } catch (const std::exception&) {
    std::error_code ignored;
    std::filesystem::remove(metrics_file, ignored);
    throw;
  }
}

}  // namespace ampcf::evaluation
