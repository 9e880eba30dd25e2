// SPDX-License-Identifier: MIT
#include "bench/scheduler/chains.hpp"

#include <algorithm>

namespace knhk::bench {

u64 chain_count(const Chains& chains) {
    return std::min<u64>(chains.tasks, u64{CHAINS_OF_CORE} * chains.cores);
}

Task first_link(const Chains& chains, u64 chain) {
    const u64 count = chain_count(chains);
    const u64 links = chains.tasks / count + (chain < chains.tasks % count ? 1 : 0);
    Task task;
    task.id = chain;
    task.handler = USER_HANDLERS_BEGIN;
    task.payload[LINK_VALUE] = chain;
    task.payload[LINKS_LEFT] = links - 1;
    return task;
}

namespace {

const Chains& chains_of(const WorkloadParameters& parameters) {
    return *static_cast<const Chains*>(parameters.data);
}

constexpr WorkloadEntry WORKLOAD{
    .name = "chains",
    .version = 1,
    .input_count = [](const WorkloadParameters& of) { return chain_count(chains_of(of)); },
    .input = [](const WorkloadParameters& of,
                u64 index) { return first_link(chains_of(of), index); }};

template<ChainsKind Kind, u64... Salts>
void install_handlers(RunSetup& run) {
    HandlerId id = USER_HANDLERS_BEGIN;
    ((run.handlers[id++] = run_link<Kind, Salts, TaskContext>), ...);
}

} // namespace

void install_chains(RunSetup& run, const Chains& chains) {
    switch (chains.kind) {
    case ChainsKind::Home:
        install_handlers<ChainsKind::Home, 0>(run);
        break;
    case ChainsKind::Remote:
        install_handlers<ChainsKind::Remote, 0>(run);
        break;
    case ChainsKind::RemoteMixed:
        install_handlers<ChainsKind::RemoteMixed, 0, 1, 2, 3, 4, 5, 6, 7>(run);
        break;
    }
    run.cores = chains.cores;
    run.workload = &WORKLOAD;
    run.parameters = {chains.tasks, run.seed, chains.cores, &chains};
    run.input_count = chain_count(chains);
}

} // namespace knhk::bench
