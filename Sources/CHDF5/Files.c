// Files, groups and what is in them.
#define _GNU_SOURCE
#include "Shared.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int64_t chdf5_open(const char *path, int mode) {
  h5shared_begin();
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  // Written in format 1.8: object headers carry checksums, and every reader of the last decade knows it. Read in any.
  if (mode != 0) H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, 0, 1); // files appear whole, and many file systems of clusters have no locks
#endif
  H5Pset_obj_track_times(creation, 0);
  hid_t file = mode == 2 ? H5Fcreate(path, H5F_ACC_TRUNC, creation, access)
                         : H5Fopen(path, mode == 1 ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
  h5shared_note(file);
  H5Pclose(access);
  H5Pclose(creation);
  return h5shared_end(file);
}
int chdf5_close(int64_t file) {
  h5shared_begin();
  return (int)h5shared_end(H5Fclose(file));
}
void h5shared_divert(hid_t object) {
  int *descriptor = NULL;
  hid_t file = H5Iget_file_id(object);
  int memory = memfd_create("diverted", MFD_CLOEXEC);
  if (file >= 0 && memory >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&descriptor) >= 0) dup2(memory, *descriptor);
  if (memory >= 0) close(memory);
  if (file >= 0) H5Fclose(file);
}
void chdf5_abandon(int64_t file) {
  h5shared_begin();
  h5shared_divert(file);
  h5shared_end(H5Fclose(file));
}
int chdf5_is_whole(int64_t file, const char *path) {
  h5shared_begin();
  int *descriptor = NULL;
  struct stat open_file, named_file;
  int whole = H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&descriptor) >= 0 && fstat(*descriptor, &open_file) == 0 &&
              stat(path, &named_file) == 0 && open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
  return (int)h5shared_end(whole);
}
int chdf5_flush(int64_t file) {
  h5shared_begin();
  int result = (int)h5shared_note(H5Fflush(file, H5F_SCOPE_GLOBAL));
  if (result < 0) h5shared_divert(file);
  return (int)h5shared_end(result);
}
void chdf5_start_write_back(int64_t file) {
  h5shared_begin();
  int *descriptor = NULL;
  // SYNC_FILE_RANGE_WRITE alone neither waits for the disk nor takes an error away from fsync.
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&descriptor) >= 0) sync_file_range(*descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
  h5shared_end(0);
}
int chdf5_make_group(int64_t file, const char *path) {
  h5shared_begin();
  hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(creation, 0);
  hid_t group = H5Gcreate2(file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
  int64_t result = h5shared_note(group < 0 ? -1 : 0);
  if (group >= 0) H5Gclose(group);
  H5Pclose(creation);
  return (int)h5shared_end(result);
}

// What kind of object a name stands for; negative on failure. The name of the call and of its record changed with 1.12.
static int type_of(hid_t file, const char *path) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  return H5Oget_info_by_name3(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0 ? -1 : (int)info.type;
#else
  H5O_info_t info;
  return H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0 ? -1 : (int)info.type;
#endif
}

// Every link on the way must exist before the object itself may be asked for.
static int kind_of(hid_t file, const char *path) {
  char part[4096];
  size_t n = strlen(path);
  if (n >= sizeof part) return (int)h5shared_refuse("the path inside the file is too long");
  if (strcmp(path, "/") != 0) {
    for (size_t i = 1; i <= n; i++) {
      if (i < n && path[i] != '/') continue;
      memcpy(part, path, i);
      part[i] = 0;
      htri_t found = H5Lexists(file, part, H5P_DEFAULT);
      if (found <= 0) return found;
      if (H5Oexists_by_name(file, part, H5P_DEFAULT) <= 0) return 0; // a link to nowhere
      if (i < n) {
        int step = type_of(file, part);
        if (step < 0) return -1;
        if (step != H5O_TYPE_GROUP) return 0;
      }
    }
  }
  int type = type_of(file, path);
  if (type < 0) return -1;
  return type == H5O_TYPE_GROUP ? 1 : type == H5O_TYPE_DATASET ? 2 : 3;
}
int chdf5_kind(int64_t file, const char *path) {
  h5shared_begin();
  return (int)h5shared_end(kind_of(file, path));
}

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *block) {
  (void)group, (void)info;
  h5shared_append_text(block, name, strlen(name));
  return 0;
}
int64_t chdf5_children(int64_t file, const char *path, char **names) {
  h5shared_begin();
  text_block block = {0};
  herr_t result = H5Literate_by_name(file, path, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, &block, H5P_DEFAULT);
  return h5shared_end(h5shared_hand_over(&block, result >= 0, names));
}

