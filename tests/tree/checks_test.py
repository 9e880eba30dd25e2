# SPDX-License-Identifier: MIT
"""Shows that each check of the tree fails on a planted fault, and not on what only looks like one.
Usage: checks_test.py ROOT"""

import sys
import tempfile
import unittest
from pathlib import Path

import check_architectures
import check_coverage
import check_fences
import check_layers
import check_memory_map
import check_style

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
SPDX = "// SPDX-License-Identifier: MIT\n"


def problems_of(check, files):
    """What `check` says of a tree that holds these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            place = Path(root) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return check.find_problems(root)


class LayersTest(unittest.TestCase):
    # What includes may name; they are empty here.
    HEADERS = {
        path: "" for path in (
            "base/a.hpp", "isa/a.hpp", "sigma/a.hpp", "replay/a.hpp", "sched/a.hpp",
            "kernel/a.hpp", "kernel/container.hpp", "arch/platform.hpp", "arch/boot_info.hpp",
            "arch/x86_64/a.hpp", "arch/bare/a.hpp", "arch/linux/a.hpp", "loader/a.hpp",
            "qemu/a.hpp", "tools/a.hpp", "linker/x86_64.h",
        )
    }

    def problems(self, path, text):
        return problems_of(check_layers, self.HEADERS | {path: text})

    def assert_refused(self, path, text, word):
        problems = self.problems(path, text)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])

    def assert_include(self, folder, included, allowed):
        problems = self.problems(f"{folder}/x.cpp", f'#include "{included}"\n')
        self.assertEqual(len(problems), 0 if allowed else 1, (folder, included, problems))

    def test_folder_may_include_those_below_it_and_no_others(self):
        folders = {
            "base": {"base"},
            "isa": {"base", "isa"},
            "sigma": {"base", "isa", "sigma"},
            "replay": {"base", "replay"},
            "sched": {"base", "isa", "sigma", "replay", "sched"},
            "kernel": {"base", "isa", "sigma", "replay", "sched", "kernel"},
            "arch/bare": {"base", "arch/bare"},
            "arch/x86_64": {"base", "arch/bare", "arch/x86_64"},
            "arch/linux": {"base", "arch/linux"},
            "loader": {"base", "arch/linux", "loader"},
            "qemu": {"base", "qemu"},
            "tools": {"base", "isa", "sigma", "replay", "qemu", "tools"},
        }
        for folder, allowed in folders.items():
            for other in folders:
                self.assert_include(folder, f"{other}/a.hpp", other in allowed)

    def test_kernel_may_include_the_platform_interface_alone(self):
        for name in ("arch/platform.hpp", "arch/boot_info.hpp"):
            self.assert_include("kernel", name, True)
            self.assert_include("sched", name, False)
            self.assert_include("arch/x86_64", name, True)

    def test_single_files_are_allowed_by_name(self):
        self.assert_include("tools", "kernel/container.hpp", True)
        self.assert_include("tools", "kernel/a.hpp", False)
        self.assert_include("arch/x86_64", "linker/x86_64.h", True)
        self.assert_include("arch/linux", "linker/x86_64.h", False)

    def test_tests_may_include_anything(self):
        self.assert_include("tests/sched", "kernel/a.hpp", True)

    def test_include_that_is_not_from_the_root_is_refused(self):
        for included in ("a.hpp", "../base/a.hpp", "base/../base/a.hpp", "base/missing.hpp"):
            self.assert_refused("base/x.cpp", f'#include "{included}"\n', "not named from the root")

    def test_include_in_a_comment_does_not_count(self):
        text = '// #include "kernel/a.hpp"\n/*\n#include "kernel/a.hpp"\n*/\n'
        self.assertEqual(self.problems("base/x.cpp", text), [])

    def test_indented_include_counts(self):
        self.assert_refused("base/x.cpp", '  #  include "kernel/a.hpp"\n', "may not include")

    def test_library_headers_are_refused_in_freestanding_code_alone(self):
        self.assert_refused("sched/x.cpp", "#include <vector>\n", "<vector>")
        self.assert_refused("arch/x86_64/x.cpp", "#include <cstdio>\n", "<cstdio>")
        for path in ("tools/x.cpp", "arch/linux/x.cpp", "tests/x.cpp"):
            self.assertEqual(self.problems(path, "#include <vector>\n"), [])
        self.assertEqual(self.problems("sched/x.cpp", "#include <array>\n"), [])

    def test_condition_on_the_machine_is_refused_outside_arch(self):
        for line in ("#ifdef __x86_64__", "#if defined(__aarch64__)", "# if __riscv_xlen == 64",
                     "#ifndef __linux__", "#elif defined(__riscv)"):
            for path in ("base/x.hpp", "tests/programs/f/x.hpp"):
                self.assert_refused(path, line + "\n", "#if on __")
            self.assertEqual(self.problems("arch/x86_64/x.hpp", line + "\n"), [])

    def test_assembly_is_refused_outside_arch(self):
        for text in ('asm("nop");\n', '__asm__ volatile("nop");\n', 'void f() { asm (""); }\n'):
            self.assert_refused("sched/x.cpp", text, "assembly")
            self.assertEqual(self.problems("arch/x86_64/x.cpp", text), [])
            self.assertEqual(self.problems("tests/programs/f/x.cpp", text), [])
        self.assert_refused("kernel/x.S", "nop\n", "assembly")

    def test_assembly_in_words_is_none(self):
        text = '// asm("nop")\nconst char* s = "asm(\\"nop\\")";\nint asm_count;\n'
        self.assertEqual(self.problems("sched/x.cpp", text), [])

    def test_file_in_no_layer_is_reported(self):
        self.assert_refused("elsewhere/x.cpp", "", "no layer")

    def test_build_directories_are_left_out(self):
        self.assertEqual(self.problems("build/x.cpp", '#include "nowhere.hpp"\n'), [])


class StyleTest(unittest.TestCase):
    def problems(self, text, path="base/x.hpp"):
        return problems_of(check_style, {path: text})

    def assert_problem(self, body, word):
        problems = self.problems(SPDX + "#pragma once\n" + body)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])

    def assert_clean(self, body):
        self.assertEqual(self.problems(SPDX + "#pragma once\n" + body), [])

    def test_clean_header_is_clean(self):
        self.assert_clean("int f();\n")

    def test_long_line(self):
        self.assert_clean("int " + "x" * 95 + ";\n")
        self.assert_problem("int " + "x" * 96 + ";\n", "101 characters")

    def test_tab_and_blanks_at_the_end(self):
        self.assert_problem("int\tx;\n", "tab")
        self.assert_problem("int x; \n", "blanks")

    def test_missing_line_feed(self):
        self.assert_problem("int x;", "line feed")

    def test_long_file(self):
        self.assert_clean("\n" * 498)
        self.assert_problem("\n" * 499, "501 lines")

    def test_missing_licence(self):
        self.assertIn("SPDX", "".join(self.problems("#pragma once\n")))
        self.assertIn("SPDX", "".join(self.problems("print()\n", "tools/x.py")))
        self.assertEqual(self.problems("#!/bin/sh\n# SPDX-License-Identifier: MIT\n", "x.sh"), [])

    def test_missing_pragma_once(self):
        self.assertIn("pragma once", "".join(self.problems(SPDX)))

    def test_function_of_71_lines(self):
        for head in ("void f() {", "template<class T> requires (sizeof(T) > 1)\nvoid C<T>::f() {",
                     "auto f = [](int x) {", "[[nodiscard]] static int f(int a,\n    int b) {"):
            room = 70 - 2 - head.count("\n")
            for outer in ("{}", "namespace a {{\n{}}}\n", "struct S {{\n{}}};\n"):
                self.assert_clean(outer.format(head + "\n" + "g();\n" * room + "}\n"))
                self.assert_problem(outer.format(head + "\n" + "g();\n" * (room + 1) + "}\n"),
                                    "71 lines")

    def test_braces_that_are_no_function(self):
        members = "int a(int);\n" * 80
        for head in ("struct alignas(64) S {", "namespace a {", "class C : public D<f()> {",
                     "inline constexpr int A[] = {", 'extern "C" {'):
            separator = "," if "=" in head else ";"
            self.assert_clean(head + "\n" + members.replace(";", separator) + "};\n")

    def test_brace_in_a_string_or_comment(self):
        line = "g('{', \"{{{\", 1'000'000); // as in {1\n"
        self.assert_clean("void f() {\n" + line * 60 + "}\n" + "int a;\n" * 80)

    def test_commented_out_code(self):
        for line in ("// x = f();", "/// return;", "// if (a) {", "// }", '// #include "a.hpp"',
                     "int y; // y += 2;"):
            self.assert_problem(line + "\n", "commented-out")

    def test_prose_is_no_code(self):
        self.assert_clean("// Relaxed: nothing depends on it; the barrier orders (most of) it.\n"
                          "// its last words, as in f(x);\n// e.g. {1, 2}\n")

    def test_source_that_nobody_builds(self):
        source = SPDX + "int x;\n"
        build = "# SPDX-License-Identifier: MIT\nfiles('a.cpp')\n"
        files = {"base/meson.build": build, "base/a.cpp": source}
        self.assertEqual(problems_of(check_style, files), [])
        problems = problems_of(check_style, files | {"base/b.cpp": source, "base/aa.cpp": source})
        self.assertEqual(len(problems), 2, problems)
        self.assertIn("no meson.build", problems[0])


class FencesTest(unittest.TestCase):
    def problems(self, text, path="sched/x.hpp"):
        return problems_of(check_fences, {path: text})

    def assert_refused(self, text, word, path="sched/x.hpp"):
        problems = self.problems("int a;\n" + text, path)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(f"{path}:2: ", problems[0])
        self.assertIn(word, problems[0])

    def test_fence_of_the_language_or_the_compiler(self):
        for call in ("std::atomic_thread_fence(std::memory_order_seq_cst);",
                     "std::atomic_signal_fence(std::memory_order_release);",
                     "__sync_synchronize();", "__atomic_thread_fence(__ATOMIC_SEQ_CST);",
                     "_mm_mfence();", "__builtin_ia32_sfence();"):
            for path in ("sched/x.hpp", "arch/linux/x.cpp", "tools/x.cpp", "arch/bare/sleep.cpp"):
                self.assert_refused(call + "\n", call.split("(")[0].split(":")[-1], path)

    def test_fence_in_assembly(self):
        for code, word in (("mfence", "mfence"), ("nop; lfence; nop", "lfence"),
                           ("dmb ish", "dmb"), ("fence rw, rw", "fence"),
                           ("lock; addl $0, (%%rsp)", "lock")):
            self.assert_refused(f'asm volatile("{code}" : : : "memory");\n', word)
            self.assert_refused(code.replace("%%", "%") + "\n", word, "arch/x86_64/x.S")
        self.assert_refused('asm volatile("nop;" "sfence" : "=r"(x));\n', "sfence")

    def test_empty_assembly_that_binds_the_compiler(self):
        for code in ('asm volatile("" : : : "memory");', '__asm__ __volatile__ ("" ::: "memory");'):
            self.assert_refused(code + "\n", "empty asm")

    def test_audited_file_may_hold_what_was_looked_at_and_nothing_else(self):
        audited = "arch/bare/harts.cpp"
        self.assertEqual(self.problems("std::atomic_signal_fence(x);\n", audited), [])
        self.assert_refused("std::atomic_thread_fence(x);\n", "thread_fence", audited)

    def test_what_only_looks_like_a_fence(self):
        text = ('// mfence; atomic_thread_fence()\nint fences; f("no fence here, mfence");\n'
                'asm volatile("pause" : : : "memory");\nlog("x");\n/* dmb */\n')
        self.assertEqual(self.problems(text), [])

    def test_benchmarks_and_tests_are_left_alone(self):
        for path in ("bench/x.hpp", "tests/x.cpp"):
            self.assertEqual(self.problems("_mm_lfence();\n", path), [])


class ArchitecturesTest(unittest.TestCase):
    LONG = "int f(int a) {\n    a += 1;\n    a += 2;\n    a += 3;\n    return a;\n}\n"

    def problems(self, *more):
        files = {f"arch/{name}/{file}": f"// {name}\n" for name in ("a64", "b64")
                 for file in ("cpu.cpp", "entry.S")}
        files |= {"arch/bare/sleep.cpp": "// for all\n", "arch/linux/watch.cpp": ""}
        return problems_of(check_architectures, files | dict(more))

    def test_same_files_are_clean(self):
        self.assertEqual(self.problems(), [])

    def test_file_that_only_one_has(self):
        problems = self.problems(("arch/a64/own.cpp", ""))
        self.assertEqual(problems, ["arch/b64/own.cpp: other architectures have it"])

    def test_function_that_two_write_the_same_way(self):
        problems = self.problems(("arch/a64/cpu.cpp", self.LONG), ("arch/b64/cpu.cpp", self.LONG))
        self.assertEqual(len(problems), 1, problems)
        self.assertIn("arch/b64/cpu.cpp", problems[0])
        other = self.LONG.replace("3", "4")
        self.assertEqual(
            self.problems(("arch/a64/cpu.cpp", self.LONG), ("arch/b64/cpu.cpp", other)), [])

    def test_shared_file_that_names_an_architecture(self):
        problems = self.problems(("arch/bare/sleep.cpp", "// as a64 does\n"))
        self.assertEqual(problems, ["arch/bare/sleep.cpp: names a64"])

    def test_tree_without_an_architecture(self):
        self.assertEqual(len(problems_of(check_architectures, {"arch/bare/x.cpp": ""})), 1)


class CoverageTest(unittest.TestCase):
    DATA = """[[section]]
