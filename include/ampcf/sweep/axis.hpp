#pragma once

#include "ampcf/config/ini.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ampcf::sweep {

/// What one training option is varied over: a line of the section [sweep].
///   dim = 32, 64, 128                  a list
///   dim = 32 .. 128 step 32            a range
///   alpha = uniform 0.3 .. 0.7         anything between, or `in 5`: so many values at equal distances
///   learning-rate = log 1e-4 .. 1e-2   the same of the logarithm
struct Axis {
  std::string name;                 // of the option
  std::string text;                 // as written
  std::size_t line = 0;             // where
  std::vector<std::string> values;  // all that there are, in order; none of a continuous axis
  double low = 0.0;                 // of a continuous axis
  double high = 0.0;
  bool is_logarithmic = false;
  bool is_whole = false;  // the option takes whole numbers

  [[nodiscard]] bool is_continuous() const { return values.empty(); }
};

/// Reads an axis and tries its values on the option. Throws UsageError beginning `SOURCE:LINE: ` where the option is
/// unknown or nothing to vary, the form is another, or the option refuses a value.
[[nodiscard]] Axis parse_axis(const config::IniEntry& entry, const std::string& source);

/// The value at a place from 0 up to (not including) 1: one of the list, or a number of four digits (a whole one where
/// the option takes no others).
[[nodiscard]] std::string value_at(const Axis& axis, double place);

}  // namespace ampcf::sweep
