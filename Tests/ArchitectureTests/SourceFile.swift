// A source file as the tests of form read it.
import Foundation
import TestKit
import Testing

/// A source file with the modules that it imports.
struct SourceFile: CustomTestStringConvertible {
  let path: String
  let lines: [Substring]
  var module: String { String(path.split(separator: "/")[1]) }
  var testDescription: String { path }

  /// Modules named in import lines, whatever stands before or behind `import`.
  var imports: [String] {
    let kinds: Set<Substring> = ["struct", "enum", "class", "func", "protocol", "typealias", "let", "var"]
    return lines.compactMap { line -> String? in
      // The word is sought in few lines only: each search costs, and there are tens of thousands.
      guard let first = line.utf8.first(where: { $0 != 32 }), [UInt8(ascii: "@"), UInt8(ascii: "i"), UInt8(ascii: "p")].contains(first)
      else { return nil }
      let words: [Substring] = line.split(separator: " ").map { Substring($0) }
      guard let place = words.firstIndex(of: "import"), place < 3, place + 1 < words.count else { return nil }
      guard words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0) }) else {
        return nil
      }
      let name = words.dropFirst(place + 1).first { !kinds.contains($0) }
      return name.map { String($0.prefix { $0 != "." }) }
    }
  }

  static func all(below folder: String, _ extensions: String...) throws -> [SourceFile] {
    try Repository.files(below: folder, extensions: extensions).map {
      SourceFile(path: $0, lines: try Repository.text($0).split(separator: "\n", omittingEmptySubsequences: false))
    }
  }

  /// Lines in which a word stands that is not the end of a longer word or a member of something; numbered from 1.
  func lines(with word: String, inComments: Bool = false) -> [(number: Int, text: String)] {
    let wanted = Array(word.utf8)
    var found: [(Int, String)] = []
    for (index, line) in lines.enumerated() {
      let bytes = Array(line.utf8)
      for place in stride(from: 0, through: bytes.count - wanted.count, by: 1) where bytes[place] == wanted[0] {
        if !bytes[place..<place + wanted.count].elementsEqual(wanted) { continue }
        if place > 0, Self.continuesAWord(bytes[place - 1]) { continue }
        if !inComments, Self.isComment(bytes[..<place]) { continue }
        found.append((index + 1, line.trimmingCharacters(in: .whitespaces)))
      }
    }
    return found
  }

  private static func continuesAWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Whether what stands before has opened a comment to the end of the line; an address in a text (https://) has not.
  private static func isComment(_ before: ArraySlice<UInt8>) -> Bool {
    let slash = UInt8(ascii: "/")
    return before.indices.dropLast().contains {
      before[$0] == slash && before[$0 + 1] == slash && ($0 == before.startIndex || before[$0 - 1] != UInt8(ascii: ":"))
    }
  }
}
