#include "ampcf/checkpoint/model_file.hpp"

#include "ampcf/core/error.hpp"
#include "checkpoint/padding.hpp"

#include <xxhash.h>

namespace ampcf::checkpoint {

namespace {

storage::File open_checkpoint(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) {
    throw RuntimeError("{}: no such checkpoint{}", path.string(), failed ? " (" + failed.message() + ")" : "");
  }
  if (std::filesystem::is_directory(path, failed)) {
    throw RuntimeError("{}: a folder, expected a checkpoint: of a run, {}", path.string(), (path / "best.h5").string());
  }
  auto file = storage::File::open(path);
  const auto format = file.has_attribute("format") ? file.text_attribute("format") : "none";
  if (format != "ampcf-checkpoint") {
    throw RuntimeError("{}: format '{}', expected 'ampcf-checkpoint': ampcf-train writes such files", path.string(),
                       format);
  }
  const auto version = file.attribute<std::int32_t>("version");
  if (version != kFormatVersion) {
    throw RuntimeError("{}: checkpoint version {}, expected {}", path.string(), version, kFormatVersion);
  }
  return file;
}

// What File reports as bad data is, in a checkpoint, damage.
template <typename F>
auto as_damage(F&& work) {
  try {
    return work();
  } catch (const DataError& error) {
    throw RuntimeError("{} (damaged checkpoint)", error.what());
  }
}

}  // namespace

ModelFile::ModelFile(const std::filesystem::path& path) : file_(as_damage([&] { return open_checkpoint(path); })) {
  as_damage([&] {
    const auto personas = file_.shape("/model/personas");
    const auto items = file_.shape("/model/items");
    const auto projection = file_.shape("/model/attention/user_projection");
    if (personas.size() != 3 || items.size() != 2 || projection.size() != 2 || personas[2] != items[1] ||
        projection[0] != personas[2] || personas[0] == 0 || personas[1] == 0 || personas[2] == 0 || items[0] == 0 ||
        projection[1] == 0) {
      throw DataError("{}: the shapes of /model do not fit together", path.string());
    }
    user_count_ = personas[0];
    item_count_ = items[0];
    dimensions_ = {personas[1], personas[2], projection[1], file_.attribute<std::int32_t>("is_identity") != 0};
    file_.expect_shape("/model/item_bias", {item_count_});
    file_.expect_shape("/model/attention/item_projection", {dimensions_.attention_dim, dimensions_.dim});
    dataset_fingerprint_ = file_.text_attribute("dataset_fingerprint");
    config_ = file_.text_attribute("config");
    epoch_ = file_.attribute<std::uint64_t>("epoch");
    step_ = file_.attribute<std::uint64_t>("step");
    instruction_set_ = file_.text_attribute("instruction_set");
  });
}

model::SharedParameters<float> ModelFile::shared() const {
  model::SharedParameters<float> shared(dimensions_, item_count_);
  read_shared(shared, true);
  return shared;
}

void ModelFile::read_shared(model::SharedParameters<float>& shared, bool reads_items) const {
  as_damage(
      [&] { checkpoint::read_shared(file_, "/model", dimensions_, item_count_, reads_items, tables_of(shared)); });
}

model::Personas<float> ModelFile::personas(UserRange users) const {
  return as_damage([&] {
    model::Personas<float> personas(dimensions_, users);
    read_users(file_, "/model/personas", users, dimensions_, personas.rows.data());
    return personas;
  });
}

bool ModelFile::has_ids() const { return file_.contains(kUserIds) && file_.contains(kItemIds); }

std::vector<std::string> ModelFile::user_ids() const { return ids(kUserIds, user_count_); }
std::vector<std::string> ModelFile::item_ids() const { return ids(kItemIds, item_count_); }

std::vector<std::string> ModelFile::ids(const std::string& dataset, std::uint64_t count) const {
  return as_damage([&] {
    file_.expect_shape(dataset, {count});
    file_.expect_shape(checksums_of(dataset), {count});
    return read_checked_strings(file_, dataset);
  });
}

std::string ModelFile::model_fingerprint() const {
  return as_damage([&] {
    std::vector<std::uint64_t> sums{dimensions_.personas, dimensions_.dim, dimensions_.attention_dim};
    for (const std::string name :
         {"personas", "items", "item_bias", "attention/user_projection", "attention/item_projection"}) {
      const auto rows = file_.read<std::uint64_t>(checksums_of("/model/" + name));
      sums.insert(sums.end(), rows.begin(), rows.end());
    }
    return fmt::format("{:016x}", XXH3_64bits(sums.data(), sums.size() * sizeof(sums[0])));
  });
}

}  // namespace ampcf::checkpoint
