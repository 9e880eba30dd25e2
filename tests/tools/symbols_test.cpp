// SPDX-License-Identifier: MIT
// Names out of an ELF file's symbol table: a good file, and files that somebody damaged.
#include "tools/run/symbols.hpp"

#include <gtest/gtest.h>

#include <elf.h>

#include <cstring>
#include <random>
#include <vector>

namespace knhk::tools {
namespace {

using File = std::vector<std::byte>;

/// An ELF file of three sections: none, symbols, names.
struct SymbolFile {
    Elf64_Ehdr header{};
    Elf64_Shdr sections[3]{};
    std::vector<Elf64_Sym> symbols{Elf64_Sym{}};
    std::string names = std::string(1, '\0');

    SymbolFile() {
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_shoff = sizeof header;
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = 3;
        sections[1].sh_type = SHT_SYMTAB;
        sections[1].sh_link = 2;
        sections[2].sh_type = SHT_STRTAB;
    }
    void add(const std::string& name, u64 address, u64 size_bytes, u8 type = STT_FUNC) {
        Elf64_Sym symbol{};
        symbol.st_name = static_cast<u32>(names.size());
        symbol.st_info = ELF64_ST_INFO(STB_LOCAL, type);
        symbol.st_shndx = 1;
        symbol.st_value = address;
        symbol.st_size = size_bytes;
        symbols.push_back(symbol);
        names += name + '\0';
    }
    [[nodiscard]] File bytes() const {
        Elf64_Shdr placed[3] = {sections[0], sections[1], sections[2]};
        const std::size_t symbols_at = sizeof header + sizeof placed;
        const std::size_t symbols_size = symbols.size() * sizeof(Elf64_Sym);
        placed[1].sh_offset += symbols_at;
        placed[1].sh_size += symbols_size;
        placed[2].sh_offset += symbols_at + symbols_size;
        placed[2].sh_size += names.size();
        File file(symbols_at + symbols_size + names.size());
        std::memcpy(file.data(), &header, sizeof header);
        std::memcpy(file.data() + sizeof header, placed, sizeof placed);
        std::memcpy(file.data() + symbols_at, symbols.data(), symbols_size);
        std::memcpy(file.data() + symbols_at + symbols_size, names.data(), names.size());
        return file;
    }
};

SymbolFile good_file() {
    SymbolFile file;
    file.add("plain", 0x1000, 0x10);
    file.add("_ZN4knhk4hangERNS_11TaskContextE", 0x2000, 0x20);
    file.add("data", 0x3000, 8, STT_OBJECT);
    file.add("without_size", 0x4000, 0);
    return file;
}

std::optional<std::string> name_of(const SymbolFile& file, u64 address) {
    return function_at(file.bytes(), address);
}

TEST(SymbolsTest, function_is_found_from_its_first_to_its_last_byte) {
    const SymbolFile file = good_file();
    EXPECT_EQ(name_of(file, 0x1000), "plain");
    EXPECT_EQ(name_of(file, 0x100f), "plain");
    EXPECT_EQ(name_of(file, 0x4000), "without_size");
}

TEST(SymbolsTest, name_is_as_its_author_wrote_it) {
    EXPECT_EQ(name_of(good_file(), 0x2000), "knhk::hang(knhk::TaskContext&)");
}

TEST(SymbolsTest, address_outside_of_all_functions_has_no_name) {
    const SymbolFile file = good_file();
    for (const u64 address : {u64{0}, u64{0xfff}, u64{0x1010}, u64{0x3000}, u64{0x4001}, ~u64{0}}) {
        EXPECT_EQ(name_of(file, address), std::nullopt) << address;
    }
}

TEST(SymbolsTest, function_up_to_the_last_address_does_not_wrap) {
    SymbolFile file;
    file.add("last", ~u64{0} - 3, 100);
    EXPECT_EQ(name_of(file, ~u64{0}), "last");
    EXPECT_EQ(name_of(file, 5), std::nullopt);
}

TEST(SymbolsTest, undefined_symbol_names_nothing) {
    SymbolFile file = good_file();
    file.symbols[1].st_shndx = SHN_UNDEF;
    EXPECT_EQ(name_of(file, 0x1000), std::nullopt);
}

TEST(SymbolsTest, control_characters_reach_nobody) {
    SymbolFile file;
    file.add("bad\x1b[31m\xc3\nname", 0x1000, 1);
    EXPECT_EQ(name_of(file, 0x1000), "bad?[31m??name");
}

TEST(SymbolsTest, name_that_never_ends_or_is_far_too_long_is_none) {
    SymbolFile file;
    file.add(std::string(1024, 'n'), 0x1000, 1);
    file.add(std::string(1025, 'n'), 0x2000, 1);
    file.add("open", 0x3000, 1);
    EXPECT_EQ(name_of(file, 0x1000), std::string(1024, 'n'));
    EXPECT_EQ(name_of(file, 0x2000), std::nullopt);
    EXPECT_EQ(name_of(file, 0x3000), "open");
    file.names.pop_back();
    EXPECT_EQ(name_of(file, 0x3000), std::nullopt);
}

TEST(SymbolsTest, what_is_no_elf_file_has_no_names) {
    EXPECT_EQ(function_at({}, 0x1000), std::nullopt);
    EXPECT_EQ(function_at(File(1000, std::byte{'x'}), 0x1000), std::nullopt);
    const auto with = [](auto change) {
        SymbolFile file = good_file();
        change(file);
        return name_of(file, 0x1000);
    };
    EXPECT_EQ(with([](SymbolFile&) {}), "plain");
    EXPECT_EQ(with([](SymbolFile& f) { f.header.e_ident[1] = 'e'; }), std::nullopt);
    EXPECT_EQ(with([](SymbolFile& f) { f.header.e_ident[EI_CLASS] = ELFCLASS32; }), std::nullopt);
    EXPECT_EQ(with([](SymbolFile& f) { f.header.e_ident[EI_DATA] = ELFDATA2MSB; }), std::nullopt);
    EXPECT_EQ(with([](SymbolFile& f) { f.header.e_shentsize = 8; }), std::nullopt);
    EXPECT_EQ(with([](SymbolFile& f) { f.header.e_shnum = 0; }), std::nullopt);
    EXPECT_EQ(with([](SymbolFile& f) { f.sections[1].sh_type = SHT_NOTE; }), std::nullopt);
}

TEST(SymbolsTest, offsets_that_lead_outside_of_the_file_have_no_names) {
    for (const u64 wild : {u64{1} << 20, u64{1} << 40, ~u64{0} >> 1, ~u64{0} - 300}) {
        const auto with = [](auto change) {
            SymbolFile file = good_file();
            change(file);
            return name_of(file, 0x1000);
        };
        EXPECT_EQ(with([&](SymbolFile& f) { f.header.e_shoff = wild; }), std::nullopt);
        EXPECT_EQ(with([&](SymbolFile& f) { f.sections[1].sh_offset = wild; }), std::nullopt);
        EXPECT_EQ(with([&](SymbolFile& f) { f.sections[2].sh_offset = wild; }), std::nullopt);
        EXPECT_EQ(with([&](SymbolFile& f) { f.sections[1].sh_link = static_cast<u32>(wild); }),
                  std::nullopt);
        EXPECT_EQ(with([&](SymbolFile& f) { f.symbols[1].st_name = static_cast<u32>(wild); }),
                  std::nullopt);
        // A size that is too large reads to the end of the file and no further.
        EXPECT_EQ(with([&](SymbolFile& f) { f.sections[1].sh_size = wild; }), "plain");
    }
}

TEST(SymbolsTest, file_that_is_cut_anywhere_gives_the_name_or_none) {
    const File whole = good_file().bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // Of its own size on the heap: reading behind it is seen by a sanitizer.
        const File cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto name = function_at(cut, 0x2000);
        EXPECT_TRUE(!name || *name == "knhk::hang(knhk::TaskContext&)") << size;
    }
    EXPECT_TRUE(function_at(whole, 0x2000));
}

TEST(SymbolsTest, random_damage_never_leads_outside_of_the_file) {
    std::mt19937_64 random(2026);
    const File whole = good_file().bytes();
    u64 named = 0;
    u64 unnamed = 0;
    for (u32 i = 0; i < 100'000; ++i) {
        File file = whole;
        for (u64 change = 0; change <= random() % 4; ++change) {
            const std::size_t at = random() % file.size();
            file[at] = static_cast<std::byte>(random() % 4 == 0 ? 0xff : random());
        }
        file.resize(file.size() - (random() % 4 == 0 ? random() % file.size() : 0));
        const File exact(file);
        const auto name = function_at(exact, random() % 2 == 0 ? 0x1000 : 0x2000);
        ++(name ? named : unnamed);
        if (name) {
            ASSERT_LT(name->size(), 100'000u);
        }
    }
    EXPECT_GT(named, 1000u);
    EXPECT_GT(unnamed, 1000u);
}

} // namespace
} // namespace knhk::tools
