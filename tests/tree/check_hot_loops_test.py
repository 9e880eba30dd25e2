# SPDX-License-Identifier: MIT
"""Shows that check_hot_loops.py finds each fault that is planted into a small program, for each
architecture that a compiler is given for. Usage: check_hot_loops_test.py COMPILER..., each one
word for the shell."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_hot_loops
import hot_code
import hot_list
import machine_code

COMPILERS = [compiler.split() for compiler in sys.argv[1:]]
OPTIONS = ["-std=c++23", "-O2", "-ffreestanding", "-fno-exceptions", "-fno-pic", "-no-pie",
           "-fno-asynchronous-unwind-tables", "-nostdlib", "-static", "-Wl,-e,beat",
           "-Wl,--build-id=none", "-x", "c++"]
OWN_OPTIONS = {"aarch64": ["-mno-outline-atomics"]}
JUMP = {"x86_64": "jmp", "aarch64": "b", "riscv64": "j"}
WAIT = {"x86_64": "pause", "aarch64": "wfe", "riscv64": "wfi"}

ROOTS = '[roots]\nbeat = ["beat"]\n'
LOOP = "[[loop]]\nfunction = \"{}\"\nbound = \"CORES_MAX\"\nwhy = \"a test\"\ncount = {}\n"
KNOWN = {"CORES_MAX"}

PROGRAM = """
#define NOT_INLINE [[gnu::noinline]]
volatile int sink;
int shared;
extern "C" {
void (*volatile pointer)() = nullptr;
[[noreturn]] NOT_INLINE void beat_ends() { for (;;) { sink = 1; } }
"""
LEAF = "NOT_INLINE void leaf() { sink = 1; }\n"
LOOPING = "NOT_INLINE void looping(int n) { for (int i = 0; i < n; ++i) { sink = i; } }\n"


class HotLoopsTest(unittest.TestCase):
    """Of one architecture; made for each of them."""
    compiler = []
    architecture = ""

    def problems(self, program, listed=""):
        """Of a program, with `beat` as its root unless the list has roots."""
        text = listed if "[roots]" in listed else ROOTS + listed
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder) / "image.elf"
            subprocess.run([*self.compiler, *OWN_OPTIONS.get(self.architecture, []), *OPTIONS, "-",
                            "-o", image], input=PROGRAM + program + "}\n", check=True, text=True)
            return check_hot_loops.find_problems(hot_list.read_list(text, KNOWN), [image])

    def assert_clean(self, program, listed=""):
        self.assertEqual(self.problems(program, listed), [])

    def assert_problem(self, word, program, listed=""):
        problems = self.problems(program, listed)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])

    def jumps(self, text):
        """A function in assembly; JUMP is the architecture's."""
        code = text.replace("JUMP", JUMP[self.architecture]).replace("\n", "\\n")
        return f'asm(".text\\n.globl beat\\n{code}");\n'

    def test_code_without_loops_is_clean(self):
        self.assert_clean(LEAF + "void beat() { leaf(); }")

    def test_loop_that_is_not_listed(self):
        problems = self.problems(LOOPING + "void beat() { looping(sink); }")
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(f"looping on {self.architecture}, 0x", problems[0])
        self.assertIn("1 times, 0 are listed: add its bound to hot_loops.toml", problems[0])

    def test_loop_that_is_not_reached(self):
        self.assert_clean(LOOPING + LEAF + "void beat() { leaf(); }")

    def test_loop_that_is_listed(self):
        self.assert_clean(LOOPING + "void beat() { looping(sink); }", LOOP.format("looping", 1))

    def test_second_loop_beside_one_that_is_listed(self):
        self.assert_problem(
            "2 times, 1 are listed",
            LOOPING.replace("{ for", "{ for (int i = 0; i < n; ++i) { sink = n; } for")
            + "void beat() { looping(sink); }", LOOP.format("looping", 1))

    def test_loop_within_one_that_is_listed(self):
        self.assert_problem(
            "2 times, 1 are listed",
            LOOPING.replace("{ sink = i; }", "{ do { sink = i; } while (sink < n); }")
            + "void beat() { looping(sink); }", LOOP.format("looping", 1))

    def test_two_loops_that_begin_at_one_place(self):
        code = self.jumps("beat: {}\n{}\nJUMP beat\n2: ret\n".format(*{
            "x86_64": ("cmp %edi, %esi\njb beat", "test %edi, %edi\nje 2f"),
            "aarch64": ("cbz x0, beat", "cbz x1, 2f"),
            "riscv64": ("beqz a0, beat", "beqz a1, 2f"),
        }[self.architecture]))
        self.assert_problem("2 times, 1 are listed", code, LOOP.format("beat", 1))

    def test_branch_backwards_that_is_on_no_cycle(self):
        self.assert_clean(self.jumps("beat: JUMP 2f\n1: ret\n2: JUMP 1b\n"))

    def test_loop_through_a_cold_part(self):
        self.assert_problem("1 times, 0 are listed",
                            self.jumps("beat: JUMP beat.cold\nbeat.cold: JUMP beat\n"))

    def test_tail_call_of_itself(self):
        self.assert_problem("1 times, 0 are listed", self.jumps("beat: JUMP beat\n"))

    def test_string_instruction(self):
        if self.architecture == "x86_64":
            self.assert_problem("1 times, 0 are listed", 'void beat() { asm("rep stosb"); }')
            self.assert_clean('void beat() { asm("rep ret"); }')

    def test_entry_of_what_is_gone(self):
        calls = LOOPING + LEAF + "void beat() { leaf(); }"
        self.assert_problem("lists 1 of [[loop]], there are 0", calls, LOOP.format("leaf", 1))
        self.assert_problem("lists 1 of [[loop]], there are 0", calls, LOOP.format("gone", 1))
        self.assert_problem("lists 2 of [[loop]], there are 1",
                            LOOPING + "void beat() { looping(sink); }", LOOP.format("looping", 2))

    def test_entry_of_another_architecture(self):
        counts = [int(name != self.architecture) for name in hot_list.ARCHITECTURES]
        self.assert_clean(LEAF + "void beat() { leaf(); }", LOOP.format("leaf", counts))

    def test_names_that_no_image_has(self):
        calls = LEAF + "void beat() { leaf(); }"
        self.assert_problem("root gone", calls, '[roots]\nbeat = ["beat", "gone"]\n')
        self.assert_problem("end gone", calls, ROOTS + '[ends]\ngone = "a test"\n')
        self.assert_problem("table gone", calls, ROOTS + '[tables]\ngone = "beat"\n')
        self.assert_problem("recursion of gone", calls,
                            '[[recursion]]\nfunctions = ["gone"]\nwhy = "a test"\n')

    def test_end_is_not_followed(self):
        calls = "void beat() { beat_ends(); }"
        problems = self.problems(calls)
        self.assertEqual(len(problems), 2, problems)
        self.assertIn("runs out of its function: is an [ends] missing?", problems[0])
        self.assert_clean(calls, ROOTS + '[ends]\nbeat_ends = "a test"\n')

    def test_atomic_change(self):
        for change in ("__atomic_fetch_add(&shared, 1, __ATOMIC_RELAXED)",
                       "sink = __atomic_exchange_n(&shared, 1, __ATOMIC_RELAXED)",
                       "sink = __sync_bool_compare_and_swap(&shared, 1, 2)"):
            problems = self.problems("void beat() { " + change + "; }")
            self.assertTrue(any("changes memory atomically" in p for p in problems), problems)

    def test_atomic_change_that_is_listed(self):
        change = "void beat() { __atomic_fetch_add(&shared, 1, __ATOMIC_RELAXED); }"
        entry = '[[atomic]]\nfunction = "beat"\nwhy = "a test"\ncount = [1, 2, 1]\n'
        # Two instructions and a way back, where it is made of exclusives.
        self.assert_clean(change, entry + LOOP.format("beat", [0, 1, 0]))
        self.assert_problem("lists 1 of [[atomic]]", LEAF + "void beat() { leaf(); }",
                            entry.replace("[1, 2, 1]", "1"))

    def test_load_and_store_are_no_change(self):
        self.assert_clean("void beat() { sink = __atomic_load_n(&shared, __ATOMIC_SEQ_CST);"
                          " __atomic_store_n(&shared, 1, __ATOMIC_RELEASE); }")

    def test_waiting(self):
        self.assert_problem("waits", f'void beat() {{ asm("{WAIT[self.architecture]}"); }}')

    def test_call_through_a_pointer(self):
        for body in ("pointer(); sink = 1;", "pointer();"):
            self.assert_problem("calls through a pointer 1 times, 0 are listed",
                                "void beat() { " + body + " }")

    def test_call_through_a_pointer_reaches_its_roots(self):
        calls = LOOPING + "void handler() { looping(3); } void beat() { pointer(); sink = 1; }"
        entry = ('[roots]\nbeat = ["beat"]\nhandlers = ["handler"]\n'
                 '[[indirect]]\nfunction = "beat"\nreaches = ["handlers"]\nwhy = "a test"\n')
        self.assert_problem("looping on", calls, entry)
        self.assert_clean(calls, entry + LOOP.format("looping", 1))

    def test_switch_is_no_call_through_a_pointer(self):
        cases = "".join(f"case {n}: sink = {n * n + 7}; break;" for n in range(12))
        self.assert_clean("void beat() { switch (sink) { " + cases + " } }")
        problems = self.problems("void beat() { for (;;) { switch (sink) { " + cases
                                 + " } if (sink == 99) { return; } } }")
        self.assertTrue(problems and "leads back to where a loop begins" in problems[0])

    def test_function_in_a_table_that_is_no_root(self):
        calls = (LEAF + "void handler() { sink = 2; }\nvoid (*const TABLE[])() = {leaf, handler};\n"
                 "void beat() { TABLE[sink](); sink = 1; }")
        entry = ('[roots]\nbeat = ["beat"]\nhandlers = ["leaf"]\n[tables]\nTABLE = "handlers"\n'
                 '[[indirect]]\nfunction = "beat"\nreaches = ["handlers"]\nwhy = "a test"\n')
        self.assert_problem("handler on", calls, entry)
        self.assert_clean(calls, entry.replace('["leaf"]', '["leaf", "handler"]'))

    def test_recursion(self):
        calls = ("int odd(int n);\n"
                 "NOT_INLINE int even(int n) { return n == 0 ? 1 : odd(n - 1) + 1; }\n"
                 "NOT_INLINE int odd(int n) { return n == 0 ? 0 : even(n - 1) * sink; }\n"
                 "void beat() { sink = odd(sink); }")
        self.assert_problem("even, odd on", calls)
        self.assert_clean(calls, '[[recursion]]\nfunctions = ["even", "odd"]\nwhy = "a test"\n')

    def test_recursion_of_one(self):
        self.assert_problem("call themselves", "NOT_INLINE int tree(int n) { return n < 2 ? sink :"
                            " sink * tree(sink); }\nvoid beat() { sink = tree(sink); }")

    def test_recursion_through_a_pointer(self):
        self.assert_problem(
            "beat, handler on", "void beat();\nvoid handler() { beat(); sink = 2; }\n"
            "NOT_INLINE void beat() { pointer(); sink = 1; }",
            '[roots]\nbeat = ["beat"]\nhandlers = ["handler"]\n'
            '[[indirect]]\nfunction = "beat"\nreaches = ["handlers"]\nwhy = "a test"\n')

    def test_heap(self):
        heap = "void* malloc(unsigned long) { return nullptr; }\nvoid beat() { sink = 1; }"
        self.assert_problem("there is no heap", heap)
        self.assert_problem("there is no heap", "}\nvoid* operator new(unsigned long) noexcept {"
                            ' return nullptr; }\nextern "C" {\nvoid beat() { sink = 1; }')

    def test_allocation_by_another_name(self):
        taker = "NOT_INLINE void pool_alloc() { sink = 1; }\n"
        self.assert_problem("allocates, by its name", taker + "void beat() { pool_alloc(); }")
        self.assert_clean(taker + "void beat() { sink = 1; }")

    def test_jump_into_the_middle_of_another(self):
        self.assert_problem("goes into the middle",
                            self.jumps("beat: JUMP 1f\nother: nop\n1: ret\n"))

    def test_end_of_a_function_that_is_none(self):
        self.assert_problem("runs out of its function", self.jumps("beat: nop\nother: ret\n"))


class HotListTest(unittest.TestCase):
    def problems(self, text):
        return hot_list.read_list(ROOTS + text, KNOWN | {"sizeof"}).problems

    def assert_problem(self, word, text):
        problems = self.problems(text)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])

    def test_bounds(self):
        for bound in ("CORES_MAX", "2 * CORES_MAX + 1", "64", "C * CORES_MAX / sizeof(CORES_MAX)"):
            self.assertEqual(self.problems(
                '[terms]\nC = "cores"\n' + LOOP.format("f", 1).replace("CORES_MAX", bound)), [])

    def test_bounds_that_name_nothing(self):
        for bound, word in (("CORES_MIN", "called CORES_MIN"), ("", "is no bound"),
                            ("CORES_MAX * many", "called many")):
            self.assert_problem(word, LOOP.format("f", 1).replace("CORES_MAX", bound))

    def test_entries_that_are_not_complete(self):
        entry = LOOP.format("f", 1)
        for line in ("bound", "why"):
            text = "".join(l for l in entry.splitlines(True) if not l.startswith(line))
            self.assert_problem(f"no {line}", text)
        self.assert_problem("of no function", entry.replace("function", "#"))
        self.assert_problem("counts nothing", entry.replace("count = 1", "count = [0, 0, 0]"))
        self.assert_problem("counts nothing", entry.replace("count = 1", "count = [1, 1]"))
        self.assert_problem("depth means nothing", entry + "depth = 3\n")

    def test_roots_that_nobody_named(self):
        self.assert_problem("no roots are called gone", '[[indirect]]\nfunction = "f"\n'
                            'reaches = ["gone"]\nwhy = "a test"\n')
        self.assert_problem("no roots are called gone", '[tables]\nTABLE = "gone"\n')

    def test_constants_of_sources(self):
        with tempfile.TemporaryDirectory() as root:
            for folder in ("sched", "tests"):
                (Path(root) / folder).mkdir()
                (Path(root) / folder / "x.hpp").write_text(
                    f"inline constexpr u32 IN_{folder.upper()} = 1; // constexpr int WORD = 2;\n"
                    "inline constexpr std::array<u32, 3> LIST{1, 2, 3};\n"
                    "constexpr u32 share_of(u32 cores) { return cores; }\nstruct Task {};\n")
            self.assertEqual(hot_list.names_of(root), {"IN_SCHED", "LIST", "share_of", "Task"})


