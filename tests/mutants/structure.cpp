#include "mutation.hpp"
#include "objects.hpp"
#include "storage/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <vector>

namespace ampcf::mutants {

namespace {

std::string remove_object(const Handle& file, random::Draws& draws) {
  auto names = datasets_of(file);
  for (const std::string group : {"/users", "/items", "/train", "/test", "/model", "/optimizer", "/checksums"}) {
    if (H5Lexists(file.id(), group.c_str(), H5P_DEFAULT) > 0) {
      names.push_back(group);
    }
  }
  const auto name = one_of(names, draws);
  H5Ldelete(file.id(), name.c_str(), H5P_DEFAULT);
  return name;
}

Handle some_type(random::Draws& draws) {
  static const std::vector<std::function<hid_t()>> kTypes{[] { return H5Tcopy(H5T_STD_I8LE); },
                                                          [] { return H5Tcopy(H5T_STD_U64BE); },
                                                          [] { return H5Tcopy(H5T_STD_I32LE); },
                                                          [] { return H5Tcopy(H5T_IEEE_F64LE); },
                                                          [] { return H5Tcopy(H5T_IEEE_F32BE); },
                                                          [] { return H5Tcopy(H5T_STD_B32LE); },
                                                          [] { return H5Tcopy(H5T_STD_REF_OBJ); },
                                                          [] {
                                                            const auto type = H5Tcopy(H5T_C_S1);
                                                            H5Tset_size(type, 7);
                                                            return type;
                                                          },
                                                          [] {
                                                            const auto type = H5Tcopy(H5T_C_S1);
                                                            H5Tset_size(type, H5T_VARIABLE);
                                                            return type;
                                                          },
                                                          [] { return H5Tvlen_create(H5T_STD_U32LE); },
                                                          [] {
                                                            const hsize_t extent = 3;
                                                            return H5Tarray_create2(H5T_STD_U32LE, 1, &extent);
                                                          },
                                                          [] {
                                                            const auto type = H5Tcreate(H5T_COMPOUND, 16);
                                                            H5Tinsert(type, "a", 0, H5T_STD_U32LE);
                                                            H5Tinsert(type, "b", 8, H5T_IEEE_F64LE);
                                                            return type;
                                                          },
                                                          [] { return H5Tcreate(H5T_OPAQUE, 4); },
                                                          [] { return H5Tenum_create(H5T_STD_U32LE); }};
  return {one_of(kTypes, draws)(), H5Tclose};
}

std::string change_type(const Handle& file, random::Draws& draws) {
  const auto name = one_of(datasets_of(file), draws);
  const auto extents = extents_of(open(file, name));
  const auto type = some_type(draws);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY);
  (void)replace(file, name, type.id(), extents, properties.id());
  return fmt::format("{} of class {}", name, static_cast<int>(H5Tget_class(type.id())));
}

std::string change_shape(const Handle& file, random::Draws& draws) {
  const auto name = one_of(datasets_of(file), draws);
  const auto old = open(file, name);
  const auto type = type_of(old);
  auto extents = extents_of(old);
  const std::vector<hsize_t> sizes{0, 1, 2, 59, 61, 1000};
  switch (below(draws, 5)) {
    case 0:
      extents.clear();
      break;
    case 1:
      extents.push_back(one_of(sizes, draws));
      break;
    case 2:
      extents = {one_of(sizes, draws), one_of(sizes, draws), one_of(sizes, draws)};
      break;
    default:
      extents[below(draws, extents.size())] = one_of(sizes, draws);
  }
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY);
  (void)replace(file, name, type.id(), extents, properties.id());
  return fmt::format("{} ({})", name, fmt::join(extents, ", "));
}

// Extents that nothing is stored for: written never, in one piece or in chunks.
std::string claim_much(const Handle& file, random::Draws& draws) {
  const auto name = one_of(datasets_of(file), draws);
  const auto old = open(file, name);
  const auto type = type_of(old);
  auto extents = extents_of(old);
  extents[below(draws, extents.size())] = hsize_t{1} << (20 + below(draws, 34));
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const bool is_chunked = below(draws, 2) == 0;
  if (is_chunked) {
    auto chunk = extents;
    std::transform(chunk.begin(), chunk.end(), chunk.begin(), [](auto e) { return std::clamp<hsize_t>(e, 1, 64); });
    H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
    if (below(draws, 2) == 0) {
      H5Pset_deflate(properties.id(), 9);
    }
  }
  (void)replace(file, name, type.id(), extents, properties.id());
  return fmt::format("{} ({}){}", name, fmt::join(extents, ", "), is_chunked ? " in chunks" : "");
}

