// SPDX-License-Identifier: MIT
#include "arch/linux/cpu_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>

namespace knhk::hosted {

std::vector<unsigned> CpuSet::members() const {
    std::vector<unsigned> members;
    for (unsigned i = 0; i < words_.size(); ++i) {
        for (u64 word = words_[i]; word != 0; word &= word - 1) {
            members.push_back(i * WORD_BITS + static_cast<unsigned>(std::countr_zero(word)));
        }
    }
    return members;
}

CpuSet operator&(const CpuSet& a, const CpuSet& b) {
    CpuSet set;
    std::ranges::transform(a.words_, b.words_, set.words_.begin(), std::bit_and());
    return set;
}

CpuSet operator|(const CpuSet& a, const CpuSet& b) {
    CpuSet set;
    std::ranges::transform(a.words_, b.words_, set.words_.begin(), std::bit_or());
    return set;
}

CpuSet operator-(const CpuSet& a, const CpuSet& b) {
    CpuSet set;
    std::ranges::transform(a.words_, b.words_, set.words_.begin(),
                           [](u64 in, u64 out) { return in & ~out; });
    return set;
}

std::string text_of(const CpuSet& set) {
    std::string text;
    for (const unsigned first : set.members()) {
        if (first > 0 && set.contains(first - 1)) {
            continue; // in the range before
        }
        unsigned last = first;
        while (set.contains(last + 1)) {
            ++last;
        }
        text += text.empty() ? "" : ",";
        text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
    }
    return text;
}

} // namespace knhk::hosted
