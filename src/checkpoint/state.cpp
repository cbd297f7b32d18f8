#include "ampcf/checkpoint/state.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "checkpoint/padding.hpp"

namespace ampcf::checkpoint {

namespace {

using storage::File;

// Rows of users pass through an unpadded copy, a bounded number at a time. Collective writes need as many calls on
// every rank, so ranks with fewer users finish with empty ones.
void write_user_rows(File& file, const communication::Communicator& communicator, const std::string& dataset,
                     const model::Dimensions& shape, std::uint64_t user_count, UserRange users, const float* rows) {
  file.create_dataset<float>(dataset, {user_count, shape.personas, shape.dim});
  std::vector<float> plain;
  const auto longest = communicator.max<std::uint64_t>(users.count());
  for (std::uint64_t first = 0; first < longest; first += kUsersAtOnce) {
    const auto begin = std::min(first, users.count());
    const auto count = std::min(kUsersAtOnce, users.count() - begin);
    plain.resize(count * shape.personas * shape.dim);
    unpad(rows + begin * shape.user_stride(), shape.padded_dim(), plain.data(), shape.dim, count * shape.personas);
    file.write_rows(dataset, users.first + begin, std::span<const float>(plain));
  }
}

void write_matrix(File& file, const std::string& dataset, const float* from, std::size_t stride, std::uint64_t rows,
                  std::uint64_t columns) {
  std::vector<float> plain(rows * columns);
  unpad(from, stride, plain.data(), columns, rows);
  file.write<float>(dataset, {rows, columns}, plain);
}

void write_column(File& file, const std::string& dataset, const float* from, std::size_t stride, std::uint64_t rows) {
  std::vector<float> plain(rows);
  unpad(from, stride, plain.data(), 1, rows);
  file.write<float>(dataset, {rows}, plain);
}

// The same layout for the parameters and for each moment: items, biases and both projections.
struct SharedTables {
  const float* items;
  const float* user_projection;
  const float* item_projection;
};

void write_shared(File& file, const std::string& group, const model::Dimensions& shape, std::uint64_t item_count,
                  const SharedTables& tables) {
  write_matrix(file, group + "/items", tables.items, shape.item_stride(), item_count, shape.dim);
  write_column(file, group + "/item_bias", tables.items + shape.bias_column(), shape.item_stride(), item_count);
  write_matrix(file, group + "/attention/user_projection", tables.user_projection, shape.padded_attention_dim(),
               shape.dim, shape.attention_dim);
  write_matrix(file, group + "/attention/item_projection", tables.item_projection, shape.padded_dim(),
               shape.attention_dim, shape.dim);
}

void read_shared_moments(const File& file, const std::string& group, const model::Dimensions& shape,
                         std::uint64_t item_count, float* items, float* user_projection, float* item_projection) {
  const auto rows = file.read<float>(group + "/items");
  const auto biases = file.read<float>(group + "/item_bias");
  pad(rows.data(), shape.dim, items, shape.item_stride(), item_count);
  pad(biases.data(), 1, items + shape.bias_column(), shape.item_stride(), item_count);
  const auto user_rows = file.read<float>(group + "/attention/user_projection");
  const auto item_rows = file.read<float>(group + "/attention/item_projection");
  pad(user_rows.data(), shape.attention_dim, user_projection, shape.padded_attention_dim(), shape.dim);
  pad(item_rows.data(), shape.dim, item_projection, shape.padded_dim(), shape.attention_dim);
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
  file.write_strings("/training/log", progress.log_rows);
  file.write<std::int64_t>("/training/loss_sums", {progress.loss_sums.size()}, progress.loss_sums);
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
  progress.log_rows = file.read_strings("/training/log");
  file.expect_shape("/training/loss_sums", {progress.loss_sums.size()});
  file.read_rows("/training/loss_sums", 0, std::span<std::int64_t>(progress.loss_sums));
  return progress;
}

void write_contents(File& file, const communication::Communicator& communicator, const Header& header,
                    const TrainingState& state) {
  const auto& shape = state.shared.dimensions;
  const auto items = state.shared.item_count;
  file.set_text_attribute("format", "ampcf-checkpoint");
  file.set_attribute<std::int32_t>("version", kFormatVersion);
  file.set_text_attribute("dataset_fingerprint", header.dataset_fingerprint);
  file.set_text_attribute("config", header.config);
  file.set_text_attribute("revision", std::string(revision()));
  file.set_text_attribute("instruction_set", std::string(instruction_set()));
  file.set_attribute<std::int32_t>("is_identity", shape.is_identity ? 1 : 0);
  write_progress(file, state.progress);

  const auto users = state.personas.users;
  const auto write_users = [&](const std::string& dataset, const kernels::AlignedVector<float>& rows) {
    write_user_rows(file, communicator, dataset, shape, header.user_count, users, rows.data());
  };
  write_users("/model/personas", state.personas.rows);
  write_users("/optimizer/first/personas", state.persona_moments.first);
  write_users("/optimizer/second/personas", state.persona_moments.second);
  file.create_dataset<std::uint32_t>("/optimizer/updates/personas", {header.user_count});
  file.write_rows("/optimizer/updates/personas", users.first,
                  std::span<const std::uint32_t>(state.persona_moments.updates));

  write_shared(file, "/model", shape, items,
               {state.shared.items.data(), state.shared.user_projection.data(), state.shared.item_projection.data()});
  write_shared(file, "/optimizer/first", shape, items,
               {state.item_moments.first.data(), state.user_projection_moments.first.data(),
                state.item_projection_moments.first.data()});
  write_shared(file, "/optimizer/second", shape, items,
               {state.item_moments.second.data(), state.user_projection_moments.second.data(),
                state.item_projection_moments.second.data()});
  file.write<std::uint32_t>("/optimizer/updates/items", {items}, state.item_moments.updates);
  file.write<std::uint32_t>("/optimizer/updates/attention", {1}, state.user_projection_moments.updates);
}

}  // namespace

TrainingState::TrainingState(const model::Dimensions& dimensions, UserRange users, std::uint64_t item_count)
    : personas(dimensions, users),
      shared(dimensions, item_count),
      persona_moments(users.count(), dimensions.user_stride()),
      item_moments(item_count, dimensions.item_stride()),
      user_projection_moments(1, dimensions.padded_dim() * dimensions.padded_attention_dim()),
      item_projection_moments(1, dimensions.padded_attention_dim() * dimensions.padded_dim()) {}

void write_state(const std::filesystem::path& path, const communication::Communicator& communicator,
                 const Header& header, const TrainingState& state) {
  auto partial = path;
  partial += ".partial";
  try {
    communicator.agree([&] {
      auto file = File::create(partial, communicator);
      write_contents(file, communicator, header, state);
      file.close();
      storage::sync_file(partial);
    });
  } catch (const std::exception&) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw;
  }
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      std::filesystem::rename(partial, path);
      storage::sync_directory(path.parent_path().empty() ? "." : path.parent_path());
    }
  });
}

