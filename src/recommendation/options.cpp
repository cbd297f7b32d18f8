#include "ampcf/recommendation/options.hpp"

#include "ampcf/core/error.hpp"
#include "recommendation/lists_file.hpp"

namespace ampcf::recommendation {

void add_options(config::OptionTable& table, RecommendOptions& options) {
  table.begin_group("Model");
  table.add("data", options.data, "dataset file that the model was trained on").is_required = true;
  table.add("checkpoint", options.checkpoint, "RUN/best.h5 or RUN/checkpoint.h5").is_required = true;
  table.begin_group("For whom, or what (one of these)");
  table.add("user", options.users, "RAW_ID ...", "raw ids of users").takes_many = true;
  table.add("all", options.is_for_all, "the lists of all users into the file --output; runs on any number of ranks");
  table.add("history", options.history,
            "file of lines user,item (or item) in raw ids: somebody whom the model has not seen");
  table.add("export", options.export_to, "directory for personas, items and projections as NumPy arrays and CSV");
  table.begin_group("In place of lists");
  table.add("cards", options.has_cards,
            "what each persona of the users is about; with --all: of how much use personas are to the population");
  table.begin_group("What is recommended");
  table.add("top", options.top, "items to recommend", config::kAtLeastOne);
  table.add("include-seen", options.is_history_included, "also items that the user has consumed");
  table.add("only-tags", options.filter.only_tags, "TAG ...", "only items with one of these tags, each TAG or TAG|TAG")
      .takes_many = true;
  table.add("exclude-file", options.filter.exclude_file, "raw ids of items to leave out, one on a line");
  table.begin_group("Fitting personas to --history");
  table.add("fit-steps", options.fold_in.steps, "steps of Adam over the whole history", config::kAtLeastOne);
  table.add("fit-learning-rate", options.fold_in.learning_rate, "of the first step, falling linearly",
            config::kPositive);
  table.add("fit-negatives", options.fold_in.pool, "negatives that histories are fitted against",
            {16.0, 1e6, "16 to 1000000"});
  table.begin_group("Results");
  table.add_choice("format", options.format, {"text", "csv", "json"}, "how to print; personas are numbered from 1");
  table.add_choice(
      "color", options.color, {"auto", "always", "never"},
      "colours in the text; auto: where stdout is a terminal, but not under mpirun, and NO_COLOR is not set");
  table.add("nearest", options.nearest, "items of the history to name beside each recommended one",
            config::kNotNegative);
  table.add("history-items", options.history_items, "items of each persona's history to show as text",
            config::kNotNegative);
  table.add("test-file", options.test_file,
            "with --history: measure HR and NDCG on lines of user<TAB>positive<TAB>negative... instead");
  table.add("output", options.output, "X.csv (user,item,score) or X.h5 for the lists of all users");
  table.add_choice("export-form", options.export_form, {"both", "npy", "csv"}, "of the files in --export");
}

void check_options(const config::OptionTable& table, const RecommendOptions& options) {
  const int given = (options.users.empty() ? 0 : 1) + (options.is_for_all ? 1 : 0) + (options.history.empty() ? 0 : 1) +
                    (options.export_to.empty() ? 0 : 1);
  if (given != 1) {
    throw UsageError("{} of --user, --all, --history and --export are given, expected exactly one", given);
  }
  if (!options.test_file.empty() && options.history.empty()) {
    throw UsageError("--test-file measures users of --history; ampcf-evaluate measures those of the dataset");
  }
  if (!options.is_for_all) {
    table.refuse_given({"output"}, "is for --all; other results are printed");
  }
  if (options.is_for_all && options.has_cards) {
    table.refuse_given({"output", "top", "include-seen", "only-tags", "exclude-file", "nearest", "history-items"},
                       "does not fit --all --cards, which prints what becomes of the personas");
    if (options.format == "csv") {
      throw UsageError("--format csv does not fit --all --cards, expected text or json");
    }
  } else if (options.is_for_all) {
    table.refuse_given({"format", "nearest", "history-items"}, "does not fit --all, whose form --output says");
    if (options.output.empty()) {
      throw UsageError("--all needs --output, a name that ends in .csv or .h5");
    }
    (void)is_hdf5_name(options.output);
    table.require_other_files(options.output);
  }
  if (options.history.empty()) {
    table.refuse_given({"fit-steps", "fit-learning-rate", "fit-negatives"}, "is for --history");
  }
  if (options.has_cards) {
    table.refuse_given({"export", "test-file", "include-seen", "nearest", "history-items"}, "does not fit --cards");
  }
  if (!options.test_file.empty()) {
    table.refuse_given({"top", "include-seen", "only-tags", "exclude-file", "format", "nearest", "history-items"},
                       "does not fit --test-file, which measures and recommends nothing");
  }
  const bool has_text = options.format == "text" && options.export_to.empty() && options.test_file.empty() &&
                        (!options.is_for_all || options.has_cards);
  if (options.color == "always" && !has_text) {
    throw UsageError("--color always is for lists and cards as --format text");
  }
  if (options.export_to.empty()) {
    table.refuse_given({"export-form"}, "is for --export");
  } else {
    table.refuse_given({"top", "include-seen", "only-tags", "exclude-file", "format", "nearest", "history-items"},
                       "does not fit --export, which recommends nothing");
  }
}

}  // namespace ampcf::recommendation
