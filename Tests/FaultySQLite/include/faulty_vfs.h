// A layer below SQLite that fails on demand: how tests prove what a book is after any failure.
#ifndef FAULTY_VFS_H
#define FAULTY_VFS_H

// What a layer does. Calls are counted from 1 in the order in which they are made: open, delete, write, truncate, sync.
typedef struct FaultyPlan {
  // The number of the call that fails; 0 for none.
  int failing_call;
  // Whether every later call fails too, as if the process had been killed there; a write that is killed is half done.
  int is_lasting;
  // What the failing call says: SQLITE_IOERR or SQLITE_FULL.
  int code;
  // Calls made so far.
  int call_count;
} FaultyPlan;

// Registers a layer of that name over the standard one. The plan must outlive every connection of it. 0 where it could.
int faulty_vfs_register(const char *name, FaultyPlan *plan);
// Takes it away again.
void faulty_vfs_unregister(const char *name);

#endif
