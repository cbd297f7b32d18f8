#include "ampcf/training/consistency.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"

#include <fmt/ranges.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace ampcf::training {

namespace {

// The ranks whose value is not the one that most ranks have.
std::vector<std::size_t> minority(const std::vector<std::uint64_t>& values) {
  const auto how_many = [&](std::uint64_t value) { return std::count(values.begin(), values.end(), value); };
  const auto usual = *std::max_element(values.begin(), values.end(),
                                       [&](std::uint64_t a, std::uint64_t b) { return how_many(a) < how_many(b); });
  std::vector<std::size_t> ranks;
  for (std::size_t rank = 0; rank < values.size(); ++rank) {
    if (values[rank] != usual) {
      ranks.push_back(rank);
    }
  }
  return ranks;
}

// Collective. The same on every rank.
template <typename Numbers>
std::vector<std::size_t> ranks_that_differ(const communication::Communicator& communicator, const Numbers& numbers) {
  return minority(
      communicator.all_gather<std::uint64_t>(XXH3_64bits(numbers.data(), numbers.size() * sizeof(numbers[0]))));
}

class Hash {
 public:
  Hash() { XXH3_64bits_reset(state_); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  ~Hash() { XXH3_freeState(state_); }

  template <typename Numbers>
  void add(const Numbers& numbers) {
    XXH3_64bits_update(state_, numbers.data(), numbers.size() * sizeof(numbers[0]));
  }
  void add(const optimizer::Moments& moments) {
    add(moments.first);
    add(moments.second);
  }
  void add(const optimizer::MomentTable& moments) {
    add(static_cast<const optimizer::Moments&>(moments));
    add(moments.updates);
  }
  void add(const model::SharedParameters<float>& shared) {
    add(shared.items);
    add(shared.biases);
    add(shared.user_projection);
    add(shared.item_projection);
  }
  [[nodiscard]] std::uint64_t value() const { return XXH3_64bits_digest(state_); }

 private:
  XXH3_state_t* state_ = XXH3_createState();
};

}  // namespace

void require_same_program(const communication::Communicator& communicator) {
  if (communicator.size() == 1) {
    return;
  }
  Hash hash;
  hash.add(revision());
  hash.add(instruction_set());
  std::ifstream binary("/proc/self/exe", std::ios::binary);  // other systems compare the build alone
  std::vector<char> block(std::size_t{1} << 20U);
  while (binary.read(block.data(), static_cast<std::streamsize>(block.size())) || binary.gcount() > 0) {
    hash.add(std::span(block.data(), static_cast<std::size_t>(binary.gcount())));
  }
  const auto others = minority(communicator.all_gather(hash.value()));
  communicator.agree([&] {
    if (!others.empty()) {
      throw UsageError(
          "ranks {} run another binary than the rest (rank {} has revision {} for {}): install the same "
          "build on all hosts",
          fmt::join(others, ", "), communicator.rank(), revision(), instruction_set());
    }
  });
}

void require_same_options(const communication::Communicator& communicator, const std::string& options) {
  const auto others = ranks_that_differ(communicator, options);
  communicator.agree([&] {
    if (!others.empty()) {
      throw UsageError(
          "ranks {} have other options than the rest: give all the same command line, the same --config file "
          "and an --output directory that all hosts share",
          fmt::join(others, ", "));
    }
  });
}

void require_same_data(const communication::Communicator& communicator, const dataset::Dataset& dataset,
                       const std::filesystem::path& path) {
  const auto others = ranks_that_differ(communicator, dataset.fingerprint());
  communicator.agree([&] {
    if (!others.empty()) {
      throw DataError(
          "{}: ranks {} find another dataset under this name than the rest (rank {} has fingerprint {}): "
          "copy the same file to all hosts, or put it where all see it",
          path.string(), fmt::join(others, ", "), communicator.rank(), dataset.fingerprint());
    }
  });
}

void require_same_checkpoint(const communication::Communicator& communicator, const std::filesystem::path& path,
                             const checkpoint::Progress& progress) {
  Hash hash;
  hash.add(std::array{progress.epoch, progress.step, progress.epoch_step});
  hash.add(progress.loss_sums);
  for (const auto& row : progress.log_rows) {  // with times, which no two trainings share
    hash.add(row);
  }
  const auto others = minority(communicator.all_gather(hash.value()));
  communicator.agree([&] {
    if (!others.empty()) {
      throw UsageError(
          "{}: ranks {} find another checkpoint under this name than the rest (rank {} has step {}): give an --output "
          "directory that all hosts share",
          path.string(), fmt::join(others, ", "), communicator.rank(), progress.step);
    }
  });
}

void require_same_replicas(const communication::Communicator& communicator, const checkpoint::TrainingState& state) {
  if (communicator.size() == 1) {
    return;
  }
  Hash hash;
  hash.add(state.shared);
  if (state.mean) {
    hash.add(state.mean->shared);
  }
  hash.add(state.item_moments);
  hash.add(state.bias_moments);
  hash.add(state.user_projection_moments);
  hash.add(state.item_projection_moments);
  const auto others = minority(communicator.all_gather(hash.value()));
  communicator.agree([&] {
    if (!others.empty()) {
      throw RuntimeError(
          "ranks {} hold other items or projections than the rest after step {}: a fault of memory, "
          "network or processor; leave out their hosts and go on with --resume",
          fmt::join(others, ", "), state.progress.step);
    }
  });
}

}  // namespace ampcf::training