template <typename T>
void spoil_values(const Handle& dataset, hid_t memory_type, random::Draws& draws, const std::vector<T>& choices) {
  const auto extents = extents_of(dataset);
  std::size_t count = 1;
  for (const auto extent : extents) {
    count *= extent;
  }
  std::vector<T> values(count);
  if (count == 0 || H5Dread(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    return;
  }
  for (std::size_t i = 0; i < 1 + below(draws, 4); ++i) {
    values[below(draws, count)] = one_of(choices, draws);
  }
  if (below(draws, 8) == 0) {
    std::reverse(values.begin(), values.end());
  }
  H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

std::string change_values(const Handle& file, random::Draws& draws) {
  const auto name = one_of(datasets_of(file), draws);
  const auto dataset = open(file, name);
  const auto type = type_of(dataset);
  if (H5Tget_class(type.id()) == H5T_FLOAT) {
    using Limits = std::numeric_limits<double>;
    spoil_values<double>(dataset, H5T_NATIVE_DOUBLE, draws,
                         {Limits::quiet_NaN(), Limits::infinity(), -1e38, 1e38, 1e-45, -0.0});
  } else if (H5Tget_class(type.id()) == H5T_INTEGER) {
    const bool is_unsigned = H5Tget_sign(type.id()) == H5T_SGN_NONE;
    spoil_values<std::int64_t>(dataset, is_unsigned ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64, draws,
                               {-1, -2, 0, 1, 39, 40, 41, 0x7FFFFFFF, 0xFFFFFFFF, INT64_MIN, INT64_MAX});
  } else {
    std::vector<char> raw(H5Tget_size(type.id()) * 4096, static_cast<char>(below(draws, 256)));
    H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
  }
  return name;
}

std::string change_attribute(const Handle& file, random::Draws& draws) {
  const auto name = one_of(attributes_of(file), draws);
  H5Adelete(file.id(), name.c_str());
  const auto way = below(draws, 6);
  if (way == 0) {
    return name + " missing";
  }
  const hsize_t extent = below(draws, 2) == 0 ? 1 : 1000;
  const Handle space(way == 1 ? H5Screate_simple(1, &extent, nullptr) : H5Screate(way == 2 ? H5S_NULL : H5S_SCALAR),
                     H5Sclose);
  if (way < 4) {
    const auto type = some_type(draws);
    const Handle attribute(H5Acreate2(file.id(), name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    return fmt::format("{} of class {}", name, static_cast<int>(H5Tget_class(type.id())));
  }
  if (way == 4) {
    const Handle attribute(H5Acreate2(file.id(), name.c_str(), H5T_IEEE_F64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    const auto value = one_of<double>({std::numeric_limits<double>::quiet_NaN(), -1, 1e300, 0.5}, draws);
    H5Awrite(attribute.id(), H5T_NATIVE_DOUBLE, &value);
    return fmt::format("{} = {}", name, value);
  }
  const Handle attribute(H5Acreate2(file.id(), name.c_str(), H5T_STD_U64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  const auto value = one_of<std::uint64_t>({0, 1, 2, UINT32_MAX, INT64_MAX, UINT64_MAX}, draws);
  H5Awrite(attribute.id(), H5T_NATIVE_UINT64, &value);
  return fmt::format("{} = {}", name, value);
}

std::string change_link(const Handle& file, random::Draws& draws) {
  const auto names = datasets_of(file);
  const auto name = one_of(names, draws);
  H5Ldelete(file.id(), name.c_str(), H5P_DEFAULT);
  switch (below(draws, 6)) {
    case 0:
      H5Lcreate_soft(name.c_str(), file.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      return name + " -> itself";
    case 1:
      H5Lcreate_soft("/nowhere/at/all", file.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      return name + " -> nowhere";
    case 2: {
      const auto target = one_of(names, draws);
      H5Lcreate_soft(target.c_str(), file.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      return fmt::format("{} -> {}", name, target);
    }
    case 3:
      H5Lcreate_external("/dev/zero", "/", file.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      return name + " -> another file";
    case 4:
      H5Lcreate_hard(file.id(), "/", file.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      return name + " is the root";
    default: {
      const Handle type(H5Tcopy(H5T_STD_I32LE), H5Tclose);
      H5Tcommit2(file.id(), name.c_str(), type.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      return name + " is a type";
    }
  }
}

std::string move_elsewhere(const Handle& file, random::Draws& draws) {
  const auto name = one_of(datasets_of(file), draws);
  const auto old = open(file, name);
  const auto type = type_of(old);
  const auto extents = extents_of(old);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const bool is_virtual = below(draws, 2) == 0;
  if (is_virtual) {
    const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
    H5Pset_virtual(properties.id(), space.id(), "/dev/zero", "/x", space.id());
  } else {
    H5Pset_external(properties.id(), "/dev/zero", 0, H5F_UNLIMITED);
  }
  (void)replace(file, name, type.id(), extents, properties.id());
  return name + (is_virtual ? " is virtual" : " is external");
}

// Chunks that hold what no filter wrote, or what inflates to more than the chunk.
std::string spoil_chunks(const Handle& file, random::Draws& draws) {
  const auto name = one_of(datasets_of(file), draws);
  const auto old = open(file, name);
  const auto type = type_of(old);
  const auto extents = extents_of(old);
  auto chunk = extents;
  std::transform(chunk.begin(), chunk.end(), chunk.begin(), [](auto e) { return std::max<hsize_t>(1, e); });
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
  const auto filter = below(draws, 4);
  if (filter == 0) {
    H5Pset_fletcher32(properties.id());
  } else if (filter == 1) {
    H5Pset_scaleoffset(properties.id(), H5Z_SO_INT, 4);
  } else {
    H5Pset_shuffle(properties.id());
    H5Pset_deflate(properties.id(), 6);
  }
  const auto dataset = replace(file, name, type.id(), extents, properties.id());
  const Extents origin(extents.size(), 0);
  if (below(draws, 2) == 0) {
    const std::vector<char> garbage(1 + below(draws, 300), static_cast<char>(0x78 + below(draws, 3)));
    H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, origin.data(), garbage.size(), garbage.data());
  } else {  // 4 MB of zeros in 4 KB
    static const std::vector<char> kZeros(std::size_t{4} << 20U);
    const Handle large(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    const hsize_t size = kZeros.size();
    H5Pset_chunk(large.id(), 1, &size);
    H5Pset_deflate(large.id(), 9);
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    const Handle bomb(H5Dcreate2(file.id(), "/bomb", H5T_STD_I8LE, space.id(), H5P_DEFAULT, large.id(), H5P_DEFAULT),
                      H5Dclose);
    H5Dwrite(bomb.id(), H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, kZeros.data());
    H5Fflush(file.id(), H5F_SCOPE_GLOBAL);
    std::vector<char> packed(65536);
    hsize_t bytes = 0;
    std::uint32_t mask = 0;
    const hsize_t zero = 0;
    H5Dget_chunk_storage_size(bomb.id(), &zero, &bytes);
    H5Dread_chunk(bomb.id(), H5P_DEFAULT, &zero, &mask, packed.data());
    H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, origin.data(), bytes, packed.data());
  }
  return fmt::format("{} filter {}", name, filter);
}

// Raw ids, titles: of any length, repeated, or not text at all.
std::string change_strings(const Handle& file, random::Draws& draws) {
  std::vector<std::string> names;
  for (const auto& name : datasets_of(file)) {
    if (H5Tget_class(type_of(open(file, name)).id()) == H5T_STRING) {
      names.push_back(name);
    }
  }
  if (names.empty()) {
    return "none";
  }
  const auto name = one_of(names, draws);
  const auto extents = extents_of(open(file, name));
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const auto way = below(draws, 4);
  H5Tset_size(type.id(), way == 0 ? H5T_VARIABLE : 1 + below(draws, 3000));
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY);
  const auto dataset = replace(file, name, type.id(), extents, properties.id());
  if (way == 0) {
    const std::string text(below(draws, 5000), static_cast<char>(1 + below(draws, 255)));
    const std::vector<const char*> values(extents.empty() ? 1 : extents[0],
                                          below(draws, 3) == 0 ? nullptr : text.c_str());
    H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  } else {
    const std::vector<char> raw((extents.empty() ? 1 : extents[0]) * H5Tget_size(type.id()),
                                static_cast<char>(below(draws, 256)));
    H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
  }
  return name;
}

struct Way {
  const char* kind;
  std::string (*change)(const Handle&, random::Draws&);
};

constexpr std::array<Way, 10> kWays{{{"object missing", remove_object},
                                     {"wrong type", change_type},
                                     {"wrong shape", change_shape},
                                     {"huge extent", claim_much},
                                     {"wrong values", change_values},
                                     {"wrong attribute", change_attribute},
                                     {"wrong link", change_link},
                                     {"numbers elsewhere", move_elsewhere},
                                     {"bad chunks", spoil_chunks},
                                     {"wrong strings", change_strings}}};

}  // namespace

Mutation mutate_structure(const std::filesystem::path& whole, const std::filesystem::path& mutant,
                          random::Draws& draws) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::filesystem::copy_file(whole, mutant, std::filesystem::copy_options::overwrite_existing);
  const auto& way = kWays[below(draws, kWays.size())];
  Mutation mutation{way.kind, ""};
  {
    const Handle file(H5Fopen(mutant.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    mutation.details = " " + way.change(file, draws);
  }
  if (below(draws, 2) == 0) {
    storage::write_seal(mutant, {});
    mutation.details += ", sealed";
  }
  return mutation;
}

}  // namespace ampcf::mutants
