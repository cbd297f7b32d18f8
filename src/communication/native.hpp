#pragma once

#include <mpi.h>

namespace ampcf::communication {

/// The MPI handle behind a Communicator, for rooms that hand it to a library (parallel HDF5).
struct NativeCommunicator {
  MPI_Comm handle = MPI_COMM_NULL;

  explicit NativeCommunicator(MPI_Comm comm) : handle(comm) {}
  NativeCommunicator(const NativeCommunicator&) = delete;
  NativeCommunicator& operator=(const NativeCommunicator&) = delete;
  ~NativeCommunicator();
};

struct NativeHandle {
  MPI_Comm comm;
};

}  // namespace ampcf::communication
