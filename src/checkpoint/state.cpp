#include "ampcf/checkpoint/state.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/communication/stall_watch.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "checkpoint/checked.hpp"
#include "checkpoint/padding.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ampcf::checkpoint {

namespace {

using storage::File;

void write_user_rows(File& file, const std::string& dataset, const model::Dimensions& shape, UserRange users,
                     const float* rows) {
  write_padded(file, dataset, users.first, users.count(), users_layout(shape), rows);
}

void write_matrix(File& file, const std::string& dataset, const float* from, std::size_t stride, std::uint64_t rows,
                  std::uint64_t columns) {
  create_checked<float>(file, dataset, {rows, columns});
  write_padded(file, dataset, 0, rows, {1, columns, stride}, from);
}

// The same layout for the parameters and for each moment.
void write_shared(File& file, const std::string& group, const model::Dimensions& shape, std::uint64_t item_count,
                  const SharedTables<const float>& tables) {
  write_matrix(file, group + "/items", tables.items, shape.padded_dim(), item_count, shape.dim);
  write_checked<float>(file, group + "/item_bias", {item_count}, std::span(tables.biases, item_count));
  write_matrix(file, group + "/attention/user_projection", tables.user_projection, shape.padded_attention_dim(),
               shape.dim, shape.attention_dim);
  write_matrix(file, group + "/attention/item_projection", tables.item_projection, shape.padded_dim(),
               shape.attention_dim, shape.dim);
}

void write_progress(File& file, const Progress& progress) {
  file.set_attribute<std::uint64_t>("epoch", progress.epoch);
  file.set_attribute<std::uint64_t>("step", progress.step);
  file.set_attribute<std::uint64_t>("epoch_step", progress.epoch_step);
  file.set_attribute<double>("training_seconds", progress.training_seconds);
  file.set_attribute<double>("best_hr", progress.best_hr);
  file.set_attribute<double>("best_ndcg", progress.best_ndcg);
  file.set_attribute<double>("best_sum", progress.best_sum);
  file.set_attribute<std::uint64_t>("epochs_without_improvement", progress.epochs_without_improvement);
  write_checked_strings(file, "/training/log", progress.log_rows);
  write_checked<std::int64_t>(file, "/training/loss_sums", {progress.loss_sums.size()}, progress.loss_sums);
}

Progress read_progress(const File& file) {
  Progress progress;
  progress.epoch = file.attribute<std::uint64_t>("epoch");
  progress.step = file.attribute<std::uint64_t>("step");
  progress.epoch_step = file.attribute<std::uint64_t>("epoch_step");
  progress.training_seconds = file.attribute<double>("training_seconds");
  progress.best_hr = file.attribute<double>("best_hr");
  progress.best_ndcg = file.attribute<double>("best_ndcg");
  progress.best_sum = file.attribute<double>("best_sum");
  progress.epochs_without_improvement = file.attribute<std::uint64_t>("epochs_without_improvement");
  for (const auto number : {progress.training_seconds, progress.best_hr, progress.best_ndcg, progress.best_sum}) {
    if (!std::isfinite(number)) {
      throw DataError("{}: an attribute holds {}, expected a finite number", file.path().string(), number);
    }
  }
  file.expect_shape("/training/log", {progress.epoch});
  progress.log_rows = read_checked_strings(file, "/training/log");
  file.expect_shape("/training/loss_sums", {progress.loss_sums.size()});
  read_checked_rows(file, "/training/loss_sums", 0, std::span<std::int64_t>(progress.loss_sums));
  return progress;
}

void write_header(File& file, const Header& header, const model::Dimensions& shape) {
  file.set_text_attribute("format", "ampcf-checkpoint");
  file.set_attribute<std::int32_t>("version", kFormatVersion);
  file.set_text_attribute("dataset_fingerprint", header.dataset_fingerprint);
  file.set_text_attribute("config", header.config);
  file.set_text_attribute("revision", std::string(revision()));
  file.set_text_attribute("instruction_set", std::string(instruction_set()));
  file.set_attribute<std::int32_t>("is_identity", shape.is_identity ? 1 : 0);
}

// Datasets of rows of users, all (n, r, d).
std::vector<std::string> user_datasets(const TrainingState& state) {
  std::vector<std::string> names{"/model/personas", "/optimizer/first/personas", "/optimizer/second/personas"};
  if (state.mean) {
    names.emplace_back("/optimizer/current/personas");
  }
  return names;
}

// One process: everything but the rows of users, for which it leaves room.
void write_layout(File& file, const Header& header, const TrainingState& state) {
  const auto& shape = state.shared.dimensions;
  const auto items = state.shared.item_count;
  write_header(file, header, shape);
  if (header.ids != nullptr) {
    write_checked_strings(file, kUserIds, header.ids->users);
    write_checked_strings(file, kItemIds, header.ids->items);
  }
  write_progress(file, state.progress);
  write_shared(file, "/model", shape, items, tables_of(state.outcome_shared()));
  if (state.mean) {
    write_shared(file, "/optimizer/current", shape, items, tables_of(state.shared));
  }
  write_shared(file, "/optimizer/first", shape, items, first_moments_of(state));
  write_shared(file, "/optimizer/second", shape, items, second_moments_of(state));
  write_checked<std::uint32_t>(file, "/optimizer/updates/items", {items}, state.item_moments.updates);
  write_checked<std::uint32_t>(file, "/optimizer/updates/attention", {1}, state.user_projection_moments.updates);
  for (const auto& dataset : user_datasets(state)) {
    create_checked<float>(file, dataset, {header.user_count, shape.personas, shape.dim});
  }
  create_checked<std::uint32_t>(file, "/optimizer/updates/personas", {header.user_count});
  if (state.parts().shares) {
    create_checked<float>(file, kPersonaShares, {header.user_count, shape.personas});
  }
}

// This rank's rows.
void write_users(File& file, const TrainingState& state) {
  const auto& shape = state.shared.dimensions;
  const auto users = state.personas.users;
  write_user_rows(file, "/model/personas", shape, users, state.outcome_personas().rows.data());
  if (state.mean) {
    write_user_rows(file, "/optimizer/current/personas", shape, users, state.personas.rows.data());
  }
  write_user_rows(file, "/optimizer/first/personas", shape, users, state.persona_moments.first.data());
  write_user_rows(file, "/optimizer/second/personas", shape, users, state.persona_moments.second.data());
  write_checked_rows<std::uint32_t>(file, "/optimizer/updates/personas", users.first, state.persona_moments.updates);
  if (state.parts().shares) {
    write_checked_rows<float>(file, kPersonaShares, users.first, state.persona_shares.rows);
  }
}

// Each is as long as the longest, and has a checksum.
std::uint64_t texts_bytes(const std::vector<std::string>& texts) {
  std::size_t longest = 1;
  for (const auto& text : texts) {
    longest = std::max(longest, text.size());
  }
  return texts.size() * (longest + 8);
}

// What a rank can fail at alone comes before and between the collective calls of HDF5, never inside one: rank 0 lays
// the file out and reserves its room, every rank sees that it finds it, and rows are then written independently.
void write_partial(const std::filesystem::path& partial, const communication::Communicator& communicator,
                   const Header& header, const TrainingState& state) {
  std::uint64_t bytes = 0;
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      std::filesystem::remove(partial);  // a new file, also where a rank of a dying run may still hold the old one
      // Asked before HDF5 is, which crashes at its end over a file whose last bytes found no room.
      const auto ids = header.ids != nullptr ? ids_bytes(*header.ids) : 0;
      storage::reserve_room(
          partial, ids + log_bytes(state.progress) +
                       state_bytes(state.shared.dimensions, header.user_count, state.shared.item_count, state.parts()));
      auto file = File::create(partial);
      write_layout(file, header, state);
      file.close();
      bytes = std::filesystem::file_size(partial);
      storage::reserve_room(partial, bytes);
    }
  });
  communicator.broadcast(std::span(&bytes, 1), 0);
  communicator.agree([&] { storage::require_shared(partial, bytes); });
  std::optional<File> file;
  communicator.agree([&] {
    const communication::Waiting waiting(communicator.watch(), "H5Fopen");
    file.emplace(File::open_shared(partial, communicator));
  });
  communicator.agree([&] { write_users(*file, state); });
  communicator.agree([&] {
    const communication::Waiting waiting(communicator.watch(), "H5Fclose");
    file->close();
  });
  communicator.agree([&] { storage::sync_file(partial); });
}

}  // namespace