void read_state(const std::filesystem::path& path, TrainingState& state) {
  const ModelFile model(path);
  const auto& file = model.file();
  const auto& shape = state.shared.dimensions;
  const auto items = state.shared.item_count;
  const auto users = state.personas.users;
  state.personas = model.personas(users);
  state.shared = model.shared();
  try {
    read_padded(file, "/optimizer/first/personas", users, shape.personas, shape.dim,
                state.persona_moments.first.data());
    read_padded(file, "/optimizer/second/personas", users, shape.personas, shape.dim,
                state.persona_moments.second.data());
    file.read_rows("/optimizer/updates/personas", users.first, std::span<std::uint32_t>(state.persona_moments.updates));
    read_shared_moments(file, "/optimizer/first", shape, items, state.item_moments.first.data(),
                        state.user_projection_moments.first.data(), state.item_projection_moments.first.data());
    read_shared_moments(file, "/optimizer/second", shape, items, state.item_moments.second.data(),
                        state.user_projection_moments.second.data(), state.item_projection_moments.second.data());
    file.read_rows("/optimizer/updates/items", 0, std::span<std::uint32_t>(state.item_moments.updates));
    file.read_rows("/optimizer/updates/attention", 0, std::span<std::uint32_t>(state.user_projection_moments.updates));
    state.item_projection_moments.updates = state.user_projection_moments.updates;
    state.progress = read_progress(file);
  } catch (const DataError& error) {
    throw RuntimeError("{} (damaged checkpoint)", error.what());
  }
}

}  // namespace ampcf::checkpoint
