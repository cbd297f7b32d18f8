#include "ampcf/recommendation/program.hpp"

#include "ampcf/communication/environment.hpp"
#include "ampcf/core/clock.hpp"
#include "ampcf/core/log.hpp"
#include "ampcf/recommendation/all_lists.hpp"
#include "ampcf/recommendation/cards.hpp"
#include "ampcf/recommendation/export.hpp"
#include "ampcf/recommendation/history_file.hpp"
#include "ampcf/recommendation/measured.hpp"
#include "ampcf/recommendation/options.hpp"
#include "ampcf/recommendation/output.hpp"
#include "ampcf/recommendation/population.hpp"
#include "recommendation/page.hpp"

#include <fmt/format.h>

#include <chrono>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kLikePersonas = 3;  // on a card

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Filter filter_of(const Catalogue& catalogue, const RecommendOptions& options, Log& log) {
  auto filter = make_filter(catalogue, options.filter);
  if (filter.unknown_items > 0) {
    log.warn("{}: {} that the dataset does not know", options.filter.exclude_file.string(),
             counted(filter.unknown_items, "item"));
  }
  return filter;
}

ListRules rules_of(const RecommendOptions& options, const Filter& filter) {
  return {options.top, options.is_history_included, filter.left_out, options.nearest};
}

std::string printed(const Catalogue& catalogue, const std::vector<Recommendation>& lists,
                    const RecommendOptions& options) {
  if (options.format == "json") {
    return as_json(catalogue, lists);
  }
  const auto page = Page::of_stdout(options.color);
  std::string text = options.format == "csv" ? as_csv_header() : "";
  for (const auto& list : lists) {
    const bool is_first = &list == &lists.front();
    text += options.format == "csv" ? as_csv(catalogue, list)
                                    : (is_first ? "" : "\n\n") + as_text(catalogue, list, options.history_items, page);
  }
  return text;
}

std::vector<Profile> known_users(const Recommender& recommender, const RecommendOptions& options) {
  std::vector<Profile> profiles;
  for (const auto& id : options.users) {
    profiles.push_back(recommender.profile_of(recommender.find_user(id)));
  }
  return profiles;
}

std::vector<Profile> new_users(const dataset::Dataset& data, const checkpoint::ModelFile& model,
                               const Recommender& recommender, const RecommendOptions& options, Log& log) {
  const auto histories = read_histories(options.history, recommender.catalogue().ids());
  const FoldIn fold_in(data, model, recommender.shared(), options.fold_in);
  const auto start = std::chrono::steady_clock::now();
  std::vector<Profile> profiles;
  std::uint64_t unknown = 0;
  for (const auto& history : histories) {
    profiles.push_back({history.id, fold_in.fit(history.items), history.items, kNoItem});
    unknown += history.unknown_items;
  }
  if (unknown > 0) {
    log.warn("{}: {} of items that the dataset does not know", options.history.string(), counted(unknown, "line"));
  }
  log.info("personas of {}: {:.1f} ms each", counted(profiles.size(), "new user"),
           1000.0 * seconds_since(start) / static_cast<double>(profiles.size()));
  return profiles;
}

std::string cards_of(Recommender& recommender, const checkpoint::ModelFile& model, const std::vector<Profile>& profiles,
                     const RecommendOptions& options, const Filter& filter) {
  CardMaker maker(recommender, model, options.top, kLikePersonas);
  std::vector<UserCards> cards;
  for (const auto& profile : profiles) {
    cards.push_back(maker.make(profile, filter.left_out));
  }
  if (options.format == "json") {
    return cards_as_json(recommender.catalogue(), cards);
  }
  if (options.format == "csv") {
    return cards_as_csv(recommender.catalogue(), cards);
  }
  const auto page = Page::of_stdout(options.color);
  std::string text;
  for (const auto& user : cards) {
    text += (text.empty() ? "" : "\n\n") + cards_as_text(recommender.catalogue(), user, page);
  }
  return text;
}