ItemMemory::ItemMemory(const model::Dimensions& dimensions, std::uint64_t item_count, communication::NodeMemory& memory,
                       StateParts parts) {
  const auto rows = item_count * dimensions.padded_dim();
  items = {memory.allocator<float>(rows), memory.allocator<float>(item_count)};
  moments = {{memory.allocator<float>(rows), memory.allocator<float>(rows)},
             memory.allocator<std::uint32_t>(item_count)};
  bias_moments = {memory.allocator<float>(item_count), memory.allocator<float>(item_count)};
  if (parts.mean) {
    mean = {memory.allocator<float>(rows), memory.allocator<float>(item_count)};
  }
}

TrainingState::TrainingState(const model::Dimensions& dimensions, UserRange users, std::uint64_t item_count,
                             StateParts parts, const ItemMemory& memory)
    : personas(dimensions, users),
      shared(dimensions, item_count, memory.items),
      persona_moments(users.count(), dimensions.user_stride()),
      item_moments(item_count, dimensions.padded_dim(), memory.moments),
      bias_moments(item_count, 1, memory.bias_moments),
      user_projection_moments(1, dimensions.padded_dim() * dimensions.padded_attention_dim()),
      item_projection_moments(1, dimensions.padded_attention_dim() * dimensions.padded_dim()) {
  if (parts.mean) {
    mean.emplace(model::ParameterMean{{dimensions, users}, {dimensions, item_count, memory.mean}});
  }
  if (parts.shares) {
    persona_shares = {dimensions.personas, users.count()};
  }
}

