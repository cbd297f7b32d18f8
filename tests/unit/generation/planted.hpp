#pragma once

#include "ampcf/generation/catalogue.hpp"
#include "ampcf/generation/history.hpp"
#include "ampcf/generation/population.hpp"

#include <cstdint>
#include <vector>

namespace ampcf::generation::testing {

/// 2000 users of up to 3 personas, 1000 items of 8 tastes, 20 interactions each: what a test varies, it changes.
inline GenerationOptions small_options() {
  GenerationOptions options;
  options.users = 2000;
  options.items = 1000;
  options.personas = 3;
  options.tastes = 8;
  options.interactions_per_user = 20;
  options.eval_negatives = 30;
  options.output = "unwritten.h5";
  return options;
}

/// Catalogue, population and drawer of the same options.
struct Planted {
  explicit Planted(const GenerationOptions& given)
      : options(resolve(given)), catalogue(options), population(options, catalogue), drawer(population) {}
  Planted(const Planted&) = delete;

  GenerationOptions options;
  Catalogue catalogue;
  Population population;
  HistoryDrawer drawer;
};

/// (n_items) how many users of all consumed each item.
inline std::vector<std::uint64_t> popularity(Planted& planted) {
  std::vector<std::uint64_t> counts(planted.options.items);
  for (UserIndex user = 0; user < planted.options.users; ++user) {
    for (const auto& interaction : planted.drawer.draw(user)) {
      ++counts[interaction.item];
    }
  }
  return counts;
}

}  // namespace ampcf::generation::testing
