// Finds the form of a file of reference cases and runs them.
import Foundation
import Storage

public enum ReferenceCases {
  /// Runs every case of a file.
  ///
  /// - `each`: gets every result as it is there, also those beside a case that cannot be run.
  /// - Throws: `StorageError` for a file that cannot be read or has no known form, `ReferenceError` for one in which something is missing or
  ///   nothing is there to compare.
  @discardableResult
  public static func run(_ path: String, each: (VerifiedCase) -> Void = { _ in }) throws -> [VerifiedCase] {
    let file = try JSONValue.read(path)
    var results: [VerifiedCase] = []
    func take(_ result: VerifiedCase) {
      results.append(result)
      each(result)
    }
    if NestCases.recognises(file) { try NestCases.run(file, path: path, each: take) } else { try csnn(path).forEach(take) }
    if results.isEmpty { throw ReferenceError(file: path, problem: "holds no value to compare") }
    return results
  }

  private static func csnn(_ path: String) throws -> [VerifiedCase] {
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