std::string recommend_to_users(const RecommendOptions& options, Log& log) {
  const dataset::Dataset data(options.data);
  const checkpoint::ModelFile model(options.checkpoint);
  Recommender recommender(data, model);
  const auto filter = filter_of(recommender.catalogue(), options, log);
  const auto profiles =
      options.history.empty() ? known_users(recommender, options) : new_users(data, model, recommender, options, log);
  if (!options.test_file.empty()) {
    return measured(recommender, profiles, options.test_file);
  }
  if (options.has_cards) {
    return cards_of(recommender, model, profiles, options, filter);
  }
  std::vector<Recommendation> lists;
  for (const auto& profile : profiles) {
    lists.push_back(recommender.recommend(profile, rules_of(options, filter)));
  }
  return printed(recommender.catalogue(), lists, options);
}

std::string describe_population(const RecommendOptions& options) {
  const dataset::Dataset data(options.data);
  const checkpoint::ModelFile model(options.checkpoint);
  Recommender recommender(data, model);
  const auto population = measure_population(recommender, data, model);
  return options.format == "json" ? population_as_json(population)
                                  : population_as_text(population, Page::of_stdout(options.color));
}

void recommend_to_all(const RecommendOptions& options, const communication::Communicator& communicator, Log& log) {
  const auto start = std::chrono::steady_clock::now();
  std::optional<dataset::Dataset> data;
  std::optional<checkpoint::ModelFile> model;
  Filter filter;
  communicator.agree([&] {
    data.emplace(options.data);
    model.emplace(options.checkpoint);
    if (!options.filter.only_tags.empty() || !options.filter.exclude_file.empty()) {
      filter = filter_of(Catalogue(*data), options, log);
    }
  });
  const auto count = write_all_lists(communicator, *data, *model, rules_of(options, filter), options.output);
  log.info("{} items for {} users in {}: {:.1f} s", count, data->user_count(), options.output.string(),
           seconds_since(start));
}

void recommend(const RecommendOptions& options, const communication::Communicator& communicator, Log& log) {
  if (options.is_for_all && !options.has_cards) {
    recommend_to_all(options, communicator, log);
    return;
  }
  communicator.agree([&] {
    if (communicator.rank() != 0) {
      return;
    }
    if (options.is_for_all) {
      fmt::print("{}", describe_population(options));
    } else if (options.export_to.empty()) {
      fmt::print("{}", recommend_to_users(options, log));
    } else {
      export_model(dataset::Dataset(options.data), checkpoint::ModelFile(options.checkpoint), options.export_to,
                   options.export_form);
    }
  });
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator) {
  RecommendOptions options;
  config::OptionTable table(
      "ampcf-recommend", "recommends items to users and names the persona behind each",
      "ampcf-recommend --data data.h5 --checkpoint RUN/best.h5 --user RAW_ID [--top 10]\n"
      "       mpirun -n P ampcf-recommend --data data.h5 --checkpoint RUN/best.h5 --all "
      "--output lists.csv\n"
      "       ampcf-recommend --data data.h5 --checkpoint RUN/best.h5 --history FILE [--top 10]\n"
      "       ampcf-recommend --data data.h5 --checkpoint RUN/best.h5 (--user RAW_ID | --all) --cards\n"
      "       ampcf-recommend --data data.h5 --checkpoint RUN/best.h5 --export DIRECTORY");
  bool is_to_run = false;
  communicator.agree([&] {
    add_options(table, options);
    is_to_run = table.parse(argc, argv, communicator.rank() == 0);
    if (is_to_run) {
      check_options(table, options);
    }
  });
  if (!is_to_run) {
    return ExitCode::success;
  }
  return communication::run_logged(table.log_options(), communicator, [&](Log& log) {
    recommend(options, communicator, log);
    return ExitCode::success;
  });
}

}  // namespace ampcf::recommendation
