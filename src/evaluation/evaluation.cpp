#include "ampcf/evaluation/evaluation.hpp"

#include "ampcf/core/clock.hpp"
#include "ampcf/evaluation/explanations/explanations.hpp"
#include "ampcf/evaluation/model_scores.hpp"
#include "ampcf/evaluation/planted.hpp"
#include "ampcf/evaluation/report.hpp"
#include "ampcf/evaluation/taste/space_file.hpp"
#include "ampcf/evaluation/test_file.hpp"

#include <chrono>
#include <optional>

namespace ampcf::evaluation {

namespace {

// One evaluation, step by step. Every step that one rank may fail at alone ends in an agreement.
class Evaluation {
 public:
  Evaluation(const EvaluationOptions& options, const communication::Communicator& communicator, Log& log,
             const Baselines& baselines)
      : options_(options), communicator_(communicator), log_(log), baselines_(baselines) {}

  std::string run(const std::string& config) {
    open();
    read_cases();
    read_lists();
    find_tastes();
    find_facts();
    auto own = measure_users();
    if (model_) {
      communicator_.agree([&] { measure_planted(*data_, *model_, cases_, rules_, own); });
    }
    if (options_.has_explanations) {
      find_explanations(own);
    }
    const auto all = gather(communicator_, own);
    const auto figures = find_figures(all);
    std::string text;
    communicator_.agree([&] {
      if (is_root()) {
        const Report report{options_, subject_, all, figures, taste_ ? &*taste_ : nullptr, config};
        write_report(report);
        text = table_text(report);
      }
    });
    return text;
  }

 private:
  [[nodiscard]] bool is_root() const { return communicator_.rank() == 0; }
  [[nodiscard]] UserRange own_users() const { return ranges_[static_cast<std::size_t>(communicator_.rank())]; }

  void open() {
    communicator_.agree([&] {
      data_.emplace(options_.data);
      if (data_->item_count() == 0) {
        throw DataError("{}: no items in it", options_.data.string());
      }
      if (is_root()) {
        storage::require_writable(options_.output);
        storage::require_writable(options_.metrics_file());
        storage::require_replaceable(options_.output, kMetricsFormat);
        storage::require_replaceable(options_.metrics_file(), kMetricsFormat);
        if (!options_.taste_space.empty() && !std::filesystem::exists(options_.taste_space)) {
          storage::require_writable(options_.taste_space);
        }
      }
      if (options_.users_sample > 0) {
        sample_ = sample_users(data_->user_count(), options_.users_sample, options_.seed);
        rules_.sample = &sample_;
      }
      describe();
      ranges_ = divide(data_->user_count(), communicator_.size());
      consumed_.emplace(*data_, options_.part(), own_users());
    });
  }

  void describe() {
    subject_.dataset_fingerprint = data_->fingerprint();
    subject_.user_count = data_->user_count();
    subject_.item_count = data_->item_count();
    subject_.asked_users = rules_.sample != nullptr ? sample_.size() : data_->user_count();
    if (!options_.checkpoint.empty()) {
      open_model(model_, "checkpoint", options_.checkpoint);
      if (options_.has_explanations && model_->dimensions().personas < 2) {
        throw UsageError("--explanations: {} has one persona for each user, expected two or more",
                         options_.checkpoint.string());
      }
      if (!options_.explanations_against.empty()) {
        open_model(other_model_, "explanations-against", options_.explanations_against);
      }
      subject_.kind = "checkpoint";
      subject_.name = options_.checkpoint.string();
      subject_.size = {{"epoch", model_->epoch()},
                       {"step", model_->step()},
                       {"personas", model_->dimensions().personas},
                       {"dim", model_->dimensions().dim}};
      subject_.training_config = model_->config();
    } else {
      subject_.kind = options_.baseline.empty() ? "recommendations" : "baseline";
      subject_.name = options_.baseline.empty() ? options_.recommendations.string() : options_.baseline;
      if (!options_.baseline.empty() && baselines_.find(options_.baseline).check) {
        baselines_.find(options_.baseline).check(*data_, options_.part(), options_.has_tdd);
      }
    }
  }

  void open_model(std::optional<checkpoint::ModelFile>& model, const char* option, const std::filesystem::path& path) {
    model.emplace(path);
    require_measurable(*model, option, *data_, options_.part());
  }

  void read_cases() {
    if (options_.test_file.empty()) {
      communicator_.agree([&] { cases_ = cases_of(*data_, options_.part(), own_users()); });
    } else {
      TestFile file;
      communicator_.agree([&] {
        if (is_root()) {
          file = read_test_file(options_.test_file, data_->user_ids(), data_->item_ids());
        }
      });
      cases_ = deal(communicator_, file.cases, ranges_);
      subject_.unknown = {{"unknown_items", file.unknown_items}, {"unknown_positives", file.unknown_positives}};
    }
    std::uint64_t candidates = cases_.candidate.size();
    for (const auto unknown : cases_.unknown_candidates) {
      candidates += unknown;
    }
    subject_.cases = fingerprints_of(communicator_, cases_);
    rules_.cutoffs = options_.cutoffs;
    rules_.is_sampled = communicator_.sum(candidates) > 0;
    rules_.is_everyone_averaged = options_.test_file.empty();
  }

