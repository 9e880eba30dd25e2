// SPDX-License-Identifier: MIT
// A file of runs' roots, through the mapping that reads it: what is accepted can be read to its
// end, and written. Every second mutation gets a header that fits its size again, every fourth the
// checks of its records.
#include "tests/fuzz/fuzz.hpp"
#include "tools/host/shared_file.hpp"
#include "tools/run/run_roots.hpp"

using namespace knhk;
using namespace knhk::tools;

namespace {

using Array = MappedArray<RunRoot>;

void use(const std::string& path) {
    const std::vector<RunRoot> roots = read_roots(path);
    fuzz::demand(count_identities(roots) <= roots.size());
    if (const auto pair = find_contradiction(roots)) {
        fuzz::demand(pair->first < pair->second && pair->second < roots.size());
    }
    Array array = Array::open_or_make(path, 1);
    fuzz::demand(array.size() == roots.size() && array.size() <= array.capacity());
    if (array.size() < array.capacity()) {
        array.append({});
    }
    array.write(0, array.read(array.size() - 1));
}

void seal_header(std::uint8_t* data, std::size_t size) {
    ArrayHeader header;
    std::memcpy(&header, data, sizeof header);
    header.magic = ARRAY_MAGIC;
    header.version = ARRAY_VERSION;
    header.record_bytes = Array::SHAPE.record_bytes;
    header.type_hash = Array::SHAPE.type_hash;
    header.capacity = (size - sizeof header) / sizeof(RunRoot) - 1;
    header.check = xxh3_64(&header, offsetof(ArrayHeader, check));
    header.count %= header.capacity + 2; // one too many, too
    header.pending %= header.count + 2;
    header.reserved = 0;
    std::memcpy(data, &header, sizeof header);
}

void seal_records(std::uint8_t* data, std::size_t size) {
    for (std::size_t at = sizeof(ArrayHeader); at + sizeof(RunRoot) <= size;
         at += sizeof(RunRoot)) {
        RunRoot root;
        std::memcpy(&root, data + at, sizeof root);
        root.end_reason %= 3;
        root.flags %= 2;
        root.check = check_of(root);
        std::memcpy(data + at, &root, sizeof root);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const SharedFile file = SharedFile::holding("fuzz", fuzz::copy_of(data, size));
    fuzz::accepts([&] { use(file.path_in_child()); });
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    size = LLVMFuzzerMutate(data, size, size_max);
    if (seed % 2 == 0 && size >= sizeof(ArrayHeader) + 2 * sizeof(RunRoot)) {
        size -= (size - sizeof(ArrayHeader)) % sizeof(RunRoot);
        seal_header(data, size);
        if (seed % 4 == 0) {
            seal_records(data, size);
        }
    }
    return size;
}
