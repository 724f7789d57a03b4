// Reference files of the context networks: a thin reader over JSON with typed access and clear refusals.
import Foundation

/// A node of a reference file with the path that led to it.
struct ReferenceNode {
  let value: Any
  let path: String

  init(contentsOf url: URL) throws {
    let data: Data
    do { data = try Data(contentsOf: url) } catch { throw ReferenceError(file: url.lastPathComponent, problem: "cannot be read") }
    do {
      value = try JSONSerialization.jsonObject(with: data)
    } catch {
      throw ReferenceError(file: url.lastPathComponent, problem: "is not JSON")
    }
    path = url.lastPathComponent
  }

  private init(_ value: Any, _ path: String) {
    self.value = value
    self.path = path
  }

  /// The member called `key`, or nil if there is none or it is null.
  subscript(key: String) -> ReferenceNode? {
    guard let member = (value as? [String: Any])?[key], !(member is NSNull) else { return nil }
    return ReferenceNode(member, path + "." + key)
  }

  func required(_ key: String) throws -> ReferenceNode {
    guard let member = self[key] else { throw ReferenceError(file: path, problem: "has no '\(key)'") }
    return member
  }

  var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }

  func list() throws -> [ReferenceNode] {
    guard let items = value as? [Any] else { throw ReferenceError(file: path, problem: "is not a list") }
    return items.enumerated().map { ReferenceNode($1, "\(path)[\($0)]") }
  }

  func number() throws -> Double {
    guard let number = value as? NSNumber else { throw ReferenceError(file: path, problem: "is not a number") }
    return number.doubleValue
  }
  func integer() throws -> Int {
    guard let whole = Int(exactly: try number()) else { throw ReferenceError(file: path, problem: "is not a whole number") }
    return whole
  }
  func text() throws -> String {
    guard let text = value as? String else { throw ReferenceError(file: path, problem: "is not a text") }
    return text
  }
  /// All numbers below this node in order, whatever the nesting.
  func flat() throws -> [Double] {
    var numbers: [Double] = []
    func walk(_ value: Any) throws {
      if let items = value as? [Any] {
        for item in items { try walk(item) }
      } else if let number = value as? NSNumber {
        numbers.append(number.doubleValue)
      } else {
        throw ReferenceError(file: path, problem: "holds something that is not a number")
      }
    }
    try walk(value)
    return numbers
  }

  func vector() throws -> [Double] { try flat() }
  func integers() throws -> [Int] {
    try flat().map { number in
      guard let whole = Int(exactly: number) else { throw ReferenceError(file: path, problem: "has \(number), not a whole number") }
      return whole
    }
  }

  /// Rows of one length.
  func matrix() throws -> [[Double]] {
    let rows = try list().map { try $0.flat() }
    try requireEven(rows.map(\.count))
    return rows
  }
  /// Matrices of one shape.
  func cube() throws -> [[[Double]]] {
    let matrices = try list().map { try $0.matrix() }
    try requireEven(matrices.map(\.count))
    try requireEven(matrices.map { $0[0].count })
    return matrices
  }

  /// - Throws: ``ReferenceError`` where there is nothing, or parts have different lengths.
  private func requireEven(_ lengths: [Int]) throws {
    guard let first = lengths.first, first > 0 else { throw ReferenceError(file: path, problem: "is empty") }
    if let other = lengths.first(where: { $0 != first }) {
      throw ReferenceError(file: path, problem: "has parts of \(first) and of \(other) values")
    }
  }

  /// - Throws: ``ReferenceError`` if there are not `count` of `what`.
  func require(_ count: Int, of what: String, is expected: Int) throws {
    if count != expected { throw ReferenceError(file: path, problem: "has \(count) \(what) where the case has \(expected)") }
  }
}

/// A reference file that cannot be used.
public struct ReferenceError: Error, CustomStringConvertible {
  let file: String
  let problem: String
  public var description: String { "\(file) \(problem); reference files are written as described with their format" }
}
