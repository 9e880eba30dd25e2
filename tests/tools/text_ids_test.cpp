// SPDX-License-Identifier: MIT
// Texts that stand for ids, wherever a file or a line may have one.
#include "tools/workload/text_ids.hpp"

#include <gtest/gtest.h>

#include "tests/tools/workload_text.hpp"
#include "tools/host/failure.hpp"
#include "tools/sigma/sigma_file.hpp"
#include "tools/sigma/sigma_text.hpp"
#include "tools/workload/schema_tasks.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::tools {
namespace {

// Of the test vectors that the authors of FNV publish.
constexpr u64 A = 0xAF63'DC4C'8601'EC8C;
constexpr u64 FOO = 0xDCB2'7518'FED9'D577;
constexpr u64 FOOBAR = 0x8594'4171'F739'67E8;
constexpr u64 CHONGO = 0x4681'0940'EFF5'F915;
constexpr u64 NORVIG = 0x07AA'A640'476E'0B9A;

// Two texts of one id, known for it.
constexpr const char* TWIN = "8yn0iYCKYHlIj4-BwPqk";
constexpr const char* OTHER_TWIN = "GReLUrM4wMqfg9yzV3KQ";

u64 id_of(const std::string& json) {
    const std::string file = "f.json";
    const JsonValue value = parse_json(json, file);
    TextIds ids;
    return ids.of(Field(value, "here", file));
}

template<class Use>
std::string complaint_of(Use use) {
    try {
        static_cast<void>(use());
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "none";
}

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

TEST(TextIds, text_is_fnv1a_of_its_bytes_and_a_number_itself) {
    EXPECT_EQ(id_of(R"("a")"), A);
    EXPECT_EQ(id_of(R"("foobar")"), FOOBAR);
    EXPECT_EQ(id_of(R"("chongo was here!\n")"), CHONGO);
    EXPECT_EQ(id_of(R"("http://norvig.com/21-days.html")"), NORVIG);
    EXPECT_EQ(id_of("7"), 7U);
    EXPECT_EQ(id_of(R"("0x7")"), 7U);
    EXPECT_NE(id_of(R"("7")"), 7U) << "digits in quotes are a text";
    EXPECT_EQ(id_of(R"("\u0061")"), A) << "what is hashed is what the text means";
}

TEST(TextIds, text_has_1_to_1024_bytes_of_utf8) {
    const auto complaint = [](const std::string& text) {
        return complaint_of([&] { return id_of(quoted(text)); });
    };
    for (const char* good : {"\x7F", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
                             "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xC3\xA9z"}) {
        EXPECT_EQ(complaint(good), "none") << good;
    }
    for (const char* bad :
         {"\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE2\x82", "\xE2\x82\x41",
          "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xFF"}) {
        EXPECT_EQ(complaint(bad), "f.json:1: here: is not UTF-8");
    }
    EXPECT_EQ(complaint(std::string(ID_TEXT_BYTES_MAX, 'x')), "none");
    EXPECT_EQ(complaint(std::string(ID_TEXT_BYTES_MAX + 1, 'x')),
              "f.json:1: here: has 1025 bytes: a text that is an id has 1 to 1024");
    EXPECT_EQ(complaint(""), "f.json:1: here: has 0 bytes: a text that is an id has 1 to 1024");
    EXPECT_EQ(complaint("0xfg"), "f.json:1: here: 0xfg is not a whole number");
    EXPECT_EQ(complaint_of([] { return id_of("null"); }), "f.json:1: here: is null, not a number");
}

std::string workload_with(const std::string& parts) {
    return "{\"knhk_workload\": 1, \"name\": \"w\",\n" + parts + "}";
}

TEST(TextIds, workload_file_takes_them_in_runs_and_for_tasks_of_the_snapshot) {
    const WorkloadFile file = parse_workload(
        workload_with(R"("runs": [{"predicate": "a", "rows": [["foo", 2], ["foobar", "value"]]}],
        "kinds": [{"name": "k", "steps": [{"do": "send", "eval": 0, "run": 0,
                                           "data": ["foo", "value"]}]}],
        "inputs": [{"eval": 0, "run": 0, "id": 1, "data": ["foobar", "a"]}])"),
        "f.json");
    EXPECT_EQ(file.runs[0].predicate, A);
    EXPECT_EQ(file.runs[0].subjects[0], FOO);
    EXPECT_EQ(file.runs[0].objects[0], 2U);
    EXPECT_EQ(file.runs[0].subjects[1], FOOBAR);
    EXPECT_EQ(file.runs[0].objects[1], id_of(R"("value")"));
    EXPECT_EQ(file.steps[0].target, TARGET_HANDLER | TARGET_WORD_3_IS_VALUE);
    EXPECT_EQ(file.steps[0].task.payload[2], FOO);
    EXPECT_EQ(file.steps[0].task.payload[3], 0U) << "the step's value is no text";
    EXPECT_EQ(file.groups[0].task.payload[2], FOOBAR);
    EXPECT_EQ(file.groups[0].task.payload[3], A);
}

TEST(TextIds, what_is_no_subject_predicate_or_object_stays_a_number) {
    for (const char* parts : {R"("inputs": [{"eval": 0, "run": "a", "id": 1}])",
                              R"("inputs": [{"eval": 0, "run": 0, "id": "a"}])",
                              R"("inputs": [{"handler": 0, "id": 1, "payload": ["a", 0, 0, 0]}])",
                              R"("inputs": [], "observations": [["a", 0, 0, 0]])"}) {
        EXPECT_NE(complaint_of([&] { return parse_workload(workload_with(parts), "f.json"); }),
                  "none")
            << parts;
    }
}

TEST(TextIds, two_texts_of_one_file_with_one_id_are_refused_by_name) {
    const std::string rows =
        fmt::format(R"("runs": [{{"predicate": 1, "rows": [["{}", 2], ["{}", 2]]}}], "inputs": [])",
                    TWIN, OTHER_TWIN);
    EXPECT_EQ(
        complaint_of([&] { return parse_workload(workload_with(rows), "f.json"); }),
        "f.json:2: runs[0].rows[1][0]: 'GReLUrM4wMqfg9yzV3KQ' and '8yn0iYCKYHlIj4-BwPqk' have "
        "one id, 5668919866452109284: call one of them otherwise");
    const std::string apart = fmt::format(
        R"("runs": [{{"predicate": "{}", "rows": []}}],
        "inputs": [{{"eval": 0, "run": 0, "id": 1, "data": [1, "{}"]}}])",
        TWIN, OTHER_TWIN);
    EXPECT_NE(complaint_of([&] {
                  return parse_workload(workload_with(apart), "f.json");
              }).find("f.json:3: inputs[0].data[1]: 'GReLUrM4wMqfg9yzV3KQ'"),
              std::string::npos);
    const std::string twice = fmt::format(
        R"("runs": [{{"predicate": "{}", "rows": [["{}", 1]]}}], "inputs": [])", TWIN, TWIN);
    EXPECT_EQ(complaint_of([&] { return parse_workload(workload_with(twice), "f.json"); }), "none");
}

std::string sigma_with(const std::string& hooks, const std::string& guard) {
    return R"({"knhk_sigma": 1, "name": "s", "guards": [{"name": "g", )" + guard +
           R"(}], "hooks": [{"name": "h", )" + hooks +
           R"(}], "tasks": [{"name": "t", "pattern": "sequence", "guards": ["g"],
           "hooks": ["h"]}]})";
}