class GraphTest(unittest.TestCase):
    """Of functions as graphs: nodes are addresses."""

    def branches(self, edges):
        loops = hot_code.loops_of(edges, 1)
        return loops, *hot_code.other_branches_of(edges, loops)

    def test_no_loop(self):
        self.assertEqual(self.branches({1: [3], 2: [], 3: [2]}), ({}, [], [3]))

    def test_loop_whose_body_jumps_backwards_too(self):
        self.assertEqual(self.branches({1: [2], 2: [4, 5], 3: [2], 4: [3], 5: []}),
                         ({2: [3]}, [4], []))

    def test_loop_within_a_loop(self):
        self.assertEqual(self.branches({1: [2], 2: [3], 3: [3, 4], 4: [2, 5], 5: []}),
                         ({2: [4], 3: [3]}, [], []))

    def test_loops_one_behind_the_other(self):
        self.assertEqual(self.branches({1: [1, 2], 2: [3], 3: [2, 4], 4: []}),
                         ({1: [1], 2: [3]}, [], []))

    def test_loop_that_is_entered_in_two_places(self):
        self.assertEqual(self.branches({1: [2, 3], 2: [3], 3: [2, 4], 4: []}),
                         ({2: [3]}, [], []))

    def test_two_loops_that_are_entered_in_two_places(self):
        loops, _, _ = self.branches({1: [2, 4], 2: [3], 3: [2, 4], 4: [5], 5: [4, 3], 6: []})
        self.assertEqual(sum(map(len, loops.values())), 3)


