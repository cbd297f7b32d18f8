#pragma once

#include "ampcf/evaluation/explanations/naming.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"

namespace ampcf::evaluation {

/// What a reader who is shown each persona's claimed items, and nothing of the model, takes to be the persona of
/// another item: the one that claims the item most like it (Cover and Hart 1967) by the cosine in the taste space,
/// which is of the data alone; the first of several. `history` is not empty, names[i] is of history[i], `directions`
/// has rows of length 1 or 0.
[[nodiscard]] std::size_t simulated_persona(const Points& directions, std::span<const ItemIndex> history,
                                            std::span<const Named> names, ItemIndex item);

}  // namespace ampcf::evaluation
