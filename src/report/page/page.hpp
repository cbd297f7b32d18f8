#pragma once

#include "report/page/html.hpp"

#include <string>
#include <vector>

namespace ampcf::report {

/// A part of the page with a heading of its own; `id` is where links lead to.
struct Section {
  std::string id;
  std::string heading;
  Html content;
};

/// The whole document: head, style, a table of contents and `sections`, those without content left out. Nothing in it
/// runs or is loaded from elsewhere, and its security policy says so.
[[nodiscard]] std::string page(const std::string& title, const std::string& subtitle,
                               const std::vector<Section>& sections);

}  // namespace ampcf::report
