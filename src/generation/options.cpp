#include "ampcf/generation/options.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/core/types.hpp"

#include <algorithm>

namespace ampcf::generation {

namespace {

constexpr std::uint64_t kTastesPerPersona = 5;
constexpr double kItemsPerInteraction = 4;     // of a taste chosen by default, so that popularity keeps its tail
constexpr double kMostCandidates = 1'000'000;  // these two keep what belongs to one user small beside a block
constexpr double kMostPersonas = 1'000;

const config::Range kCount{1, 4294967294.0, "1 to 4294967294"};

std::uint64_t default_tastes(const GenerationOptions& options) {
  const auto affordable = static_cast<double>(options.items) / (kItemsPerInteraction * options.interactions_per_user);
  const auto wanted = kTastesPerPersona * options.personas;
  return std::clamp(static_cast<std::uint64_t>(affordable), options.personas + 1, wanted);
}

}  // namespace

void add_options(config::OptionTable& table, GenerationOptions& options) {
  table.begin_group("Size");
  table.add("users", options.users, "number of users", kCount).is_required = true;
  table.add("items", options.items, "number of items", kCount).is_required = true;
  table
      .add("interactions-per-user", options.interactions_per_user,
           "mean number of interactions of a user, validation and test item included; each user has 3 or more",
           {static_cast<double>(kFewestInteractions), kCount.high, "3 or more"})
      .is_required = true;
  table.add("eval-negatives", options.eval_negatives,
            "candidates beside each validation and test item, never an item that the user consumed",
            {0, kMostCandidates, "0 to 1000000"});

  table.begin_group("Planted structure");
  table
      .add("personas", options.personas, "a user holds 1 to R personas of distinct tastes and unequal weights",
           {1, kMostPersonas, "1 to 1000"})
      .is_required = true;
  table.add(
      "tastes", options.tastes,
      "number of tastes that items belong to, more than --personas; 0: five for each persona, fewer where a taste "
      "would have less than 4 items for each of --interactions-per-user",
      {0, kCount.high, "0 to 4294967294"});
  table.add("overlap", options.overlap,
            "probability that an interaction of a persona takes an item of one of the two neighbouring tastes instead "
            "of its own",
            config::kFraction);
  table.add("popularity-exponent", options.popularity_exponent,
            "the item of rank k inside its taste is drawn in proportion to k to the power of minus this",
            config::kNotNegative);
  table.add("seed", options.seed, "the files are a pure function of the options and this number");

  table.begin_group("Output");
  table.add("output", options.output, "dataset to write (HDF5), with /truth").is_required = true;
  table.add("raw-output", options.raw_output,
            "the same interactions as movielens-csv; ampcf-prepare with --split last --validation last and without "
            "filters holds out the same items");
}

GenerationOptions resolve(GenerationOptions options) {
  if (options.tastes == 0) {
    options.tastes = default_tastes(options);
  }
  if (options.tastes <= options.personas) {
    throw UsageError("--tastes: found {}, expected more than --personas ({}), whose tastes are distinct",
                     options.tastes, options.personas);
  }
  if (options.items < options.tastes) {
    throw UsageError("--items: found {}, expected {} or more, one for each taste", options.items, options.tastes);
  }
  config::require_other_file(options.output, "raw-output", options.raw_output);
  return options;
}

}  // namespace ampcf::generation
