// Finds the form of a file of reference cases and runs them.
import Foundation
import Storage

public enum ReferenceCases {
  /// Runs every case of a file.
  /// - Throws: `StorageError` for a file that cannot be read or has no known form, `ReferenceError` for one in which something is missing or
  ///   nothing is there to compare.
  public static func run(_ path: String) throws -> [VerifiedCase] {
    let results = try compared(path)
    if results.isEmpty { throw ReferenceError(file: path, problem: "holds no value to compare") }
    return results
  }

  private static func compared(_ path: String) throws -> [VerifiedCase] {
    let file = try JSONValue.read(path)
    if NestCases.recognises(file) { return try NestCases.run(file, path: path) }
    let url = URL(fileURLWithPath: path)
    if CsnnCases.recognises(url) {
      return try CsnnCases.run(url).map {
        VerifiedCase(
          name: $0.name, precision: $0.precision, error: $0.largestError, tolerance: $0.tolerance, detail: "of the largest reference value")
      }
    }
    throw StorageError(
      .badData, path: path, operation: "verify", reason: "it has no form of reference case that is known",
      remedy: "see golden/README.md for the forms")
  }
}

extension VerifiedCase {
  /// One line for a person: verdict, case, precision, error against tolerance.
  public func line(file: String) -> String {
    let base = file.split(separator: "/").last.map(String.init) ?? file
    return "\(holds ? "ok    " : "FAILED") \(base) \(name) [\(precision)] error \(error) (tolerance \(tolerance)); \(detail)"
  }
}
