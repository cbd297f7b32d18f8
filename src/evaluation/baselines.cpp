#include "ampcf/evaluation/baselines.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"

#include <algorithm>

namespace ampcf::evaluation {

namespace {

// The same scores for every user: an item's training interactions.
class Popularity : public ScoreSource {
 public:
  explicit Popularity(const BaselineInput& input) : ScoreSource(input.data.item_count()), counts_(stride()) {
    std::vector<std::uint64_t> counts(item_count());
    for (const auto item : input.train.item) {
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

// Independent uniform scores, a pure function of (seed, user, item).
class Random : public ScoreSource {
 public:
  explicit Random(const BaselineInput& input) : ScoreSource(input.data.item_count()), seed_(input.seed) {}

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

template <typename Source>
Baseline entry(const char* name, const char* summary) {
  return {name, summary, [](const BaselineInput& input) { return std::make_unique<Source>(input); }};
}

auto find(const std::string& name) {
  return std::find_if(baselines().begin(), baselines().end(),
                      [&](const auto& baseline) { return baseline.name == name; });
}

}  // namespace

const std::vector<Baseline>& baselines() {
  static const std::vector<Baseline> all{
      entry<Popularity>("popularity", "training interactions of the item"),
      entry<Random>("random", "a uniform number for every user and item"),
  };
  return all;
}

std::string baseline_names() {
  std::string names;
  for (const auto& baseline : baselines()) {
    names += (names.empty() ? "" : "|") + baseline.name;
  }
  return names;
}

void require_baseline(const std::string& name) {
  if (find(name) == baselines().end()) {
    throw UsageError("--baseline: '{}' is unknown: expected {}", name, baseline_names());
  }
}

std::unique_ptr<ScoreSource> make_baseline(const std::string& name, const BaselineInput& input) {
  return find(name)->make(input);
}

}  // namespace ampcf::evaluation
