// Linked into builds with the leak sanitizer alone: what Open MPI and the libraries below it never free is not ours to
// report, and can be told from ours only while the plugins that allocated it stay mapped.

extern "C" {

int dlclose(void* /*library*/) { return 0; }

const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
  return "leak:libmpi\nleak:libopen-pal\nleak:libopen-rte\nleak:libpmix\nleak:libevent\nleak:libhwloc\nleak:mca_\n"
         "leak:libucs\nleak:libucp\nleak:libfabric\nleak:libpsm\nleak:libnl\n"
         "leak:vasprintf\n"              // called by them alone, and the end of what the unwinder sees
         "leak:add_to_global_resize\n";  // the dynamic linker's own, hidden with thread-local memory
}

// The leak sanitizer runs into a segmentation fault over the thread-local memory of threads that Open MPI leaves.
const char* __lsan_default_options() {
  return "print_suppressions=0:use_tls=0";
}  // NOLINT(bugprone-reserved-identifier)

}  // extern "C"
