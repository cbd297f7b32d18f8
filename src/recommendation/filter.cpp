#include "ampcf/recommendation/filter.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/fields.hpp"
#include "evaluation/id_index.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kTagsInErrors = 20;

// Every tag of the catalogue with its number of items.
std::map<std::string, std::uint64_t> tag_counts(const Catalogue& catalogue) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& tags : catalogue.tags()) {
    for (const auto& tag : parted_tags(tags)) {
      ++counts[tag];
    }
  }
  return counts;
}

[[noreturn]] void refuse_tag(const std::string& tag, const std::map<std::string, std::uint64_t>& counts) {
  if (counts.empty()) {
    throw UsageError("--only-tags '{}': the dataset has no tags; prepare it with --items FILE", tag);
  }
  std::vector<std::pair<std::uint64_t, std::string>> frequent;
  for (const auto& [name, count] : counts) {
    frequent.emplace_back(count, name);
  }
  std::sort(frequent.begin(), frequent.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kTagsInErrors, frequent.size()); ++i) {
    names.push_back(frequent[i].second);
  }
  throw UsageError("--only-tags '{}': no item has this tag; of its {} tags the dataset's most frequent are {}", tag,
                   counts.size(), fmt::join(names, ", "));
}

void leave_out_other_tags(const Catalogue& catalogue, const std::vector<std::string>& options,
                          std::vector<ItemIndex>& left_out) {
  const auto counts = tag_counts(catalogue);
  std::set<std::string> wanted;
  for (const auto& option : options) {
    for (const auto& tag : parted_tags(option)) {
      if (!counts.contains(tag)) {
        refuse_tag(tag, counts);
      }
      wanted.insert(tag);
    }
  }
  if (wanted.empty()) {
    throw UsageError("--only-tags names no tag, expected one or more, as in --only-tags Comedy Drama");
  }
  for (ItemIndex item = 0; item < catalogue.item_count(); ++item) {
    const auto own = parted_tags(catalogue.tags()[item]);
    if (std::none_of(own.begin(), own.end(), [&](const std::string& tag) { return wanted.contains(tag); })) {
      left_out.push_back(item);
    }
  }
}

std::uint64_t leave_out_listed(const Catalogue& catalogue, const std::filesystem::path& path,
                               std::vector<ItemIndex>& left_out) {
  const evaluation::IdIndex items(catalogue.ids());
  dataset::Interner unknown;
  dataset::TextReader reader(path);
  while (reader.next()) {
    dataset::require_id(reader.line(), "item", reader);
    if (const auto item = items.find(reader.line())) {
      left_out.push_back(*item);
    } else {
      unknown.intern(reader.line());
    }
  }
  return unknown.size();
}

}  // namespace

Filter make_filter(const Catalogue& catalogue, const FilterOptions& options) {
  Filter filter;
  if (!options.only_tags.empty()) {
    leave_out_other_tags(catalogue, options.only_tags, filter.left_out);
  }
  if (!options.exclude_file.empty()) {
    filter.unknown_items = leave_out_listed(catalogue, options.exclude_file, filter.left_out);
  }
  std::sort(filter.left_out.begin(), filter.left_out.end());
  filter.left_out.erase(std::unique(filter.left_out.begin(), filter.left_out.end()), filter.left_out.end());
  return filter;
}

std::vector<ItemIndex> united(std::span<const ItemIndex> a, std::span<const ItemIndex> b) {
  std::vector<ItemIndex> all;
  all.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all;
}

}  // namespace ampcf::recommendation
