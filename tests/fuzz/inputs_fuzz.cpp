// SPDX-License-Identifier: MIT
// Lines of JSON that are tasks for a run while it goes on: cut from a descriptor, and read.
#include "sched/program.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/input/line_reader.hpp"
#include "tools/workload/schema_tasks.hpp"

using namespace knhk;

namespace {

void read_line(std::string_view line) {
    const std::string name = "fuzz:1";
    tools::KindNames kinds;
    fuzz::demand(kinds.add("parse") && kinds.add("merge"));
    fuzz::accepts([&] {
        const tools::JsonValue value = tools::parse_json(line, name);
        const tools::OutsideTask outside =
            tools::read_outside_task(tools::Field(value, "", name), kinds);
        fuzz::demand(outside.task.well_formed());
    });
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const tools::Descriptor file = test::file_holding(std::string(fuzz::text_of(data, size)));
    tools::InputLines lines(file.get());
    u64 seen = 0;
    while (!lines.is_done()) {
        lines.read_more();
        while (const auto line = lines.next()) {
            ++seen;
            fuzz::demand(lines.line() == seen && line->size() <= tools::INPUT_LINE_BYTES_MAX);
            read_line(*line);
        }
    }
    return 0;
}
