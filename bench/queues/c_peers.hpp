// SPDX-License-Identifier: MIT
// The headers of peers that are written in C, made fit for C++. For the peers' own headers here.
#pragma once

#ifdef KNHK_BENCH_CK
// It returns `false` where a pointer is wanted.
#define false 0
#include <ck_ring.h>
#undef false
#endif
#ifdef KNHK_BENCH_DPDK
#include <rte_config.h>

#include <rte_ring_elem.h>
#endif