TEST(TextIds, snapshot_takes_them_in_hooks_and_for_the_predicate_of_a_guard) {
    const auto sealed = build_sigma(
        sigma_with(R"("op": "ask_spo", "subject": "foo", "predicate": "a", "object": "foobar")",
                   R"("kind": "schema", "value": "a")"),
        "s.json");
    const SealedSnapshot opened = open_sealed(sealed, "s");
    const SigmaTables& tables = opened.snapshot.tables();
    EXPECT_EQ(tables.hooks[0].subject, FOO);
    EXPECT_EQ(tables.hooks[0].predicate, A);
    EXPECT_EQ(tables.hooks[0].object, FOOBAR);
    EXPECT_EQ(tables.guards[0].value, A);
}

TEST(TextIds, snapshot_refuses_them_elsewhere_and_twins) {
    EXPECT_NE(complaint_of([] {
                  return build_sigma(sigma_with(R"("op": "ask_op", "predicate": 1, "object": 2)",
                                                R"("kind": "tick_budget", "value": "a")"),
                                     "s.json");
              }).find("guards[0].value: 'a' is not a number"),
              std::string::npos);
    EXPECT_NE(complaint_of([] {
                  return build_sigma(
                      sigma_with(fmt::format(R"("op": "ask_op", "predicate": "{}", "object": "{}")",
                                             TWIN, OTHER_TWIN),
                                 R"("kind": "schema", "value": 1)"),
                      "s.json");
              }).find("hooks[0].object: 'GReLUrM4wMqfg9yzV3KQ' and '8yn0iYCKYHlIj4-BwPqk'"),
              std::string::npos);
}

TEST(TextIds, line_from_outside_takes_them) {
    const std::string source = "-";
    const JsonValue line =
        parse_json(R"({"eval": 1, "run": 0, "id": 2, "data": ["foo", "a"]})", source);
    const OutsideTask outside = read_outside_task(Field(line, "", source), KindNames());
    EXPECT_EQ(outside.task.payload[2], FOO);
    EXPECT_EQ(outside.task.payload[3], A);
}

} // namespace
} // namespace knhk::tools
