#include "ampcf/generation/options.hpp"

#include "ampcf/core/error.hpp"
#include "support/error_of.hpp"
#include "unit/generation/planted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::generation {

namespace {

using ::testing::HasSubstr;
using testing::small_options;

std::string refusal_of(const GenerationOptions& options) {
  return ampcf::testing::error_of<UsageError>([&] {
    const auto resolved = resolve(options);
    const Catalogue catalogue(resolved);
    const Population population(resolved, catalogue);
  });
}

}  // namespace

TEST(GenerationOptions, TastesAreFivePerPersonaWhereItemsSuffice) {
  auto options = small_options();
  options.tastes = 0;
  options.items = 10'000;
  EXPECT_EQ(resolve(options).tastes, 15U);
}

TEST(GenerationOptions, SmallCataloguesGetFewerTastesButMoreThanPersonas) {
  auto options = small_options();
  options.tastes = 0;
  options.items = 800;
  EXPECT_EQ(resolve(options).tastes, 10U);  // 800 items / (4 * 20)
  options.items = 160;
  EXPECT_EQ(resolve(options).tastes, 4U);
}

TEST(GenerationOptions, AsManyPersonasAsTastesAreRefused) {
  auto options = small_options();
  options.tastes = options.personas;
  EXPECT_THAT(refusal_of(options), HasSubstr("--tastes: found 3, expected more than --personas (3)"));
  options.tastes = options.personas + 1;
  EXPECT_EQ(refusal_of(options), "no error");
}

TEST(GenerationOptions, FewerItemsThanTastesAreRefused) {
  auto options = small_options();
  options.items = 7;
  EXPECT_THAT(refusal_of(options), HasSubstr("--items: found 7, expected 8 or more"));
}

TEST(GenerationOptions, MoreInteractionsThanTheSmallestTasteHasItemsAreRefused) {
  auto options = small_options();
  options.items = 160;
  options.interactions_per_user = 15;
  EXPECT_EQ(refusal_of(options), "no error");
  options.interactions_per_user = 16;
  EXPECT_THAT(refusal_of(options), HasSubstr("--interactions-per-user: found 16, expected at most 15"));
}

TEST(GenerationOptions, BothOutputsInOneFileAreRefused) {
  auto options = small_options();
  options.raw_output = "./" + options.output.string();
  EXPECT_THAT(refusal_of(options), HasSubstr("--raw-output"));
}

}  // namespace ampcf::generation
