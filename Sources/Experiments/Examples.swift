// Configurations to start from, embedded in the program.

public enum Examples {
  public static let names: [String] = []
  public static func text(_ name: String) throws -> String { "" }
}
