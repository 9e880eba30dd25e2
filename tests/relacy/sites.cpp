// SPDX-License-Identifier: MIT
// The list of atomic accesses, behind a table of hashes: it is searched at every access of a proof.
#include "tests/relacy/sites.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace knhk::test {

namespace {

using enum Access;

const char* name_of(Access access) {
    switch (access) {
    case Load:
        return "load";
    case Store:
        return "store";
    case ReadModifyWrite:
        return "read-modify-write";
    case Exchanged:
        return "exchange that succeeds";
    case NotExchanged:
        return "exchange that fails";
    }
    return "?";
}

bool reads_alone(Access access) {
    return access == Load || access == NotExchanged;
}

/// Without the folders above the tree: a build names files from wherever it stands.
std::string short_file(const char* file) {
    const std::string_view name(file);
    const auto slash = name.rfind('/');
    const auto folder = slash == 0 || slash == name.npos ? name.npos : name.rfind('/', slash - 1);
    return std::string(folder == name.npos ? name : name.substr(folder + 1));
}

} // namespace

const char* name_of(std::memory_order order) {
    switch (order) {
    case std::memory_order_relaxed:
        return "relaxed";
    case std::memory_order_acquire:
        return "acquire";
    case std::memory_order_release:
        return "release";
    case std::memory_order_acq_rel:
        return "acq_rel";
    case std::memory_order_seq_cst:
        return "seq_cst";
    default:
        return "?";
    }
}

std::string Site::file_name() const {
    return short_file(file);
}

std::string Site::text() const {
    return short_file(file) + ":" + std::to_string(line) + ":" + std::to_string(column) + " " +
           name_of(access) + ", " + test::name_of(order);
}

std::vector<std::memory_order> Site::weaker() const {
    switch (order) {
    case std::memory_order_acquire:
    case std::memory_order_release:
        return {std::memory_order_relaxed};
    case std::memory_order_acq_rel:
        return {std::memory_order_acquire, std::memory_order_release};
    case std::memory_order_seq_cst:
        if (reads_alone(access)) {
            return {std::memory_order_acquire};
        }
        if (access == Store) {
            return {std::memory_order_release};
        }
        return {std::memory_order_acq_rel, std::memory_order_acquire, std::memory_order_release};
    default:
        return {};
    }
}

u32 Sites::number_of(const std::source_location& place, Access access, std::memory_order order) {
    const u32 hash = (place.line() * 131 + place.column()) * 8 + static_cast<u32>(access);
    for (u32 probe = hash;; ++probe) {
        u16& slot = table_[probe % table_.size()];
        if (slot == 0) {
            if (count_ == MAX) {
                std::fputs("more atomic accesses than the list of sites holds\n", stderr);
                std::abort();
            }
            sites_[count_] = {place.file_name(),
                              place.function_name(),
                              place.line(),
                              place.column(),
                              access,
                              order};
            slot = static_cast<u16>(++count_);
            return count_ - 1;
        }
        const Site& site = sites_[slot - 1];
        if (site.line == place.line() && site.column == place.column() && site.access == access &&
            (site.file == place.file_name() || std::strcmp(site.file, place.file_name()) == 0)) {
            return slot - 1;
        }
    }
}

std::memory_order Sites::met(const std::source_location& place, Access access,
                             std::memory_order order) {
    const u32 number = number_of(place, access, order);
    used_[number] = true;
    return number == weakened_ ? weak_order_ : order;
}

std::vector<u32> Sites::used() const {
    std::vector<u32> numbers;
    for (u32 number = 0; number < count_; ++number) {
        if (used_[number]) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

Sites& sites() {
    static constinit Sites list;
    return list;
}

} // namespace knhk::test
