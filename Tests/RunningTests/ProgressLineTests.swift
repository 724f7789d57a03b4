// When a progress line is written, and what it says.
import Testing

@testable import Running

/// A clock set by hand and what was written.
private final class Desk {
  var time: UInt64 = 0
  var written: [String] = []
  func output(terminal: Bool, columns: Int = 0) -> ProgressLine.Output {
    .init(write: { self.written.append($0) }, now: { self.time }, isTerminal: terminal, columns: { columns })
  }
  func pass(seconds: Double) { time += UInt64(seconds * 1e9) }
}

@Suite struct ProgressLineTests {
  @Test func lineOnATerminal() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: true))
    desk.pass(seconds: 11.5)
    line.report(0.42, "4.20/10.00 s  RTF 2.73  3.1 Hz")
    #expect(desk.written == ["\r\u{1B}[Ksimulate  42% |#######           | 4.20/10.00 s  RTF 2.73  3.1 Hz  00:12<00:16"])
    line.finish("10.00/10.00 s")
    #expect(desk.written.count == 3)
    #expect(desk.written[1].hasSuffix("simulate 100% |##################| 10.00/10.00 s  00:12<00:00"))
    #expect(desk.written[2] == "\n")
  }

  @Test func terminalIsWrittenAtMostTenTimesASecond() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: true))
    var details = 0
    func detail() -> String {
      details += 1
      return "x"
    }
    for i in 0..<1000 {
      line.report(Double(i) / 1000, detail())
      desk.pass(seconds: 0.001)
    }
    #expect(desk.written.count == 10)
    #expect(details == 10, "the middle of the line is made only when written")
  }

  @Test func narrowTerminalNeverWraps() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: true, columns: 40))
    line.report(0.5, String(repeating: "y", count: 100))
    #expect(desk.written[0].count == 39 + "\r\u{1B}[K".count)
  }

  @Test func logFileGetsTenthsOfAShortRun() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: false))
    for i in 0..<1000 {
      line.report(Double(i) / 1000, "")
      desk.pass(seconds: 0.1)
    }
    line.finish("")
    #expect(desk.written.count == 11)
    #expect(desk.written.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\r") })
    #expect(desk.written[1].contains(" 10% |"))
    #expect(desk.written[10].contains("100% |"))
  }

  @Test func logFileGetsMinutesOfALongRun() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: false))
    for i in 0..<3600 {
      line.report(Double(i) * 1e-5, "")
      desk.pass(seconds: 1)
    }
    #expect(desk.written.count == 60)
  }

  @Test func logFileOfAVeryShortRunStaysShort() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: false))
    for i in 0..<1000 {
      line.report(Double(i) / 1000, "")
      desk.pass(seconds: 0.0005)
    }
    line.finish("")
    #expect(desk.written.count == 2)
  }

  @Test func remainingTimeLeavesOutWhatAnEarlierRunDid() {
    let desk = Desk()
    var line = ProgressLine("simulate", doneBefore: 0.5, quiet: false, output: desk.output(terminal: false))
    line.report(0.5, "")
    desk.pass(seconds: 60)
    line.report(0.75, "")
    #expect(desk.written[0].hasSuffix("00:00<--:--\n"))
    #expect(desk.written[1].hasSuffix("01:00<01:00\n"))
  }

  @Test func withoutABar() {
    let desk = Desk()
    var line = ProgressLine("train", bar: false, quiet: false, output: desk.output(terminal: false))
    desk.pass(seconds: 141)
    line.report(0.24, "epoch 3  step 1200/5000")
    #expect(desk.written == ["train  epoch 3  step 1200/5000  02:21<07:27\n"])
  }

  @Test func notesStandOnTheirOwnLine() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: false, output: desk.output(terminal: true))
    line.note("first")
    line.report(0.1, "a")
    line.note("second")
    #expect(desk.written[0] == "first\n")
    #expect(desk.written[2].hasPrefix("\r\u{1B}[Ksecond\nsimulate  10%"))
  }

  @Test func quietWritesNothing() {
    let desk = Desk()
    var line = ProgressLine("simulate", quiet: true, output: desk.output(terminal: true))
    line.report(0.5, "a")
    line.note("b")
    line.finish("c")
    #expect(desk.written.isEmpty)
  }
}
