// SPDX-License-Identifier: MIT
// Built with -mavx2. It shares no inline function with any other file: the linker keeps one copy of
// such a function, and that might be this one, on a machine without AVX2.
#include <immintrin.h>

#include "tools/log/event_scan_wide.hpp"

namespace knhk::tools {

namespace {

/// Of an event's last eight bytes: 0 to 3 ticks, 4 and 5 the core, 6 the kind, 7 the status. The
/// kind is counted from the first one, and the core from its own: what is zero can be right. An
/// index with its highest bit set finds zero.
constexpr u64 NOTHING = 0x80;
constexpr u64 SECOND_HALF = KINDS_END;
constexpr u64 KIND_EVERYWHERE = 0x0606'0606'0606'0606;
constexpr u64 KIND_OF_UPPER_EVENT = 0x0E0E'0E0E'0E0E'0E0E;
constexpr u64 IN_TICKS =
    SECOND_HALF | NOTHING << 32 | NOTHING << 40 | NOTHING << 48 | NOTHING << 56;
constexpr u64 IN_KIND_AND_STATUS = NOTHING | NOTHING << 8 | NOTHING << 16 | NOTHING << 24 |
                                   NOTHING << 32 | NOTHING << 40 | SECOND_HALF << 56;
constexpr u64 STRANGE_KINDS = u64{0xFF & ~(KINDS_END - 1)} << 48;
constexpr u64 SIGN = u64{1} << 63;

__m256i four(u64 value) {
    return _mm256_set1_epi64x(static_cast<long long>(value));
}

__m256i twice(const u8 (&table)[16]) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

/// The halves of two events, one above the other.
__m256i halves(const Event& lower, const Event& upper, std::size_t half) {
    const auto at = [half](const Event& event) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(&event) + half);
    };
    return _mm256_inserti128_si256(_mm256_castsi128_si256(at(lower)), at(upper), 1);
}

/// One member each of four events.
struct Four {
    __m256i timestamps;
    __m256i tasks;
    __m256i last_words;

    explicit Four(const Event* events) {
        const __m256i even = halves(events[0], events[2], 0);
        const __m256i odd = halves(events[1], events[3], 0);
        timestamps = _mm256_unpacklo_epi64(even, odd);
        tasks = _mm256_unpackhi_epi64(even, odd);
        last_words =
            _mm256_unpackhi_epi64(halves(events[0], events[2], 1), halves(events[1], events[3], 1));
    }
};

} // namespace

bool are_possible_avx2(const WideRules& rules, const Event* events, std::size_t count, u16 core,
                       u64 start_time) {
    const __m256i ticks = twice(rules.ticks);
    const __m256i kinds_and_statuses = twice(rules.kinds_and_statuses);
    const __m256i no_task = twice(rules.no_task);
    const __m256i spread = _mm256_set_epi64x(KIND_OF_UPPER_EVENT, KIND_EVERYWHERE,
                                             KIND_OF_UPPER_EVENT, KIND_EVERYWHERE);
    const __m256i first_of_core = four(u64{FIRST_KIND} << 48 | u64{core} << 32);

    __m256i previous = four(start_time ^ SIGN); // its lowest is that of the event before
    __m256i ascends = four(~u64{0});
    __m256i strange_kinds = _mm256_setzero_si256();
    __m256i wrong = _mm256_setzero_si256();
    for (const Event* const end = events + count; events != end; events += EVENTS_AT_ONCE) {
        const Four event(events);
        const __m256i now = _mm256_xor_si256(event.timestamps, four(SIGN)); // compares as signed
        const __m256i rotated = _mm256_permute4x64_epi64(now, 0b10'01'00'11);
        const __m256i before = _mm256_blend_epi32(rotated, previous, 0b11);
        ascends = _mm256_and_si256(ascends, _mm256_cmpgt_epi64(now, before));
        previous = rotated;

        const __m256i word = _mm256_sub_epi8(event.last_words, first_of_core);
        const __m256i kind = _mm256_shuffle_epi8(word, spread);
        strange_kinds = _mm256_or_si256(strange_kinds, word);
        const __m256i largest =
            _mm256_or_si256(_mm256_shuffle_epi8(ticks, _mm256_or_si256(kind, four(IN_TICKS))),
                            _mm256_shuffle_epi8(kinds_and_statuses,
                                                _mm256_or_si256(kind, four(IN_KIND_AND_STATUS))));
        wrong = _mm256_or_si256(wrong, _mm256_subs_epu8(word, largest));
        wrong = _mm256_or_si256(wrong,
                                _mm256_and_si256(event.tasks, _mm256_shuffle_epi8(no_task, kind)));
    }
    wrong = _mm256_or_si256(wrong, _mm256_and_si256(strange_kinds, four(STRANGE_KINDS)));
    return _mm256_testz_si256(wrong, wrong) != 0 && _mm256_movemask_epi8(ascends) == -1;
}

} // namespace knhk::tools
