// A run that is finished already and shall stay as it is, for jobs that are submitted once more.
import Parallel
import Storage

enum FinishedRun {
  /// Whether the folder holds the run that is asked for, finished, and shall keep it (`RunOptions.keepsFinished`). Collective.
  ///
  /// - Parameter free: keys of the configuration that may differ.
  /// - Throws: `ConfigurationError` 78 naming the key if the finished run there is one of another configuration.
  static func isThere(
    _ options: RunOptions, _ folder: RunFolder, configuration: String, free: [String], _ communicator: borrowing Communicator
  ) throws -> Bool {
    if !options.keepsFinished || options.resume == .never { return false }
    // One rank looks, so that all see the same.
    let own = try communicator.rank == 0 && isFinished(folder) ? WholeFile.text(folder.configuration) : ""
    let there = String(decoding: try communicator.broadcastBytes(Array(own.utf8), from: 0), as: UTF8.self)
    if there.isEmpty { return false }
    let difference = try ConfigurationDifference.first(
      there, configuration, files: (folder.configuration, "configuration"), ignoring: free)
    if let difference {
      throw ConfigurationError(
        .file(folder.path),
        "\(difference.text("the run there was finished")); choose another folder with --output, or replace it with --resume never")
    }
    if communicator.rank == 0 && !options.quiet {
      RunLog.tell("\(folder.path) holds this run, finished: nothing is to be done\n")
    }
    return true
  }

  private static func isFinished(_ folder: RunFolder) throws -> Bool {
    try RunFolder.exists(folder.summary) && RunFolder.exists(folder.configuration) && folder.checkpoints.numbers().isEmpty
  }
}
