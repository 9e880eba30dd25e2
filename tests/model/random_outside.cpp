// SPDX-License-Identifier: MIT
// Most come in clusters for few cores, so that quotas hold some back; some bursts are for all
// cores.
#include "tests/model/random_outside.hpp"

#include <algorithm>

#include "tests/model/dice.hpp"
#include "tests/model/snapshot.hpp"

namespace knhk::model {
namespace {

constexpr u64 TIME_MAX = u64{1} << 62;
constexpr u16 SCRIPT = 6;
constexpr u16 USERS_BEGIN = 256;

class RandomOutside {
  public:
    RandomOutside(Dice& dice, const ModelConfig& config, bool between)
        : dice_(dice), config_(config), between_(between), hot_(dice.below(config.cores)),
          favourite_(static_cast<u8>(dice.below(4))) {}

    std::vector<ModelOutside> make() {
        if (config_.cores >= 64 && dice_.one_in(4)) {
            make_burst(dice_.between(1050, 1300));
        }
        const u64 count = dice_.pick({1, 5, dice_.between(1, 200), dice_.between(20, 200)});
        const u64 gaps_one_in = dice_.pick({2, 10, 40});
        for (u64 i = 0; i < count; ++i) {
            if (dice_.one_in(gaps_one_in)) {
                pass_time();
            }
            made_.push_back({random_task(), random_time(), moment_});
            make_delta(made_.back());
        }
        return std::move(made_);
    }

  private:
    // A few in each line of each core.
    void make_burst(u64 count) {
        moment_ += 2 * dice_.below(5);
        for (u64 i = 0; i < count; ++i) {
            ModelTask task = template_task();
            task.id = i;
            task.level = static_cast<u8>(i / config_.cores % LEVELS);
            made_.push_back({task, {}, moment_});
        }
    }

    void pass_time() {
        moment_ += 2 * dice_.pick({0, 1, 1, 2, 5, 20});
        if (between_ && dice_.one_in(2)) {
            moment_ |= 1;
        }
    }

    ModelTask random_task() {
        ModelTask task = template_task();
        const u64 cores = config_.cores;
        task.id = dice_.one_in(3) ? dice_.bits() : hot_ + cores * dice_.below(1000);
        const bool any = favourite_ == LEVELS || dice_.one_in(8);
        task.level = any ? static_cast<u8>(dice_.below(LEVELS)) : favourite_;
        if (dice_.one_in(40)) {
            task.budget = 9;
        } else if (dice_.one_in(40)) {
            task.handler = 511;
        }
        return task;
    }

    // With rows of its own; seldom one that cannot be: ordered, or of no rows that are a run.
    void make_delta(ModelOutside& outside) {
        if (!dice_.one_in(4)) {
            outside.task.flags &= STATELESS;
            return;
        }
        outside.task.flags = IS_DELTA | BRINGS_ROWS;
        outside.rows.predicate = RANDOM_PREDICATE;
        for (u64 rows = dice_.between(1, 8); rows > 0; --rows) {
            outside.rows.rows.emplace_back(dice_.below(4), dice_.below(3));
        }
        if (!dice_.one_in(20)) {
            outside.ordered_time.reset();
        }
    }

    // Like one of the workload's own, but with little life.
    ModelTask template_task() {
        if (config_.inputs.empty()) {
            return {};
        }
        ModelTask task = config_.inputs[dice_.below(config_.inputs.size())].task;
        const u64 life = dice_.pick({0, 1, 1, 2});
        if (task.handler == SCRIPT) {
            task.payload[0] = (task.payload[0] & 0xFFFF'FFFF) | life << 32;
        } else if (task.handler >= USERS_BEGIN) {
            task.payload[0] = std::min(task.payload[0], life);
        }
        return task;
    }

    std::optional<u64> random_time() {
        if (dice_.one_in(60)) {
            return TIME_MAX + 1;
        }
        return dice_.one_in(5) ? std::optional<u64>(dice_.pick({0, 100, 5000, 1'000'000}))
                               : std::nullopt;
    }

    Dice& dice_;
    const ModelConfig& config_;
    bool between_;
    u64 hot_;
    u8 favourite_;
    u64 moment_ = 0;
    std::vector<ModelOutside> made_;
};

} // namespace

std::vector<ModelOutside> random_outside(u64 seed, const ModelConfig& config, bool between) {
    Dice dice(mix(seed, 2'11));
    if (dice.one_in(2)) {
        return {};
    }
    return RandomOutside(dice, config, between).make();
}

ModelConfig recorded(ModelConfig config, const ModelRun& run) {
    config.outside = run.taken;
    config.recorded = true;
    return config;
}

} // namespace knhk::model
