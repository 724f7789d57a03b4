// The few calls of the HDF5 library that Storage needs. One lock around every call, since not every build of HDF5 is safe for threads.
#include "CHDF5.h"
#include <hdf5.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread char error_text[1024];

const char *chdf5_error(void) { return error_text; }
void chdf5_free(void *memory) { free(memory); }

static void begin(void) {
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
// Keeps the reason of a failure before the calls that tidy up clear the stack.
static int64_t note(int64_t result) {
  if (result < 0 && !error_text[0]) H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, NULL);
  return result;
}
static int64_t end(int64_t result) {
  note(result);
  if (result < 0 && !error_text[0]) snprintf(error_text, sizeof error_text, "the HDF5 library gave no reason");
  H5Eclear2(H5E_DEFAULT);
  pthread_mutex_unlock(&lock);
  return result < 0 ? -1 : result;
}
static int64_t refuse(const char *reason) {
  snprintf(error_text, sizeof error_text, "%s", reason);
  return -1;
}

// Types: in memory (native), and in a file (little-endian).
static hid_t memory_type(int type) {
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
static size_t memory_bytes(int type) {
  static const unsigned char bytes[] = {8, 4, 8, 4, 2, 1, 8, 4, 2, 1};
  return type >= 0 && type < (int)sizeof bytes ? bytes[type] : 0;
}
// A new handle in every case, for H5Tclose.
static hid_t file_type(int type) {
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
static hid_t text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  return type;
}

// A value that does not fit is an error instead of the library's silent clipping.
static H5T_conv_ret_t on_conversion(H5T_conv_except_t kind, hid_t from, hid_t to, void *source, void *target, void *unused) {
  (void)from, (void)to, (void)source, (void)target, (void)unused;
  if (kind != H5T_CONV_EXCEPT_RANGE_HI && kind != H5T_CONV_EXCEPT_RANGE_LOW) return H5T_CONV_UNHANDLED;
  refuse("a value does not fit the type it is read as");
  return H5T_CONV_ABORT;
}
static hid_t transfer(void) {
  hid_t list = H5Pcreate(H5P_DATASET_XFER);
  if (list >= 0) H5Pset_type_conv_cb(list, on_conversion, NULL);
  return list;
}

int64_t chdf5_open(const char *path, int mode) {
  begin();
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  // Format 1.8: object headers carry checksums, and every reader of the last decade knows it.
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, 1, 1); // parallel file systems without locks are fine
#endif
  H5Pset_obj_track_times(creation, 0);
  hid_t file = mode == 2 ? H5Fcreate(path, H5F_ACC_TRUNC, creation, access)
                         : H5Fopen(path, mode == 1 ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
  note(file);
  H5Pclose(access);
  H5Pclose(creation);
  return end(file);
}
int chdf5_close(int64_t file) {
  begin();
  return (int)end(H5Fclose(file));
}
int chdf5_flush(int64_t file) {
  begin();
  return (int)end(H5Fflush(file, H5F_SCOPE_GLOBAL));
}

int chdf5_make_group(int64_t file, const char *path) {
  begin();
  hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(creation, 0);
  hid_t group = H5Gcreate2(file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
  int64_t result = note(group < 0 ? -1 : 0);
  if (group >= 0) H5Gclose(group);
  H5Pclose(creation);
  return (int)end(result);
}

// Every link on the way must exist before the object itself may be asked for.
static int kind_of(hid_t file, const char *path) {
  char part[4096];
  size_t n = strlen(path);
  if (n >= sizeof part) return (int)refuse("the path inside the file is too long");
  if (strcmp(path, "/") != 0) {
    for (size_t i = 1; i <= n; i++) {
      if (i < n && path[i] != '/') continue;
      memcpy(part, path, i);
      part[i] = 0;
      htri_t found = H5Lexists(file, part, H5P_DEFAULT);
      if (found <= 0) return found;
      if (H5Oexists_by_name(file, part, H5P_DEFAULT) <= 0) return 0; // a link to nowhere
      if (i < n) {
        H5O_info_t step;
        if (H5Oget_info_by_name2(file, part, &step, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
        if (step.type != H5O_TYPE_GROUP) return 0;
      }
    }
  }
  H5O_info_t info;
  if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
  return info.type == H5O_TYPE_GROUP ? 1 : info.type == H5O_TYPE_DATASET ? 2 : 3;
}
int chdf5_kind(int64_t file, const char *path) {
  begin();
  return (int)end(kind_of(file, path));
}

// Bytes that grow; failure of memory leaves `failed` set.
typedef struct {
  char *bytes;
  size_t count, room;
  int64_t entries;
  int failed;
} text_block;
static void append_text(text_block *block, const char *text, size_t length) {
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
static int64_t hand_over(text_block *block, int ok, char **out) {
  if (!ok || block->failed) {
    free(block->bytes);
    *out = NULL;
    return block->failed ? refuse("out of memory") : -1;
  }
  *out = block->bytes;
  return block->entries;
}
static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *block) {
  (void)group, (void)info;
  append_text(block, name, strlen(name));
  return 0;
}
int64_t chdf5_children(int64_t file, const char *path, char **names) {
  begin();
  text_block block = {0};
  herr_t result = H5Literate_by_name(file, path, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, &block, H5P_DEFAULT);
  return end(hand_over(&block, result >= 0, names));
}

int chdf5_create_dataset(
    int64_t file, const char *path, int type, int rank, const int64_t *shape, int64_t chunk_rows, int deflate, int checksum) {
  begin();
  if (rank < 0 || rank > CHDF5_MAX_RANK) return (int)end(refuse("too many axes"));
  hsize_t size[CHDF5_MAX_RANK], most[CHDF5_MAX_RANK], chunk[CHDF5_MAX_RANK];
  for (int i = 0; i < rank; i++) size[i] = most[i] = chunk[i] = (hsize_t)shape[i];
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE), element = file_type(type);
  H5Pset_obj_track_times(creation, 0);
  if (chunk_rows > 0 && rank > 0) {
    most[0] = H5S_UNLIMITED;
    chunk[0] = (hsize_t)chunk_rows;
    for (int i = 1; i < rank; i++)
      if (chunk[i] == 0) chunk[i] = 1;
    H5Pset_chunk(creation, rank, chunk);
    if (deflate > 0) {
      H5Pset_shuffle(creation);
      H5Pset_deflate(creation, (unsigned)deflate);
    }
    if (checksum) H5Pset_fletcher32(creation);
  }
  hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, size, most);
  hid_t dataset = H5Dcreate2(file, path, element, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  int64_t result = note(dataset < 0 ? -1 : 0);
  if (dataset >= 0) H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(element);
  H5Pclose(creation);
  return (int)end(result);
}
int64_t chdf5_open_dataset(int64_t file, const char *path) {
  begin();
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, (size_t)16 << 20, H5D_CHUNK_CACHE_W0_DEFAULT);
  hid_t dataset = H5Dopen2(file, path, access);
  H5Pclose(access);
  return end(dataset);
}
int chdf5_close_dataset(int64_t dataset) {
  begin();
  return (int)end(H5Dclose(dataset));
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
static int describe(hid_t type, hid_t space, chdf5_info *info) {
  memset(info, 0, sizeof *info);
  if (type < 0 || space < 0) return -1;
  info->element_class = class_of(type);
  info->is_signed = info->element_class == CHDF5_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
  info->element_bytes = H5Tis_variable_str(type) > 0 ? 0 : (int32_t)H5Tget_size(type);
  if (info->element_class == CHDF5_SEQUENCE) {
    hid_t base = H5Tget_super(type);
    info->sequence_class = class_of(base);
    info->element_bytes = (int32_t)H5Tget_size(base);
    H5Tclose(base);
  }
  H5S_class_t extent = H5Sget_simple_extent_type(space);
  if (extent == H5S_NULL) info->rank = -1;
  if (extent == H5S_SIMPLE) {
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > CHDF5_MAX_RANK) return (int)refuse("too many axes");
    hsize_t size[CHDF5_MAX_RANK];
    if (H5Sget_simple_extent_dims(space, size, NULL) < 0) return -1;
    info->rank = rank;
    for (int i = 0; i < rank; i++) {
      if (size[i] > (hsize_t)INT64_MAX) return (int)refuse("an axis is longer than any file");
      info->shape[i] = (int64_t)size[i];
    }
  }
  return 0;
}
int chdf5_dataset_info(int64_t dataset, chdf5_info *info) {
  begin();
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
  int result = describe(type, space, info);
  if (creation < 0) result = -1;
  if (result == 0) {
    info->is_chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    info->is_filtered = H5Pget_nfilters(creation) > 0;
    if (info->is_chunked) {
      hsize_t chunk[CHDF5_MAX_RANK];
      if (H5Pget_chunk(creation, CHDF5_MAX_RANK, chunk) != info->rank) result = (int)refuse("chunks and shape disagree");
      else
        for (int i = 0; i < info->rank; i++) info->chunk[i] = (int64_t)chunk[i];
    }
    info->stored_bytes = (int64_t)H5Dget_storage_size(dataset);
  }
  note(result);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (creation >= 0) H5Pclose(creation);
  return (int)end(result);
}

static int select_block(hid_t dataset, int rank, const int64_t *start, const int64_t *count, hid_t *in_file, hid_t *in_memory) {
  *in_file = H5Dget_space(dataset);
  *in_memory = -1;
  if (*in_file < 0) return -1;
  if (rank == 0) {
    *in_memory = H5Screate(H5S_SCALAR);
    return *in_memory < 0 ? -1 : 0;
  }
  hsize_t from[CHDF5_MAX_RANK], size[CHDF5_MAX_RANK];
  for (int i = 0; i < rank; i++) {
    from[i] = (hsize_t)start[i];
    size[i] = (hsize_t)count[i];
  }
  *in_memory = H5Screate_simple(rank, size, NULL);
  if (*in_memory < 0) return -1;
  return H5Sselect_hyperslab(*in_file, H5S_SELECT_SET, from, NULL, size, NULL) < 0 ? -1 : 0;
}
int chdf5_read(int64_t dataset, int type, int rank, const int64_t *start, const int64_t *count, void *values) {
  begin();
  hid_t in_file, in_memory, list = transfer();
  int result = select_block(dataset, rank, start, count, &in_file, &in_memory);
  if (result == 0) result = H5Dread(dataset, memory_type(type), in_memory, in_file, list, values);
  result = (int)note(result);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  H5Pclose(list);
  return (int)end(result);
}
int chdf5_write(int64_t dataset, int type, int rank, const int64_t *start, const int64_t *count, const void *values) {
  begin();
  hid_t in_file, in_memory;
  int result = select_block(dataset, rank, start, count, &in_file, &in_memory);
  if (result == 0) result = H5Dwrite(dataset, memory_type(type), in_memory, in_file, H5P_DEFAULT, values);
  result = (int)note(result);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  return (int)end(result);
}
int chdf5_set_rows(int64_t dataset, int rank, int64_t rows) {
  begin();
  hsize_t size[CHDF5_MAX_RANK];
  hid_t space = H5Dget_space(dataset);
  int result = H5Sget_simple_extent_ndims(space) == rank ? H5Sget_simple_extent_dims(space, size, NULL) : -1;
  if (result >= 0) {
    size[0] = (hsize_t)rows;
    result = H5Dset_extent(dataset, size);
  }
  if (space >= 0) H5Sclose(space);
  return (int)end(result);
}

// Cuts `count` fixed or variable strings out of what the library read.
static void take_strings(text_block *block, hid_t type, int64_t count, char *bytes, int variable) {
  size_t size = H5Tget_size(type);
  int padded_by_spaces = !variable && H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  for (int64_t i = 0; i < count; i++) {
    const char *text = variable ? ((char **)(void *)bytes)[i] : bytes + (size_t)i * size;
    size_t length = !text ? 0 : variable ? strlen(text) : strnlen(text, size);
    while (padded_by_spaces && length > 0 && text[length - 1] == ' ') length--;
    append_text(block, text ? text : "", length);
  }
}
int64_t chdf5_read_strings(int64_t dataset, int64_t start, int64_t count, char **strings) {
  begin();
  text_block block = {0};
  hid_t type = H5Dget_type(dataset), in_file = -1, in_memory = -1;
  int ok = 0;
  if (type >= 0 && H5Tget_class(type) == H5T_STRING && select_block(dataset, 1, &start, &count, &in_file, &in_memory) == 0) {
    int variable = H5Tis_variable_str(type) > 0;
    char *bytes = calloc((size_t)count + 1, variable ? sizeof(char *) : H5Tget_size(type));
    if (!bytes) refuse("out of memory");
    ok = bytes && H5Dread(dataset, type, in_memory, in_file, H5P_DEFAULT, bytes) >= 0;
    note(ok - 1);
    if (ok) take_strings(&block, type, count, bytes, variable);
    if (ok && variable) H5Dvlen_reclaim(type, in_memory, H5P_DEFAULT, bytes);
    free(bytes);
  } else if (type >= 0 && H5Tget_class(type) != H5T_STRING) {
    refuse("holds no strings");
  }
  note(ok - 1);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  if (type >= 0) H5Tclose(type);
  return end(hand_over(&block, ok, strings));
}

static hid_t create_simple(int64_t file, const char *path, hid_t type, int64_t count, hid_t *space) {
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(creation, 0);
  hsize_t size = (hsize_t)count;
  *space = H5Screate_simple(1, &size, NULL);
  hid_t dataset = H5Dcreate2(file, path, type, *space, H5P_DEFAULT, creation, H5P_DEFAULT);
  note(dataset);
  H5Pclose(creation);
  return dataset;
}
int chdf5_write_strings(int64_t file, const char *path, int64_t count, const char *const *strings) {
  begin();
  hid_t type = text_type(), space;
  hid_t dataset = create_simple(file, path, type, count, &space);
  int result = dataset < 0 ? -1 : count == 0 ? 0 : H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, strings);
  result = (int)note(result);
  if (dataset >= 0) H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
  return (int)end(result);
}

int64_t chdf5_read_sequences(int64_t dataset, int type, int64_t start, int64_t count, int64_t *lengths, void **values) {
  begin();
  *values = NULL;
  hid_t sequence = H5Tvlen_create(memory_type(type)), in_file = -1, in_memory = -1, list = transfer();
  hvl_t *rows = calloc((size_t)count + 1, sizeof *rows);
  int64_t total = -1;
  if (!rows) refuse("out of memory");
  else if (select_block(dataset, 1, &start, &count, &in_file, &in_memory) == 0) {
    if (H5Dread(dataset, sequence, in_memory, in_file, list, rows) >= 0) {
      size_t bytes = memory_bytes(type), sum = 0;
      for (int64_t i = 0; i < count; i++) sum += rows[i].len;
      char *all = malloc(sum * bytes + 1);
      if (!all) refuse("out of memory");
      else {
        size_t at = 0;
        for (int64_t i = 0; i < count; i++) {
          if (rows[i].len) memcpy(all + at, rows[i].p, rows[i].len * bytes);
          at += rows[i].len * bytes;
          lengths[i] = (int64_t)rows[i].len;
        }
        *values = all;
        total = (int64_t)sum;
      }
      H5Dvlen_reclaim(sequence, in_memory, H5P_DEFAULT, rows);
    } else {
      note(-1);
    }
  }
  note(total);
  free(rows);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  H5Tclose(sequence);
  H5Pclose(list);
  return end(total);
}
int chdf5_write_sequences(
    int64_t file, const char *path, int kind, int type, int64_t count, const int64_t *lengths, const void *values) {
  begin();
  hid_t base = file_type(kind), in_file = H5Tvlen_create(base), in_memory = H5Tvlen_create(memory_type(type)), space = -1;
  hid_t dataset = create_simple(file, path, in_file, count, &space);
  hvl_t *rows = calloc((size_t)count + 1, sizeof *rows);
  int result = -1;
  if (!rows) refuse("out of memory");
  else if (dataset >= 0) {
    const char *at = values;
    for (int64_t i = 0; i < count; i++) {
      rows[i].len = (size_t)lengths[i];
      rows[i].p = (void *)(uintptr_t)at;
      at += (size_t)lengths[i] * memory_bytes(type);
    }
    result = count == 0 ? 0 : H5Dwrite(dataset, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
  }
  result = (int)note(result);
  free(rows);
  if (dataset >= 0) H5Dclose(dataset);
  if (space >= 0) H5Sclose(space);
  H5Tclose(in_memory);
  H5Tclose(in_file);
  H5Tclose(base);
  return (int)end(result);
}

int chdf5_has_attribute(int64_t file, const char *path, const char *name) {
  begin();
  return (int)end(H5Aexists_by_name(file, path, name, H5P_DEFAULT));
}
int chdf5_attribute_info(int64_t file, const char *path, const char *name, chdf5_info *info) {
  begin();
  int result = -1;
  hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    result = describe(type, space, info);
    note(result);
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    H5Aclose(attribute);
  }
  return (int)end(result);
}
int chdf5_read_attribute(int64_t file, const char *path, const char *name, int type, int64_t count, void *values) {
  begin();
  int result = -1;
  hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != count) refuse("the attribute has another number of values");
    else result = H5Aread(attribute, memory_type(type), values);
    note(result);
    H5Sclose(space);
    H5Aclose(attribute);
  }
  return (int)end(result);
}

