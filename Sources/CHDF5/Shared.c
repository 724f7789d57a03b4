// The lock, the errors, the element types and the texts that the other sources share.
#include "Shared.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread char error_text[1024];

const char *chdf5_error(void) { return error_text; }
void chdf5_free(void *memory) { free(memory); }

void h5shared_begin(void) {
  pthread_mutex_lock(&lock);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5Eclear2(H5E_DEFAULT);
  error_text[0] = 0;
}

// The innermost entry of the error stack says what went wrong; the outer ones only what was being tried.
static herr_t take_first(unsigned n, const H5E_error2_t *entry, void *unused) {
  (void)unused;
  if (n == 0 && entry->desc) snprintf(error_text, sizeof error_text, "%s", entry->desc);
  return 0;
}
int64_t h5shared_note(int64_t result) {
  if (result >= 0 || error_text[0]) return result;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, NULL);
  // A file for newer libraries is no damaged one.
  if (strstr(error_text, "bad version")) {
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    size_t length = strlen(error_text);
    snprintf(error_text + length, sizeof error_text - length, ": perhaps it is for a newer HDF5 than %u.%u.%u", major, minor, release);
  }
  return result;
}
int64_t h5shared_end(int64_t result) {
  h5shared_note(result);
  if (result < 0 && !error_text[0]) snprintf(error_text, sizeof error_text, "the HDF5 library gave no reason");
  H5Eclear2(H5E_DEFAULT);
  pthread_mutex_unlock(&lock);
  return result < 0 ? -1 : result;
}
int64_t h5shared_refuse(const char *reason) {
  snprintf(error_text, sizeof error_text, "%s", reason);
  return -1;
}

// Types: in memory (native), and in a file (little-endian).
hid_t h5shared_memory_type(int type) {
  switch (type) {
  case CHDF5_F64: return H5T_NATIVE_DOUBLE;
  case CHDF5_F32: return H5T_NATIVE_FLOAT;
  case CHDF5_I64: return H5T_NATIVE_INT64;
  case CHDF5_I32: return H5T_NATIVE_INT32;
  case CHDF5_I16: return H5T_NATIVE_INT16;
  case CHDF5_I8: return H5T_NATIVE_INT8;
  case CHDF5_U64: return H5T_NATIVE_UINT64;
  case CHDF5_U32: return H5T_NATIVE_UINT32;
  case CHDF5_U16: return H5T_NATIVE_UINT16;
  case CHDF5_U8: return H5T_NATIVE_UINT8;
  default: return -1;
  }
}
size_t h5shared_memory_bytes(int type) {
  static const unsigned char bytes[] = {8, 4, 8, 4, 2, 1, 8, 4, 2, 1};
  return type >= 0 && type < (int)sizeof bytes ? bytes[type] : 0;
}
hid_t h5shared_file_type(int type) {
  switch (type) {
  case CHDF5_F64: return H5Tcopy(H5T_IEEE_F64LE);
  case CHDF5_F32: return H5Tcopy(H5T_IEEE_F32LE);
  case CHDF5_I64: return H5Tcopy(H5T_STD_I64LE);
  case CHDF5_I32: return H5Tcopy(H5T_STD_I32LE);
  case CHDF5_I16: return H5Tcopy(H5T_STD_I16LE);
  case CHDF5_I8: return H5Tcopy(H5T_STD_I8LE);
  case CHDF5_U64: return H5Tcopy(H5T_STD_U64LE);
  case CHDF5_U32: return H5Tcopy(H5T_STD_U32LE);
  case CHDF5_U16: return H5Tcopy(H5T_STD_U16LE);
  case CHDF5_U8: return H5Tcopy(H5T_STD_U8LE);
  case CHDF5_F16: {
    hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    return half;
  }
  default: return -1;
  }
}
hid_t h5shared_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  return type;
}

