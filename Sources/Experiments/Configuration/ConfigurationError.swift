// What is wrong with a configuration, as values: where it stands, what is wrong, what to do.
import Running

/// Where a key or a value of a configuration comes from.
public enum ConfigurationPlace: Sendable, Equatable, CustomStringConvertible {
  case line(Int, of: String)
  /// A `--set` of the command line, by its key.
  case option(String)
  /// The file as a whole.
  case file(String)

  public var description: String {
    switch self {
    case .line(let line, let file): "\(file):\(line)"
    case .option(let key): "--set \(key)"
    case .file(let file): file
    }
  }
}

/// An error in a configuration: exit code 78, or 66 for a file that is missing.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public let place: ConfigurationPlace
  public let text: String
  public let exitCode: Int32

  public init(_ place: ConfigurationPlace, _ text: String, exitCode: ExitCode = .badConfiguration) {
    self.place = place
    self.text = text
    self.exitCode = exitCode.rawValue
  }

  public var description: String { "\(place): \(text)" }
}
