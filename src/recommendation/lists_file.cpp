#include "recommendation/lists_file.hpp"

#include "ampcf/core/csv.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/recommendation/output.hpp"
#include "ampcf/storage/file.hpp"
#include "ampcf/storage/streamed_file.hpp"

#include <fmt/format.h>

#include <iterator>

namespace ampcf::recommendation {

namespace {

constexpr const char* kFormat = "ampcf-recommendations";
constexpr std::int32_t kFormatVersion = 1;

// `user,item,score`: what ampcf-evaluate --recommendations and most other programs read. A score has the digits that
// give the same float again, so that an evaluation of the file orders and ties items as the model does.
class CsvLists : public ListsFile {
 public:
  CsvLists(const std::filesystem::path& path, const ListHeader& header) : header_(header), file_(path) {
    for (const auto& id : header_.catalogue.ids()) {
      items_.push_back(csv_field(id));
    }
    file_.append("user,item,score\n");
  }

  void append(const ListBlock& block) override {
    for (std::size_t row = 0; row < block.user_count(); ++row) {
      const auto user = csv_field(header_.user_ids[user_++]);
      for (auto i = row * block.length; i < (row + 1) * block.length && block.item[i] != kNoCandidate; ++i) {
        fmt::format_to(std::back_inserter(lines_), "{},{},{}\n", user, items_[block.item[i]], block.score[i]);
      }
    }
    file_.append({lines_.data(), lines_.size()});
    lines_.clear();
  }

  void finish() override { file_.finish(); }

 private:
  const ListHeader& header_;
  storage::StreamedFile file_;
  std::vector<std::string> items_;
  fmt::memory_buffer lines_;
  std::size_t user_ = 0;
};

class Hdf5Lists : public ListsFile {
 public:
  Hdf5Lists(const std::filesystem::path& path, const ListHeader& header)
      : partial_(path), file_(storage::File::create(partial_.partial())) {
    const storage::Shape shape{header.user_ids.size(), header.length};
    file_.set_text_attribute("format", kFormat);
    file_.set_attribute<std::int32_t>("version", kFormatVersion);
    file_.set_text_attribute("dataset_fingerprint", header.dataset_fingerprint);
    file_.set_text_attribute("checkpoint", header.checkpoint);
    file_.write_strings("/users/id", header.user_ids);
    file_.write_strings("/items/id", header.catalogue.ids());
    file_.create_dataset<ItemIndex>("/recommendations/item", shape);
    file_.create_dataset<float>("/recommendations/score", shape);
    file_.create_dataset<std::int32_t>("/recommendations/persona", shape);
    file_.create_dataset<float>("/recommendations/attention", shape);
  }

  void append(const ListBlock& block) override {
    write("/recommendations/item", block.item);
    write("/recommendations/score", block.score);
    write("/recommendations/persona", block.persona);
    write("/recommendations/attention", block.attention);
    user_ += block.user_count();
  }

  void finish() override {
    file_.close();
    partial_.commit();
  }

 private:
  template <typename T>
  void write(const std::string& dataset, const std::vector<T>& rows) {
    if (!rows.empty()) {
      file_.write_rows(dataset, user_, std::span<const T>(rows));
    }
  }

  storage::PartialFile partial_;
  storage::File file_;
  std::uint64_t user_ = 0;
};

}  // namespace

bool is_hdf5_name(const std::filesystem::path& path) {
  const auto extension = path.extension();
  if (extension == ".h5" || extension == ".hdf5") {
    return true;
  }
  if (extension != ".csv") {
    throw UsageError("--output '{}': expected a name that ends in .csv, .h5 or .hdf5, which says the form",
                     path.string());
  }
  return false;
}

std::unique_ptr<ListsFile> create_lists(const std::filesystem::path& path, const ListHeader& header) {
  const bool is_hdf5 = is_hdf5_name(path);
  storage::require_replaceable(path, is_hdf5 ? kFormat : "CSV");
  if (is_hdf5) {
    return std::make_unique<Hdf5Lists>(path, header);
  }
  return std::make_unique<CsvLists>(path, header);
}

}  // namespace ampcf::recommendation
