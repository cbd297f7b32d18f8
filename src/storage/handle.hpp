#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <utility>

namespace ampcf::storage {

/// An HDF5 identifier that closes itself.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { reset(); }

  [[nodiscard]] hid_t id() const { return id_; }
  [[nodiscard]] bool is_valid() const { return id_ >= 0; }

  /// Closes now; a negative status is HDF5's failure.
  herr_t reset() {
    const auto status = is_valid() ? close_(id_) : 0;
    id_ = -1;
    return status;
  }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

template <typename T>
hid_t stored_type();  // in the file: little-endian
template <>
inline hid_t stored_type<std::int32_t>() {
  return H5T_STD_I32LE;
}
template <>
inline hid_t stored_type<std::uint32_t>() {
  return H5T_STD_U32LE;
}
template <>
inline hid_t stored_type<std::int64_t>() {
  return H5T_STD_I64LE;
}
template <>
inline hid_t stored_type<std::uint64_t>() {
  return H5T_STD_U64LE;
}
template <>
inline hid_t stored_type<float>() {
  return H5T_IEEE_F32LE;
}
template <>
inline hid_t stored_type<double>() {
  return H5T_IEEE_F64LE;
}

template <typename T>
hid_t memory_type();
template <>
inline hid_t memory_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
inline hid_t memory_type<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
inline hid_t memory_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
inline hid_t memory_type<std::uint64_t>() {
  return H5T_NATIVE_UINT64;
}
template <>
inline hid_t memory_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
inline hid_t memory_type<double>() {
  return H5T_NATIVE_DOUBLE;
}

/// The innermost message of HDF5's error stack, such as "No space left on device".
[[nodiscard]] std::string last_error();

/// "uint32", "float64", "string", for messages.
[[nodiscard]] std::string type_name(hid_t type);

}  // namespace ampcf::storage