// A value that does not fit is an error instead of the library's silent clipping.
static H5T_conv_ret_t on_conversion(H5T_conv_except_t kind, hid_t from, hid_t to, void *source, void *target, void *unused) {
  (void)from, (void)to, (void)source, (void)target, (void)unused;
  if (kind != H5T_CONV_EXCEPT_RANGE_HI && kind != H5T_CONV_EXCEPT_RANGE_LOW) return H5T_CONV_UNHANDLED;
  h5shared_refuse("a value does not fit the type it is read as");
  return H5T_CONV_ABORT;
}
hid_t h5shared_transfer(void) {
  hid_t list = H5Pcreate(H5P_DATASET_XFER);
  if (list >= 0) H5Pset_type_conv_cb(list, on_conversion, NULL);
  return list;
}

void h5shared_append_text(text_block *block, const char *text, size_t length) {
  if (block->failed) return;
  if (block->count + length + 1 > block->room) {
    size_t room = 2 * (block->count + length + 1) + 64;
    char *bytes = realloc(block->bytes, room);
    if (!bytes) {
      block->failed = 1;
      return;
    }
    block->bytes = bytes;
    block->room = room;
  }
  memcpy(block->bytes + block->count, text, length);
  block->count += length;
  block->bytes[block->count++] = 0;
  block->entries++;
}
int64_t h5shared_hand_over(text_block *block, int ok, char **out) {
  if (!ok || block->failed) {
    free(block->bytes);
    *out = NULL;
    return block->failed ? h5shared_refuse("out of memory") : -1;
  }
  *out = block->bytes;
  return block->entries;
}
void h5shared_take_strings(text_block *block, hid_t type, int64_t count, char *bytes, int variable) {
  size_t size = H5Tget_size(type);
  int padded_by_spaces = !variable && H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  for (int64_t i = 0; i < count; i++) {
    const char *text = variable ? ((char **)(void *)bytes)[i] : bytes + (size_t)i * size;
    size_t length = !text ? 0 : variable ? strlen(text) : strnlen(text, size);
    while (padded_by_spaces && length > 0 && text[length - 1] == ' ') length--;
    h5shared_append_text(block, text ? text : "", length);
  }
}

static int class_of(hid_t type) {
  switch (H5Tget_class(type)) {
  case H5T_INTEGER: return CHDF5_INTEGER;
  case H5T_FLOAT: return CHDF5_FLOAT;
  case H5T_STRING: return CHDF5_STRING;
  case H5T_ENUM: return CHDF5_ENUM;
  case H5T_VLEN: return CHDF5_SEQUENCE;
  default: return CHDF5_OTHER;
  }
}
static int32_t bytes_of(hid_t type) {
  size_t size = H5Tget_size(type);
  return size < INT32_MAX ? (int32_t)size : INT32_MAX;
}
int h5shared_describe(hid_t type, hid_t space, chdf5_info *info) {
  memset(info, 0, sizeof *info);
  if (type < 0 || space < 0) return -1;
  info->element_class = class_of(type);
  info->is_signed = info->element_class == CHDF5_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
  info->element_bytes = H5Tis_variable_str(type) > 0 ? 0 : bytes_of(type);
  if (info->element_class == CHDF5_SEQUENCE) {
    hid_t base = H5Tget_super(type);
    info->sequence_class = class_of(base);
    info->element_bytes = bytes_of(base);
    H5Tclose(base);
  }
  H5S_class_t extent = H5Sget_simple_extent_type(space);
  if (extent == H5S_NULL) info->rank = -1;
  if (extent == H5S_SIMPLE) {
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > CHDF5_MAX_RANK) return (int)h5shared_refuse("too many axes");
    hsize_t size[CHDF5_MAX_RANK];
    if (H5Sget_simple_extent_dims(space, size, NULL) < 0) return -1;
    info->rank = rank;
    for (int i = 0; i < rank; i++) {
      if (size[i] > (hsize_t)INT64_MAX) return (int)h5shared_refuse("an axis is longer than any file");
      info->shape[i] = (int64_t)size[i];
    }
  }
  return 0;
}
