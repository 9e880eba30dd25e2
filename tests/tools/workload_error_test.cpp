// SPDX-License-Identifier: MIT
// One line for each thing that can be wrong in a workload file: file, line, path, and what.
#include <gtest/gtest.h>

#include "tests/tools/workload_text.hpp"
#include "tools/host/failure.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::tools {
namespace {

using test::RICH_WORKLOAD;
using test::with;

std::string complaint_about(const std::string& text) {
    try {
        static_cast<void>(pack(parse_workload(text, "f.json")));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "";
}

/// What one replacement in a good file makes wrong.
struct Fault {
    const char* from;
    const char* to;
    const char* says;
};

const Fault HEADER_FAULTS[] = {
    {"\"knhk_workload\": 1,", "", "f.json:1: 'knhk_workload' is missing"},
    {"\"knhk_workload\": 1", "\"knhk_workload\": 2", "f.json:2: knhk_workload: 2 is above 1"},
    {"\"rich\"", "\"a b\"", "f.json:3: name: 'a b' is not 1 to 63 letters, digits, '.', '_', '-'"},
    {"\"rich\"", "\"\"", "f.json:3: name: '' is not 1 to 63 letters, digits, '.', '_', '-'"},
    {"\"name\": \"rich\",", "", "f.json:1: 'name' is missing"},
    {"\"cores\": 4", "\"cores\": 0", "f.json:4: cores: 0 is below 1"},
    {"\"cores\": 4", "\"cores\": 257", "f.json:4: cores: 257 is above 256"},
    {"\"cores\": 4", "\"cores\": 6", "f.json:4: cores: 6 is not a power of two"},
    {"\"cores\": 4", "\"cores\": -4", "f.json:4: cores: -4 is negative"},
    {"\"cores\": 4", "\"cores\": 4.5", "f.json:4: cores: 4.5 is not a whole number"},
    {"\"cores\": 4", "\"cores\": 4e0", "f.json:4: cores: 4e0 is not a whole number"},
    {"\"cores\": 4", "\"cores\": null", "f.json:4: cores: is null, not a number"},
    {"\"0xFEED\"", "18446744073709551616",
     "f.json:5: seed: 18446744073709551616 is above 18446744073709551615"},
    {"\"0xFEED\"", "\"0x10000000000000000\"",
     "f.json:5: seed: 0x10000000000000000 is above 18446744073709551615"},
    {"\"0xFEED\"", "\"7\"",
     "f.json:5: seed: '7' is not a number: use digits, or 0x and hexadecimal digits"},
    {"\"0xFEED\"", "\"0xG\"", "f.json:5: seed: 0xG is not a whole number"},
    {"\"stealing\": true", "\"stealing\": 1", "f.json:6: stealing: is a number, not true or false"},
    {"\"stealing\"", "\"staeling\"",
     "f.json:6: staeling: there is no such field: did you mean 'stealing'?"},
    {"\"stealing\": true", "\"seed\": 1", "f.json:6: seed: is there twice: leave one out"},
    {"\"inputs\"", "\"input\"", "f.json:39: input: there is no such field: did you mean 'inputs'?"},
};

const Fault TABLE_FAULTS[] = {
    {"[2], \"latencies\": [1, 3]", "[3], \"latencies\": [1, 3]",
     "f.json:7: topology.hierarchical: the product of its group sizes does not divide the number "
     "of cores"},
    {"[1, 3]", "[1]", "f.json:7: topology.hierarchical.latencies: has 1 elements: it needs 2"},
    {"[1, 3]", "[1, 8]", "f.json:7: topology.hierarchical.latencies[1]: 8 is above 7"},
    {"{\"hierarchical\"", "{\"flat\": 1, \"hierarchical\"",
     "f.json:7: topology.hierarchical: 'flat' is there too: leave one out"},
    {R"({"hierarchical": {"groups": [2], "latencies": [1, 3]}})", "{}",
     "f.json:7: topology: needs flat or hierarchical or mesh or matrix"},
    {R"({"hierarchical": {"groups": [2], "latencies": [1, 3]}})",
     R"({"mesh": {"dimensions": [4, 1], "latency": 5, "hops_per_beat": 1}})",
     "f.json:7: topology.mesh: a latency is not 1 to 7"},
    {R"({"hierarchical": {"groups": [2], "latencies": [1, 3]}})",
     R"({"matrix": [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1], [1, 1, 1, 1]]})",
     "f.json:7: topology.matrix[2]: has 3 elements: it needs 4"},
    {"\"id\": 7, \"of\"", "\"id\": 5, \"of\"",
     "f.json:12: guards[3]: id 5 behind id 5: guards stand in ascending order of id"},
    {"\"id\": 999, \"of\"", "\"id\": 1000, \"of\"", "f.json:14: guards[5].id: 1000 is above 999"},
    {"\"test\": \"never\"", "\"test\": \"nevr\"",
     "f.json:9: guards[0].test: 'nevr' is not known here: did you mean 'never'?"},
    {"\"test\": \"never\"", "\"test\": \"never\", \"value\": 1",
     "f.json:9: guards[0].value: there is no such field: use id, test"},
    {"\"word\": 511, \"test\"", "\"word\": 512, \"test\"",
     "f.json:12: guards[3].word: 512 is above 511"},
    {"\"observation\": 1, \"word\"", "\"observation\": 2, \"word\"",
     "f.json:13: guards[4].observation: there are 2 observations"},
    {"\"of\": \"id\", \"test\"", "\"of\": \"id\", \"word\": 0, \"test\"",
     "f.json:14: guards[5].word: there is no such field: use id, of, test, value, to"},
    {"\"value\": 10, \"to\": 18446744073709551615", "\"value\": 10",
     "f.json:14: guards[5]: 'to' is missing"},
    {"[1, 2, 3, 4], [5", "[1, 2, 3], [5", "f.json:16: observations[0]: has 3 elements: it needs 4"},
};

const Fault STEP_FAULTS[] = {
    {"\"name\": \"nothing\"", "\"name\": \"first\"",
     "f.json:37: kinds[2].name: another kind is called 'first'"},
    {"\"name\": \"nothing\"", "\"name\": \"\"",
     "f.json:37: kinds[2].name: a kind's name has 1 to 255 bytes"},
    {"\"do\": \"random\"", "\"do\": \"randon\"",
     "f.json:20: kinds[0].steps[1].do: 'randon' is not known here: did you mean 'random'?"},
    {"\"do\": \"random\", ", "", "f.json:20: kinds[0].steps[1]: 'do' is missing"},
    {"\"do\": \"random\"", "\"do\": \"random\", \"value\": 1",
     "f.json:20: kinds[0].steps[1].value: there is no such field: use do, one_in"},
    {"\"one_in\": 4294967295", "\"one_in\": 0",
     "f.json:20: kinds[0].steps[1].one_in: 0 is below 1"},
    {"\"one_in\": 4294967295", "\"one_in\": 4294967296",
     "f.json:20: kinds[0].steps[1].one_in: 4294967296 is above 4294967295"},
    {"\"do\": \"set\", \"value\": 9", "\"do\": \"set\"",
     "f.json:19: kinds[0].steps[0]: 'value' is missing"},
    {"\"observation\": 1023", "\"observation\": 1024",
     "f.json:22: kinds[0].steps[3].observation: 1024 is above 1023"},
    {"\"ticks\": 4294967295", "\"ticks\": 0", "f.json:26: kinds[0].steps[7].ticks: 0 is below 1"},
    {"\"kind\": \"first\", \"id\": {", "\"kind\": \"frist\", \"id\": {",
     "f.json:30: kinds[1].steps[0].kind: there is no kind 'frist': did you mean 'first'?"},
    {"\"kind\": \"first\", \"id\": {", "\"kind\": \"zzzzzzz\", \"id\": {",
     "f.json:30: kinds[1].steps[0].kind: there is no kind 'zzzzzzz': use first, emitter, nothing"},
    {"\"kind\": \"first\", \"id\": {", "\"id\": {",
     "f.json:30: kinds[1].steps[0]: needs kind or handler or eval"},
    {"\"handler\": 65535", "\"handler\": 65535, \"kind\": \"first\"",
     "f.json:32: kinds[1].steps[1].handler: 'kind' is there too: leave one out"},
    {"\"handler\": 65535", "\"handler\": 65536",
     "f.json:32: kinds[1].steps[1].handler: 65536 is above 65535"},
    {"\"payload\": [1, 2, 3, 4]", "\"data\": [1, 2]",
     "f.json:32: kinds[1].steps[1].data: does not go with 'handler'"},
    {"\"data\": [21, 22]", "\"payload\": [1, 2, 3, 4]",
     "f.json:31: kinds[1].steps[0].payload: does not go with 'kind'"},
    {"\"data\": [21, 22]", "\"data\": [21]",
     "f.json:31: kinds[1].steps[0].data: has 1 elements: it needs 2"},
    {"\"guards\": [1023, 5]", "\"guards\": [1024, 5]",
     "f.json:31: kinds[1].steps[0].guards[0]: 1024 is above 1023"},
    {"\"guards\": [1023, 5]", "\"guards\": [1, 2, 3, 4, 5, 6, 7, 8, 9]",
     "f.json:31: kinds[1].steps[0].guards: has 9 elements: it has room for 8"},
    {"\"priority\": \"low\"", "\"priority\": \"urgent\"",
     "f.json:31: kinds[1].steps[0].priority: 'urgent' is not known here: use high, normal, low"},
    {"\"budget\": 0", "\"budget\": 9", "f.json:31: kinds[1].steps[0].budget: 9 is above 8"},
    {"\"share\": 3", "\"share\": 0", "f.json:30: kinds[1].steps[0].share: 0 is below 1"},
    {"\"from\": \"zero\"", "\"from\": \"nul\"",
     "f.json:30: kinds[1].steps[0].id.from: 'nul' is not known here: use zero, own, value"},
    {"\"after\": 6", "\"after\": 6, \"at\": 7",
     "f.json:34: kinds[1].steps[3].after: 'at' is there too: leave one out"},
    {", \"after\": 6", "", "f.json:34: kinds[1].steps[3]: needs at or after or within"},
    {"{\"do\": \"send\"", "{\"at\": 1, \"do\": \"send\"",
     "f.json:32: kinds[1].steps[1].at: there is no such field: use do, kind, handler, eval, id, "
     "run, life, share, data, payload, budget, priority, stateless, guards, one_in, delta"},
    {"\"handler\": 65535", "\"delta\": {\"predicate\": 1, \"rows\": [[1, 1]]}, \"handler\": 65535",
     "f.json:32: kinds[1].steps[1].delta: only an input from outside brings its rows: name one of "
     "the file's runs"},
};

const Fault INPUT_FAULTS[] = {
    {"\"id\": 40, ", "", "f.json:40: inputs[0]: 'id' is missing"},
    {"\"beat\": 9", "\"beat\": 281474976710656",
     "f.json:40: inputs[0].beat: 281474976710656 is above 281474976710655"},
    {"\"life\": 4294967295", "\"life\": 4294967296",
     "f.json:40: inputs[0].life: 4294967296 is above 4294967295"},
    {"\"count\": 1000", "\"count\": 0", "f.json:41: inputs[1].count: 0 is below 1"},
    {"\"count\": 1000", "\"count\": 1099511627776",
     "f.json:39: inputs: more than 1099511627776 inputs together"},
    {"\"times\": 3", "\"times\": 65537", "f.json:41: inputs[1].times: 65537 is above 65536"},
    {"\"times\": 3, \"every\": 4", "\"times\": 3, \"every\": 140737488355328",
     "f.json:41: inputs[1]: the last of 3 times would be for a beat above 281474976710655"},
    {"\"at\": 0", "\"at\": 4611686018427387905",
     "f.json:42: inputs[2].at: 4611686018427387905 is above 4611686018427387904"},
    {"{\"handler\": 2", "{\"delta\": true, \"handler\": 2",
     "f.json:42: inputs[2].delta: a delta cannot be stateless"},
    {"\"id\": 40, ", "\"id\": 40, \"delta\": true, \"at\": 5, ",
     "f.json:40: inputs[0].at: a delta cannot be ordered for a time"},
    {"\"id\": 40, ", "\"id\": 40, \"delta\": true, \"stateless\": true, ",
     "f.json:40: inputs[0].delta: a delta cannot be stateless"},
    {"\"id\": 40, ", "\"id\": 40, \"delta\": true, ",
     "f.json:40: inputs[0].delta: run 3 does not exist: a delta has 1 to 8 rows"},
    {"{\"handler\": 2", "{\"handler\": 2, \"life\": 3",
     "f.json:42: inputs[2].life: does not go with 'handler'"},
    {"\"inputs\": [", "\"inputs\": 1, \"extra\": [",
     "f.json:39: extra: there is no such field: "
     "use knhk_workload, name, cores, seed, stealing, topology, guards, observations, runs, "
     "sigma, kinds, inputs"},
};

void expect_complaints(std::span<const Fault> faults) {
    for (const Fault& fault : faults) {
        EXPECT_EQ(complaint_about(with(RICH_WORKLOAD, fault.from, fault.to)), fault.says)
            << fault.from << " -> " << fault.to;
    }
}

TEST(WorkloadErrorTest, file_without_a_fault_is_taken) {
    EXPECT_EQ(complaint_about(RICH_WORKLOAD), "");
}

TEST(WorkloadErrorTest, faults_of_the_header_are_told) {
    expect_complaints(HEADER_FAULTS);
}

TEST(WorkloadErrorTest, faults_of_tables_are_told) {
    expect_complaints(TABLE_FAULTS);
}

TEST(WorkloadErrorTest, faults_of_steps_are_told) {
    expect_complaints(STEP_FAULTS);
}

TEST(WorkloadErrorTest, faults_of_inputs_are_told) {
    expect_complaints(INPUT_FAULTS);
}

TEST(WorkloadErrorTest, matrix_needs_the_number_of_cores) {
    EXPECT_EQ(complaint_about(R"({"knhk_workload": 1, "name": "m", "inputs": [],
        "topology": {"matrix": [[1]]}})"),
              "f.json:2: topology.matrix: needs 'cores' in the file");
}

TEST(WorkloadErrorTest, anything_but_an_object_is_refused) {
    EXPECT_EQ(complaint_about("[]"), "f.json:1: is an array, not an object");
    EXPECT_EQ(complaint_about("3"), "f.json:1: is a number, not an object");
}

TEST(WorkloadErrorTest, last_beat_that_there_can_be_is_taken) {
    EXPECT_EQ(complaint_about(with(RICH_WORKLOAD, "\"times\": 3, \"every\": 4",
                                   "\"times\": 3, \"every\": 140737488355327")),
              "");
}

} // namespace
} // namespace knhk::tools
