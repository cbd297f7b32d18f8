#pragma once

#include "ampcf/config/options.hpp"
#include "ampcf/storage/file.hpp"
#include "ampcf/training/trainer.hpp"
#include "support/error_of.hpp"
#include "support/small_dataset.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ampcf::training::testing {

using ampcf::testing::error_of;
using ampcf::testing::TemporaryDirectory;
using ampcf::testing::text_of;
using ampcf::testing::world;

/// Small options that train in milliseconds.
inline TrainingOptions small_options(const TemporaryDirectory& directory, const std::string& run) {
  TrainingOptions options;
  options.data = directory / "data.h5";
  options.output = directory / run;
  options.dimensions = {3, 20, 20, false};
  options.batch_size = 64;
  options.epochs = 3;
  options.shards = 16;
  options.learning_rate = 0.01;
  return options;
}

/// Collective. Trains on these ranks with the options given.
inline ExitCode train(
    const communication::Communicator& communicator, TrainingOptions options,
    const Wishes& wishes = [](std::uint64_t) { return Wish::nothing; }) {
  const auto log = make_log(1, 2);  // warnings alone
  options.attention = options.dimensions.is_identity ? "identity" : "learned";
  return Trainer(communicator, *log, options, resolved(options), wishes).run();
}

/// Every dataset of a checkpoint that a model or its future depends on, as text.
inline std::string contents(const std::filesystem::path& path) {
  const auto file = storage::File::open(path);
  std::ostringstream text;
  text << file.attribute<std::uint64_t>("epoch") << ' ' << file.attribute<std::uint64_t>("step") << '\n';
  for (const std::string group : {"/model", "/optimizer/first", "/optimizer/second"}) {
    for (const std::string name :
         {"/personas", "/items", "/item_bias", "/attention/user_projection", "/attention/item_projection"}) {
      const auto values = file.read<float>(group + name);
      text.write(reinterpret_cast<const char*>(values.data()),
                 static_cast<std::streamsize>(values.size() * sizeof(float)));
      const auto sums = file.read<std::uint64_t>(std::string("/checksums").append(group).append(name));
      text.write(reinterpret_cast<const char*>(sums.data()),
                 static_cast<std::streamsize>(sums.size() * sizeof(sums[0])));
    }
  }
  for (const std::string name :
       {"/optimizer/updates/personas", "/optimizer/updates/items", "/optimizer/updates/attention"}) {
    const auto values = file.read<std::uint32_t>(name);
    text.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(values[0])));
  }
  return text.str();
}

/// Losses and metrics of log.csv: its columns without times and rates.
inline std::vector<std::string> log_of(const std::filesystem::path& run) {
  std::ifstream stream(run / "log.csv");
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream fields(line);
    std::string kept;
    std::string field;
    for (int column = 0; std::getline(fields, field, ','); ++column) {
      if (column == 0 || (column >= 3 && column <= 8)) {
        kept += field + ",";
      }
    }
    lines.push_back(kept);
  }
  return lines;
}

}  // namespace ampcf::training::testing
