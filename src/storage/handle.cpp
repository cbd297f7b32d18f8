#include "storage/handle.hpp"

#include <fmt/format.h>

namespace ampcf::storage {

namespace {

herr_t keep_innermost(unsigned /*depth*/, const H5E_error2_t* entry, void* text) {
  if (entry->desc != nullptr) {
    *static_cast<std::string*>(text) = entry->desc;
  }
  return 0;
}

}  // namespace

std::string last_error() {
  std::string text = "unknown HDF5 failure";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &text);
  // A failed system call is told over several lines, with addresses; what matters stands between quotes.
  const std::string begin = "error message = '";
  if (const auto place = text.find(begin); place != std::string::npos) {
    const auto first = place + begin.size();
    return text.substr(first, text.find('\'', first) - first);
  }
  return text;
}

std::string type_name(hid_t type) {
  const auto bits = H5Tget_size(type) * 8;
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    case H5T_FLOAT:
      return fmt::format("float{}", bits);
    case H5T_STRING:
      return "string";
    default:
      return "another type";
  }
}

}  // namespace ampcf::storage
