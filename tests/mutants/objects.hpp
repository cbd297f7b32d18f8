#pragma once

#include "mutation.hpp"
#include "storage/handle.hpp"

#include <string>
#include <vector>

/// What the mutations of structure find in an HDF5 file, by the library's own calls: wrong files are what they are for.
namespace ampcf::mutants {

using storage::Handle;
using Extents = std::vector<hsize_t>;

template <typename T>
[[nodiscard]] const T& one_of(const std::vector<T>& values, random::Draws& draws) {
  return values[below(draws, values.size())];
}

/// Paths of all datasets, and names of the root's attributes, in alphabetical order.
[[nodiscard]] std::vector<std::string> datasets_of(const Handle& file);
[[nodiscard]] std::vector<std::string> attributes_of(const Handle& file);

[[nodiscard]] Handle open(const Handle& file, const std::string& name);
[[nodiscard]] Extents extents_of(const Handle& dataset);
[[nodiscard]] Handle type_of(const Handle& dataset);

/// A new dataset in the place of an old one.
Handle replace(const Handle& file, const std::string& name, hid_t type, const Extents& extents,
               hid_t properties = H5P_DEFAULT);

}  // namespace ampcf::mutants
