#include "ampcf/training/step.hpp"

#include "ampcf/communication/communicator.hpp"
#include "ampcf/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ampcf::training {

namespace {

constexpr float kLossUnits = 0x1p24F;
constexpr std::uint32_t kDiverged = 0xFF;  // above every wish to stop

// 2^26 is far above any loss of a model that trains, and leaves room for 2^13 such examples in 63 bits.
std::int64_t in_units(float value, const char* term) {
  if (!(std::abs(value) < 0x1p26F)) {
    throw RuntimeError("the {} of an example is {}: the run diverged; lower --learning-rate or --initial-scale", term,
                       value);
  }
  return std::llrint(static_cast<double>(value) * static_cast<double>(kLossUnits));
}

// The sum of the first `count` values, each rounded to whole units.
std::int64_t in_units(const kernels::Floats& values, std::size_t count, const char* term) {
  alignas(64) std::array<float, kernels::kLanes> lanes;
  kernels::store(lanes.data(), values * kLossUnits);
  bool is_small = true;
  for (const float lane : lanes) {
    is_small &= std::abs(lane) < 0x1p30F;
  }
  std::int64_t sum = 0;
  if (is_small) {
    std::fill(lanes.begin() + static_cast<std::ptrdiff_t>(count), lanes.end(), 0.0F);
    alignas(64) std::array<std::int32_t, kernels::kLanes> units;
    kernels::store(units.data(), kernels::nearest(kernels::load(lanes.data())));
    for (const auto unit : units) {
      sum += unit;
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      sum += in_units(values[i], term);
    }
  }
  return sum;
}

}  // namespace

void LossSums::add(const model::BlockTerms<float>& terms, std::size_t count) {
  sums_[0] += in_units(terms.data, count, "loss");
  sums_[1] += in_units(terms.entropy_positive, count, "attention's entropy on the positive");
  sums_[2] +=
      in_units(terms.entropy_negative / static_cast<float>(negatives_), count, "attention's entropy on negatives");
  sums_[3] += in_units(terms.balance, count, "balance of personas");
  sums_[4] += static_cast<std::int64_t>(count);
}

std::array<std::int64_t, 5> LossSums::total(const communication::Communicator& communicator) const {
  auto sums = sums_;
  communicator.sum(std::span<std::int64_t>(sums));
  return sums;
}

LossSums::Means LossSums::means(const communication::Communicator& communicator,
                                const model::LossWeights& weights) const {
  const auto sums = total(communicator);
  const double unit = 1.0 / (static_cast<double>(kLossUnits) * static_cast<double>(std::max<std::int64_t>(1, sums[4])));
  const model::LossTerms terms{static_cast<double>(sums[0]) * unit, static_cast<double>(sums[1]) * unit,
                               static_cast<double>(sums[2]) * unit * negatives_, static_cast<double>(sums[3]) * unit};
  return {terms.data, terms.entropy_positive, terms.entropy_negative / negatives_, terms.total(weights)};
}

TrainingStep::TrainingStep(const communication::Communicator& communicator, const communication::Node& node,
                           parallel::GradientExchange::Memory memory, const parallel::ShardPlan& plan,
                           parallel::BatchSampler& sampler, const model::LossWeights& weights,
                           const optimizer::UpdateOptions& updates, const parallel::GradientShape& shape,
                           std::vector<float> log_probabilities, checkpoint::TrainingState& state)
    : communicator_(communicator),
      plan_(plan),
      sampler_(sampler),
      updates_(updates),
      adam_(updates.adam),
      log_probabilities_(std::move(log_probabilities)),
      state_(state),
      gradient_(shape.dimensions, shape.projected, shape.candidates_per_example, weights, shape.scale.factor()),
      projects_items_(shape.projected == model::Projected::items),
      shares_items_(node.ranks().size() > 1),
      exchange_(node, std::move(memory), shape),
      losses_(shape.candidates_per_example - 1),
      form_total_(exchange_.form_total().size()),
      user_projection_gradient_(state.shared.user_projection.size()),
      item_projection_gradient_(state.shared.item_projection.size()) {
  folded_.fold(state.shared);
  gradient_.use_shares(state.persona_shares.rows);
  constexpr std::size_t kCaches = std::size_t{64} << 20U;  // more than the caches of a core and its neighbours hold
  const auto numbers = state.personas.rows.size() + state.shared.items.size();
  is_beyond_caches_ = 3 * numbers * sizeof(float) > kCaches;
}

