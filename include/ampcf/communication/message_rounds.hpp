#pragma once

#include "ampcf/communication/communicator.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ampcf::communication {

/// Rounds of messages among the ranks of a group: in each, every rank sends every other one message, whose length its
/// sender alone knows. Messages travel while the ranks do something else, as long as they call is_over() now and then:
/// MPI moves little by itself. Numbers are int32 or float.
template <typename T>
class MessageRounds {
 public:
  /// Of the ranks of `ranks`, which must outlive this; nothing else may be sent among them meanwhile.
  explicit MessageRounds(const Communicator& ranks);
  MessageRounds(const MessageRounds&) = delete;
  MessageRounds& operator=(const MessageRounds&) = delete;
  ~MessageRounds();

  /// Collective in the end: every rank must begin the same rounds. `outgoing` has a message for each rank, the one to
  /// itself being passed over; they must stay as they are until the round is over. At most 2^31 - 1 numbers each.
  void begin(std::span<const std::span<const T>> outgoing);

  /// Takes in what has come; whether everything has come and is sent. Never waits.
  [[nodiscard]] bool is_over();

  /// Until the round is over.
  void wait();

  /// What a rank has sent in the round that is over; nothing for this rank itself.
  [[nodiscard]] std::span<const T> from(int rank) const { return incoming_[static_cast<std::size_t>(rank)]; }

 private:
  struct Requests;
  void take_in();

  const Communicator& ranks_;
  std::unique_ptr<Requests> requests_;
  std::vector<std::vector<T>> incoming_;  // by rank
  int unannounced_ = 0;                   // messages of this round that have not been seen to come
  int round_ = 0;
};

}  // namespace ampcf::communication
