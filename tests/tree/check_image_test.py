# SPDX-License-Identifier: MIT
"""Shows that check_image.py fails on each fault that is planted into a copy of the image.
Usage: check_image_test.py ROOT IMAGE..."""

import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_image
from elf_file import PF_W, PF_X, PT_GNU_STACK, PT_LOAD, PT_NOTE, Elf

ROOT, IMAGES = Path(sys.argv[1]), [Path(image) for image in sys.argv[2:]]
SEGMENT_FLAGS, SEGMENT_ADDRESS, SEGMENT_PHYSICAL, SEGMENT_MEMORY_SIZE = 4, 16, 24, 40
SYMBOL_SECTION = 6


class ImageTest(unittest.TestCase):
    """Of one image; made for each of them."""
    image = None

    def setUp(self):
        self.data = bytearray(self.image.read_bytes())
        self.elf = Elf(bytes(self.data))
        self.rules = check_image.RULES[self.elf.machine]
        self.folder = tempfile.TemporaryDirectory()
        self.copy = Path(self.folder.name) / "image.elf"

    def tearDown(self):
        self.folder.cleanup()

    def put(self, form, at, value):
        struct.pack_into(form, self.data, at, value)

    def segment_at(self, wanted):
        """Where the first program header is that `wanted` accepts."""
        index = next(i for i, s in enumerate(self.elf.segments) if wanted(s))
        return self.elf.segments_at + index * self.elf.segment_size

    def problems(self):
        self.copy.write_bytes(self.data)
        return check_image.find_problems(ROOT, self.copy)

    def assert_problem(self, word):
        problems = self.problems()
        self.assertTrue(any(word in p for p in problems), f"{word} not in {problems}")

    def objcopy(self, *options):
        objcopy = self.rules.objdump.replace("objdump", "objcopy")
        subprocess.run([objcopy, *options, str(self.image), str(self.copy)], check=True,
                       capture_output=True)
        self.data = bytearray(self.copy.read_bytes())

    def plant_instruction(self, symbol, code):
        address = next(s.value for s in self.elf.symbols if s.name.startswith(symbol))
        text = next(s for s in self.elf.segments if s.type == PT_LOAD and s.flags & PF_X)
        at = address - text.address + text.offset
        self.data[at:at + len(code)] = code


class EveryImageTest(ImageTest):
    def test_image_is_clean(self):
        self.assertEqual(self.problems(), [])

    def test_writable_and_executable_segment(self):
        at = self.segment_at(lambda s: s.type == PT_LOAD and s.flags & PF_W)
        self.put("<I", at + SEGMENT_FLAGS, 7)
        self.assert_problem("writable and executable")

    def test_second_executable_segment(self):
        at = self.segment_at(lambda s: s.type == PT_LOAD and not s.flags & (PF_X | PF_W))
        self.put("<I", at + SEGMENT_FLAGS, 5)
        self.assert_problem("2 executable segments")

    def test_no_executable_segment(self):
        at = self.segment_at(lambda s: s.type == PT_LOAD and s.flags & PF_X)
        self.put("<I", at + SEGMENT_FLAGS, 4)
        self.assert_problem("0 executable segments")

    def test_dynamic_interpreted_or_thread_local(self):
        at = self.segment_at(lambda s: s.type == PT_NOTE)
        for kind, name in check_image.FORBIDDEN_SEGMENTS.items():
            self.put("<I", at, kind)
            self.assert_problem(name)

    def test_executable_stack(self):
        at = self.segment_at(lambda s: s.type == PT_NOTE)
        self.put("<I", at, PT_GNU_STACK)
        self.put("<I", at + SEGMENT_FLAGS, 7)
        self.assert_problem("executable stack")

    def test_segment_below_or_above_the_image(self):
        at = self.segment_at(lambda s: s.type == PT_LOAD and s.flags & PF_W)
        good = bytes(self.data)
        self.put("<Q", at + SEGMENT_ADDRESS, 0x3FFFF000)
        self.assert_problem("lies outside")
        self.data = bytearray(good)
        self.put("<Q", at + SEGMENT_MEMORY_SIZE, 0x04000000)
        self.assert_problem("lies outside")

    def test_physical_address_that_is_not_in_step(self):
        at = self.segment_at(lambda s: s.type == PT_LOAD and s.flags & PF_W)
        self.put("<Q", at + SEGMENT_PHYSICAL, 0x40000000)
        self.assert_problem("is loaded at")

    def test_segments_that_share_a_page(self):
        at = self.segment_at(lambda s: s.type == PT_LOAD and not s.flags & (PF_X | PF_W))
        behind = self.segment_at(lambda s: s.type == PT_LOAD and s.flags & PF_X)
        begins = [struct.unpack_from("<Q", self.data, where + SEGMENT_ADDRESS)[0]
                  for where in (at, behind)]
        self.put("<Q", at + SEGMENT_MEMORY_SIZE, begins[1] - begins[0] + 1)
        self.assert_problem("belongs to two segments")

    def test_other_entry(self):
        self.put("<Q", 24, self.elf.entry + 1)
        self.assert_problem(f"is not {self.rules.entry}")

    def test_image_of_another_architecture(self):
        self.put("<H", 18, 8)
        self.assert_problem("of no architecture")

    def test_shared_object(self):
        self.put("<H", 16, 3)
        self.assert_problem("not EXEC")

    def test_note_with_other_regions(self):
        at = self.data.index(b"KNHK\0") + 8
        self.put("<Q", at + 8, 0x51000000)
        self.assert_problem("KNHK note")

    def test_forbidden_sections(self):
        (Path(self.folder.name) / "content").write_bytes(b"12345678")
        for name in (".init_array", ".init_array.00100", ".ctors", ".eh_frame", ".eh_frame_hdr",
                     ".gcc_except_table", ".tdata", ".got.plt", ".rela.dyn"):
            self.objcopy(f"--add-section={name}={self.folder.name}/content")
            self.assert_problem(f"section {name} has 8 bytes")

    def test_forbidden_symbols(self):
        for name in ("malloc", "free", "_Znwm", "_ZdlPv", "_ZdaPvm", "__cxa_throw", "__cxa_atexit",
                     "__cxa_guard_acquire", "_Unwind_Resume", "printf", "vsnprintf", "_ZTI5Error",
                     "_ZGVZ1fvE1x", "__stack_chk_fail", "__tls_get_addr"):
            self.objcopy(f"--add-symbol={name}=.text:0,function,global")
            self.assert_problem(f"{name} is not for freestanding code")

    def test_undefined_symbol(self):
        symbols = next(s for s in self.elf.sections if s.name == ".symtab")
        last = symbols.offset + symbols.size - symbols.entry_size
        self.put("<H", last + SYMBOL_SECTION, 0)
        self.assert_problem("is undefined")

    def test_stripped_image(self):
        self.objcopy("--strip-all")
        self.assert_problem("no symbols")


