// SPDX-License-Identifier: MIT
#include "tools/views/audit_path.hpp"

#include "replay/lockchain.hpp"

namespace knhk::tools {

void AuditPath::restore(u64 leaves, std::span<const Sha256Digest> peaks) {
    leaves_ = leaves;
    for (const Sha256Digest& peak : peaks) {
        peaks_.push_back({peak, false});
    }
}

AuditPath::Peak AuditPath::join(const Peak& left, const Peak& right,
                                std::vector<Sha256Digest>& path) {
    if (left.holds_proved) {
        path.push_back(right.hash);
    } else if (right.holds_proved) {
        path.push_back(left.hash);
    }
    return {node_hash(left.hash, right.hash), left.holds_proved || right.holds_proved};
}

void AuditPath::append(const Sha256Digest& leaf, bool is_proved) {
    Peak peak{leaf, is_proved};
    for (u64 rest = leaves_; (rest & 1) != 0; rest >>= 1) {
        peak = join(peaks_.back(), peak, path_);
        peaks_.pop_back();
    }
    peaks_.push_back(peak);
    ++leaves_;
}

AuditPath::Peak AuditPath::join_all(std::vector<Sha256Digest>& path) const {
    if (peaks_.empty()) {
        return {sha256({}), false};
    }
    Peak joined = peaks_.back();
    for (auto left = peaks_.rbegin() + 1; left != peaks_.rend(); ++left) {
        joined = join(*left, joined, path);
    }
    return joined;
}

Sha256Digest AuditPath::root() const {
    std::vector<Sha256Digest> unused;
    return join_all(unused).hash;
}

std::vector<Sha256Digest> AuditPath::path() const {
    std::vector<Sha256Digest> whole = path_;
    static_cast<void>(join_all(whole));
    return whole;
}

bool leads_to_root(const Sha256Digest& leaf, u64 index, u64 leaves,
                   std::span<const Sha256Digest> path, const Sha256Digest& root) {
    if (index >= leaves) {
        return false;
    }
    Sha256Digest hash = leaf;
    u64 last = leaves - 1; // of the level that `index` is in
    for (const Sha256Digest& sibling : path) {
        if (last == 0) {
            return false;
        }
        const bool is_right = (index & 1) != 0;
        if (is_right || index == last) {
            hash = node_hash(sibling, hash);
            // The last node of a level without a partner goes up as it is.
            while ((index & 1) == 0 && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

} // namespace knhk::tools
