// Files of this machine as `unsteady://PATH`, read only: opening them fails as often as is asked for,
// as a bucket's backend does that is away for a while.

#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace {

std::atomic<int> failures{0};
std::atomic<int> opened{0};

bool Stat(const char* path, struct stat* entry, TF_Status* status) {
  if (stat(path, entry) == 0) {
    TF_SetStatus(status, TF_OK, "");
    return true;
  }
  TF_SetStatus(status, TF_NOT_FOUND, path);
  return false;
}

void Init(TF_Filesystem*, TF_Status* status) { TF_SetStatus(status, TF_OK, ""); }

void CleanUp(TF_Filesystem*) {}

void NewRandomAccessFile(const TF_Filesystem*, const char* path, TF_RandomAccessFile* file,
                         TF_Status* status) {
  ++opened;
  if (failures > 0) {
    --failures;
    TF_SetStatus(status, TF_UNAVAILABLE, "The backend is away.");
    return;
  }
  file->plugin_file = fopen(path, "rb");
  TF_SetStatus(status, file->plugin_file ? TF_OK : TF_NOT_FOUND, path);
}

void CloseFile(TF_RandomAccessFile* file) { fclose(static_cast<FILE*>(file->plugin_file)); }

int64_t Read(const TF_RandomAccessFile* file, uint64_t offset, size_t n, char* buffer,
             TF_Status* status) {
  FILE* stream = static_cast<FILE*>(file->plugin_file);
  fseek(stream, static_cast<long>(offset), SEEK_SET);
  const size_t count = fread(buffer, 1, n, stream);
  TF_SetStatus(status, count < n ? TF_OUT_OF_RANGE : TF_OK, "");
  return static_cast<int64_t>(count);
}

void PathExists(const TF_Filesystem*, const char* path, TF_Status* status) {
  struct stat entry;
  Stat(path, &entry, status);
}

void Statistics(const TF_Filesystem*, const char* path, TF_FileStatistics* statistics,
                TF_Status* status) {
  struct stat entry;
  if (!Stat(path, &entry, status)) return;
  statistics->length = entry.st_size;
  statistics->mtime_nsec = entry.st_mtim.tv_sec * 1000000000LL + entry.st_mtim.tv_nsec;
  statistics->is_directory = S_ISDIR(entry.st_mode);
}

}  // namespace

extern "C" {

// How many of the next openings fail.
void unsteady_fail(int count) { failures = count; }

// How many openings were tried.
int unsteady_opened() { return opened; }

TF_CAPI_EXPORT void TF_InitPlugin(TF_FilesystemPluginInfo* info) {
  info->plugin_memory_allocate = malloc;
  info->plugin_memory_free = free;
  info->num_schemes = 1;
  info->ops = static_cast<TF_FilesystemPluginOps*>(calloc(1, sizeof(TF_FilesystemPluginOps)));
  TF_SetFilesystemVersionMetadata(info->ops);
  info->ops->scheme = strdup("unsteady");
  auto* files = static_cast<TF_RandomAccessFileOps*>(calloc(1, sizeof(TF_RandomAccessFileOps)));
  files->cleanup = CloseFile;
  files->read = Read;
  info->ops->random_access_file_ops = files;
  auto* system = static_cast<TF_FilesystemOps*>(calloc(1, sizeof(TF_FilesystemOps)));
  system->init = Init;
  system->cleanup = CleanUp;
  system->new_random_access_file = NewRandomAccessFile;
  system->path_exists = PathExists;
  system->stat = Statistics;
  info->ops->filesystem_ops = system;
}
}
