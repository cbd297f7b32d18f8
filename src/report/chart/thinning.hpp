#pragma once

#include <cstddef>
#include <vector>

namespace ampcf::report {

/// Which `most` (at least 3) of the points to keep so that the line through them looks as before: the first, the last,
/// and of each stretch between them the one that spans the largest triangle with its neighbours (LTTB: Steinarsson,
/// Downsampling Time Series for Visual Representation, 2013). All of them where there are no more. Points with NaN
/// are never kept when thinning.
[[nodiscard]] std::vector<std::size_t> thinned(const std::vector<double>& x, const std::vector<double>& y,
                                               std::size_t most);

}  // namespace ampcf::report