std::uint32_t TrainingStep::run(std::uint64_t step, double learning_rate_factor, std::uint32_t request) {
  const auto& batch = sampled_ != nullptr ? *sampled_ : sampler_.batch(step);
  sampled_ = nullptr;
  const auto positives = plan_.global_batch_size(step);  // 0 where a small batch is divided over many shards
  const float scale = positives > 0 ? 1.0F / static_cast<float>(positives) : 0.0F;
  exchange_.clear();
  std::optional<RuntimeError> divergence;
  try {
    differentiate(batch, scale, learning_rate_factor);
  } catch (const RuntimeError& error) {
    divergence = error;  // the others are on their way into the exchange, and hear of it there
    request = kDiverged;
  }
  exchange_.publish(request);
  if (exchange_.has_messages()) {
    update_waiting_personas(batch, scale, learning_rate_factor);
  }
  if (!state_.persona_shares.rows.empty()) {
    state_.persona_shares.take_in(batch,
                                  {gradient_.attention_sum(), batch.users.size() * state_.persona_shares.personas});
  }
  if (step + 1 < plan_.steps_per_epoch()) {
    exchange_.progress();
    sampled_ = &sampler_.batch(step + 1);
    exchange_.progress();
    prefetch(*sampled_);
  }
  exchange_.combine();
  if (projects_items_) {
    update_projected_items(scale, learning_rate_factor);
  } else {
    update_items(scale, learning_rate_factor);
  }
  request = exchange_.finish();
  if (request == kDiverged) {
    communicator_.agree([&] {
      if (divergence) {
        throw *divergence;
      }
    });
  }
  if (state_.shared.dimensions.learns_attention() && positives > 0) {
    update_projections(scale, learning_rate_factor);
    folded_.fold(state_.shared);
  }
  return request;
}

// Into the exchange, and of personas at once into an update, while they are in the cache; where there will be messages
// to wait for, they wait until these are under way.
void TrainingStep::differentiate(const model::MiniBatch& batch, float scale, double rate_factor) {
  const bool waits = exchange_.has_messages();
  const auto stride = state_.persona_moments.stride;
  if (waits && waiting_gradient_.size() < batch.users.size() * stride) {
    waiting_gradient_.resize(batch.users.size() * stride);
  }
  gradient_.run(
      batch, state_.personas, state_.shared, folded_, std::span<const float>(log_probabilities_), exchange_.items(),
      exchange_.form(),
      [&](std::size_t slot, const float* gradient) {
        if (waits) {
          std::copy_n(gradient, stride, waiting_gradient_.data() + slot * stride);
        } else {
          update_personas(batch, slot, gradient, scale, rate_factor);
        }
      },
      [&](const model::BlockTerms<float>& terms, std::size_t count) { losses_.add(terms, count); });
}

void TrainingStep::update_waiting_personas(const model::MiniBatch& batch, float scale, double rate_factor) {
  constexpr std::size_t kUsersBetweenLooks = 64;  // some microseconds
  const auto stride = state_.persona_moments.stride;
  for (std::size_t slot = 0; slot < batch.users.size(); ++slot) {
    if (slot % kUsersBetweenLooks == 0) {
      exchange_.progress();
      exchange_.progress();
    }
    update_personas(batch, slot, waiting_gradient_.data() + slot * stride, scale, rate_factor);
  }
}

// Of a state that lies in memory, a step's rows are each as far away as memory is: asked for together while gradients
// are exchanged, they come together.
void TrainingStep::prefetch(const model::MiniBatch& batch) const {
  if (!is_beyond_caches_) {
    return;
  }
  const auto& personas = state_.persona_moments;
  for (const auto user : batch.users) {
    kernels::ask_for(state_.personas.of(user), personas.stride);
    personas.ask_for(user);
  }
  for (const auto item : batch.candidates) {
    if (exchange_.owns(item)) {
      ask_for_item(item);
    } else {
      kernels::ask_for(state_.shared.item(item), state_.item_moments.stride);
      kernels::ask_for(state_.shared.biases.data() + item);
    }
  }
}

void TrainingStep::update_personas(const model::MiniBatch& batch, std::size_t slot, const float* gradient, float scale,
                                   double rate_factor) {
  auto& moments = state_.persona_moments;
  const auto row = [&](std::size_t of_slot) -> optimizer::RowAddress {
    const auto user = batch.users[of_slot];
    return {state_.personas.of(user), moments.first_of(user), moments.second_of(user)};
  };
  // Personas of the next block of examples are there when these are worked on.
  const auto ahead = std::min(slot + model::ExampleBlock<float>::kExamples, batch.users.size() - 1);
  adam_.row(moments.updates[batch.users[slot]], updates_.personas.learning_rate * rate_factor)
      .apply(row(slot), gradient, moments.stride, exchange_.items().unit(), scale,
             static_cast<float>(updates_.personas.weight_decay), row(ahead));
}

optimizer::RowAddress TrainingStep::item_row(ItemIndex item) const {
  return {state_.shared.item(item), state_.item_moments.first_of(item), state_.item_moments.second_of(item)};
}

