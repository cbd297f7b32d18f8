#pragma once

#include <Eigen/Core>

namespace ampcf::evaluation {

/// Points in rows, in the precision in which a taste space is stored.
using Points = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace ampcf::evaluation
