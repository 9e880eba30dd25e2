// SPDX-License-Identifier: MIT
#include "tools/run/symbols.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include <cxxabi.h>
#include <elf.h>

#include "base/bytes.hpp"

namespace knhk::tools {

namespace {

using Bytes = std::span<const std::byte>;

// A mangled name of a person's program stays far below; a demangler may take its time with more.
constexpr std::size_t NAME_CHARS_MAX = 1024;

/// The `index`-th T of a table; nothing when it does not lie within `bytes`.
template<class T>
std::optional<T> entry_of(Bytes bytes, u64 index) {
    if (index >= bytes.size() / sizeof(T)) {
        return std::nullopt;
    }
    return load_le<T>(bytes.data() + index * sizeof(T));
}

/// The part of `file` from `offset` on; what lies outside of the file is cut off.
Bytes part_of(Bytes file, u64 offset, u64 size_bytes) {
    if (offset > file.size()) {
        return {};
    }
    return file.subspan(offset, std::min<u64>(size_bytes, file.size() - offset));
}

struct Tables {
    Bytes symbols;
    Bytes names;
};

/// The first symbol table and the names that it refers to, as far as the file holds them.
std::optional<Tables> find_tables(Bytes file) {
    const auto header = entry_of<Elf64_Ehdr>(file, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_shentsize != sizeof(Elf64_Shdr)) {
        return std::nullopt;
    }
    const Bytes sections =
        part_of(file, header->e_shoff, u64{header->e_shnum} * sizeof(Elf64_Shdr));
    for (u64 index = 0; index < header->e_shnum; ++index) {
        const auto section = entry_of<Elf64_Shdr>(sections, index);
        if (!section || section->sh_type != SHT_SYMTAB) {
            continue;
        }
        const auto names = entry_of<Elf64_Shdr>(sections, section->sh_link);
        if (!names) {
            return std::nullopt;
        }
        return Tables{part_of(file, section->sh_offset, section->sh_size),
                      part_of(file, names->sh_offset, names->sh_size)};
    }
    return std::nullopt;
}

/// The text that begins at `offset` and ends with a zero; empty when there is none.
std::string_view name_at(Bytes names, u64 offset) {
    const Bytes rest = part_of(names, offset, NAME_CHARS_MAX + 1);
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const std::size_t end = text.find('\0');
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

bool covers(const Elf64_Sym& symbol, u64 address) {
    return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF &&
           address >= symbol.st_value &&
           (address - symbol.st_value < symbol.st_size || address == symbol.st_value);
}

/// A name goes to a terminal: whoever wrote the file does not get to steer it.
std::string printable(std::string text) {
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
    return text;
}

std::string demangled(std::string_view name) {
    const std::string mangled(name);
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
    return printable(status == 0 && text ? std::string(text.get()) : mangled);
}

} // namespace

std::optional<std::string> function_at(std::span<const std::byte> elf_file, u64 address) {
    const std::optional<Tables> tables = find_tables(elf_file);
    if (!tables) {
        return std::nullopt;
    }
    for (u64 index = 0;; ++index) {
        const auto symbol = entry_of<Elf64_Sym>(tables->symbols, index);
        if (!symbol) {
            return std::nullopt;
        }
        if (covers(*symbol, address)) {
            const std::string_view name = name_at(tables->names, symbol->st_name);
            if (!name.empty()) {
                return demangled(name);
            }
        }
    }
}

} // namespace knhk::tools
