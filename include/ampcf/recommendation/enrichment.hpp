#pragma once

#include "ampcf/recommendation/catalogue.hpp"

#include <span>
#include <string>
#include <vector>

namespace ampcf::recommendation {

/// P(X >= k) for X items with a tag among n drawn without replacement from a catalogue of N with K such items (the
/// one-sided test of Fisher): exact sums in double, by a table of log-factorials.
class Hypergeometric {
 public:
  /// For catalogues of up to `items`.
  explicit Hypergeometric(std::uint64_t items);

  [[nodiscard]] double tail(std::uint64_t population, std::uint64_t tagged, std::uint64_t drawn,
                            std::uint64_t found) const;

 private:
  [[nodiscard]] double log_choose(std::uint64_t n, std::uint64_t k) const;
  std::vector<double> log_factorial_;
};

/// A tag of a set of items against the catalogue.
struct TagFinding {
  std::string tag;
  std::uint64_t items = 0;         // of the set
  std::uint64_t in_catalogue = 0;  // of the catalogue
  double lift = 0.0;               // share of the set over share of the catalogue
  double probability = 1.0;        // that chance alone brings so many, corrected for all tags of the catalogue
};

/// Which tags stand out in sets of items.
class Enrichment {
 public:
  explicit Enrichment(const Catalogue& catalogue);

  [[nodiscard]] bool has_tags() const { return !names_.empty(); }

  /// Tags more frequent than by chance at `level`, the least probable first.
  [[nodiscard]] std::vector<TagFinding> of(std::span<const ItemIndex> items, double level = 0.05) const;

 private:
  Hypergeometric law_;
  std::vector<std::string> names_;              // of the tags
  std::vector<std::uint64_t> counts_;           // items of the catalogue with each
  std::vector<std::vector<std::uint32_t>> of_;  // (n_items) numbers of an item's tags
};

}  // namespace ampcf::recommendation
