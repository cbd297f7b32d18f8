#include "ampcf/recommendation/enrichment.hpp"

#include "ampcf/evaluation/comparison/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace ampcf::recommendation {

Hypergeometric::Hypergeometric(std::uint64_t items) : log_factorial_(items + 1) {
  for (std::uint64_t n = 1; n <= items; ++n) {
    log_factorial_[n] = log_factorial_[n - 1] + std::log(static_cast<double>(n));
  }
}

double Hypergeometric::log_choose(std::uint64_t n, std::uint64_t k) const {
  return log_factorial_[n] - log_factorial_[k] - log_factorial_[n - k];
}

double Hypergeometric::tail(std::uint64_t population, std::uint64_t tagged, std::uint64_t drawn,
                            std::uint64_t found) const {
  const auto fewest = drawn + tagged > population ? drawn + tagged - population : 0;
  const double all = log_choose(population, drawn);
  double sum = 0.0;
  for (auto k = std::max(found, fewest); k <= std::min(drawn, tagged); ++k) {
    sum += std::exp(log_choose(tagged, k) + log_choose(population - tagged, drawn - k) - all);
  }
  return std::min(1.0, sum);
}

Enrichment::Enrichment(const Catalogue& catalogue) : law_(catalogue.item_count()), of_(catalogue.item_count()) {
  std::map<std::string, std::uint32_t> numbers;
  for (ItemIndex item = 0; item < catalogue.tags().size(); ++item) {
    for (const auto& tag : parted_tags(catalogue.tags()[item])) {
      const auto number = numbers.try_emplace(tag, static_cast<std::uint32_t>(names_.size())).first->second;
      if (number == names_.size()) {
        names_.push_back(tag);
        counts_.push_back(0);
      }
      if (std::find(of_[item].begin(), of_[item].end(), number) == of_[item].end()) {
        of_[item].push_back(number);
        ++counts_[number];
      }
    }
  }
}

std::vector<TagFinding> Enrichment::of(std::span<const ItemIndex> items, double level) const {
  if (items.empty()) {
    return {};
  }
  std::vector<std::uint64_t> found(names_.size());
  for (const auto item : items) {
    for (const auto tag : of_[item]) {
      ++found[tag];
    }
  }
  std::vector<double> probabilities;
  for (std::size_t tag = 0; tag < names_.size(); ++tag) {
    probabilities.push_back(law_.tail(of_.size(), counts_[tag], items.size(), found[tag]));
  }
  const auto corrected = evaluation::holm(probabilities);
  std::vector<TagFinding> findings;
  for (std::size_t tag = 0; tag < names_.size(); ++tag) {
    if (corrected[tag] < level) {
      const double share = static_cast<double>(found[tag]) / static_cast<double>(items.size());
      const double expected = static_cast<double>(counts_[tag]) / static_cast<double>(of_.size());
      findings.push_back({names_[tag], found[tag], counts_[tag], share / expected, corrected[tag]});
    }
  }
  std::sort(findings.begin(), findings.end(), [](const TagFinding& a, const TagFinding& b) {
    return a.probability != b.probability ? a.probability < b.probability : a.tag < b.tag;
  });
  return findings;
}

}  // namespace ampcf::recommendation
