// The few calls of the HDF5 library that Storage needs, free of the vendor's types: handles are int64_t, element types are codes.
#pragma once
#include <stdint.h>

/// Element types in memory and, little-endian, in a file.
enum {
  CHDF5_F64 = 0,
  CHDF5_F32 = 1,
  CHDF5_I64 = 2,
  CHDF5_I32 = 3,
  CHDF5_I16 = 4,
  CHDF5_I8 = 5,
  CHDF5_U64 = 6,
  CHDF5_U32 = 7,
  CHDF5_U16 = 8,
  CHDF5_U8 = 9,
  CHDF5_F16 = 10 // in files only
};
/// Classes of what a dataset or an attribute holds.
enum { CHDF5_INTEGER = 0, CHDF5_FLOAT = 1, CHDF5_STRING = 2, CHDF5_ENUM = 3, CHDF5_SEQUENCE = 4, CHDF5_OTHER = 5 };
enum { CHDF5_MAX_RANK = 8 };

/// What is known of a dataset or an attribute before its values are read.
typedef struct {
  int32_t element_class; // one of the classes; of a sequence: of its elements in `sequence_class`
  int32_t sequence_class;
  int32_t element_bytes; // of one element in the file; 0 for strings of variable length
  int32_t is_signed;
  int32_t rank; // 0 for a single value, -1 for an empty (null) space
  int32_t is_chunked;
  int32_t is_filtered;
  int64_t shape[CHDF5_MAX_RANK];
  int64_t chunk[CHDF5_MAX_RANK];
  int64_t stored_bytes; // as the file says; 0 where nothing was written
} chdf5_info;

// All calls return a handle or a count >= 0, or -1; after -1 chdf5_error() tells why, until the thread's next call.
const char *chdf5_error(void);
void chdf5_free(void *memory);

/// mode 0: read; 1: read and write; 2: create or empty.
int64_t chdf5_open(const char *path, int mode);
int chdf5_close(int64_t file);
/// Closes a file without writing what is left, after a failure; what is on disk is then not a whole file.
void chdf5_abandon(int64_t file);
/// 1 if all that was written went to the file at this path, 0 after a failed write.
int chdf5_is_whole(int64_t file, const char *path);
int chdf5_flush(int64_t file);
/// Has the system begin to bring to disk what it was handed, without waiting. A hint; a later fsync tells what failed.
void chdf5_start_write_back(int64_t file);
/// Makes a group in a group that exists.
int chdf5_make_group(int64_t file, const char *path);
/// 0: nothing there; 1: group; 2: dataset; 3: something else.
int chdf5_kind(int64_t file, const char *path);
/// Names in a group in order of name, each ended by a zero byte, in memory for chdf5_free; returns their number.
int64_t chdf5_children(int64_t file, const char *path, char **names);

/// Creates a dataset. chunk_rows 0: contiguous; otherwise chunked and extendible along the first axis.
/// deflate 0...9 and a checksum per chunk need chunks.
int chdf5_create_dataset(
    int64_t file, const char *path, int type, int rank, const int64_t *shape, int64_t chunk_rows, int deflate, int checksum);
int64_t chdf5_open_dataset(int64_t file, const char *path);
int chdf5_close_dataset(int64_t dataset);
int chdf5_dataset_info(int64_t dataset, chdf5_info *info);
/// Reads or writes the block [start, start + count) of every axis, row-major; rank 0: the single value.
/// A value that does not fit the type asked for is an error.
int chdf5_read(int64_t dataset, int type, int rank, const int64_t *start, const int64_t *count, void *values);
int chdf5_write(int64_t dataset, int type, int rank, const int64_t *start, const int64_t *count, const void *values);
/// Sets the length of the first axis.
int chdf5_set_rows(int64_t dataset, int rank, int64_t rows);
/// Strings of any kind from rows [start, start + count) of a 1-D dataset, each ended by a zero byte.
int64_t chdf5_read_strings(int64_t dataset, int64_t start, int64_t count, char **strings);
/// All strings of a dataset of any rank, row-major, a single one among them.
int64_t chdf5_read_all_strings(int64_t dataset, char **strings);
/// rank 0: one string.
int chdf5_write_strings(int64_t file, const char *path, int rank, const int64_t *shape, const char *const *strings);
/// Sequences of variable length from rows of a 1-D dataset: their lengths, and all values one after another.
int64_t chdf5_read_sequences(int64_t dataset, int type, int64_t start, int64_t count, int64_t *lengths, void **values);
int chdf5_write_sequences(
    int64_t file, const char *path, int file_type, int type, int64_t count, const int64_t *lengths, const void *values);

/// Attributes of the object at a path ("/" for the file).
int chdf5_has_attribute(int64_t file, const char *path, const char *name);
int chdf5_attribute_info(int64_t file, const char *path, const char *name, chdf5_info *info);
int chdf5_read_attribute(int64_t file, const char *path, const char *name, int type, int64_t count, void *values);
/// The strings of a string attribute, or the name of an enumeration's value, each ended by a zero byte.
int64_t chdf5_read_attribute_strings(int64_t file, const char *path, const char *name, char **strings);
/// rank 0: one value; 1: `count` values. An attribute of that name is replaced.
int chdf5_write_attribute(int64_t file, const char *path, const char *name, int type, int rank, int64_t count, const void *values);
int chdf5_write_attribute_string(int64_t file, const char *path, const char *name, const char *text);
/// One value of an enumeration of unsigned bytes whose members are numbered from 0.
int chdf5_write_attribute_enum(
    int64_t file, const char *path, const char *name, int members, const char *const *member_names, int value);
