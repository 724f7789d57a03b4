// Datasets of numbers: creating, describing, reading and writing blocks.
#include "Shared.h"
#include <stdio.h>

int chdf5_create_dataset(
    int64_t file, const char *path, int type, int rank, const int64_t *shape, int64_t chunk_rows, int deflate, int checksum) {
  h5shared_begin();
  if (rank < 0 || rank > CHDF5_MAX_RANK) return (int)h5shared_end(h5shared_refuse("too many axes"));
  hsize_t size[CHDF5_MAX_RANK], most[CHDF5_MAX_RANK], chunk[CHDF5_MAX_RANK];
  for (int i = 0; i < rank; i++) size[i] = most[i] = chunk[i] = (hsize_t)shape[i];
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE), element = h5shared_file_type(type);
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
  int64_t result = h5shared_note(dataset < 0 ? -1 : 0);
  if (dataset >= 0) H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(element);
  H5Pclose(creation);
  return (int)h5shared_end(result);
}
int64_t chdf5_open_dataset(int64_t file, const char *path) {
  h5shared_begin();
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, (size_t)16 << 20, H5D_CHUNK_CACHE_W0_DEFAULT);
  hid_t dataset = H5Dopen2(file, path, access);
  h5shared_note(dataset);
  H5Pclose(access);
  return h5shared_end(dataset);
}
int chdf5_close_dataset(int64_t dataset) {
  h5shared_begin();
  return (int)h5shared_end(H5Dclose(dataset));
}

int chdf5_dataset_info(int64_t dataset, chdf5_info *info) {
  h5shared_begin();
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
  int result = h5shared_describe(type, space, info);
  if (creation < 0) result = -1;
  if (result == 0) {
    info->is_chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    int filters = H5Pget_nfilters(creation);
    info->is_filtered = filters > 0;
    // Without its filter a dataset would look damaged.
    for (int i = 0; i < filters && result == 0; i++) {
      unsigned flags = 0;
      char name[64] = "", reason[160];
      H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)i, &flags, NULL, NULL, sizeof name, name, NULL);
      if (filter >= 0 && H5Zfilter_avail(filter) > 0) continue;
      snprintf(reason, sizeof reason, "it is compressed with filter %d (%.60s), which is not installed; compress it with gzip instead",
        (int)filter, name);
      result = (int)h5shared_refuse(reason);
    }
    if (info->is_chunked) {
      hsize_t chunk[CHDF5_MAX_RANK];
      if (H5Pget_chunk(creation, CHDF5_MAX_RANK, chunk) != info->rank) result = (int)h5shared_refuse("chunks and shape disagree");
      else
        for (int i = 0; i < info->rank; i++) info->chunk[i] = (int64_t)chunk[i];
    }
    info->stored_bytes = (int64_t)H5Dget_storage_size(dataset);
  }
  h5shared_note(result);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (creation >= 0) H5Pclose(creation);
  return (int)h5shared_end(result);
}

int h5shared_select_block(hid_t dataset, int rank, const int64_t *start, const int64_t *count, hid_t *in_file, hid_t *in_memory) {
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
  h5shared_begin();
  hid_t in_file, in_memory, list = h5shared_transfer();
  int result = h5shared_select_block(dataset, rank, start, count, &in_file, &in_memory);
  if (result == 0) result = H5Dread(dataset, h5shared_memory_type(type), in_memory, in_file, list, values);
  result = (int)h5shared_note(result);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  H5Pclose(list);
  return (int)h5shared_end(result);
}
int chdf5_write(int64_t dataset, int type, int rank, const int64_t *start, const int64_t *count, const void *values) {
  h5shared_begin();
  hid_t in_file, in_memory;
  int result = h5shared_select_block(dataset, rank, start, count, &in_file, &in_memory);
  if (result == 0) result = H5Dwrite(dataset, h5shared_memory_type(type), in_memory, in_file, H5P_DEFAULT, values);
  // Chunks may wait in memory until the dataset is closed; a full disk must be told here.
  if (result == 0) result = H5Dflush(dataset);
  if (h5shared_note(result) < 0) h5shared_divert(dataset);
  if (in_file >= 0) H5Sclose(in_file);
  if (in_memory >= 0) H5Sclose(in_memory);
  return (int)h5shared_end(result);
}
int chdf5_set_rows(int64_t dataset, int rank, int64_t rows) {
  h5shared_begin();
  hsize_t size[CHDF5_MAX_RANK];
  hid_t space = H5Dget_space(dataset);
  int result = H5Sget_simple_extent_ndims(space) == rank ? H5Sget_simple_extent_dims(space, size, NULL) : -1;
  if (result >= 0) {
    size[0] = (hsize_t)rows;
    result = H5Dset_extent(dataset, size);
  }
  if (h5shared_note(result) < 0) h5shared_divert(dataset);
  if (space >= 0) H5Sclose(space);
  return (int)h5shared_end(result);
}

