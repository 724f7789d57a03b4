// Attributes of files, groups and datasets.
#include "Shared.h"
#include <stdlib.h>
#include <string.h>

int chdf5_has_attribute(int64_t file, const char *path, const char *name) {
  h5shared_begin();
  return (int)h5shared_end(H5Aexists_by_name(file, path, name, H5P_DEFAULT));
}
int chdf5_attribute_info(int64_t file, const char *path, const char *name, chdf5_info *info) {
  h5shared_begin();
  int result = -1;
  hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    result = h5shared_describe(type, space, info);
    h5shared_note(result);
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    H5Aclose(attribute);
  }
  return (int)h5shared_end(result);
}
int chdf5_read_attribute(int64_t file, const char *path, const char *name, int type, int64_t count, void *values) {
  h5shared_begin();
  int result = -1;
  hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != count) h5shared_refuse("the attribute has another number of values");
    else result = H5Aread(attribute, h5shared_memory_type(type), values);
    h5shared_note(result);
    H5Sclose(space);
    H5Aclose(attribute);
  }
  return (int)h5shared_end(result);
}

// Checks the references in an attribute.
static int check_values(hid_t attribute, int64_t count) {
  hid_t bytes = h5shared_reference_type(), file = H5Iget_file_id(attribute);
  void *references = calloc((size_t)count + 1, 16);
  int result = references ? 0 : (int)h5shared_refuse("out of memory");
  if (result == 0) result = (int)h5shared_note(H5Aread(attribute, bytes, references));
  if (result == 0) result = h5shared_check_references(file, references, count, 1);
  free(references);
  H5Tclose(bytes);
  H5Fclose(file);
  return result;
}

static int read_enum_name(hid_t attribute, hid_t type, text_block *block) {
  char value[16] = {0}, name[256];
  if (H5Tget_size(type) > sizeof value) return 0;
  if (H5Aread(attribute, type, value) < 0) return 0;
  if (H5Tenum_nameof(type, value, name, sizeof name) < 0) return 0;
  h5shared_append_text(block, name, strlen(name));
  return 1;
}
int64_t chdf5_read_attribute_strings(int64_t file, const char *path, const char *name, char **strings) {
  h5shared_begin();
  text_block block = {0};
  int ok = 0;
  hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    H5T_class_t kind = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    int variable = type < 0 ? 0 : h5shared_is_variable_text(type);
    if (kind == H5T_ENUM && count == 1) {
      ok = read_enum_name(attribute, type, &block);
    } else if (kind == H5T_STRING && count >= 0 && count <= 1 << 20 && H5Tget_size(type) <= 1 << 20) {
      char *bytes = calloc((size_t)count + 1, variable ? sizeof(char *) : H5Tget_size(type));
      ok = bytes && variable >= 0 && (!variable || check_values(attribute, count) == 0) && H5Aread(attribute, type, bytes) >= 0;
      if (ok) h5shared_take_strings(&block, type, count, bytes, variable);
      if (ok && variable) H5Dvlen_reclaim(type, space, H5P_DEFAULT, bytes);
      free(bytes);
    } else if (type >= 0 && count >= 0) {
      h5shared_refuse("the attribute is neither text nor an enumeration");
    }
    h5shared_note(ok - 1);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
  }
  return h5shared_end(h5shared_hand_over(&block, ok, strings));
}

static int put_attribute(
    int64_t file, const char *path, const char *name, hid_t stored, hid_t given, hid_t space, const void *values) {
  htri_t old = H5Aexists_by_name(file, path, name, H5P_DEFAULT);
  if (old < 0 || (old > 0 && H5Adelete_by_name(file, path, name, H5P_DEFAULT) < 0)) return -1;
  hid_t attribute = H5Acreate_by_name(file, path, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute < 0) return -1;
  int result = H5Awrite(attribute, given, values);
  h5shared_note(result);
  H5Aclose(attribute);
  return result;
}
int chdf5_write_attribute(int64_t file, const char *path, const char *name, int type, int rank, int64_t count, const void *values) {
  h5shared_begin();
  hsize_t size = (hsize_t)count;
  hid_t stored = h5shared_file_type(type), space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
  int result = (int)h5shared_note(put_attribute(file, path, name, stored, h5shared_memory_type(type), space, values));
  H5Sclose(space);
  H5Tclose(stored);
  return (int)h5shared_end(result);
}
int chdf5_write_attribute_string(int64_t file, const char *path, const char *name, const char *text) {
  h5shared_begin();
  hid_t type = h5shared_text_type(), space = H5Screate(H5S_SCALAR);
  int result = (int)h5shared_note(put_attribute(file, path, name, type, type, space, &text));
  H5Sclose(space);
  H5Tclose(type);
  return (int)h5shared_end(result);
}
int chdf5_write_attribute_enum(
    int64_t file, const char *path, const char *name, int members, const char *const *member_names, int value) {
  h5shared_begin();
  hid_t stored = H5Tenum_create(H5T_STD_U8LE), space = H5Screate(H5S_SCALAR);
  for (int i = 0; i < members; i++) {
    uint8_t number = (uint8_t)i;
    H5Tenum_insert(stored, member_names[i], &number);
  }
  uint8_t number = (uint8_t)value;
  int result = (int)h5shared_note(put_attribute(file, path, name, stored, stored, space, &number));
  H5Sclose(space);
  H5Tclose(stored);
  return (int)h5shared_end(result);
}
