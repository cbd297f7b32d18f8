#include "ampcf/core/version.hpp"

#include "ampcf_revision.hpp"

namespace ampcf {

std::string_view version() { return kVersion; }

std::string_view revision() { return kRevision; }

std::string_view instruction_set() {
#if defined(__AVX512F__)
  return "x86-64-v4 (AVX-512, FMA)";
#elif defined(__AVX2__) && defined(__FMA__)
  return "x86-64-v3 (AVX2, FMA)";
#elif defined(__SSE4_2__)
  return "x86-64-v2 (SSE4.2, no FMA)";
#else
  return "generic";
#endif
}

}  // namespace ampcf
