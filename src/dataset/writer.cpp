#include "ampcf/dataset/writer.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/fingerprint.hpp"

#include <map>

namespace ampcf::dataset {

struct DatasetWriter::State {
  std::filesystem::path path;
  std::filesystem::path partial;
  storage::File file;
  std::uint64_t users;
  std::uint64_t interactions;
  std::uint64_t candidates;
  Fingerprint fingerprint;
  std::vector<std::string> user_ids;
  std::vector<std::uint64_t> indptr{0};
  std::map<std::string, std::uint64_t> rows_written;  // by dataset
  bool is_finished = false;

  template <typename T>
  void append_rows(const std::string& dataset, std::uint64_t row_size, const std::vector<T>& values) {
    if (row_size == 0) {
      return;
    }
    auto& first = rows_written[dataset];
    file.write_rows(dataset, first, std::span<const T>(values));
    first += values.size() / row_size;
    fingerprint.update(dataset, std::span<const T>(values));
  }
};

namespace {

std::filesystem::path partial_of(std::filesystem::path path) {
  path += ".partial";
  return path;
}

}  // namespace

DatasetWriter::DatasetWriter(const std::filesystem::path& path, std::uint64_t users, std::uint64_t interactions,
                             std::uint64_t candidates)
    : state_(new State{path,
                       partial_of(path),
                       storage::File::create(partial_of(path)),
                       users,
                       interactions,
                       candidates,
                       {},
                       {},
                       {0},
                       {},
                       false}) {
  auto& file = state_->file;
  file.create_dataset<ItemIndex>("/train/item", {interactions});
  for (const std::string part : {"/validation", "/test"}) {
    file.create_dataset<std::int64_t>(part + "/item", {users});
    file.create_dataset<ItemIndex>(part + "/candidates", {users, candidates});
  }
}

DatasetWriter::~DatasetWriter() {
  if (!state_->is_finished) {
    std::error_code ignored;
    std::filesystem::remove(state_->partial, ignored);
  }
}

void DatasetWriter::append(const UserBlock& block) {
  auto& state = *state_;
  state.user_ids.insert(state.user_ids.end(), block.id.begin(), block.id.end());
  for (const auto count : block.interaction_count) {
    state.indptr.push_back(state.indptr.back() + count);
  }
  state.append_rows("/train/item", 1, block.item);
  state.append_rows("/validation/item", 1, block.validation_item);
  state.append_rows("/test/item", 1, block.test_item);
  state.append_rows("/validation/candidates", state.candidates, block.validation_candidates);
  state.append_rows("/test/candidates", state.candidates, block.test_candidates);
}

void DatasetWriter::append_truth(const std::string& dataset, const storage::Shape& whole_shape,
                                 std::span<const std::int64_t> rows) {
  auto& state = *state_;
  if (!state.rows_written.contains(dataset)) {
    state.file.create_dataset<std::int64_t>(dataset, whole_shape, 1);
  }
  const auto row_size = whole_shape.size() > 1 ? whole_shape[1] : 1;
  state.append_rows(dataset, row_size, std::vector<std::int64_t>(rows.begin(), rows.end()));
}

void DatasetWriter::set_note(const std::string& attribute, const std::string& text) {
  state_->file.set_text_attribute(attribute, text);
}

std::string DatasetWriter::finish(const ItemTable& items) {
  auto& state = *state_;
  if (state.user_ids.size() != state.users || state.indptr.back() != state.interactions) {
    throw RuntimeError("{}: {} users with {} interactions were announced, {} with {} were written", state.path.string(),
                       state.users, state.interactions, state.user_ids.size(), state.indptr.back());
  }
  state.file.write<std::uint64_t>("/train/indptr", {state.indptr.size()}, state.indptr);
  state.fingerprint.update("/train/indptr", std::span<const std::uint64_t>(state.indptr));
  const auto write_strings = [&](const std::string& name, const std::vector<std::string>& values) {
    state.file.write_strings(name, values);
    state.fingerprint.update(name, values);
  };
  write_strings("/users/id", state.user_ids);
  write_strings("/items/id", items.id);
  if (!items.title.empty()) {
    write_strings("/items/title", items.title);
  }
  if (!items.tags.empty()) {
    write_strings("/items/tags", items.tags);
  }
  state.file.set_text_attribute("format", kFormat);
  state.file.set_attribute<std::int32_t>("version", kFormatVersion);
  auto fingerprint = state.fingerprint.text();
  state.file.set_text_attribute("fingerprint", fingerprint);
  state.file.close();
  storage::sync_file(state.partial);
  std::filesystem::rename(state.partial, state.path);
  state.is_finished = true;
  storage::sync_directory(state.path.has_parent_path() ? state.path.parent_path() : ".");
  return fingerprint;
}

}  // namespace ampcf::dataset
