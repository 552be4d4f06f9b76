// Large zeroed tables in huge pages, and the guard that turns a vanished page of a mapped file into an error value.
#define _GNU_SOURCE
#include "CMachine.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

// Without huge pages the whole rating job took 1.45 times as long: tables are read at random.
#define HUGE_PAGE ((size_t)2 << 20)

// Memory that was backed ahead of time: handed out from its beginning, as far as it is ready.
typedef struct {
  char *base;
  size_t bytes;
  _Atomic(size_t) ready;
  _Atomic(size_t) taken;
} reserve;
// Tables are read at random and want huge pages; blocks are filled in sequence and do without.
static reserve tables, blocks;
static _Atomic(int) reserve_started, reserve_stopped;
#define RESERVE_PIECE_MIN ((size_t)256 << 10)
// Large enough for the filter of ten million keys, which is backed while nothing else can go on.
#define RESERVE_PIECE_MAX ((size_t)32 << 20)

// Whether fresh huge pages are dear. Measured on a virtual machine that gives free memory back to its host: a huge page that the
// host has to back again took 6 ms, one that it had backed 0.2 ms; small pages mostly come from remains that were never given back.
static _Atomic(int) huge_is_dear;
#define DEAR_NANOSECONDS ((int64_t)1500000)
#define DEAR_SAMPLE 8
// Memory in small pages: enough for what ten million records leave behind and for its order, little enough for the TLB where it is
// read at random.
#define SMALL_PAGES_MAX ((size_t)640 << 20)
static _Atomic(size_t) small_page_bytes;

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Touched page by page: a populating madvise would keep everybody else from mapping memory meanwhile.
static void back(reserve *area, size_t from, size_t until) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t at = from; at < until && !atomic_load(&reserve_stopped); at += HUGE_PAGE) {
    for (size_t in = 0; in < HUGE_PAGE; in += page) *(volatile char *)(area->base + at + in) = 0;
    atomic_store(&area->ready, at + HUGE_PAGE);
  }
}

static void *back_reserve(void *unused) {
  (void)unused;
  size_t sample = DEAR_SAMPLE * HUGE_PAGE;
  if (sample > tables.bytes) sample = tables.bytes;
  int64_t began = nanoseconds();
  back(&tables, 0, sample);
  if (atomic_load(&tables.ready) >= HUGE_PAGE) {
    int64_t pages = (int64_t)(atomic_load(&tables.ready) / HUGE_PAGE);
    if ((nanoseconds() - began) / pages > DEAR_NANOSECONDS) atomic_store(&huge_is_dear, 1);
  }
  back(&tables, sample, tables.bytes);
  if (atomic_load(&huge_is_dear)) back(&blocks, 0, blocks.bytes);
  return 0;
}

