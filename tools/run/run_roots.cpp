// SPDX-License-Identifier: MIT
#include "tools/run/run_roots.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace knhk::tools {

namespace {

using Array = MappedArray<RunRoot>;

auto key_of(const RunRoot& root) {
    return std::tuple(root.identity_hash.high, root.identity_hash.low, root.beats);
}

bool are_of_one_run(const RunRoot& a, const RunRoot& b) {
    return a.run_digest == b.run_digest && a.lockchain == b.lockchain && a.events == b.events &&
           a.leaves == b.leaves && a.seed == b.seed;
}

void check_record(const RunRoot& root, u64 index, const std::string& name) {
    const bool is_known = root.end_reason <= static_cast<u32>(EndReason::Stopped) &&
                          (root.flags & ~u32{LOG_FLAG_OPEN}) == 0;
    if (root.check != check_of(root) || !is_known) {
        throw bad_input("{}: record {} is damaged: begin another file", name, index);
    }
}

} // namespace

void prepare_roots(const std::filesystem::path& path) {
    const Array array = Array::open_or_make(path, ROOTS_CAPACITY);
    if (array.size() == array.capacity()) {
        throw bad_input("{} is full, it holds {} records: begin another", path.string(),
                        array.capacity());
    }
}

RunRoot root_of(const LogEnds& ends, u64 seed) {
    const LogHeader header = ends.header();
    const LogTrailer trailer = ends.trailer().value();
    RunRoot root{.identity_hash = header.identity_hash,
                 .run_digest = trailer.run_digest,
                 .lockchain = trailer.lockchain,
                 .seed = seed,
                 .beats = trailer.beats,
                 .events = trailer.events,
                 .leaves = trailer.epochs,
                 .end_reason = trailer.end_reason,
                 .flags = header.flags,
                 .check = 0};
    root.check = check_of(root);
    return root;
}

void append_root(const std::filesystem::path& path, const RunRoot& root) {
    Array::open_or_make(path, ROOTS_CAPACITY).append(root);
}

std::vector<RunRoot> read_roots(const std::filesystem::path& path) {
    const Array array = Array::open(path);
    std::vector<RunRoot> roots;
    for (const RunRoot& root : array.records()) {
        check_record(root, roots.size(), array.name());
        roots.push_back(root);
    }
    return roots;
}

std::optional<std::pair<std::size_t, std::size_t>>
find_contradiction(std::span<const RunRoot> roots) {
    std::map<decltype(key_of(roots[0])), std::size_t> first_of;
    for (std::size_t i = 0; i < roots.size(); ++i) {
        if ((roots[i].flags & LOG_FLAG_OPEN) != 0) {
            continue;
        }
        const auto [first, is_new] = first_of.emplace(key_of(roots[i]), i);
        if (!is_new && !are_of_one_run(roots[first->second], roots[i])) {
            return std::pair(first->second, i);
        }
    }
    return std::nullopt;
}

std::size_t count_identities(std::span<const RunRoot> roots) {
    std::map<std::pair<u64, u64>, bool> known;
    for (const RunRoot& root : roots) {
        known[{root.identity_hash.high, root.identity_hash.low}] = true;
    }
    return known.size();
}

} // namespace knhk::tools
