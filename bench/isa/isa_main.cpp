// SPDX-License-Identifier: MIT
// `isa_bench`: the query kernels of the table that an image would choose here, beside the obvious
// loop. `knhk bench isa` becomes it.
#include "bench/isa/rows.hpp"
#include "bench/program.hpp"

int main(int argc, char** argv) {
    using namespace knhk::bench;
    constexpr const char* FOOTER =
        "Cycles for each call, of many calls on data that lies in the first cache; the best of the "
        "table's\n"
        "instruction sets that this processor has. Exit status: 0 measured; 1 with --strict, a bar "
        "was missed;\n"
        "2 wrong usage; 3 the environment cannot do it.\n"
        "Examples:\n"
        "  knhk bench isa\n"
        "  knhk bench isa --filter COMPARE --quick\n"
        "  knhk bench isa --json >results.json";
    return bench_main({"knhk bench isa",
                       "Query kernels, guards and tasks of a snapshot beside the obvious loop.",
                       FOOTER,
                       {kernel_rows, guard_rows, task_rows}},
                      argc, argv);
}
