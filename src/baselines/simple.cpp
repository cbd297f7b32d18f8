#include "baselines/simple.hpp"

#include "ampcf/random/philox.hpp"

#include <algorithm>

namespace ampcf::baselines {

namespace {

class Popularity : public evaluation::ScoreSource {
 public:
  explicit Popularity(const evaluation::BaselineInput& input)
      : ScoreSource(input.data.item_count()), counts_(stride()) {
    std::vector<std::uint64_t> counts(item_count());
    for (const auto item : input.consumed.train().item) {
      ++counts[item];
    }
    input.communicator.sum(std::span<std::uint64_t>(counts));
    std::transform(counts.begin(), counts.end(), counts_.begin(), [](auto count) { return static_cast<float>(count); });
  }

  void score(UserRange users, std::span<float> scores) override {
    for (std::uint64_t user = 0; user < users.count(); ++user) {
      std::copy(counts_.begin(), counts_.end(), scores.begin() + static_cast<std::ptrdiff_t>(user * stride()));
    }
  }

 private:
  std::vector<float> counts_;
};

class Random : public evaluation::ScoreSource {
 public:
  explicit Random(const evaluation::BaselineInput& input) : ScoreSource(input.data.item_count()), seed_(input.seed) {}

  void score(UserRange users, std::span<float> scores) override {
    for (auto user = users.first; user < users.last; ++user) {
      random::Draws draws(seed_, random::Stream::random_baseline, user);
      const auto row = scores.subspan((user - users.first) * stride(), item_count());
      // 24 bits are what a float holds exactly.
      std::generate(row.begin(), row.end(), [&] { return static_cast<float>(draws.next() >> 8U) * 0x1p-24F; });
    }
  }

 private:
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<evaluation::ScoreSource> make_popularity(const evaluation::BaselineInput& input) {
  return std::make_unique<Popularity>(input);
}

std::unique_ptr<evaluation::ScoreSource> make_random(const evaluation::BaselineInput& input) {
  return std::make_unique<Random>(input);
}

}  // namespace ampcf::baselines