std::uint64_t state_bytes(const model::Dimensions& shape, std::uint64_t users, std::uint64_t items, StateParts parts) {
  // Parameters, two moments and perhaps a mean; updates of a row; a checksum for each row of each dataset.
  const std::uint64_t tables = parts.mean ? 4 : 3;
  const std::uint64_t shares = parts.shares ? shape.personas * sizeof(float) + 8 : 0;
  const std::uint64_t user =
      shares + tables * (shape.personas * shape.dim * sizeof(float) + 8) + sizeof(std::uint32_t) + 8;
  const std::uint64_t item = tables * ((shape.dim + 1) * sizeof(float) + 2 * 8) + sizeof(std::uint32_t) + 8;
  const std::uint64_t projections = tables * 2 * shape.dim * shape.attention_dim * sizeof(float);
  constexpr std::uint64_t kRest = std::uint64_t{1} << 20U;  // options, names
  return users * user + items * item + projections + kRest;
}

std::uint64_t ids_bytes(const RawIds& ids) { return texts_bytes(ids.users) + texts_bytes(ids.items); }

std::uint64_t log_bytes(const Progress& progress) { return texts_bytes(progress.log_rows); }

void write_state(const std::filesystem::path& path, const communication::Communicator& communicator,
                 const Header& header, const TrainingState& state) {
  auto partial = path;
  partial += ".partial";
  try {
    write_partial(partial, communicator, header, state);
    communicator.agree([&] {
      if (communicator.rank() == 0) {
        std::filesystem::rename(partial, path);
        storage::sync_directory(path.parent_path().empty() ? "." : path.parent_path());
      }
    });
  } catch (const std::exception&) {
    if (communicator.rank() == 0) {
      std::error_code ignored;
      std::filesystem::remove(partial, ignored);
    }
    throw;
  }
}

void read_state(const std::filesystem::path& path, TrainingState& state, bool reads_items) {
  const ModelFile model(path);
  const auto& file = model.file();
  const auto& shape = state.shared.dimensions;
  const auto items = state.shared.item_count;
  const auto users = state.personas.users;
  if (model.dimensions() != shape || model.item_count() != items || model.user_count() < users.last) {
    throw RuntimeError("{}: its shapes are not those of its options and data (damaged checkpoint)", path.string());
  }
  // Into memory that is there already.
  auto& outcome_personas = state.mean ? state.mean->personas : state.personas;
  model.read_shared(state.mean ? state.mean->shared : state.shared, reads_items);
  try {
    read_users(file, "/model/personas", users, shape, outcome_personas.rows.data());
    if (state.mean) {
      read_users(file, "/optimizer/current/personas", users, shape, state.personas.rows.data());
      read_shared(file, "/optimizer/current", shape, items, reads_items, tables_of(state.shared));
    }
    read_users(file, "/optimizer/first/personas", users, shape, state.persona_moments.first.data());
    read_users(file, "/optimizer/second/personas", users, shape, state.persona_moments.second.data());
    read_checked_rows(file, "/optimizer/updates/personas", users.first,
                      std::span<std::uint32_t>(state.persona_moments.updates));
    read_shared(file, "/optimizer/first", shape, items, reads_items, first_moments_of(state));
    read_shared(file, "/optimizer/second", shape, items, reads_items, second_moments_of(state));
    if (reads_items) {
      read_checked_rows(file, "/optimizer/updates/items", 0, std::span<std::uint32_t>(state.item_moments.updates));
    }
    read_checked_rows(file, "/optimizer/updates/attention", 0,
                      std::span<std::uint32_t>(state.user_projection_moments.updates));
    state.item_projection_moments.updates = state.user_projection_moments.updates;
    if (state.parts().shares) {
      file.expect_shape(kPersonaShares, {model.user_count(), shape.personas});
      read_checked_rows(file, kPersonaShares, users.first, std::span<float>(state.persona_shares.rows));
    }
    state.progress = read_progress(file);
  } catch (const DataError& error) {
    throw RuntimeError("{} (damaged checkpoint)", error.what());
  }
}

}  // namespace ampcf::checkpoint
