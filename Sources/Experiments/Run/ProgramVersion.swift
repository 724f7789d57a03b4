// The program's version, and the commit that it was built from.
import CPlatform
import Storage

public enum ProgramVersion {
  public static let text = "0.1.0"
  /// The commit's short name, "+changes" added where files differed from it; "unknown" if the build was not told.
  public static var commit: String { String(cString: cplatform_commit()) }
  /// The program that a summary is of, for the foot of a report.
  static func text(of summary: JSONValue) -> String {
    let commit = summary["commit"]?.string ?? "unknown"
    return "Colonnade \(summary["version"]?.string ?? "")\(commit == "unknown" ? "" : ", commit \(commit)")"
  }
  /// As `--version` tells it.
  public static var description: String { "colonnade \(text) (\(commit == "unknown" ? "unknown commit" : "commit \(commit)"))" }
}
