// SPDX-License-Identifier: MIT
// `beat_bench`: beats, rings, fibers and the hash of receipts. `knhk bench beat` becomes it.
#include "bench/beat/rows.hpp"
#include "bench/program.hpp"

int main(int argc, char** argv) {
    using namespace knhk::bench;
    constexpr const char* FOOTER =
        "Cycles for each call, of many calls on data that lies in the first cache, on one core; "
        "what "
        "is measured\n"
        "is compiled as the image is (-O2, no instruction set named). Exit status: 0 measured; 1 "
        "with --strict,\n"
        "a bar was missed; 2 wrong usage; 3 the environment cannot do it.\n"
        "Examples:\n"
        "  knhk bench beat\n"
        "  knhk bench beat --filter Delta --quick\n"
        "  knhk bench beat --json >results.json";
    return bench_main({"knhk bench beat",
                       "Beats, rings of deltas, fibers and their receipts.",
                       FOOTER,
                       {clock_rows, delta_rows, fiber_rows, receipt_rows}},
                      argc, argv);
}
