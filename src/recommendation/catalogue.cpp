#include "ampcf/recommendation/catalogue.hpp"

#include <algorithm>

namespace ampcf::recommendation {

Catalogue::Catalogue(const dataset::Dataset& data)
    : ids_(data.item_ids()), titles_(data.item_titles()), tags_(data.item_tags()) {}

std::vector<std::string> parted_tags(const std::string& tags) {
  std::vector<std::string> parts;
  for (std::size_t first = 0; first < tags.size();) {
    const auto end = std::min(tags.find('|', first), tags.size());
    if (end > first) {
      parts.push_back(tags.substr(first, end - first));
    }
    first = end + 1;
  }
  return parts;
}

}  // namespace ampcf::recommendation
