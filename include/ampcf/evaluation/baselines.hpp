#pragma once

#include "ampcf/config/options.hpp"
#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/score_source.hpp"
#include "ampcf/evaluation/taste/space.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// How an evaluation meets the models that it makes by itself. The baselines are room `baselines`' own.
namespace ampcf::evaluation {

/// What a baseline may learn from.
struct BaselineInput {
  const dataset::Dataset& data;
  dataset::HeldOutPart part;  // that it will be measured on
  ConsumedItems& consumed;    // of this rank's users
  const communication::Communicator& communicator;
  const TasteSpace* taste;  // none with --tdd false
  std::uint64_t seed;       // of baselines that draw
};

/// A baseline by name. `make` is collective; `check` is asked before the taste space is built, and throws where `make`
/// would.
struct Baseline {
  std::string name;
  std::string summary;
  std::vector<std::string> options;  // of its own
  std::function<std::unique_ptr<ScoreSource>(const BaselineInput&)> make;
  std::function<void(const dataset::Dataset&, dataset::HeldOutPart, bool has_taste)> check{};
};

/// All baselines of a program.
struct Baselines {
  std::vector<Baseline> rows;
  std::function<void(config::OptionTable&)> add_options;

  /// Their names, as in "popularity|random".
  [[nodiscard]] std::string names() const;

  /// The baseline of this name. Throws UsageError for an unknown one.
  [[nodiscard]] const Baseline& find(const std::string& name) const;

  /// Throws UsageError where an option of another baseline than `name` is given; an empty name takes none.
  void check(const config::OptionTable& table, const std::string& name) const;
};

}  // namespace ampcf::evaluation
