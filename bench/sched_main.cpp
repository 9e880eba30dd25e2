// SPDX-License-Identifier: MIT
// `sched_bench`: the queues and the scheduler beside their peers, in one run. `knhk bench sched`
// becomes it.
#include "bench/program.hpp"
#include "bench/queues/rows.hpp"
#include "bench/scheduler/rows.hpp"

int main(int argc, char** argv) {
    using namespace knhk::bench;
    constexpr const char* FOOTER =
        "Every row is ours beside its peers, measured in turns; what could not be built or run "
        "says "
        "so.\n"
        "Takes under 15 minutes; leave the machine alone meanwhile, or begin with chrt -f 10, so "
        "that\n"
        "others do not interrupt it. Exit status: 0 measured; 1 with\n"
        "--strict, a bar was missed; 2 wrong usage; 3 the environment cannot do it.\n"
        "Examples:\n"
        "  knhk bench sched\n"
        "  knhk bench sched --filter WorkQueue --quick\n"
        "  knhk bench sched --json >results.json\n"
        "  knhk bench sched --plot growth.svg";
    return bench_main({"knhk bench sched",
                       "The queues and the scheduler beside their peers.",
                       FOOTER,
                       {work_queue_rows, best_effort_rows, ordered_rows, clock_and_barrier_rows,
                        snapshot_rows, scheduler_rows}},
                      argc, argv);
}
