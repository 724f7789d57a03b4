// JSON values and the run log: order, numbers, escapes, errors with line and column, half lines.
import Foundation
import Testing

@testable import Storage

@Suite struct JSONTests {
  let scratch = Scratch()

  @Test func textKeepsOrderAndNumbers() throws {
    let value: JSONValue = [
      "zeta": 1, "alpha": [1, 2.5, .null, true], "name": "a\"b\\c\n\u{1}µ", "nan": .number(.nan), "infinite": .number(-.infinity),
      "nested": ["b": [], "a": [:]], "tiny": 1e-7, "large": .integer(.min),
    ]
    let text = value.text
    #expect(
      text
        == #"{"zeta":1,"alpha":[1,2.5,null,true],"name":"a\"b\\c\n\u0001µ","nan":null,"infinite":null,"nested":{"b":[],"a":{}},"tiny":1e-07,"large":-9223372036854775808}"#
    )
    let back = try JSONValue.parse(text)
    #expect(back.text == text)
    #expect(try JSONValue.parse(value.prettyText).text == text)
    #expect(back.object?.keys == ["zeta", "alpha", "name", "nan", "infinite", "nested", "tiny", "large"])
    #expect(back["name"]?.string == "a\"b\\c\n\u{1}µ")
    #expect(value.prettyText.hasPrefix("{\n  \"zeta\": 1,\n  \"alpha\": [1, 2.5, null, true],\n"))
  }

  @Test func doublesComeBackToTheBit() throws {
    for bits in stride(from: UInt64(1), to: 0x7FEF_FFFF_FFFF_FFFF, by: 0x0012_3456_789A_BCDE) {
      let number = Double(bitPattern: bits)
      #expect(try JSONValue.parse(JSONValue(number).text).double == number)
    }
  }

  @Test func objectsAreEdited() {
    var object: JSONObject = ["a": 1, "b": 2, "c": 3]
    object["b"] = nil
    object["c"] = 4
    object["d"] = 5
    #expect(JSONValue.object(object).text == #"{"a":1,"c":4,"d":5}"#)
    #expect(object["b"] == nil && object.count == 3)
  }

  @Test(arguments: [
    ("", "1:1"), ("{", "1:2"), ("[1,]", "1:4"), ("{\"a\":1,\n \"a\":2}", "2:5"), ("[1] x", "1:5"), ("\"a", "1:3"), ("01", "1:3"),
    ("1.", "1:3"), ("1e", "1:3"), ("-", "1:1"), ("tru", "1:1"), ("1e999", "1:6"), ("\"\\q\"", "1:4"), ("\"\\ud800\"", "1:8"),
    ("[\n\n  }", "3:3"), ("\"a\nb\"", "1:3"), ("{\"a\" 1}", "1:6"), ("NaN", "1:1"),
  ]) func errorsNameLineAndColumn(text: String, place: String) {
    let error = failure { _ = try JSONValue.parse(text, path: "file.json") }
    #expect(error?.exitCode == 65)
    #expect(error?.path == "file.json:\(place)", "\(text): \(error?.description ?? "no error")")
  }

  @Test func deepNestingIsAnErrorNotACrash() {
    #expect(failure { _ = try JSONValue.parse(String(repeating: "[", count: 100_000)) }?.reason.contains("nested deeper") == true)
  }

  @Test func surrogatesAndMarksAreRead() throws {
    #expect(try JSONValue.parse("\u{FEFF}\"\\ud83e\\udde0 \\u00b5\"") == .string("🧠 µ"))
  }

  @Test func logLinesSurviveAKill() throws {
    let path = scratch("run.jsonl")
    do {
      let log = try JSONLines(appendingTo: path)
      try log.write("run.start", ["seed": 1, "loss": .number(.nan)], at: Date(timeIntervalSince1970: 1_795_279_599.607))
    }
    let handle = FileHandle(forWritingAtPath: path)!
    try handle.seekToEnd()
    handle.write(Data(#"{"t":"2026-11-2"#.utf8))
    try handle.close()
    let log = try JSONLines(appendingTo: path)
    try log.write("run.resume", at: Date(timeIntervalSince1970: -0.5))
    try log.synchronise()
    let lines = String(decoding: bytes(of: path), as: UTF8.self)
    #expect(
      lines == """
        {"t":"2026-11-21T16:46:39.607Z","event":"run.start","seed":1,"loss":null}
        {"t":"1969-12-31T23:59:59.500Z","event":"run.resume"}

        """)
  }
}
