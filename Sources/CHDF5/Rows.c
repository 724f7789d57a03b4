// Datasets whose rows have no fixed size: texts and sequences.
#include "Shared.h"
#include <stdlib.h>
#include <string.h>

// Checks the references in a block of rows.
static int check_rows(hid_t dataset, hid_t in_memory, hid_t in_file, int64_t count, size_t element_bytes) {
  hid_t bytes = h5shared_reference_type(), file = H5Iget_file_id(dataset);
  void *references = calloc((size_t)count + 1, 16);
  int result = references ? 0 : (int)h5shared_refuse("out of memory");
  if (result == 0) result = (int)h5shared_note(H5Dread(dataset, bytes, in_memory, in_file, H5P_DEFAULT, references));
  if (result == 0) result = h5shared_check_references(file, references, count, element_bytes);
  free(references);
  H5Tclose(bytes);
  H5Fclose(file);
  return result;
}

int64_t chdf5_read_strings(int64_t dataset, int64_t start, int64_t count, char **strings) {
  h5shared_begin();
  text_block block = {0};
  hid_t type = H5Dget_type(dataset), in_file = -1, in_memory = -1;
  int ok = 0;
  if (type >= 0 && H5Tget_class(type) == H5T_STRING && h5shared_select_block(dataset, 1, &start, &count, &in_file, &in_memory) == 0) {
    int variable = h5shared_is_variable_text(type);
    char *bytes = calloc((size_t)count + 1, variable ? sizeof(char *) : H5Tget_size(type));
    if (!bytes) h5shared_refuse("out of memory");
    ok = bytes && variable >= 0 && (!variable || check_rows(dataset, in_memory, in_file, count, 1) == 0) &&
         H5Dread(dataset, type, in_memory, in_file, H5P_DEFAULT, bytes) >= 0;
    h5shared_note(ok - 1);
    if (ok) h5shared_take_strings(&block, type, count, bytes, variable);
    if (ok && variable) H5Dvlen_reclaim(type, in_memory, H5P_DEFAULT, bytes);
    free(bytes);
  } else if (type >= 0 && H5Tget_class(type) != H5T_STRING) {
    h5shared_refuse("holds no strings");
  }
  h5shared_note(ok - 1);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  if (type >= 0) H5Tclose(type);
  return h5shared_end(h5shared_hand_over(&block, ok, strings));
}

int64_t chdf5_read_all_strings(int64_t dataset, char **strings) {
  h5shared_begin();
  text_block block = {0};
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  int64_t count = space >= 0 ? (int64_t)H5Sget_simple_extent_npoints(space) : -1;
  int ok = 0;
  if (type >= 0 && count >= 0 && H5Tget_class(type) == H5T_STRING) {
    int variable = h5shared_is_variable_text(type);
    char *bytes = calloc((size_t)count + 1, variable ? sizeof(char *) : H5Tget_size(type));
    if (!bytes) h5shared_refuse("out of memory");
    ok = bytes && variable >= 0 && (!variable || check_rows(dataset, H5S_ALL, H5S_ALL, count, 1) == 0) &&
         H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0;
    h5shared_note(ok - 1);
    if (ok) h5shared_take_strings(&block, type, count, bytes, variable);
    if (ok && variable) H5Dvlen_reclaim(type, space, H5P_DEFAULT, bytes);
    free(bytes);
  } else if (type >= 0 && H5Tget_class(type) != H5T_STRING) {
    h5shared_refuse("holds no strings");
  }
  h5shared_note(ok - 1);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return h5shared_end(h5shared_hand_over(&block, ok, strings));
}

static hid_t create_simple(int64_t file, const char *path, hid_t type, int rank, const int64_t *shape, hid_t *space) {
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(creation, 0);
  hsize_t sizes[CHDF5_MAX_RANK];
  for (int i = 0; i < rank; i++) sizes[i] = (hsize_t)shape[i];
  *space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, sizes, NULL);
  hid_t dataset = H5Dcreate2(file, path, type, *space, H5P_DEFAULT, creation, H5P_DEFAULT);
  h5shared_note(dataset);
  H5Pclose(creation);
  return dataset;
}
int chdf5_write_strings(int64_t file, const char *path, int rank, const int64_t *shape, const char *const *strings) {
  h5shared_begin();
  int64_t count = 1;
  for (int i = 0; i < rank; i++) count *= shape[i];
  hid_t type = h5shared_text_type(), space;
  hid_t dataset = create_simple(file, path, type, rank, shape, &space);
  int result = dataset < 0 ? -1 : count == 0 ? 0 : H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, strings);
  if (h5shared_note(result) < 0 && dataset >= 0) h5shared_divert(dataset);
  if (dataset >= 0) H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
  return (int)h5shared_end(result);
}

int64_t chdf5_read_sequences(int64_t dataset, int memory, int64_t start, int64_t count, int64_t *lengths, void **values) {
  h5shared_begin();
  *values = NULL;
  hid_t sequence = H5Tvlen_create(h5shared_memory_type(memory)), in_file = -1, in_memory = -1, list = h5shared_transfer();
  hvl_t *rows = calloc((size_t)count + 1, sizeof *rows);
  int64_t total = -1;
  if (!rows) h5shared_refuse("out of memory");
  else if (h5shared_select_block(dataset, 1, &start, &count, &in_file, &in_memory) == 0) {
    hid_t type = H5Dget_type(dataset), element = H5Tget_super(type);
    size_t element_bytes = H5Tget_size(element);
    H5Tclose(element);
    H5Tclose(type);
    if (check_rows(dataset, in_memory, in_file, count, element_bytes) == 0 &&
        H5Dread(dataset, sequence, in_memory, in_file, list, rows) >= 0) {
      size_t bytes = h5shared_memory_bytes(memory), sum = 0;
      for (int64_t i = 0; i < count; i++) sum += rows[i].len;
      char *all = malloc(sum * bytes + 1);
      if (!all) h5shared_refuse("out of memory");
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
      h5shared_note(-1);
    }
  }
  h5shared_note(total);
  free(rows);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  H5Tclose(sequence);
  H5Pclose(list);
  return h5shared_end(total);
}
int chdf5_write_sequences(
    int64_t file, const char *path, int kind, int type, int64_t count, const int64_t *lengths, const void *values) {
  h5shared_begin();
  hid_t base = h5shared_file_type(kind), in_file = H5Tvlen_create(base), in_memory = H5Tvlen_create(h5shared_memory_type(type)), space = -1;
  hid_t dataset = create_simple(file, path, in_file, 1, &count, &space);
  hvl_t *rows = calloc((size_t)count + 1, sizeof *rows);
  int result = -1;
  if (!rows) h5shared_refuse("out of memory");
  else if (dataset >= 0) {
    const char *at = values;
    for (int64_t i = 0; i < count; i++) {
      rows[i].len = (size_t)lengths[i];
      rows[i].p = (void *)(uintptr_t)at;
      at += (size_t)lengths[i] * h5shared_memory_bytes(type);
    }
    result = count == 0 ? 0 : H5Dwrite(dataset, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
  }
  if (h5shared_note(result) < 0 && dataset >= 0) h5shared_divert(dataset);
  free(rows);
  if (dataset >= 0) H5Dclose(dataset);
  if (space >= 0) H5Sclose(space);
  H5Tclose(in_memory);
  H5Tclose(in_file);
  H5Tclose(base);
  return (int)h5shared_end(result);
}

