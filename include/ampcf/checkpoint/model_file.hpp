#pragma once

#include "ampcf/model/parameters.hpp"
#include "ampcf/storage/file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::checkpoint {

inline constexpr int kFormatVersion = 1;

/// The model inside a checkpoint file, for programs that score but do not train. Opening checks format, version and the
/// shapes of all objects; reading verifies checksums. Faults are RuntimeErrors (exit 1): a damaged checkpoint is not
/// bad input data.
class ModelFile {
 public:
  explicit ModelFile(const std::filesystem::path& path);

  [[nodiscard]] const model::Dimensions& dimensions() const { return dimensions_; }
  [[nodiscard]] std::uint64_t user_count() const { return user_count_; }
  [[nodiscard]] std::uint64_t item_count() const { return item_count_; }
  [[nodiscard]] const std::string& dataset_fingerprint() const { return dataset_fingerprint_; }
  [[nodiscard]] const std::string& config() const { return config_; }                    // resolved options as INI text
  [[nodiscard]] const std::string& instruction_set() const { return instruction_set_; }  // it was computed with
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint64_t step() const { return step_; }

  [[nodiscard]] model::SharedParameters<float> shared() const;
  /// The same into parameters of these dimensions, or, unless `reads_items`, the projections alone.
  void read_shared(model::SharedParameters<float>& shared, bool reads_items) const;
  [[nodiscard]] model::Personas<float> personas(UserRange users) const;

  /// Raw ids of the rows; checkpoints of early versions have none.
  [[nodiscard]] bool has_ids() const;
  [[nodiscard]] std::vector<std::string> user_ids() const;
  [[nodiscard]] std::vector<std::string> item_ids() const;

  /// Names the content of /model, whatever file it is in: a hash of its checksums, as 16 hexadecimal digits.
  [[nodiscard]] std::string model_fingerprint() const;

  [[nodiscard]] const storage::File& file() const { return file_; }

 private:
  [[nodiscard]] std::vector<std::string> ids(const std::string& dataset, std::uint64_t count) const;

  storage::File file_;
  model::Dimensions dimensions_;
  std::uint64_t user_count_ = 0;
  std::uint64_t item_count_ = 0;
  std::string dataset_fingerprint_;
  std::string config_;
  std::string instruction_set_;
  std::uint64_t epoch_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace ampcf::checkpoint
