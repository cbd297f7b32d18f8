#include "ampcf/evaluation/data_facts.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/interner.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace ampcf::evaluation {

ItemTags number_tags(const std::vector<std::string>& tags) {
  ItemTags numbered;
  if (tags.empty()) {
    return numbered;
  }
  dataset::Interner names;
  numbered.indptr.push_back(0);
  for (const auto& text : tags) {
    const auto first = static_cast<std::ptrdiff_t>(numbered.tag.size());
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = std::min(rest.find('|'), rest.size());
      if (end > 0) {
        numbered.tag.push_back(names.intern(rest.substr(0, end)));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::sort(numbered.tag.begin() + first, numbered.tag.end());
    numbered.tag.erase(std::unique(numbered.tag.begin() + first, numbered.tag.end()), numbered.tag.end());
    numbered.indptr.push_back(numbered.tag.size());
  }
  numbered.tag_count = static_cast<std::uint32_t>(names.size());
  return numbered;
}

Thirds thirds_of(std::vector<std::uint64_t> values, bool is_weighted_by_value) {
  std::sort(values.begin(), values.end());
  const auto weight = [&](std::uint64_t value) { return is_weighted_by_value ? value : 1; };
  const auto total = std::accumulate(values.begin(), values.end(), std::uint64_t{0},
                                     [&](auto sum, auto value) { return sum + weight(value); });
  Thirds thirds{};
  std::uint64_t below = 0;
  for (std::size_t first = 0; first < values.size();) {
    const auto value = values[first];
    thirds[0] = below * 3 < total ? value : thirds[0];
    thirds[1] = below * 3 < 2 * total ? value : thirds[1];
    for (; first < values.size() && values[first] == value; ++first) {
      below += weight(value);
    }
  }
  return thirds;
}

DataFacts facts_of(const communication::Communicator& communicator, const dataset::Dataset& data,
                   const dataset::Interactions& train) {
  DataFacts facts;
  facts.user_count = data.user_count();
  facts.train_count.resize(data.item_count());
  for (const auto item : train.item) {
    ++facts.train_count[item];
  }
  communicator.sum(std::span<std::uint64_t>(facts.train_count));
  facts.popularity_thirds = thirds_of(facts.train_count, true);
  const auto& indptr = data.indptr();
  std::vector<std::uint64_t> activity(data.user_count());
  std::transform(indptr.begin() + 1, indptr.end(), indptr.begin(), activity.begin(), std::minus<>());
  facts.activity_thirds = thirds_of(std::move(activity), false);
  communicator.agree([&] {
    const auto tags = data.item_tags();
    if (!tags.empty() && tags.size() != data.item_count()) {
      throw DataError("{}: /items/tags has {} entries, expected {} as items", data.path().string(), tags.size(),
                      data.item_count());
    }
    facts.tags = number_tags(tags);
  });
  return facts;
}

}  // namespace ampcf::evaluation
