#pragma once

#include "ampcf/core/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ampcf::testing {

/// The text of the `Fault` that `work` throws, or "no error"; whatever else it throws passes.
template <typename Fault = Error, typename F>
[[nodiscard]] std::string error_of(F&& work) {
  try {
    work();
  } catch (const Fault& error) {
    return error.what();
  }
  return "no error";
}

/// The same of an error of any type that ends a program with `code`: what ranks have agreed on is of one type.
template <typename F>
[[nodiscard]] std::string error_of(ExitCode code, F&& work) {
  return error_of([&] {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      throw;
    }
  });
}

}  // namespace ampcf::testing