  // Before the taste space: their faults are to be heard at once.
  void read_lists() {
    if (options_.recommendations.empty()) {
      return;
    }
    RecommendationFile file;
    communicator_.agree([&] {
      if (is_root()) {
        file = read_recommendations(options_.recommendations, data_->user_ids(), data_->item_ids());
      }
    });
    lists_ = deal(communicator_, file.lists, ranges_);
    subject_.unknown.emplace_back("unknown_recommendations", file.unknown_items);
  }

  // Rank 0 needs the whole training part for it; the others get the result.
  void find_tastes() {
    if (!options_.has_tdd) {
      return;
    }
    const auto start = std::chrono::steady_clock::now();
    TasteSpace space;
    communicator_.agree([&] {
      if (is_root()) {
        space = find_taste_space();
      }
    });
    broadcast(communicator_, space);
    taste_ = std::move(space);
    distances_ = cosine_distances(*taste_);
    rules_.distances = &distances_;
    log_.info("taste space: {} dimensions, {} tastes, {:.1f} s", taste_->items.cols(), taste_->centroids.rows(),
              seconds_since(start));
  }

  [[nodiscard]] TasteSpace find_taste_space() const {
    if (!options_.taste_space.empty() && std::filesystem::exists(options_.taste_space)) {
      return read_taste_space(options_.taste_space, *data_, options_.taste);
    }
    auto space = build_taste_space(data_->interactions({0, data_->user_count()}), data_->item_count(), options_.taste);
    if (!options_.taste_space.empty()) {
      store_taste_space(options_.taste_space, space, *data_, options_.taste);
    }
    return space;
  }

  void find_facts() {
    facts_ = facts_of(communicator_, *data_, consumed_->train());
    if (taste_) {
      facts_.directions = item_directions(*taste_);
      facts_.taste = nearest_tastes(*taste_);
      facts_.taste_count = static_cast<std::uint64_t>(taste_->centroids.rows());
    }
    rules_.facts = &facts_;
  }

  void find_explanations(UserMeasures& own) {
    const auto start = std::chrono::steady_clock::now();
    communicator_.agree([&] {
      measure_explanations({*model_, other_model_ ? &*other_model_ : nullptr, cases_, *consumed_, rules_}, own);
    });
    log_.info("explanations of {} users: {:.1f} s", subject_.asked_users, seconds_since(start));
  }

  std::vector<Figure> find_figures(const UserMeasures& all) {
    const auto start = std::chrono::steady_clock::now();
    auto figures = figures_of(communicator_, all, rules_, options_.bootstrap);
    log_.info("{} figures with {} resamples: {:.1f} s", figures.size(), options_.bootstrap.resamples,
              seconds_since(start));
    return figures;
  }

  UserMeasures measure_users() {
    const auto start = std::chrono::steady_clock::now();
    auto measures = options_.recommendations.empty() ? measure_scores() : measure_lists();
    log_.info("ranks and lists of {} users: {:.1f} s", subject_.asked_users, seconds_since(start));
    return measures;
  }

  UserMeasures measure_scores() {
    std::unique_ptr<ScoreSource> source;
    if (model_) {
      communicator_.agree([&] { source = std::make_unique<ModelScores>(*model_, own_users()); });
    } else {
      const auto start = std::chrono::steady_clock::now();
      const BaselineInput input{*data_,       options_.part(), *consumed_, communicator_, taste_ ? &*taste_ : nullptr,
                                options_.seed};
      source = baselines_.find(options_.baseline).make(input);
      log_.info("baseline {}: {:.1f} s", options_.baseline, seconds_since(start));
    }
    UserMeasures measures;
    communicator_.agree([&] { measures = measure(*source, cases_, *consumed_, rules_); });
    return measures;
  }

  UserMeasures measure_lists() { return measure(lists_, data_->item_count(), cases_, *consumed_, rules_); }

  const EvaluationOptions& options_;
  const communication::Communicator& communicator_;
  Log& log_;
  const Baselines& baselines_;
  std::optional<dataset::Dataset> data_;
  std::optional<checkpoint::ModelFile> model_;
  std::optional<checkpoint::ModelFile> other_model_;  // that explanations are held against
  Subject subject_;
  std::vector<UserRange> ranges_;  // by rank
  std::optional<ConsumedItems> consumed_;
  Cases cases_;
  Recommendations lists_;          // of this rank's users
  std::vector<UserIndex> sample_;  // of all ranks' users
  MeasureRules rules_;
  std::optional<TasteSpace> taste_;
  Points distances_;
  DataFacts facts_;
};

}  // namespace

std::string evaluate(const EvaluationOptions& options, const std::string& config,
                     const communication::Communicator& communicator, Log& log, const Baselines& baselines) {
  return Evaluation(options, communicator, log, baselines).run(config);
}

}  // namespace ampcf::evaluation
