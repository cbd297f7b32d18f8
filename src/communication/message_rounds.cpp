#include "ampcf/communication/message_rounds.hpp"

#include "ampcf/communication/stall_watch.hpp"
#include "communication/native.hpp"

#include <climits>
#include <type_traits>

namespace ampcf::communication {

namespace {

template <typename T>
MPI_Datatype datatype() {
  return std::is_same_v<T, float> ? MPI_FLOAT : MPI_INT32_T;
}

void check(int status, const char* what) {
  if (status != MPI_SUCCESS) {
    throw RuntimeError("MPI: {} failed while gradients were exchanged", what);
  }
}

}  // namespace

template <typename T>
struct MessageRounds<T>::Requests {
  std::vector<MPI_Request> all;  // sends, then receives in the order in which messages came
};

template <typename T>
MessageRounds<T>::MessageRounds(const Communicator& ranks)
    : ranks_(ranks), requests_(std::make_unique<Requests>()), incoming_(static_cast<std::size_t>(ranks.size())) {}

template <typename T>
MessageRounds<T>::~MessageRounds() = default;

// A rank ends a round after every other has begun it, and so is at most one round ahead of any: the round's parity as a
// tag tells the message of this round from one of the next.
template <typename T>
void MessageRounds<T>::begin(std::span<const std::span<const T>> outgoing) {
  round_ ^= 1;
  unannounced_ = ranks_.size() - 1;
  requests_->all.clear();
  for (int step = 1; step < ranks_.size(); ++step) {
    const int target = (ranks_.rank() + step) % ranks_.size();  // not all to the same one first
    const auto message = outgoing[static_cast<std::size_t>(target)];
    if (message.size() > INT_MAX) {
      throw RuntimeError(
          "{} numbers of gradients for one node are more than MPI sends at once: use more ranks of a node",
          message.size());
    }
    requests_->all.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Isend(message.data(), static_cast<int>(message.size()), datatype<T>(), target, round_,
                    ranks_.native()->handle, &requests_->all.back()),
          "MPI_Isend");
  }
}

template <typename T>
void MessageRounds<T>::take_in() {
  while (unannounced_ > 0) {
    int has_come = 0;
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status;
    check(MPI_Improbe(MPI_ANY_SOURCE, round_, ranks_.native()->handle, &has_come, &message, &status), "MPI_Improbe");
    if (has_come == 0) {
      return;
    }
    --unannounced_;
    int count = 0;
    MPI_Get_count(&status, datatype<T>(), &count);
    auto& into = incoming_[static_cast<std::size_t>(status.MPI_SOURCE)];
    into.resize(static_cast<std::size_t>(count));
    requests_->all.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Imrecv(into.data(), count, datatype<T>(), &message, &requests_->all.back()), "MPI_Imrecv");
  }
}

template <typename T>
bool MessageRounds<T>::is_over() {
  take_in();
  int are_done = 0;
  check(MPI_Testall(static_cast<int>(requests_->all.size()), requests_->all.data(), &are_done, MPI_STATUSES_IGNORE),
        "MPI_Testall");
  return are_done != 0 && unannounced_ == 0;
}

template <typename T>
void MessageRounds<T>::wait() {
  if (is_over()) {
    return;
  }
  const Waiting waiting(ranks_.watch(), "the exchange of gradients between nodes");
  while (!is_over()) {
  }
}

template class MessageRounds<std::int32_t>;
template class MessageRounds<float>;

}  // namespace ampcf::communication
