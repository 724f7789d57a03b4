// What the sources of this target share: the lock around every call, the reason of a failure, element types, growing text.
#pragma once
#include "CHDF5.h"
#include <hdf5.h>

/// Takes the lock and forgets the last failure. Every public function begins with it and returns through h5shared_end.
void h5shared_begin(void);
/// Keeps the reason of a failure before the calls that tidy up clear the library's stack; returns the result.
int64_t h5shared_note(int64_t result);
/// Gives the lock back; -1 for every failure.
int64_t h5shared_end(int64_t result);
/// A failure with a reason of our own.
int64_t h5shared_refuse(const char *reason);

/// After a failed write: sends what the library still wants to write to the file of this object to memory, which is dropped with the
/// descriptor. The library keeps data until it closes things, and a close that fails leaves it with half an object that it follows later.
void h5shared_divert(hid_t object);

/// Native types; not to be closed.
hid_t h5shared_memory_type(int type);
size_t h5shared_memory_bytes(int type);
/// Little-endian types and text of variable length; new handles, to be closed.
hid_t h5shared_file_type(int type);
hid_t h5shared_text_type(void);
/// A transfer list under which a value that does not fit is an error.
hid_t h5shared_transfer(void);
/// The type under which references to texts and sequences are read as plain bytes, 16 each; to be closed.
hid_t h5shared_reference_type(void);
/// 1 for text of variable length, 0 for other types, -1 where its description is damaged.
int h5shared_is_variable_text(hid_t type);
/// 0 if all references lead to objects that are long enough, else -1 with the reason.
int h5shared_check_references(hid_t file, const void *references, int64_t count, size_t element_bytes);
/// Spaces in the file and in memory for a block of a dataset; -1 where there are none. To be closed.
int h5shared_select_block(hid_t dataset, int rank, const int64_t *start, const int64_t *count, hid_t *in_file, hid_t *in_memory);
/// Describes a type and a space.
int h5shared_describe(hid_t type, hid_t space, chdf5_info *info);

// Bytes that grow; failure of memory leaves `failed` set.
typedef struct {
  char *bytes;
  size_t count, room;
  int64_t entries;
  int failed;
} text_block;
void h5shared_append_text(text_block *block, const char *text, size_t length);
/// Gives the bytes to the caller, or frees them where the reading failed.
int64_t h5shared_hand_over(text_block *block, int ok, char **out);
/// Cuts `count` fixed or variable strings out of what the library read.
void h5shared_take_strings(text_block *block, hid_t type, int64_t count, char *bytes, int variable);
