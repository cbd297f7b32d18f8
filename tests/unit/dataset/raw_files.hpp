#pragma once

#include "ampcf/core/error.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/dataset/preparation.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <spdlog/sinks/null_sink.h>
#include <zlib.h>

#include <fstream>
#include <map>
#include <set>

namespace ampcf::dataset {

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline void write_gzip(const std::filesystem::path& path, const std::string& text) {
  auto* const file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
}

/// Options that filter nothing, so that small files stay whole.
inline PreparationOptions unfiltered(const std::string& format) {
  PreparationOptions options;
  options.format = format;
  options.min_user_items = 0;
  options.min_item_users = 0;
  options.validation = "last";
  options.eval_negatives = 3;
  return options;
}

inline Summary prepare_quietly(const PreparationOptions& options) {
  Log log("quiet", std::make_shared<spdlog::sinks::null_sink_st>());
  return prepare(options, log);
}

/// What a dataset says of one user, in raw ids.
struct UserContent {
  std::set<std::string> training;
  std::string validation;  // empty: none
  std::string test;
  std::vector<std::string> validation_candidates;
  std::vector<std::string> test_candidates;
};

inline std::map<std::string, UserContent> contents_of(const std::filesystem::path& path) {
  const Dataset data(path);
  const UserRange all{0, data.user_count()};
  const auto users = data.user_ids();
  const auto items = data.item_ids();
  const auto training = data.interactions(all);
  const auto validation = data.held_out(HeldOutPart::validation, all);
  const auto test = data.held_out(HeldOutPart::test, all);
  const auto name = [&](std::int64_t item) { return item == kNoItem ? "" : items[static_cast<std::size_t>(item)]; };
  const auto names = [&](std::span<const ItemIndex> list) {
    std::vector<std::string> out;
    for (const auto item : list) {
      if (item != kNoCandidate) {
        out.push_back(items[item]);
      }
    }
    return out;
  };
  std::map<std::string, UserContent> contents;
  for (std::size_t user = 0; user < users.size(); ++user) {
    const auto mine = names(training.of(user));
    contents[users[user]] = {{mine.begin(), mine.end()},
                             name(validation.item[user]),
                             name(test.item[user]),
                             names(validation.candidates_of(user)),
                             names(test.candidates_of(user))};
  }
  return contents;
}

/// A temporary directory in which texts become files and files become datasets.
class Workshop {
 public:
  std::string file(const std::string& name, const std::string& text) const {
    write_text(directory_ / name, text);
    return (directory_ / name).string();
  }

  std::string gzip_file(const std::string& name, const std::string& text) const {
    write_gzip(directory_ / name, text);
    return (directory_ / name).string();
  }

  /// Prepares `input`; the dataset is output().
  Summary make(const std::string& input, PreparationOptions options) const {
    options.inputs.insert(options.inputs.begin(), input);
    options.output = output();
    return prepare_quietly(options);
  }

  /// The text of the DataError that preparing a file of this content throws, the directory left out.
  std::string fault_of(const std::string& text, const PreparationOptions& options) const {
    const auto fault = testing::error_of<DataError>([&] { (void)make(file("raw", text), options); });
    const auto folder = directory_.path().string() + "/";
    return fault.starts_with(folder) ? fault.substr(folder.size()) : fault;
  }

  [[nodiscard]] std::filesystem::path output() const { return directory_ / "data.h5"; }
  [[nodiscard]] const testing::TemporaryDirectory& directory() const { return directory_; }

 private:
  testing::TemporaryDirectory directory_;
};

}  // namespace ampcf::dataset
