#include "ampcf/kernels/product.hpp"

#include "ampcf/kernels/tile.hpp"
#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ampcf::kernels {

namespace {

std::vector<float> random_matrix(std::size_t size, std::uint64_t seed) {
  random::Draws draws(seed, random::Stream::generation, 0);
  std::vector<float> values(size);
  for (auto& value : values) {
    value = static_cast<float>(draws.next_unit() - 0.5);
  }
  return values;
}

}  // namespace

TEST(Product, EqualsTheSumInDouble) {
  const std::size_t rows = 23, inner = 37, columns = 112;
  const auto a = random_matrix(rows * inner, 1);
  const auto b = random_matrix(inner * columns, 2);
  std::vector<float> c(rows * columns, 5.0F);
  product(a.data(), inner, b.data(), columns, c.data(), columns, rows, inner, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      double expected = 0.0;
      for (std::size_t n = 0; n < inner; ++n) {
        expected += static_cast<double>(a[i * inner + n]) * b[n * columns + j];
      }
      EXPECT_NEAR(c[i * columns + j], expected, 1e-5);
    }
  }
}

TEST(Product, OfARowDoesNotDependOnItsNeighbours) {
  const std::size_t rows = 23, inner = 64, columns = 64;
  const auto a = random_matrix(rows * inner, 3);
  const auto b = random_matrix(inner * columns, 4);
  std::vector<float> all(rows * columns);
  product(a.data(), inner, b.data(), columns, all.data(), columns, rows, inner, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<float> one(columns);
    product(a.data() + i * inner, inner, b.data(), columns, one.data(), columns, 1, inner, columns);
    EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + static_cast<std::ptrdiff_t>(i * columns))) << i;
  }
}

TEST(Product, OfATransposedFactorAddsOuterProductsInOrder) {
  const std::size_t count = 9, rows = 20, columns = 32;
  const auto a = random_matrix(count * rows, 5);
  const auto b = random_matrix(count * columns, 6);
  std::vector<float> found(rows * columns);
  multiply(
      Factors<float>{a.data(), 1, rows, b.data(), columns, count}, rows, columns,
      [](std::size_t, std::size_t) { return Floats{}; },
      [&](std::size_t row, std::size_t column, Floats sums) { store(found.data() + row * columns + column, sums); });
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      double expected = 0.0;
      for (std::size_t n = 0; n < count; ++n) {
        expected += static_cast<double>(a[n * rows + i]) * b[n * columns + j];
      }
      EXPECT_NEAR(found[i * columns + j], expected, 1e-5);
    }
  }
}

TEST(Transpose, IsOfAnyShape) {
  for (const std::size_t rows : {1, 16, 37}) {
    for (const std::size_t columns : {3, 32, 50}) {
      const auto from = random_matrix(rows * columns, 3);
      std::vector<float> into(columns * (rows + 2));
      transpose(from.data(), columns, into.data(), rows + 2, rows, columns);
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
          ASSERT_EQ(into[column * (rows + 2) + row], from[row * columns + column]) << rows << " x " << columns;
        }
      }
    }
  }
}

}  // namespace ampcf::kernels
