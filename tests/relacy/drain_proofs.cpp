// SPDX-License-Identifier: MIT
// The drain: the host sees each byte whole before it is counted, the image overwrites none before
// it was given back, and behind Ended lies all of it. Bytes are plain memory, so that each has a
// word beside it that Relacy watches.
#include "replay/drain.hpp"

#include "sched/barrier.hpp"
#include "tests/relacy/explore.hpp"
#include "tests/relacy/sleep_room.hpp"

namespace knhk::test {

namespace {

constexpr u64 RING_BYTES = 4;

using Control = DrainControl<RelacyAtomics>;
using Producer = RingProducer<RING_BYTES, RelacyAtomics>;
using Consumer = RingConsumer<RING_BYTES, RelacyAtomics>;

enum class Fault : u8 { None, EndsEarly, DoesNotAsk, GivesBackFirst, PublishesOwn };

std::byte byte_at(u64 position) {
    return static_cast<std::byte>(position + 17);
}

/// The ring, and the host that reads all `Total` bytes of it.
template<u64 Total, Fault Planted>
struct Drain {
    void begin() {}
    void end() {}

    void write(const Producer& producer, u64 position, u64 size) {
        std::byte bytes[RING_BYTES];
        for (u64 i = 0; i < size; ++i) {
            bytes[i] = byte_at(position + i);
            watched[(position + i) % RING_BYTES].set(position + i);
        }
        producer.write(position, bytes, size);
    }
    void finish() {
        report.set(Total);
        control.enter(DrainPhase::Ended);
    }

    /// As the reader does: the phase first, then the bytes.
    void consume() {
        Consumer consumer(&control.log, ring);
        for (u64 position = 0;;) {
            const bool ended = control.entered() == DrainPhase::Ended;
            const typename Consumer::Chunk chunk = consumer.available();
            if (chunk.size != 0) {
                read(consumer, chunk, position);
                position += chunk.size;
            } else if (ended) {
                require(position == Total, "all bytes lie behind the end");
                require(report.get() == Total, "and so does the report");
                return;
            } else {
                let_others_run();
            }
        }
    }
    void read(Consumer& consumer, const Consumer::Chunk& chunk, u64 position) {
        require(chunk.size <= RING_BYTES, "the head is sane");
        if (Planted == Fault::GivesBackFirst) {
            consumer.release(chunk.size);
        }
        for (u64 i = 0; i < chunk.size; ++i) {
            const u64 written = watched[(position + i) % RING_BYTES].get();
            require(written == position + i, "the byte of this position");
            require(chunk.bytes[i] == byte_at(position + i), "and its value");
        }
        if (Planted != Fault::GivesBackFirst) {
            consumer.release(chunk.size);
        }
    }

    Control control;
    std::byte ring[RING_BYTES];
    Plain<u64> watched[RING_BYTES];
    Plain<u64> report;
};

/// One worker writes `Total` bytes in pieces of `Piece`, as there is room.
template<u64 Total, u64 Piece, Fault Planted = Fault::None>
struct Log : Drain<Total, Planted> {
    static constexpr u32 THREADS = 2;

    void thread(u32 number) {
        if (number == 0) {
            produce();
        } else {
            this->consume();
        }
    }
    void produce() {
        const Producer producer(&this->control.log, this->ring);
        for (u64 position = 0; position < Total; position += Piece) {
            while (Planted != Fault::DoesNotAsk && !producer.fits(position, Piece)) {
                let_others_run();
            }
            this->write(producer, position, Piece);
            if (Planted == Fault::EndsEarly && position + Piece == Total) {
                this->control.enter(DrainPhase::Ended);
            }
            producer.publish(position + Piece);
        }
        this->finish();
    }
};

/// Two workers write a beat's block together: it is reserved at a barrier, each writes its part in
/// the beat after, and at the next barrier it is published.
template<u64 Blocks, Fault Planted = Fault::None>
struct SharedLog : Drain<Blocks * 2, Planted> {
    static constexpr u32 THREADS = 3;
    static constexpr u64 BLOCK_BYTES = 2;

    void thread(u32 number) {
        if (number == 2) {
            this->consume();
        } else {
            work(number);
        }
    }
    void work(u32 worker) {
        Barrier<RoomWaiter<>, RelacyAtomics> barrier(state, worker, 2, RoomWaiter<>{&room}, 0);
        const Producer producer(&this->control.log, this->ring);
        for (u64 block = 0; block < Blocks; ++block) {
            barrier.arrive([&] {
                producer.publish(block * BLOCK_BYTES); // of the beat before
                while (!producer.fits(block * BLOCK_BYTES, BLOCK_BYTES)) {
                    let_others_run();
                }
            });
            this->write(producer, block * BLOCK_BYTES + worker, 1);
            if (Planted == Fault::PublishesOwn && worker == 1) {
                producer.publish((block + 1) * BLOCK_BYTES);
            }
        }
        barrier.arrive([&] {
            producer.publish(Blocks * BLOCK_BYTES);
            this->finish();
        });
    }

    BarrierState<RelacyAtomics> state;
    SleepRoom room;
};

} // namespace

void add_drain(Proofs& proofs, Proofs& faults) {
    proofs.push_back({"drain: one piece", explore<Log<3, 3>>, all(USUAL), all(USUAL)});
    proofs.push_back({"drain: twice round, across the ring's end", explore<Log<9, 3>>,
                      bounded(3, USUAL), bounded(5, LONG)});
    proofs.push_back(
        {"drain: byte by byte", explore<Log<6, 1>>, bounded(2, USUAL), bounded(4, LONG)});
    proofs.push_back({"drain: two workers write, one publishes", explore<SharedLog<3>>,
                      bounded(1, USUAL), bounded(2, LONG)});
    const auto plant = [&](const char* name, auto* scene) {
        faults.push_back({name, scene, bounded(3, USUAL), bounded(3, USUAL)});
    };
    plant("drain: Ended before the last byte is published", explore<Log<6, 3, Fault::EndsEarly>>);
    plant("drain: writes whether it fits or not", explore<Log<6, 3, Fault::DoesNotAsk>>);
    plant("drain: gives bytes back before it reads them",
          explore<Log<9, 3, Fault::GivesBackFirst>>);
    plant("drain: a worker publishes before the barrier",
          explore<SharedLog<2, Fault::PublishesOwn>>);
}

} // namespace knhk::test
