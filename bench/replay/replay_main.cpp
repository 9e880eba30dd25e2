// SPDX-License-Identifier: MIT
// `replay_bench`: what recorded runs cost, beside what people use for files. `knhk bench replay`
// becomes it.
#include "bench/program.hpp"
#include "bench/replay/rows.hpp"

int main(int argc, char** argv) {
    using namespace knhk::bench;
    constexpr const char* FOOTER =
        "Logs of 1 GB (with --quick of 100 MB) in TMPDIR, which needs four times as much; wall "
        "clock "
        "of whole\n"
        "processes. Exit status: 0 measured; 1 with --strict, a bar was missed; 2 wrong usage; 3 "
        "the\n"
        "environment cannot do it.\n"
        "Examples:\n"
        "  knhk bench replay\n"
        "  TMPDIR=/dev/shm knhk bench replay --quick --filter verify\n"
        "  knhk bench replay --json >results.json";
    return bench_main(
        {"knhk bench replay",
         "Recording, verifying, comparing and replaying runs beside other people's tools.",
         FOOTER,
         {replay_rows}},
        argc, argv);
}
