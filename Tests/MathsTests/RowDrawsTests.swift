// Rows of synapses drawn many at a time: the plain reference, any batch, any level, and the law.
import CKernels
import Foundation
import Testing

@testable import Maths

@Suite(.serialized) struct RowDrawsTests {
  private static let probabilities = [0, 0.0004, 0.013, 0.05, 0.24, 0.25, 0.6, 0.9, 1]
  private static let at = RandomBlocks(StreamKey(seed: 11, purpose: .test), b: 7, c: 0)
  private static let sources = (0..<300).map { UInt32($0 * 37 % 1000) }
  private static func law(_ row: Int) -> UInt16 { UInt16(row * 5 % probabilities.count) }

  /// One row, word by word.
  private static func reference(_ source: UInt32, probability p: Double, targets: Int) -> [UInt16] {
    if p >= PairLaws.leastDense {
      func words(_ first: UInt32) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: targets + 4)
        RandomBlocks(at.key, a: source, b: at.b, c: at.c).fill(first: first, count: targets / 4 + 1, into: &words)
        return words
      }
      let (upper, lower) = (words(0), words(1 << 31))
      return (0..<targets).filter { i in
        let bits = UInt64(upper[i / 2] >> (i % 2 == 0 ? 0 : 16) & 0xffff) << 32 | UInt64(lower[i])
        return Double(bits) < (p * 0x1p48).rounded(.down)
      }.map { UInt16($0) }
    }
    var row: [UInt16] = []
    var stream = RandomStream(at.key, a: source, b: at.b, c: at.c)
    var position = -1.0
    while p > 0 {
      position += 1 + (log((Double(stream.nextWord()) + 0.5) * 0x1p-32) / log1p(-p)).rounded(.down)
      if position >= Double(targets) { break }
      row.append(UInt16(position))
    }
    return row
  }

  private static func rows(_ laws: PairLaws, _ range: Range<Int>, targets: Int) -> [[UInt16]] {
    var out = [UInt16](repeating: 0, count: range.count * targets + 64)
    var counts = [UInt32](repeating: 0, count: range.count)
    let own = Array(sources[range])
    let numbers = range.map(law)
    let total = laws.fill(at, sources: own, laws: numbers, rows: range.count, targets: targets, into: &out, counts: &counts)
    var first = 0
    let rows = counts.map { count -> [UInt16] in
      defer { first += Int(count) }
      return Array(out[first..<first + Int(count)])
    }
    #expect(first == total)
    return rows
  }

  @Test(arguments: [1, 15, 250, 513, 1024]) func batchesAreTheReference(targets: Int) {
    defer { ckernels_force_level(-1) }
    let laws = PairLaws(Self.probabilities, targets: targets)
    let expected = Self.sources.indices.map {
      Self.reference(Self.sources[$0], probability: Self.probabilities[Int(Self.law($0))], targets: targets)
    }
    for level in 0...2 {
      ckernels_force_level(Int32(level))
      #expect(Self.rows(laws, 0..<300, targets: targets) == expected)
      #expect((0..<300).map { Self.rows(laws, $0..<$0 + 1, targets: targets)[0] } == expected)
      #expect(Self.rows(laws, 17..<90, targets: targets) == Array(expected[17..<90]))
    }
    // How many blocks are made in one go changes nothing.
    #expect(Self.rows(PairLaws(Self.probabilities, targets: 3), 0..<300, targets: targets) == expected)
    #expect(Self.rows(PairLaws(Self.probabilities, targets: 9000), 0..<300, targets: targets) == expected)
  }

  /// Pairs whose 16 bits leave them open are decided by the further ones: a probability far below 2^-16 above a sixteenth bit.
  @Test func furtherBits() {
    defer { ckernels_force_level(-1) }
    let p = 0.25 + 0.5 * 0x1p-16
    let laws = PairLaws([p], targets: 1024)
    var counts: [Int] = []
    for level in 0...2 {
      ckernels_force_level(Int32(level))
      let sources = (0..<400).map { UInt32($0) }
      var out = [UInt16](repeating: 0, count: 400 * 1024 + 64)
      var rows = [UInt32](repeating: 0, count: 400)
      let zero = [UInt16](repeating: 0, count: 400)
      counts.append(laws.fill(Self.at, sources: sources, laws: zero, rows: 400, targets: 1024, into: &out, counts: &rows))
      var first = 0
      for r in 0..<400 {
        #expect(Array(out[first..<first + Int(rows[r])]) == Self.reference(UInt32(r), probability: p, targets: 1024))
        first += Int(rows[r])
      }
    }
    #expect(counts[0] == counts[1] && counts[1] == counts[2])
    #expect((Double(counts[0]) - 409_600 * p).magnitude < 4 * (409_600 * p * (1 - p)).squareRoot())
  }

  @Test(arguments: [1, 2]) func wordsOfRows(per: Int) {
    defer { ckernels_force_level(-1) }
    let counts = Self.sources.indices.map { UInt32([0, 1, 3, 4, 5, 17, 0, 260, 64, 1500][$0 % 10]) }
    let total = counts.reduce(0) { $0 + Int($1) } * per
    func expected(_ c: UInt32) -> [UInt32] {
      zip(Self.sources, counts).flatMap { source, count in
        var stream = RandomStream(Self.at.key, a: source, b: Self.at.b, c: c)
        return (0..<Int(count) * per).map { _ in stream.nextWord() }
      }
    }
    for level in 0...2 {
      ckernels_force_level(Int32(level))
      var words = [UInt32](repeating: 0, count: total + 4)
      var next = words
      Self.at.rows(Self.sources, counts: counts, rows: counts.count, per: per, into: &words, next: &next)
      #expect(Array(words[..<total]) == expected(0) && Array(next[..<total]) == expected(1))
      var alone = [UInt32](repeating: 0, count: total + 4)
      Self.at.rows(Self.sources, counts: counts, rows: counts.count, per: per, into: &alone)
      #expect(alone[..<total] == words[..<total])
    }
  }

  /// Tables with a guide, with parts of several boundaries, and without one, against the boundaries themselves.
  @Test func numberTables() {
    defer { ckernels_force_level(-1) }
    var stream = RandomStream(Self.at.key, a: 3)
    var even = (1...80).map { UInt32($0) &* 50_000_000 }
    even.append(.max)
    var crowded: [UInt32] = (0..<50).map { UInt32($0) * 3 }
    crowded += [0x1f_ffff, 0x20_0000, 0x4000_0000, 0x4000_0000, .max]
    var many: [UInt32] = (0..<3000).map { UInt32($0) * 1_400_000 }
    many.append(.max)
    // As many as a guide can name, and one more.
    let tables: [[UInt32]] = [even, crowded, [.max], many, Array(many.suffix(1024)), Array(many.suffix(1025))]
    for last in tables {
      var words: [UInt32] = (0..<5000).map { _ in stream.nextWord() }
      words += [0, .max, 1, 2, 3, 0x20_0000, 0x4000_0000]
      for boundary in last { words += [boundary, boundary &+ 1] }
      let expected: [UInt16] = words.map { word in
        let number = last.firstIndex { word <= $0 } ?? -1
        return UInt16(6 + 2 * number)
      }
      for level in 0...2 {
        ckernels_force_level(Int32(level))
        var out = [UInt16](repeating: 0, count: words.count)
        NumberTable(last: last).fill(words, count: words.count, first: 6, unit: 2, into: &out)
        #expect(out == expected)
      }
    }
  }

  /// Windows that lie evenly around the mean are drawn in single precision throughout: the quantiles are those of double precision, by a
  /// table up to some four deviations and by the general function beyond.
  @Test(arguments: [0.4, 1.5, 4, 4.1, 4.2, 5.5]) func evenWindows(bound: Double) throws {
    defer { ckernels_force_level(-1) }
    let (mean, high) = (0.43, 0.86)
    let deviation = mean / bound
    let sampler = try LawSampler<Float>(.truncatedNormal(mean: mean, deviation: deviation, low: 0, high: high))
    #expect(sampler.prepared.even == 1 && sampler.prepared.quantilePieces.isEmpty == (bound > 4.1))
    let count = 20_000
    var words = [UInt32](repeating: 0, count: count)
    Self.at.fill(count: count / 4, into: &words)
    words.replaceSubrange(0..<6, with: [0, 1, 0x7fff_ffff, 0x8000_0000, .max - 1, .max])
    let start: Double = Elementary.normalCDF(-mean / deviation)
    let expected: [Double] = words.map { word in
      let u: Double = (Double(word) + 0.5) * 0x1p-32
      let p: Double = start + u * (1 - 2 * start)
      return mean + deviation * Elementary.normalQuantile(p)
    }
    for level in 0...2 {
      ckernels_force_level(Int32(level))
      var draws = [Float](repeating: 0, count: count)
      sampler.draw(words, count: count, into: &draws)
      let worst = zip(draws, expected).map { (Double($0) - $1).magnitude }.max() ?? 1
      // Two roundings of values up to the upper end.
      #expect(worst < 1.1e-7)
      #expect(draws.allSatisfy { $0 >= 0 && $0 <= Float(high) })
    }
    // A window that leans to one side is not drawn so.
    #expect(try LawSampler<Float>(.truncatedNormal(mean: mean, deviation: deviation, low: 0, high: 0.9)).prepared.even == 0)
  }
}
