#pragma once

#include "report/chart/chart.hpp"

#include <string>

namespace ampcf::report {

/// The program gnuplot, which draws all charts.
class Gnuplot {
 public:
  /// Throws RuntimeError saying what to install where `program`, looked for in PATH, does not run.
  explicit Gnuplot(std::string program = "gnuplot");

  /// The chart as one <svg> element for a page: colours are the page's variables, so that they follow light and dark;
  /// ids are its own among all charts of this object; `label` is its name to readers of the screen.
  [[nodiscard]] std::string draw(const Chart& chart, const std::string& label, std::size_t most_points);

 private:
  std::string program_;
  std::size_t drawn_ = 0;
};

/// gnuplot's SVG made fit for a page, as draw() says. `escaped_label` goes into an attribute; `id` is put in front of
/// all ids.
[[nodiscard]] std::string fit_for_page(const std::string& svg, const std::string& escaped_label, const std::string& id);

}  // namespace ampcf::report
