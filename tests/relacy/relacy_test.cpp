// SPDX-License-Identifier: MIT
// Runs the proofs; sees that each planted fault is found; then weakens each memory order of the
// headers, one at a time, and sees that some proof finds that too. With KNHK_LONG=1 the searches go
// deeper. One line a proof says how far it went.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "tests/relacy/explained.hpp"
#include "tests/relacy/proof.hpp"
#include "tests/relacy/sites.hpp"

namespace knhk::test {

namespace {

struct Lists {
    Proofs proofs;
    Proofs faults;

    Lists() {
        for (const auto add : {add_work_queue, add_best_effort, add_barrier, add_claim, add_post,
                               add_drain, add_rings, add_snapshots}) {
            add(proofs, faults);
        }
    }
};

const Lists& lists() {
    static const Lists all;
    return all;
}

bool takes_its_time() {
    const char* asked = std::getenv("KNHK_LONG");
    return asked != nullptr && std::strcmp(asked, "1") == 0;
}

const Limits& limits_of(const Proof& proof) {
    return takes_its_time() ? proof.thorough : proof.usual;
}

std::string extent(const Limits& limits, const Verdict& verdict) {
    const std::string executions = std::to_string(verdict.executions) + " executions, ";
    switch (limits.search) {
    case Search::All:
        return executions + (verdict.complete ? "exhaustive" : "cut off");
    case Search::Bounded:
        return executions + (verdict.complete ? "exhaustive" : "cut off") + " up to " +
               std::to_string(limits.switches) + " preemptions";
    case Search::Random:
        break;
    }
    return executions + "at random";
}

/// A proof's verdict on what ships, and the sites that it meets. Each proof runs once for it.
struct Learned {
    Verdict verdict;
    std::vector<u32> sites;
};

const Learned& learned(const Proof& proof) {
    static std::map<const Proof*, Learned> known;
    const auto found = known.find(&proof);
    if (found != known.end()) {
        return found->second;
    }
    sites().forget_uses();
    Verdict verdict = proof.explore(limits_of(proof));
    return known.emplace(&proof, Learned{std::move(verdict), sites().used()}).first->second;
}

/// GoogleTest's names are of letters, digits and underscores.
std::string test_name(const testing::TestParamInfo<const Proof*>& info) {
    std::string name;
    for (const char c : std::string(info.param->name)) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            name += c;
        } else if (!name.empty() && name.back() != '_') {
            name += '_';
        }
    }
    return name;
}

std::vector<const Proof*> pointers(const Proofs& proofs) {
    std::vector<const Proof*> all;
    for (const Proof& proof : proofs) {
        all.push_back(&proof);
    }
    return all;
}

class RelacyProof : public testing::TestWithParam<const Proof*> {};

TEST_P(RelacyProof, holds) {
    const Proof& proof = *GetParam();
    const Verdict& verdict = learned(proof).verdict;
    std::printf("%s: %s\n", proof.name, extent(limits_of(proof), verdict).c_str());
    EXPECT_TRUE(verdict.holds) << verdict.report;
}

INSTANTIATE_TEST_SUITE_P(Proofs, RelacyProof, testing::ValuesIn(pointers(lists().proofs)),
                         test_name);

class RelacyFault : public testing::TestWithParam<const Proof*> {};

TEST_P(RelacyFault, is_found) {
    const Proof& fault = *GetParam();
    const Verdict verdict = fault.explore(limits_of(fault));
    std::printf("%s: found in execution %llu\n", fault.name,
                static_cast<unsigned long long>(verdict.executions));
    EXPECT_FALSE(verdict.holds) << extent(limits_of(fault), verdict);
}

INSTANTIATE_TEST_SUITE_P(Planted, RelacyFault, testing::ValuesIn(pointers(lists().faults)),
                         test_name);

// --- weaker orders ---------------------------------------------------------------------------

/// What the first proof says that fails with the site so weakened; empty if all hold.
std::string found_by(u32 site, std::memory_order order) {
    std::string found;
    sites().weaken(site, order);
    for (const Proof& proof : lists().proofs) {
        const std::vector<u32>& used = learned(proof).sites;
        if (std::ranges::find(used, site) == used.end()) {
            continue;
        }
        const Verdict verdict = proof.explore(proof.usual);
        if (!verdict.holds) {
            found = std::string(proof.name) + ", execution " + std::to_string(verdict.executions);
            break;
        }
    }
    sites().weaken_none();
    return found;
}

bool stands_in(const Site& site, const Explained& entry) {
    const std::string called = std::string("::") + entry.function + "(";
    return site.file_name() == entry.file && site.access == entry.access &&
           std::string(site.function).find(called) != std::string::npos && !site.weaker().empty();
}

/// The entry of the table that speaks of this weakening; none.
const Explained* explanation_of(const Site& site, std::memory_order order) {
    for (const Explained& entry : EXPLAINED) {
        const auto before = std::ranges::count_if(sites().all(), [&](const Site& other) {
            return stands_in(other, entry) &&
                   std::pair(other.line, other.column) < std::pair(site.line, site.column);
        });
        if (stands_in(site, entry) && order == entry.order && before + 1 == entry.nth) {
            return &entry;
        }
    }
    return nullptr;
}

void learn_all() {
    for (const Proof& proof : lists().proofs) {
        ASSERT_TRUE(learned(proof).verdict.holds) << proof.name;
    }
}

TEST(RelacyOrder, each_that_is_weakened_is_found_or_explained) {
    learn_all();
    std::set<const Explained*> needed;
    u32 weakenings = 0;
    for (u32 number = 0; number < sites().all().size(); ++number) {
        const Site site = sites().all()[number];
        for (const std::memory_order order : site.weaker()) {
            const std::string found = found_by(number, order);
            const Explained* explained = explanation_of(site, order);
            const std::string what = site.text() + ", weakened to " + name_of(order);
            std::printf("%s: %s\n", what.c_str(), found.empty() ? "not found" : found.c_str());
            ++weakenings;
            if (explained != nullptr) {
                needed.insert(explained);
                EXPECT_EQ(found, "") << what << " is explained away, and was found";
            } else {
                EXPECT_NE(found, "") << what << " changes nothing that a proof sees";
            }
        }
    }
    EXPECT_GE(weakenings, 30u) << "the proofs meet few orders";
    for (const Explained& entry : EXPLAINED) {
        EXPECT_TRUE(needed.contains(&entry))
            << entry.file << " " << entry.function << ": nothing is left to explain";
    }
}

} // namespace

} // namespace knhk::test
