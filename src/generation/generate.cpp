#include "ampcf/generation/generate.hpp"

#include "ampcf/dataset/writer.hpp"
#include "ampcf/generation/catalogue.hpp"
#include "ampcf/generation/history.hpp"
#include "ampcf/generation/population.hpp"
#include "generation/ratings_file.hpp"
#include "generation/truth_rows.hpp"
#include "generation/user_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ampcf::generation {

namespace {

constexpr double kBlockNumbers = 4.0 * (1U << 20U);  // items and candidates of a block: 16 MiB
constexpr std::uint64_t kProgressLines = 10;

std::uint64_t default_users_per_block(const GenerationOptions& options) {
  const auto per_user = options.interactions_per_user + 2.0 * static_cast<double>(options.eval_negatives);
  return static_cast<std::uint64_t>(std::max(1.0, kBlockNumbers / per_user));
}

void write_user_personas(const Population& population, dataset::DatasetWriter& writer) {
  const auto& options = population.options();
  TruthRows rows(writer, "/truth/user_persona", {options.users, options.personas});
  std::vector<std::int64_t> row(options.personas);
  for (UserIndex user = 0; user < options.users; ++user) {
    const auto personas = population.personas(user);
    std::fill(row.begin(), row.end(), -1);
    std::transform(personas.begin(), personas.end(), row.begin(), [](const Persona& persona) { return persona.taste; });
    rows.append(row);
  }
  rows.finish();
}

dataset::ItemTable item_table(const Catalogue& catalogue) {
  dataset::ItemTable items{{}, catalogue.titles(), catalogue.tags()};
  items.id.reserve(catalogue.item_count());
  for (ItemIndex item = 0; item < catalogue.item_count(); ++item) {
    items.id.push_back(fmt::format("i{}", item));
  }
  return items;
}

// At most kProgressLines lines, after blocks that pass a tenth of the users.
void log_progress(Log& log, UserRange block, std::uint64_t users) {
  if (block.count() < users && block.first * kProgressLines / users < block.last * kProgressLines / users) {
    log.info("generated {} of {} users", block.last, users);
  }
}

// The options behind the content, without those that say where it goes: equal content stays equal in every byte.
std::string provenance_of(GenerationOptions options) {
  options.output.clear();
  options.raw_output.clear();
  config::OptionTable table("ampcf-generate", "", "");
  add_options(table, options);
  return table.resolved();
}

}  // namespace

std::string Summary::text() const {
  const auto interactions = train_interactions + kHeldOut * users;
  const auto per_user = static_cast<double>(interactions) / static_cast<double>(users);
  const auto line = [](const char* name, const auto& value) { return fmt::format("{:<26}{:>12}\n", name, value); };
  return line("users", users) + line("items", items) + line("interactions", interactions) +
         line("sparsity", fmt::format("{:.3f} %", 100.0 * (1.0 - per_user / static_cast<double>(items)))) +
         line("items per user, mean", fmt::format("{:.2f}", per_user)) + line("tastes", tastes) +
         line("personas per user, most", personas) + line("training", train_interactions) + line("validation", users) +
         line("test", users) + fmt::format("{:<26}{}\n", "fingerprint", fingerprint);
}

Summary generate(const GenerationOptions& given, Log& log, std::uint64_t users_per_block) {
  const auto options = resolve(given);
  const Catalogue catalogue(options);
  const Population population(options, catalogue);
  const auto train_interactions = population.total_interactions() - kHeldOut * options.users;

  storage::require_writable(options.output);
  storage::require_replaceable(options.output, dataset::kFormat);
  storage::require_replaceable(options.raw_output, "CSV");
  std::optional<RatingsFile> ratings;
  if (!options.raw_output.empty()) {
    ratings.emplace(options.raw_output);
  }
  dataset::DatasetWriter writer(options.output, options.users, train_interactions, options.eval_negatives);
  TruthRows interaction_persona(writer, "/truth/interaction_persona", {train_interactions});
  HistoryDrawer drawer(population);
  BlockBuilder builder(options);
  const auto step = users_per_block > 0 ? users_per_block : default_users_per_block(options);
  for (UserRange users{0, 0}; users.first < options.users; users.first = users.last) {
    users.last = std::min(users.first + step, options.users);
    PlantedBlock block;
    for (auto user = users.first; user < users.last; ++user) {
      const auto& history = drawer.draw(user);
      builder.append(user, history, block);
      if (ratings) {
        ratings->append(user, history);
      }
    }
    writer.append(block.users);
    interaction_persona.append(block.interaction_persona);
    log_progress(log, users, options.users);
  }
  interaction_persona.finish();
  write_user_personas(population, writer);
  writer.append_truth("/truth/item_taste", {options.items}, catalogue.item_tastes());
  writer.set_note("config", provenance_of(options));
  const auto fingerprint = writer.finish(item_table(catalogue));
  if (ratings) {
    ratings->finish();
  }
  return {options.users, options.items, options.tastes, options.personas, train_interactions, fingerprint};
}

}  // namespace ampcf::generation