void TrainingStep::ask_for_item(ItemIndex item) const {
  kernels::ask_for(state_.shared.item(item), state_.item_moments.stride);
  state_.item_moments.ask_for(item);
  kernels::ask_for(state_.shared.biases.data() + item);
  state_.bias_moments.ask_for(item);
}

// What other ranks of the node have read of an item that this one will update.
void TrainingStep::ask_to_write_shared(ItemIndex item) const {
  kernels::ask_to_write(state_.shared.item(item), state_.item_moments.stride);
  kernels::ask_to_write(state_.shared.biases.data() + item, 1);
}

// By the gradient of the embedding in units of `unit`, and of the bias in the exchange's.
template <typename Gradient>
void TrainingStep::update_item(const parallel::ItemGradients::Head& head, double rate, const Gradient* gradient,
                               float unit, float scale, const optimizer::RowAddress& ahead) {
  const auto item = head.item;
  auto& moments = state_.item_moments;
  const auto update = adam_.row(moments.updates[item], rate);
  update.apply(item_row(item), gradient, moments.stride, unit, scale, static_cast<float>(updates_.items.weight_decay),
               ahead);
  update.move(state_.shared.biases[item], *state_.bias_moments.first_of(item), *state_.bias_moments.second_of(item),
              static_cast<float>(head.bias) * exchange_.items().unit() * scale);
}

void TrainingStep::update_items(float scale, double rate_factor) {
  const double rate = updates_.items.learning_rate * rate_factor;
  const auto& items = exchange_.items();
  exchange_.for_each_owned_looking_ahead([&](std::size_t index, std::size_t index_ahead) {
    auto ahead = item_row(items.item_at(index_ahead));
    if (shares_items_) {
      ask_to_write_shared(items.item_at(index_ahead));
      ahead.parameters = state_.shared.item(items.item_at(index));  // rather than to be read, too
    }
    update_item(items.heads()[index], rate, items.row(index), items.unit(), scale, ahead);
  });
}

// Of a block's rows, dL/dq becomes part of dL/dv and of dL/dM before their items move.
void TrainingStep::update_projected_items(float scale, double rate_factor) {
  const double rate = updates_.items.learning_rate * rate_factor;
  const auto d = state_.shared.dimensions.padded_dim();
  const auto& items = exchange_.items();
  const auto as_floats = [unit = items.unit(), d](const parallel::Number* from, float* into) {
    std::transform(from, from + d, into, [unit](parallel::Number sum) { return static_cast<float>(sum) * unit; });
  };
  exchange_.for_each_owned_block(
      [&](std::size_t index) {
        if (shares_items_) {
          ask_to_write_shared(items.item_at(index));
        }
        ask_for_item(items.item_at(index));
      },
      [&](std::span<const std::uint32_t> rows) {
        for (auto* const table : {&block_items_, &block_gradient_, &block_projected_gradient_}) {
          if (table->size() < rows.size() * d) {
            table->resize(rows.size() * d);
          }
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
          std::copy_n(state_.shared.item(items.item_at(rows[i])), d, block_items_.data() + i * d);
          as_floats(items.row(rows[i]), block_gradient_.data() + i * d);
          as_floats(items.row(rows[i]) + d, block_projected_gradient_.data() + i * d);
        }
        model::differentiate_projected_items(folded_, d, rows.size(), block_items_.data(),
                                             block_projected_gradient_.data(), block_gradient_.data(),
                                             exchange_.form());
        for (std::size_t i = 0; i < rows.size(); ++i) {
          update_item(items.heads()[rows[i]], rate, block_gradient_.data() + i * d, 1.0F, scale,
                      item_row(items.item_at(rows[i])));
        }
      });
}

void TrainingStep::update_projections(float scale, double rate_factor) {
  const double rate = updates_.projections.learning_rate * rate_factor;
  auto& shared = state_.shared;
  const auto sums = exchange_.form_total();
  std::transform(sums.begin(), sums.end(), form_total_.begin(),
                 [unit = exchange_.form().unit()](parallel::Number sum) { return static_cast<float>(sum) * unit; });
  model::unfold_gradient(shared, form_total_.data(), user_projection_gradient_.data(),
                         item_projection_gradient_.data());
  const auto apply = [&](kernels::AlignedVector<float>& parameters, optimizer::MomentTable& moments,
                         const kernels::AlignedVector<float>& gradient) {
    adam_.row(moments.updates[0], rate)
        .apply({parameters.data(), moments.first.data(), moments.second.data()}, gradient.data(), parameters.size(),
               1.0F, scale, 0.0F);
  };
  apply(shared.user_projection, state_.user_projection_moments, user_projection_gradient_);
  apply(shared.item_projection, state_.item_projection_moments, item_projection_gradient_);
}

}  // namespace ampcf::training
