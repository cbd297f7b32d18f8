#include "ampcf/recommendation/export.hpp"

#include "ampcf/core/csv.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/recommendation/output.hpp"
#include "ampcf/recommendation/recommender.hpp"
#include "ampcf/storage/streamed_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <iterator>

namespace ampcf::recommendation {

namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

constexpr std::uint64_t kUsersAtOnce = 4096;

// Format 1.0 of numpy.lib.format: the text up to the data fills whole blocks of 64 bytes.
std::string npy_header(const std::vector<std::uint64_t>& shape) {
  auto text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}", fmt::join(shape, ", "));
  constexpr std::size_t kPrefix = 10;
  text.append(63 - (kPrefix + text.size()) % 64, ' ');
  text += '\n';
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(text.size() & 0xFFU);
  head += static_cast<char>(text.size() >> 8U);
  return head + text;
}

// One array in the forms that are asked for. Rows come in order; `label` begins their lines in the CSV.
class ArrayFiles {
 public:
  ArrayFiles(const std::filesystem::path& directory, const std::string& name, const std::string& form,
             const std::vector<std::uint64_t>& shape, const std::string& label_columns) {
    if (form != "csv") {
      npy_ = std::make_unique<storage::StreamedFile>(directory / (name + ".npy"));
      npy_->append(npy_header(shape));
    }
    if (form != "npy") {
      csv_ = std::make_unique<storage::StreamedFile>(directory / (name + ".csv"));
      std::string head = label_columns;
      for (std::uint64_t column = 0; column < (shape.size() > 1 ? shape.back() : 1); ++column) {
        head += fmt::format("{}{}", head.empty() ? "" : ",", shape.size() > 1 ? fmt::format("x{}", column) : name);
      }
      csv_->append(head + "\n");
    }
  }

  void append(const std::string& label, const float* row, std::size_t size) {
    if (npy_) {
      npy_->append_numbers(row, size);
    }
    if (csv_) {
      csv_->append(fmt::format("{}{}{}\n", label, label.empty() ? "" : ",", fmt::join(row, row + size, ",")));
    }
  }

  void finish() {
    if (npy_) {
      npy_->finish();
    }
    if (csv_) {
      csv_->finish();
    }
  }

 private:
  std::unique_ptr<storage::StreamedFile> npy_;
  std::unique_ptr<storage::StreamedFile> csv_;
};

void write_ids(const std::filesystem::path& path, const char* column, const std::vector<std::string>& ids) {
  storage::StreamedFile file(path);
  file.append(std::string(column) + "\n");
  for (const auto& id : ids) {
    file.append(csv_field(id) + "\n");
  }
  file.finish();
}

void write_personas(const std::filesystem::path& directory, const std::string& form,
                    const std::vector<std::string>& user_ids, const checkpoint::ModelFile& model) {
  const auto& shape = model.dimensions();
  ArrayFiles files(directory, "personas", form, {model.user_count(), shape.personas, shape.dim}, "user,persona");
  for (std::uint64_t first = 0; first < model.user_count(); first += kUsersAtOnce) {
    const auto personas = model.personas({first, std::min(first + kUsersAtOnce, model.user_count())});
    for (std::uint64_t user = 0; user < personas.users.count(); ++user) {
      for (std::size_t k = 0; k < shape.personas; ++k) {
        files.append(form == "npy" ? "" : fmt::format("{},{}", csv_field(user_ids[first + user]), k + 1),
                     personas.of(user) + k * shape.padded_dim(), shape.dim);
      }
    }
  }
  files.finish();
}

void write_items(const std::filesystem::path& directory, const std::string& form, const Catalogue& catalogue,
                 const model::SharedParameters<float>& shared) {
  const auto n = shared.item_count;
  ArrayFiles items(directory, "items", form, {n, shared.dimensions.dim}, "item");
  ArrayFiles biases(directory, "item_bias", form, {n}, "item");
  for (ItemIndex item = 0; item < n; ++item) {
    const auto label = csv_field(catalogue.id(item));
    items.append(label, shared.item(item), shared.dimensions.dim);
    biases.append(label, &shared.biases[item], 1);
  }
  items.finish();
  biases.finish();
}

void write_matrix(const std::filesystem::path& directory, const std::string& name, const std::string& form,
                  const kernels::AlignedVector<float>& matrix, std::size_t rows, std::size_t columns,
                  std::size_t stride) {
  ArrayFiles files(directory, name, form, {rows, columns}, "");
  for (std::size_t row = 0; row < rows; ++row) {
    files.append("", matrix.data() + row * stride, columns);
  }
  files.finish();
}

}  // namespace

void export_model(const dataset::Dataset& data, const checkpoint::ModelFile& model,
                  const std::filesystem::path& directory, const std::string& form) {
  require_same_data(data, model);
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) {
    throw RuntimeError("--export {}: cannot make the directory: {}", directory.string(), failed.message());
  }
  const auto shared = model.shared();
  const auto& shape = shared.dimensions;
  const auto user_ids = data.user_ids();
  const Catalogue catalogue(data);
  write_ids(directory / "user_ids.csv", "user", user_ids);
  write_ids(directory / "item_ids.csv", "item", catalogue.ids());
  write_personas(directory, form, user_ids, model);
  write_items(directory, form, catalogue, shared);
  write_matrix(directory, "user_projection", form, shared.user_projection, shape.dim, shape.attention_dim,
               shape.padded_attention_dim());
  write_matrix(directory, "item_projection", form, shared.item_projection, shape.attention_dim, shape.dim,
               shape.padded_dim());
}

}  // namespace ampcf::recommendation