class NamesTest(unittest.TestCase):
    def test_plain_names(self):
        for demangled, plain in (
                ("knhk::Core::run_beat(knhk::BeatPlan const&, knhk::Worker&)",
                 "knhk::Core::run_beat"),
                ("knhk::(anonymous namespace)::run_pure(knhk::TaskContext&)", "knhk::run_pure"),
                ("knhk::TaskStatus knhk::Core::emit<(knhk::Operation)3>(knhk::Task const&)",
                 "knhk::Core::emit"),
                ("knhk::Core::outcome() const [clone .isra.0]", "knhk::Core::outcome"),
                ("XXH3_mergeAccs.constprop.0", "XXH3_mergeAccs"),
                ("knhk::WORK::{lambda(unsigned long)#2}::_FUN(unsigned long)",
                 "knhk::WORK::{lambda#2}::_FUN"),
                ("knhk::Less::operator()(int, int) const", "knhk::Less::operator()"),
                ("bool knhk::operator< <int>(int, int)", "knhk::operator<"),
                ("memcpy", "memcpy")):
            self.assertEqual(machine_code.plain_name(demangled), plain)


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite(
        map(loader.loadTestsFromTestCase, (HotListTest, GraphTest, NamesTest)))
    for compiler in COMPILERS:
        machine = subprocess.run([*compiler, "-dumpmachine"], check=True, capture_output=True,
                                 text=True).stdout.split("-")[0]
        case = type(f"HotLoopsTest_{machine}", (HotLoopsTest,),
                    {"compiler": compiler, "architecture": machine})
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
