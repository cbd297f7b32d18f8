#include "ampcf/evaluation/explanations/simulation.hpp"

namespace ampcf::evaluation {

std::size_t simulated_persona(const Points& directions, std::span<const ItemIndex> history,
                              std::span<const Named> names, ItemIndex item) {
  const auto cosine = [&](ItemIndex other) { return directions.row(item).dot(directions.row(other)); };
  std::size_t nearest = 0;
  float most = cosine(history[0]);
  for (std::size_t i = 1; i < history.size(); ++i) {
    const float own = cosine(history[i]);
    if (own > most) {
      nearest = i;
      most = own;
    }
  }
  return names[nearest].persona;
}

}  // namespace ampcf::evaluation