static int read_enum_name(hid_t attribute, hid_t type, text_block *block) {
  char value[16] = {0}, name[256];
  if (H5Tget_size(type) > sizeof value) return 0;
  if (H5Aread(attribute, type, value) < 0) return 0;
  if (H5Tenum_nameof(type, value, name, sizeof name) < 0) return 0;
  append_text(block, name, strlen(name));
  return 1;
}
int64_t chdf5_read_attribute_strings(int64_t file, const char *path, const char *name, char **strings) {
  begin();
  text_block block = {0};
  int ok = 0;
  hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    H5T_class_t kind = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    int variable = kind == H5T_STRING && H5Tis_variable_str(type) > 0;
    if (kind == H5T_ENUM && count == 1) {
      ok = read_enum_name(attribute, type, &block);
    } else if (kind == H5T_STRING && count >= 0 && count <= 1 << 20 && H5Tget_size(type) <= 1 << 20) {
      char *bytes = calloc((size_t)count + 1, variable ? sizeof(char *) : H5Tget_size(type));
      ok = bytes && H5Aread(attribute, type, bytes) >= 0;
      if (ok) take_strings(&block, type, count, bytes, variable);
      if (ok && variable) H5Dvlen_reclaim(type, space, H5P_DEFAULT, bytes);
      free(bytes);
    } else if (type >= 0 && count >= 0) {
      refuse("the attribute is neither text nor an enumeration");
    }
    note(ok - 1);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
  }
  return end(hand_over(&block, ok, strings));
}

