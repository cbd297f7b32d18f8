#include "ampcf/dataset/preparation.hpp"

#include "ampcf/config/options.hpp"
#include "ampcf/core/error.hpp"
#include "dataset/hold_out.hpp"
#include "dataset/raw/item_table_reader.hpp"
#include "dataset/raw/readers.hpp"
#include "dataset/user_writer.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

namespace ampcf::dataset {

namespace {

std::vector<std::filesystem::path> files_of(const PreparationOptions& options) {
  std::vector<std::filesystem::path> files(options.inputs.begin(), options.inputs.end());
  if (options.format == "ncf") {
    const auto paths = ncf_paths(options.inputs.front());
    files.assign(paths.begin(), paths.end());
  }
  if (!options.items.empty()) {
    files.push_back(options.items);
  }
  return files;
}

/// What can be known to fail before the long work.
void check_paths(const PreparationOptions& options) {
  for (const auto& file : files_of(options)) {
    if (!std::filesystem::is_other(file)) {  // who writes into a pipe sees it closed, and ends
      const TextReader opens(file);
    }
    config::require_other_file(options.output, file == options.items ? "items" : "input", file);
  }
  storage::require_writable(options.output);
  storage::require_replaceable(options.output, kFormat);
}

RawInteractions read_raw(const PreparationOptions& options, Log& log, Summary& summary) {
  const auto start = std::chrono::steady_clock::now();
  RatingRange range;
  range.low = options.min_rating.value_or(range.low);
  range.high = options.max_rating.value_or(range.high);
  RawInteractions raw;
  for (const auto& input : options.inputs) {
    log.info("reading {}", input);
    if (options.format == "ncf") {
      summary.lines += read_ncf(input, range, raw);
    } else if (options.format == "adjacency") {
      summary.lines += read_adjacency(input, raw);
    } else {
      summary.lines += read_table(input, form_of(options), range, raw);
    }
  }
  summary.rows = raw.rows.size();
  const std::chrono::duration<double> elapsed_seconds = std::chrono::steady_clock::now() - start;
  log.info("read {} lines in {:.1f} s", summary.lines, elapsed_seconds.count());
  return raw;
}

std::uint64_t count_of(const std::vector<bool>& stays) {
  return static_cast<std::uint64_t>(std::count(stays.begin(), stays.end(), true));
}

Positives positives_of(const PreparationOptions& options, RawInteractions& raw, Summary& summary) {
  MergeCounts merged;
  auto sequences = order_and_merge(std::move(raw.rows), raw.users.size(), raw.items.size(), merged);
  auto stays = filter(sequences, raw.items.size(), options.min_user_items, options.min_item_users);
  if (options.users_sample > 0) {
    summary.sampled_from = count_of(stays.user);
    keep_sample(sequences, stays, options.users_sample, options.seed);
    const auto rounds = stays.rounds;
    stays = filter(sequences, raw.items.size(), options.min_user_items, options.min_item_users);
    stays.rounds += rounds;
  }
  for (const auto& test : raw.given_tests) {
    for (const auto item : test.candidates) {
      stays.item[item] = true;  // nobody may have consumed it, but it is part of the protocol
    }
  }
  Positives out{Renumbering(stays.user), Renumbering(stays.item), {}};
  out.sequences = renumbered(sequences, out.users, out.items);
  summary.duplicates = merged.duplicates;
  summary.dropped_by_rating = merged.dropped_by_rating;
  summary.filter_rounds = stays.rounds;
  summary.dropped_users = raw.users.size() - out.users.old_of.size();
  summary.dropped_items = raw.items.size() - out.items.old_of.size();
  if (out.sequences.item.empty()) {
    throw DataError(
        "{}: found nothing left of {} rows ({} duplicates, {} dropped by rating, the rest by the filters), expected "
        "interactions: lower --min-user-items {} or --min-item-users {}, or widen the ratings",
        fmt::join(options.inputs, ", "), summary.rows, summary.duplicates, summary.dropped_by_rating,
        options.min_user_items, options.min_item_users);
  }
  return out;
}

HoldOutRule rule_of(const std::string& name) {
  return name == "last" ? HoldOutRule::last : name == "random" ? HoldOutRule::random : HoldOutRule::none;
}

HeldOutItems hold_out_items(const PreparationOptions& options, const RawInteractions& raw, const Positives& positives) {
  const auto& sequences = positives.sequences;
  HeldOutItems out;
  out.test.assign(sequences.user_count(), kNoItem);
  if (raw.has_given_tests) {
    out.candidates.resize(sequences.user_count());
    for (const auto& given : raw.given_tests) {
      const auto user = positives.users.new_of[given.user];
      out.test[user] = positives.items.new_of[given.item];
      for (const auto item : given.candidates) {
        out.candidates[user].push_back(positives.items.new_of[item]);
      }
    }
  } else {
    out.test = hold_out(sequences, out.test, rule_of(options.split), options.seed, random::Stream::preparation_split);
  }
  out.validation =
      hold_out(sequences, out.test, rule_of(options.validation), options.seed, random::Stream::preparation_validation);
  return out;
}

void summarise(const Positives& positives, const HeldOutItems& held, Summary& summary) {
  const auto& sequences = positives.sequences;
  summary.users = sequences.user_count();
  summary.items = positives.items.old_of.size();
  summary.interactions = sequences.item.size();
  std::vector<std::uint64_t> of_user(summary.users);
  std::vector<std::uint64_t> of_item(summary.items);
  for (UserIndex user = 0; user < summary.users; ++user) {
    of_user[user] = sequences.of(user).size();
  }
  for (const auto item : sequences.item) {
    ++of_item[item];
  }
  summary.items_per_user = spread_of(std::move(of_user));
  summary.users_per_item = spread_of(std::move(of_item));
  const auto held_in = [&](const std::vector<std::int64_t>& items) {
    return summary.users - static_cast<std::uint64_t>(std::count(items.begin(), items.end(), kNoItem));
  };
  summary.test = held_in(held.test);
  summary.validation = held_in(held.validation);
  summary.training = summary.interactions - summary.test - summary.validation;
}

ItemTable items_of(const PreparationOptions& options, const RawInteractions& raw, const Positives& positives, Log& log,
                   Summary& summary) {
  ItemTable table;
  for (const auto item : positives.items.old_of) {
    table.id.emplace_back(raw.items[item]);
  }
  if (!options.items.empty()) {
    log.info("reading {}", options.items.string());
    summary.titles = read_item_table(options.items, table);
    if (*summary.titles == 0) {
      log.warn("{}: none of its ids is an item of the interactions", options.items.string());
    }
  }
  return table;
}

}  // namespace

Summary prepare(const PreparationOptions& options, Log& log) {
  check_paths(options);
  Summary summary;
  auto raw = read_raw(options, log, summary);
  const auto positives = positives_of(options, raw, summary);
  const auto items = items_of(options, raw, positives, log, summary);
  const auto held = hold_out_items(options, raw, positives);
  summarise(positives, held, summary);
  if (summary.test == 0 && options.split != "none") {
    log.warn("no user has two items: there is no test item, and nothing to evaluate");
  }
  summary.candidates = options.eval_negatives;
  for (const auto& given : held.candidates) {
    summary.candidates = std::max<std::uint64_t>(summary.candidates, given.size());
  }

  log.info("writing {}", options.output.string());
  DatasetWriter writer(options.output, summary.users, summary.training, summary.candidates);
  summary.short_lists =
      write_users(writer, raw.users, positives, held, {options.seed, options.eval_negatives, summary.candidates});
  writer.set_note("config", options.provenance);
  summary.fingerprint = writer.finish(items);
  return summary;
}

}  // namespace ampcf::dataset
