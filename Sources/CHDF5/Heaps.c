// Checks the references to texts and sequences of variable length before the library follows them.
//
// Such values lie in heaps without a checksum, and the library trusts them: a free space of length 0 makes it search for ever, a wrong
// index or an object longer than its heap makes it read beyond its memory. So the references are first read as plain bytes, and the
// heaps they name are walked here. A reference is a length (4), the address of a heap (8) and an index (4). A heap is "GCOL", version,
// 3 zeros, its length (8); then objects of index (2), references (2), zeros (4), length (8) and the bytes up to a multiple of 8. Index 0
// is the free space, whose length counts its own header.
#define _GNU_SOURCE
#include "Shared.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REFERENCE_BYTES = 16, HEAP_HEADER = 16, OBJECT_HEADER = 16, MOST_OBJECTS = 1 << 16 };

static uint64_t number(const unsigned char *p, int bytes) {
  uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; i--) value = value << 8 | p[i];
  return value;
}

// "Converts" references to the bytes that they are.
static herr_t keep_bytes(
    hid_t from, hid_t to, H5T_cdata_t *state, size_t count, size_t stride, size_t other, void *buffer, void *background, hid_t list) {
  (void)count, (void)stride, (void)other, (void)buffer, (void)background, (void)list;
  if (state->command == H5T_CONV_INIT) {
    state->need_bkg = H5T_BKG_NO;
    if (H5Tget_size(from) != REFERENCE_BYTES || H5Tget_size(to) != REFERENCE_BYTES) return -1;
  }
  return 0;
}
hid_t h5shared_reference_type(void) {
  static int is_registered = 0;
  hid_t bytes = H5Tcreate(H5T_OPAQUE, REFERENCE_BYTES);
  if (!is_registered && bytes >= 0) {
    hid_t sequence = H5Tvlen_create(H5T_NATIVE_INT);
    is_registered = H5Tregister(H5T_PERS_SOFT, "reference bytes", sequence, bytes, keep_bytes) >= 0;
    H5Tclose(sequence);
  }
  return bytes;
}

int h5shared_is_variable_text(hid_t type) {
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) <= 0) return 0;
  hid_t character = H5Tget_super(type);
  int is_sound = character >= 0 && H5Tget_size(character) == 1;
  if (character >= 0) H5Tclose(character);
  return is_sound ? 1 : (int)h5shared_refuse("the characters of a text are damaged");
}

// The lengths of the objects of one heap by index; 0 where there is none.
typedef struct {
  uint64_t address;
  uint64_t *lengths;
} heap_table;

static int read_heap(int descriptor, uint64_t base, uint64_t file_bytes, uint64_t address, heap_table *table) {
  unsigned char head[16];
  memset(table->lengths, 0, MOST_OBJECTS * sizeof *table->lengths);
  table->address = 0;
  uint64_t start = base + address;
  if (start < base || start > file_bytes || file_bytes - start < HEAP_HEADER) return 0;
  if (pread(descriptor, head, sizeof head, (off_t)start) != sizeof head || memcmp(head, "GCOL\1", 5) != 0) return 0;
  uint64_t length = number(head + 8, 8), at = HEAP_HEADER;
  if (length < HEAP_HEADER || length > file_bytes - start) return 0;
  // A rest shorter than an object's header is not used.
  while (length - at >= OBJECT_HEADER) {
    if (pread(descriptor, head, sizeof head, (off_t)(start + at)) != sizeof head) return 0;
    uint64_t index = number(head, 2), size = number(head + 8, 8);
    if (size > length) return 0;
    uint64_t need = index == 0 ? size : OBJECT_HEADER + (size + 7) / 8 * 8;
    if (need < OBJECT_HEADER || need > length - at) return 0;
    if (index != 0) table->lengths[index] = size;
    at += need;
  }
  table->address = address;
  return 1;
}

int h5shared_check_references(hid_t file, const void *references, int64_t count, size_t element_bytes) {
  int *descriptor = NULL;
  unsigned intent = 0;
  struct stat status;
  hsize_t base = 0;
  if (H5Fget_intent(file, &intent) >= 0 && intent != H5F_ACC_RDONLY) H5Fflush(file, H5F_SCOPE_LOCAL);
  hid_t creation = H5Fget_create_plist(file);
  if (creation >= 0) H5Pget_userblock(creation, &base);
  if (creation >= 0) H5Pclose(creation);
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&descriptor) < 0 || fstat(*descriptor, &status) != 0) return -1;
  heap_table table = {0, malloc(MOST_OBJECTS * sizeof(uint64_t))};
  if (!table.lengths) return (int)h5shared_refuse("out of memory");
  int64_t sound = 0;
  for (; sound < count; sound++) {
    const unsigned char *reference = (const unsigned char *)references + sound * REFERENCE_BYTES;
    uint64_t length = number(reference, 4), address = number(reference + 4, 8), index = number(reference + 12, 4);
    if (length == 0 || address == 0) continue;
    if (address != table.address && !read_heap(*descriptor, base, (uint64_t)status.st_size, address, &table)) break;
    if (index == 0 || index >= MOST_OBJECTS || table.lengths[index] < length * element_bytes) break;
  }
  free(table.lengths);
  return sound == count ? 0 : (int)h5shared_refuse("a reference to a text or sequence of variable length is damaged");
}