static int put_attribute(
    int64_t file, const char *path, const char *name, hid_t stored, hid_t given, hid_t space, const void *values) {
  htri_t old = H5Aexists_by_name(file, path, name, H5P_DEFAULT);
  if (old < 0 || (old > 0 && H5Adelete_by_name(file, path, name, H5P_DEFAULT) < 0)) return -1;
  hid_t attribute = H5Acreate_by_name(file, path, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute < 0) return -1;
  int result = H5Awrite(attribute, given, values);
  note(result);
  H5Aclose(attribute);
  return result;
}
int chdf5_write_attribute(int64_t file, const char *path, const char *name, int type, int rank, int64_t count, const void *values) {
  begin();
  hsize_t size = (hsize_t)count;
  hid_t stored = file_type(type), space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
  int result = (int)note(put_attribute(file, path, name, stored, memory_type(type), space, values));
  H5Sclose(space);
  H5Tclose(stored);
  return (int)end(result);
}
int chdf5_write_attribute_string(int64_t file, const char *path, const char *name, const char *text) {
  begin();
  hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
  int result = (int)note(put_attribute(file, path, name, type, type, space, &text));
  H5Sclose(space);
  H5Tclose(type);
  return (int)end(result);
}
int chdf5_write_attribute_enum(
    int64_t file, const char *path, const char *name, int members, const char *const *member_names, int value) {
  begin();
  hid_t stored = H5Tenum_create(H5T_STD_U8LE), space = H5Screate(H5S_SCALAR);
  for (int i = 0; i < members; i++) {
    uint8_t number = (uint8_t)i;
    H5Tenum_insert(stored, member_names[i], &number);
  }
  uint8_t number = (uint8_t)value;
  int result = (int)note(put_attribute(file, path, name, stored, stored, space, &number));
  H5Sclose(space);
  H5Tclose(stored);
  return (int)end(result);
}
