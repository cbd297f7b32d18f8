#include "ampcf/evaluation/taste/space_file.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"

#include <xxhash.h>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ampcf::evaluation {

namespace {

constexpr const char* kFormat = "ampcf-taste-space";

Points read_points(const storage::File& file, const std::string& name) {
  const auto shape = file.shape(name);
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
    throw DataError("{}: {} is not a table of points", file.path().string(), name);
  }
  const auto values = file.read<float>(name);
  return Eigen::Map<const Points>(values.data(), static_cast<Eigen::Index>(shape[0]),
                                  static_cast<Eigen::Index>(shape[1]));
}

// What a file says.
struct Stored {
  std::string fingerprint;
  TasteParameters parameters;
  TasteSpace space;
};

// Of everything that the file says, shapes included.
std::uint64_t checksum_of(const Stored& stored) {
  std::uint64_t sum = 0;
  const auto add = [&](const void* bytes, std::size_t count) { sum = XXH3_64bits_withSeed(bytes, count, sum); };
  const auto text = stored.fingerprint + description_of(stored.parameters);
  add(text.data(), text.size());
  for (const auto* points : {&stored.space.items, &stored.space.centroids}) {
    const std::array<std::int64_t, 2> shape{points->rows(), points->cols()};
    add(shape.data(), sizeof(shape));
    add(points->data(), static_cast<std::size_t>(points->size()) * sizeof(float));
  }
  const std::array<double, 3> quality{stored.space.explained_variance, stored.space.residual, stored.space.inertia};
  add(quality.data(), sizeof(quality));
  return sum;
}

void require_form(const storage::File& file) {
  const auto path = file.path().string();
  const auto format = file.has_attribute("format") ? file.text_attribute("format") : "none";
  if (format != kFormat) {
    throw DataError("{}: format '{}', expected '{}', as an evaluation with --taste-space leaves it", path, format,
                    kFormat);
  }
  const auto version = file.attribute<std::int32_t>("version");
  if (version != kTasteSpaceVersion) {
    throw DataError("{}: taste space version {}, expected {}: remove it, and the next evaluation builds it anew", path,
                    version, kTasteSpaceVersion);
  }
}

TasteSpace space_in(const storage::File& file) {
  file.expect_shape("/taste/quality", {3});
  const auto quality = file.read<double>("/taste/quality");
  return {read_points(file, "/taste/items"), read_points(file, "/taste/centroids"), quality[0], quality[1], quality[2]};
}

Stored stored_in(const storage::File& file) {
  require_form(file);
  Stored stored{file.text_attribute("dataset_fingerprint"),
                {file.attribute<std::uint64_t>("dimensions"), file.attribute<std::uint64_t>("tastes"),
                 file.attribute<std::uint64_t>("restarts"), file.attribute<std::uint64_t>("seed")},
                space_in(file)};
  if (file.attribute<std::uint64_t>("checksum") != checksum_of(stored)) {
    throw DataError(
        "{}: damaged: it does not add up to its checksum; remove it, and the next evaluation builds it anew",
        file.path().string());
  }
  return stored;
}

// An empty file of a new name beside `path`: two evaluations at once never fill the same one.
std::filesystem::path reserve_name(const std::filesystem::path& path) {
  auto name = path.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) {
    throw RuntimeError("{}: cannot write beside it: {}", path.string(), std::strerror(errno));
  }
  ::close(descriptor);
  return name;
}

}  // namespace

TasteSpace read_taste_space(const std::filesystem::path& path, const dataset::Dataset& data,
                            const TasteParameters& parameters) {
  auto stored = stored_in(storage::File::open(path));
  if (stored.fingerprint != data.fingerprint()) {
    throw UsageError("--taste-space: {} is of a dataset with fingerprint {}, but {} has {}", path.string(),
                     stored.fingerprint, data.path().string(), data.fingerprint());
  }
  if (stored.parameters != parameters) {
    throw UsageError("--taste-space: {} has {}, but asked for are {}", path.string(), description_of(stored.parameters),
                     description_of(parameters));
  }
  return std::move(stored.space);
}

TasteSpace read_measured_taste_space(const std::filesystem::path& metrics, const dataset::Dataset& data) {
  const auto file = storage::File::open(metrics);
  if (!file.contains("/taste/items")) {
    throw DataError("{}: no taste space in it: expected the metrics.h5 of an evaluation with TDD", metrics.string());
  }
  const auto fingerprint = file.text_attribute("dataset_fingerprint");
  if (fingerprint != data.fingerprint()) {
    throw UsageError("{} is of a dataset with fingerprint {}, but {} has {}", metrics.string(), fingerprint,
                     data.path().string(), data.fingerprint());
  }
  auto space = space_in(file);
  if (space.items.cols() != space.centroids.cols() ||
      space.items.rows() != static_cast<Eigen::Index>(data.item_count()) || !space.items.allFinite() ||
      !space.centroids.allFinite()) {
    throw DataError("{}: the shapes and numbers of /taste do not fit {} items", metrics.string(), data.item_count());
  }
  return space;
}

void store_taste_space(const std::filesystem::path& path, const TasteSpace& space, const dataset::Dataset& data,
                       const TasteParameters& parameters) {
  const auto name = reserve_name(path);
  try {
    storage::commit_file(name, [&](storage::File& file) {
      file.set_text_attribute("format", kFormat);
      file.set_attribute<std::int32_t>("version", kTasteSpaceVersion);
      file.set_text_attribute("dataset_fingerprint", data.fingerprint());
      file.set_attribute<std::uint64_t>("dimensions", parameters.dimensions);
      file.set_attribute<std::uint64_t>("tastes", parameters.tastes);
      file.set_attribute<std::uint64_t>("restarts", parameters.restarts);
      file.set_attribute<std::uint64_t>("seed", parameters.seed);
      file.set_attribute<std::uint64_t>("checksum", checksum_of({data.fingerprint(), parameters, space}));
      write_taste_space(file, space);
    });
    std::filesystem::rename(name, path);
  } catch (const std::exception&) {
    std::error_code ignored;
    std::filesystem::remove(name, ignored);
    throw;
  }
}

}  // namespace ampcf::evaluation
