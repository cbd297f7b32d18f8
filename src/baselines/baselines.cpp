#include "ampcf/baselines/baselines.hpp"

#include "baselines/aisp.hpp"
#include "baselines/direc.hpp"
#include "baselines/ease.hpp"
#include "baselines/implicit_als.hpp"
#include "baselines/item_knn.hpp"
#include "baselines/simple.hpp"

namespace ampcf::baselines {

namespace {

using evaluation::BaselineInput;

struct Options {
  ItemKnnOptions knn;
  EaseOptions ease;
  ImplicitAlsOptions ials;
  AispOptions aisp;
  DirecOptions direc;
};

void add_options(config::OptionTable& table, Options& options) {
  const config::Range sizes{1.0, 65536.0, "1 to 65536"};
  table.begin_group("Settings of baselines");
  table.add("itemknn-neighbours", options.knn.neighbours, "most similar items that count", config::kAtLeastOne);
  table.add("itemknn-shrinkage", options.knn.shrinkage, "added to a cosine's denominator", config::kNotNegative);
  table.add("ease-penalty", options.ease.penalty, "L2 penalty of the weights", config::kPositive);
  table.add("ials-dim", options.ials.dim, "dimension of the vectors", sizes);
  table.add("ials-epochs", options.ials.epochs, "times that users and items are solved", config::kAtLeastOne);
  table.add("ials-unobserved-weight", options.ials.unobserved_weight, "weight of all pairs beside the consumed ones",
            config::kNotNegative);
  table.add("ials-penalty", options.ials.penalty, "L2 penalty of the vectors, times their frequency",
            config::kPositive);
  table.add("ials-frequency-power", options.ials.frequency_power, "of the frequency in the penalty", config::kFraction);
  table.add("ials-scale", options.ials.scale, "expected length of an item's first vector", config::kPositive);
  table.add("aisp-personas", options.aisp.personas, "means of a user's items", sizes);
  table.add("direc-checkpoint", options.direc.checkpoint, "model of ampcf-train whose lists are diversified");
  table.add("direc-candidates", options.direc.candidates, "items of its list that are", sizes);
}

}  // namespace

evaluation::Baselines all() {
  const auto options = std::make_shared<Options>();
  return {{{"popularity", "training interactions of the item", {}, make_popularity},
           {"random", "a uniform number for every user and item", {}, make_random},
           {"itemknn",
            "items near those consumed, by shrunk cosine",
            {"itemknn-neighbours", "itemknn-shrinkage"},
            [options](const BaselineInput& input) { return make_item_knn(input, options->knn); }},
           {"ease",
            "shallow linear autoencoder",
            {"ease-penalty"},
            [options](const BaselineInput& input) { return make_ease(input, options->ease); }},
           {"ials",
            "implicit alternating least squares",
            {"ials-dim", "ials-epochs", "ials-unobserved-weight", "ials-penalty", "ials-frequency-power", "ials-scale"},
            [options](const BaselineInput& input) { return make_implicit_als(input, options->ials); }},
           {"aisp",
            "personas as means of the items consumed, nothing learned",
            {"aisp-personas"},
            [options](const BaselineInput& input) { return make_aisp(input, options->aisp); }},
           {"direc",
            "priority medoids of a model's recommendations",
            {"direc-checkpoint", "direc-candidates"},
            [options](const BaselineInput& input) { return make_direc(input, options->direc); },
            [options](const dataset::Dataset& data, dataset::HeldOutPart part, bool has_taste) {
              check_direc(options->direc, data, part, has_taste);
            }}},
          [options](config::OptionTable& table) { add_options(table, *options); }};
}

}  // namespace ampcf::baselines
