// Large zeroed tables in huge pages, and the guard that turns a vanished page of a mapped file into an error value.
#define _GNU_SOURCE
#include "CMachine.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

// Without huge pages the whole rating job took 1.45 times as long: tables are read at random.
#define HUGE_PAGE ((size_t)2 << 20)

// Memory that was backed ahead of time: handed out from its beginning, as far as it is ready.
static struct {
  char *base;
  _Atomic(size_t) ready;
  _Atomic(size_t) taken;
  _Atomic(int) started;
  _Atomic(int) stopped;
  size_t bytes;
} reserve;
#define RESERVE_PIECE_MIN ((size_t)256 << 10)
// Large enough for the filter of ten million keys, which is backed while nothing else can go on.
#define RESERVE_PIECE_MAX ((size_t)32 << 20)

static void *back_reserve(void *unused) {
  (void)unused;
  // Touched page by page: a populating madvise would keep everybody else from mapping memory meanwhile.
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t at = 0; at < reserve.bytes && !atomic_load(&reserve.stopped); at += HUGE_PAGE) {
    for (size_t in = 0; in < HUGE_PAGE; in += page) *(volatile char *)(reserve.base + at + in) = 0;
    atomic_store(&reserve.ready, at + HUGE_PAGE);
  }
  return 0;
}

void cm_reserve_start(size_t bytes) {
  if (bytes < HUGE_PAGE || atomic_exchange(&reserve.started, 1)) return;
  bytes = bytes / HUGE_PAGE * HUGE_PAGE;
  char *p = mmap(0, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;
  reserve.base = (char *)(((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  reserve.bytes = bytes;
  madvise(reserve.base, bytes, MADV_HUGEPAGE);
  pthread_t thread;
  if (pthread_create(&thread, 0, back_reserve, 0) == 0) pthread_detach(thread);
}

void cm_reserve_stop(void) { atomic_store(&reserve.stopped, 1); }

static void *take_reserve(size_t bytes) {
  if (bytes < RESERVE_PIECE_MIN || bytes > RESERVE_PIECE_MAX) return 0;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  bytes = (bytes + page - 1) / page * page;
  size_t taken = atomic_load(&reserve.taken);
  do {
    if (taken + bytes > atomic_load(&reserve.ready)) return 0;
  } while (!atomic_compare_exchange_weak(&reserve.taken, &taken, taken + bytes));
  return reserve.base + taken;
}

void *cm_map_zeroed(size_t bytes) {
  void *reserved = take_reserve(bytes);
  if (reserved) return reserved;
  if (bytes < HUGE_PAGE) {
    void *p = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? 0 : p;
  }
  // Reserve one huge page more than asked for, keep the aligned part, return the ends.
  size_t whole = bytes + HUGE_PAGE;
  char *p = mmap(0, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  bytes = (bytes + page - 1) / page * page;
  char *a = (char *)(((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  if (a > p) munmap(p, (size_t)(a - p));
  if (p + whole > a + bytes) munmap(a + bytes, (size_t)(p + whole - (a + bytes)));
  madvise(a, bytes, MADV_HUGEPAGE);
  return a;
}

void cm_unmap(void *base, size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  munmap(base, (bytes + page - 1) / page * page);
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