static int map_reserve(reserve *area, size_t bytes, int advice) {
  char *p = mmap(0, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  area->base = (char *)(((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  area->bytes = bytes;
  madvise(area->base, bytes, advice);
  return 1;
}

void cm_reserve_start(size_t tableBytes, size_t blockBytes) {
  if (tableBytes < HUGE_PAGE || atomic_exchange(&reserve_started, 1)) return;
  if (!map_reserve(&tables, tableBytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE)) return;
  map_reserve(&blocks, blockBytes / HUGE_PAGE * HUGE_PAGE, MADV_NOHUGEPAGE);
  pthread_t thread;
  if (pthread_create(&thread, 0, back_reserve, 0) == 0) pthread_detach(thread);
}

void cm_reserve_stop(void) { atomic_store(&reserve_stopped, 1); }

static size_t whole_pages(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (bytes + page - 1) / page * page;
}

static void *take_reserve(reserve *area, size_t bytes) {
  if (bytes < RESERVE_PIECE_MIN || bytes > RESERVE_PIECE_MAX) return 0;
  bytes = whole_pages(bytes);
  size_t taken = atomic_load(&area->taken);
  do {
    if (taken + bytes > atomic_load(&area->ready)) return 0;
  } while (!atomic_compare_exchange_weak(&area->taken, &taken, taken + bytes));
  return area->base + taken;
}

void *cm_map_block(size_t bytes) {
  if (!atomic_load(&huge_is_dear)) {
    volatile char *p = cm_map_zeroed(bytes);
    if (p && bytes >= HUGE_PAGE) {
      // Its first page is written next in any case.
      int64_t began = nanoseconds();
      *p = 0;
      if (nanoseconds() - began > DEAR_NANOSECONDS) atomic_store(&huge_is_dear, 1);
    }
    return (void *)p;
  }
  void *reserved = take_reserve(&blocks, bytes);
  if (reserved) return reserved;
  bytes = whole_pages(bytes);
  if (bytes < RESERVE_PIECE_MIN || atomic_fetch_add(&small_page_bytes, bytes) + bytes > SMALL_PAGES_MAX) {
    return cm_map_zeroed(bytes);
  }
  void *p = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  madvise(p, bytes, MADV_NOHUGEPAGE);
  // All at once: a fault for every page would cost as much again.
  cm_populate(p, bytes);
  return p;
}

void *cm_map_zeroed(size_t bytes) {
  void *reserved = take_reserve(&tables, bytes);
  if (reserved) return reserved;
  if (bytes < HUGE_PAGE) {
    void *p = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? 0 : p;
  }
  // Reserve one huge page more than asked for, keep the aligned part, return the ends.
  size_t whole = bytes + HUGE_PAGE;
  char *p = mmap(0, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  bytes = whole_pages(bytes);
  char *a = (char *)(((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  if (a > p) munmap(p, (size_t)(a - p));
  if (p + whole > a + bytes) munmap(a + bytes, (size_t)(p + whole - (a + bytes)));
  madvise(a, bytes, MADV_HUGEPAGE);
  return a;
}

void cm_unmap(void *base, size_t bytes) {
  munmap(base, whole_pages(bytes));
}

void cm_populate(void *base, size_t bytes) {
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
  // Kernels before 5.14 do not know it; then pages come one by one as before.
  madvise(base, bytes, MADV_POPULATE_WRITE);
}

void cm_punch_hole(int descriptor, int64_t offset, int64_t length) {
  // Nobody depends on it: what could not be given back is given back with the file.
  int unused = fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
  (void)unused;
}

#define SLOTS 256
static struct {
  _Atomic(uintptr_t) base;
  _Atomic(size_t) length;
  _Atomic(int) tripped;
} slots[SLOTS];
static _Atomic(int) installed;

static void on_bus_error(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t at = (uintptr_t)info->si_addr;
  for (int i = 0; i < SLOTS; i++) {
    uintptr_t base = atomic_load(&slots[i].base);
    if (base == 0 || at < base || at >= base + atomic_load(&slots[i].length)) continue;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *hole = (void *)(at / page * page);
    if (mmap(hole, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    atomic_store(&slots[i].tripped, 1);
    return;
  }
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

int cm_guard_add(const void *base, size_t length) {
  int expected = 0;
  if (atomic_compare_exchange_strong(&installed, &expected, 1)) {
    struct sigaction action = {0};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGBUS, &action, 0);
  }
  for (int i = 0; i < SLOTS; i++) {
    uintptr_t empty = 0;
    // The length is stored first, so that the handler never sees a base without one.
    if (atomic_load(&slots[i].base) != 0) continue;
    if (!atomic_compare_exchange_strong(&slots[i].base, &empty, 1)) continue;
    atomic_store(&slots[i].tripped, 0);
    atomic_store(&slots[i].length, length);
    atomic_store(&slots[i].base, (uintptr_t)base);
    return i;
  }
  return -1;
}
int cm_guard_tripped(int slot) { return atomic_load(&slots[slot].tripped); }
void cm_guard_remove(int slot) { atomic_store(&slots[slot].base, 0); }