title = "A part"
[[section.row]]
number = "S-1"
asked = "something"
where = ["base/a.hpp"]
[[section.row.plant]]
test = "base: A.is_one"
file = "base/a.hpp"
old = "a = 1"
new = "a = 2"
[[section.row]]
number = "S-2"
asked = "another thing"
where = []
state = "not yet"
"""
    DOCUMENT = f"""# A title

## A part

{check_coverage.HEAD}
{check_coverage.RULE}
| S-1 | something | `base/a.hpp` | `base: A.is_one` |  |
| S-2 | another thing |  | not yet |  |
"""
    FILES = {
        "tests/campaign/coverage.toml": DATA, "docs/coverage.md": DOCUMENT,
        "base/a.hpp": "int a = 1;\n", "tests/base/a_test.cpp": "TEST(A, is_one) {}\n",
    }

    def problems(self, **changes):
        """Of these files, each change being (old, new)."""
        paths = {"rows": "tests/campaign/coverage.toml", "document": "docs/coverage.md",
                 "source": "base/a.hpp", "test": "tests/base/a_test.cpp"}
        files = dict(self.FILES)
        for name, (old, new) in changes.items():
            self.assertIn(old, files[paths[name]])
            files[paths[name]] = files[paths[name]].replace(old, new)
        return problems_of(check_coverage, files)

    def assert_problem(self, word, **changes):
        problems = self.problems(**changes)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])

    def test_document_of_the_same_rows_is_clean(self):
        self.assertEqual(self.problems(), [])

    def test_document_that_says_something_else(self):
        for old, new in (("A.is_one", "A.is_two"), ("| S-2 ", "| S-3 "), ("not yet", "`base`"),
                         ("| S-2 | another thing |  | not yet |  |\n", ""),
                         ("something", "something else")):
            self.assert_problem("the rows say", document=(old, new))
        self.assert_problem("no section", document=("## A part", "## Another"))
        more = "| S-2 | another thing |  | not yet |  |\n"
        self.assert_problem("the rows say", document=(more, more + more.replace("2", "3")))

    def test_fault_that_cannot_be_planted(self):
        self.assert_problem("stands 0 times", source=("a = 1", "a = 3"))
        self.assert_problem("stands 2 times", source=("int a = 1;", "int a = 1; int aa = 1;"))

    def test_test_that_is_not_there(self):
        self.assert_problem("no test", test=("is_one", "is_none"))
        self.assert_problem("no test", test=("TEST(A, is_one) {}", "// A.is_one"))

    def test_file_that_is_not_there(self):
        self.assert_problem("there is no", rows=("where = []", 'where = ["base/b.hpp"]'),
                            document=("thing |  |", "thing | `base/b.hpp` |"))

    def test_row_without_a_fault_and_without_a_reason(self):
        for old, new in (('state = "not yet"\n', ""), ("not yet", "host"), ("not yet", "done")):
            with self.assertRaisesRegex(ValueError, "S-2"):
                self.problems(rows=(old, new))

    def test_tables_are_written_into_their_sections(self):
        with tempfile.TemporaryDirectory() as root:
            for path, text in self.FILES.items():
                place = Path(root) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
            sections = check_coverage.read_sections(root)
        empty = "# A title\n\n## A part\n\nwords\n\n## More\n\nmore\n"
        text, problems = check_coverage.document_with(empty, sections)
        self.assertEqual(problems, [])
        table = self.DOCUMENT[self.DOCUMENT.index("|"):]
        self.assertEqual(text, empty.replace("words\n", "words\n\n" + table))
        self.assertEqual(check_coverage.document_with(text, sections)[0], text)


class MemoryMapTest(unittest.TestCase):
    def problems(self, *changes):
        """Of the tree's own files, each change being (path, old, new)."""
        files = {p: (ROOT / p).read_text()
                 for p in [check_memory_map.DOCUMENT, check_memory_map.DEFINITION,
                           *(name.format(architecture)
                             for architecture in check_memory_map.architectures_of(ROOT)
                             for name in check_memory_map.ARCHITECTURE_FILES)]}
        for path, old, new in changes:
            self.assertIn(old, files[path])
            files[path] = files[path].replace(old, new, 1)
        return problems_of(check_memory_map, files)

    def test_tree_is_clean(self):
        self.assertEqual(self.problems(), [])

    def test_changed_number_in_the_definition(self):
        for old, new in (("0x53200000, 0x01800000", "0x53200000, 0x01700000"),
                         ("clocks, 0x52000000", "clocks, 0x52010000"),
                         ("FIXED, SAVED", "DIVIDED, SAVED"),
                         ("0x00100000, DIVIDED, VOLATILE", "0x00100000, DIVIDED, SAVED"),
                         ("outboxes,", "outboxen,"),
                         ("KNHK_REGIONS_SIZE 0x07300000", "KNHK_REGIONS_SIZE 0x07400000"),
                         ("KNHK_IMAGE_SIZE_MAX 0x04000000", "KNHK_IMAGE_SIZE_MAX 0x08000000")):
            self.assertNotEqual(self.problems((check_memory_map.DEFINITION, old, new)), [], old)

    def test_changed_number_in_the_document(self):
        for old, new in (("0x5310_0000 | 1 MiB", "0x5310_0000 | 2 MiB"),
                         ("| 96 KiB | 96 KiB |", "| 96 KiB | 64 KiB |"),
                         ("0x0100_0000", "0x0200_0000"),
                         ("| 0x8000 |", "| 0x9000 |"),
                         ("| `stacks` | 256 slots of 64 KiB |\n", "")):
            self.assertNotEqual(self.problems((check_memory_map.DOCUMENT, old, new)), [], old)

    def test_region_missing_in_the_document(self):
        document = (ROOT / check_memory_map.DOCUMENT).read_text()
        row = next(line for line in document.splitlines() if line.startswith("| `workers` | 0x"))
        self.assertNotEqual(self.problems((check_memory_map.DOCUMENT, row + "\n", "")), [])

    def test_changed_load_address(self):
        for change in (("linker/x86_64.h", "KNHK_LOAD_ADDRESS 0x01", "KNHK_LOAD_ADDRESS 0x02"),
                       ("linker/aarch64.h", "KNHK_LOAD_ADDRESS 0x4", "KNHK_LOAD_ADDRESS 0x5"),
                       ("linker/riscv64.h", "KNHK_LOAD_ADDRESS 0x8", "KNHK_LOAD_ADDRESS 0x9")):
            self.assertNotEqual(self.problems(change), [])

    def test_architecture_that_the_document_does_not_know(self):
        document = (ROOT / check_memory_map.DOCUMENT).read_text()
        row = next(line for line in document.splitlines()
                   if line.startswith("| aarch64: loaders of ELF files"))
        self.assertNotEqual(self.problems((check_memory_map.DOCUMENT, row + "\n", "")), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
