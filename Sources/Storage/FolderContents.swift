// What is in a folder, in order of name.
import Foundation

public enum FolderContents {
  /// The names of files and folders in a folder, in order of name; hidden ones are left out.
  /// - Throws: `StorageError` 66 if it is missing, 74 if it cannot be read.
  public static func names(_ path: String) throws(StorageError) -> [String] {
    guard let folder = opendir(path) else { throw .system(path, "list the folder", number: errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether there is a file or folder at the path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
