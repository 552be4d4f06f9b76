// Passes every call on to the standard layer, except those that the plan lets fail.

#include "faulty_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef struct FaultyFile {
  sqlite3_file base;
  FaultyPlan *plan;
  sqlite3_file *real;
} FaultyFile;

static sqlite3_file *real_of(sqlite3_file *file) { return ((FaultyFile *)file)->real; }

// Counts a call; whether it is to fail.
static int fails(FaultyPlan *plan) {
  plan->call_count += 1;
  if (plan->failing_call == 0) return 0;
  return plan->call_count == plan->failing_call || (plan->is_lasting && plan->call_count > plan->failing_call);
}

static int file_close(sqlite3_file *file) {
  sqlite3_file *real = real_of(file);
  return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}
static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
  return real_of(file)->pMethods->xRead(real_of(file), bytes, count, at);
}
static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
  FaultyPlan *plan = ((FaultyFile *)file)->plan;
  if (fails(plan)) {
    if (plan->is_lasting && plan->call_count == plan->failing_call) {
      real_of(file)->pMethods->xWrite(real_of(file), bytes, count / 2, at);
    }
    return plan->code;
  }
  return real_of(file)->pMethods->xWrite(real_of(file), bytes, count, at);
}
static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  if (fails(((FaultyFile *)file)->plan)) return ((FaultyFile *)file)->plan->code;
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
static int file_sync(sqlite3_file *file, int flags) {
  if (fails(((FaultyFile *)file)->plan)) return ((FaultyFile *)file)->plan->code;
  return real_of(file)->pMethods->xSync(real_of(file), flags);
}
static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
static int file_lock(sqlite3_file *file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
static int file_unlock(sqlite3_file *file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
static int file_check_lock(sqlite3_file *file, int *is_reserved) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}
static int file_control(sqlite3_file *file, int operation, void *argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
static int file_sector_size(sqlite3_file *file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}
static int file_characteristics(sqlite3_file *file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

// Version 1: no shared memory and no mapping, which a rollback journal does not need.
static const sqlite3_io_methods methods = {
    1,         file_close,  file_read,       file_write,   file_truncate,    file_sync,           file_size,
    file_lock, file_unlock, file_check_lock, file_control, file_sector_size, file_characteristics};

typedef struct FaultyVFS {
  sqlite3_vfs base;
  sqlite3_vfs *real;
  FaultyPlan *plan;
} FaultyVFS;

static sqlite3_vfs *vfs_of(sqlite3_vfs *vfs) { return ((FaultyVFS *)vfs)->real; }

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
  FaultyFile *ours = (FaultyFile *)file;
  ours->base.pMethods = NULL;
  ours->plan = ((FaultyVFS *)vfs)->plan;
  ours->real = (sqlite3_file *)(ours + 1);
  if (fails(ours->plan)) return SQLITE_CANTOPEN;
  int result = vfs_of(vfs)->xOpen(vfs_of(vfs), name, ours->real, flags, out_flags);
  if (result == SQLITE_OK) ours->base.pMethods = &methods;
  return result;
}
static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
  if (fails(((FaultyVFS *)vfs)->plan)) return SQLITE_IOERR_DELETE;
  return vfs_of(vfs)->xDelete(vfs_of(vfs), name, sync_folder);
}
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  return vfs_of(vfs)->xAccess(vfs_of(vfs), name, flags, result);
}
static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int count, char *path) {
  return vfs_of(vfs)->xFullPathname(vfs_of(vfs), name, count, path);
}
static int vfs_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
  return vfs_of(vfs)->xRandomness(vfs_of(vfs), count, bytes);
}
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
  return vfs_of(vfs)->xSleep(vfs_of(vfs), microseconds);
}
static int vfs_time(sqlite3_vfs *vfs, double *day) { return vfs_of(vfs)->xCurrentTime(vfs_of(vfs), day); }
static int vfs_last_error(sqlite3_vfs *vfs, int count, char *text) {
  return vfs_of(vfs)->xGetLastError ? vfs_of(vfs)->xGetLastError(vfs_of(vfs), count, text) : 0;
}

int faulty_vfs_register(const char *name, FaultyPlan *plan) {
  sqlite3_vfs *real = sqlite3_vfs_find(NULL);
  FaultyVFS *vfs = calloc(1, sizeof *vfs);
  if (!real || !vfs) return 1;
  vfs->real = real;
  vfs->plan = plan;
  vfs->base.iVersion = 1;
  vfs->base.szOsFile = (int)sizeof(FaultyFile) + real->szOsFile;
  vfs->base.mxPathname = real->mxPathname;
  vfs->base.zName = strdup(name);
  vfs->base.xOpen = vfs_open;
  vfs->base.xDelete = vfs_delete;
  vfs->base.xAccess = vfs_access;
  vfs->base.xFullPathname = vfs_full_path;
  vfs->base.xRandomness = vfs_randomness;
  vfs->base.xSleep = vfs_sleep;
  vfs->base.xCurrentTime = vfs_time;
  vfs->base.xGetLastError = vfs_last_error;
  return sqlite3_vfs_register(&vfs->base, 0);
}

void faulty_vfs_unregister(const char *name) {
  sqlite3_vfs *vfs = sqlite3_vfs_find(name);
  if (!vfs) return;
  sqlite3_vfs_unregister(vfs);
  free((void *)vfs->zName);
  free(vfs);
}
