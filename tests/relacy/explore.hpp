// SPDX-License-Identifier: MIT
// Runs one scene under Relacy. A scene is a struct of everything that its threads share, with
// `THREADS`, `begin()`, `thread(number)` and `end()`; all of it is zero when an execution begins.
#pragma once

#include <cstddef>
#include <new>

#include "tests/relacy/proof.hpp"
#include "tests/relacy/relacy_atomics.hpp"

namespace knhk::test {

/// Relacy makes the suite in memory that is aligned for words; a scene is aligned for caches, and
/// large, so it lies here.
template<class Scene>
struct Stage {
    alignas(Scene) static inline std::byte memory[sizeof(Scene)];
    static inline u64 executions = 0;
    static inline u64 executions_max = 0;
};

template<class Scene>
struct Suite : rl::test_suite<Suite<Scene>, static_cast<rl::thread_id_t>(Scene::THREADS)> {
    void before() {
        if (Stage<Scene>::executions++ >= Stage<Scene>::executions_max) {
            rl::ctx().rl_until("as many executions as it may take", info_of(Place::current()));
        }
        scene = new (Stage<Scene>::memory) Scene();
        scene->begin();
    }
    void thread(unsigned number) { scene->thread(number); }
    void after() {
        scene->end();
        scene->~Scene();
    }

    Scene* scene = nullptr;
};

template<class Scene>
Verdict explore(const Limits& limits) {
    // What is written while Relacy's allocator is in charge must not come from that allocator.
    rl::ostringstream report;
    rl::ostringstream progress;
    rl::test_params params;
    params.output_stream = &report;
    params.progress_stream = &progress;
    params.iteration_count = limits.executions;
    params.context_bound = limits.switches;
    params.execution_depth_limit = 4000;
    params.search_type = limits.search == Search::All       ? rl::sched_full
                         : limits.search == Search::Bounded ? rl::sched_bound
                                                            : rl::sched_random;
    Stage<Scene>::executions = 0;
    Stage<Scene>::executions_max = limits.executions;
    rl::simulate<Suite<Scene>>(params);
    const bool holds = params.test_result == rl::test_result_success ||
                       params.test_result == rl::test_result_until_condition_hit;
    return {.holds = holds,
            .complete = params.test_result == rl::test_result_success,
            .executions = params.stop_iteration,
            .report = holds ? std::string() : std::string(report.str().c_str())};
}

} // namespace knhk::test