class X86Test(ImageTest):
    def test_note_without_an_entry_in_code(self):
        at = self.data.index(b"Xen\0") + 4
        self.put("<I", at, 0x40000000)
        self.assert_problem("PVH note")

    def test_damaged_multiboot2_header(self):
        at = self.data.index(struct.pack("<I", check_image.MULTIBOOT2_MAGIC))
        self.put("<I", at + 4, 4)
        self.assert_problem("Multiboot2")

    def test_thread_pointer_in_common_code(self):
        mov_from_gs = bytes.fromhex("65488b042528000000")
        self.plant_instruction("knhk_enter", mov_from_gs)
        self.assert_problem("knhk_enter uses a thread pointer")

    def test_thread_pointer_in_bare_machine_code(self):
        mov_from_fs = bytes.fromhex("64488b042528000000")
        self.plant_instruction(check_image.ARCH_SYMBOL, mov_from_fs)
        self.assertEqual(self.problems(), [])


class Aarch64Test(ImageTest):
    def header_at(self):
        return next(s.offset for s in self.elf.segments if s.type == PT_LOAD)

    def test_boot_header_of_no_linux_image(self):
        self.put("<I", self.header_at() + 56, 0)
        self.assert_problem("no boot header that")

    def test_boot_header_that_wants_one_place(self):
        self.put("<Q", self.header_at() + 24, 2)
        self.assert_problem("no boot header that")

    def test_boot_header_without_room_for_zeros(self):
        self.put("<Q", self.header_at() + 16, 4096)
        self.assert_problem("says 4096 bytes")

    def test_boot_header_that_branches_into_itself(self):
        self.put("<I", self.header_at(), 0x14000000)
        self.assert_problem("does not branch to code")

    def test_thread_pointer_in_common_code(self):
        mrs_x0_tpidr_el0 = bytes.fromhex("40d03bd5")
        self.plant_instruction("knhk_enter", mrs_x0_tpidr_el0)
        self.assert_problem("knhk_enter uses a thread pointer")


class Riscv64Test(ImageTest):
    def header_at(self):
        return next(s.offset for s in self.elf.segments if s.type == PT_LOAD)

    def test_boot_header_of_no_linux_image(self):
        self.put("<I", self.header_at() + 56, 0)
        self.assert_problem("no boot header of")

    def test_boot_header_that_wants_another_place(self):
        self.put("<Q", self.header_at() + 8, 0)
        self.assert_problem("wants 0x0 bytes below")

    def test_boot_header_without_room_for_zeros(self):
        self.put("<Q", self.header_at() + 16, 4096)
        self.assert_problem("says 4096 bytes")

    def test_boot_header_that_branches_into_itself(self):
        self.put("<I", self.header_at(), 0x297)
        self.assert_problem("does not branch to code")

    def test_boot_header_that_is_no_branch(self):
        self.put("<I", self.header_at() + 4, 0x13)
        self.assert_problem("does not branch to code")

    def test_thread_pointer_in_common_code(self):
        ld_a0_0_tp = bytes.fromhex("03350200")
        self.plant_instruction("knhk_enter", ld_a0_0_tp)
        self.assert_problem("knhk_enter uses a thread pointer")

    def test_global_pointer_in_common_code(self):
        ld_a0_0_gp = bytes.fromhex("03b50100")
        self.plant_instruction("knhk_enter", ld_a0_0_gp)
        self.assert_problem("knhk_enter uses a thread pointer")


OF_ARCHITECTURE = {"x86_64": X86Test, "aarch64": Aarch64Test, "riscv64": Riscv64Test}


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite()
    for image in IMAGES:
        name = check_image.RULES[Elf(image.read_bytes()).machine].architecture
        for base in (EveryImageTest, OF_ARCHITECTURE[name]):
            case = type(f"{base.__name__}_{name}", (base,), {"image": image})
            suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
