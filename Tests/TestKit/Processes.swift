// Processes of this machine that are left over, told by a text that they were started with.
import Foundation

public enum Processes {
  /// Command lines of processes that hold a text in their arguments (between which a zero lies) or their environment.
  public static func naming(_ text: String) -> [String] {
    let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }
    return pids.compactMap { pid in
      func read(_ file: String) -> String {
        String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(file)"))) ?? Data(), as: UTF8.self)
      }
      let command = read("cmdline")
      return command.contains(text) || read("environ").contains(text) ? command.replacingOccurrences(of: "\0", with: " ") : nil
    }
  }
}
