// The line that says how far a run is: rewritten in place on a terminal, seldom repeated in a log file.
import CPlatform
import Glibc

/// Progress of one run, written to standard error by the rank that speaks.
///
/// On a terminal one line is rewritten at most ten times a second. Elsewhere plain lines appear: the first report at once, then
/// one per 10 % of the way (at most one a second) or per 60 s, whichever comes first, and the last.
public struct ProgressLine {
  /// Where text goes and how it may be written; the default is standard error.
  public struct Output {
    /// Takes the text as it is.
    var write: (String) -> Void
    /// Nanoseconds of a clock that never goes back.
    var now: () -> UInt64
    var isTerminal: Bool
    /// Columns of the terminal, 0 if unknown; asked again for each line, since windows change.
    var columns: () -> Int

    /// A launcher passes standard error through a pipe. `COLONNADE_PROGRESS=bar` says that a terminal is behind it, and
    /// `COLONNADE_PROGRESS=lines` asks for plain lines on a terminal.
    public static var standardError: Output {
      let wish = getenv("COLONNADE_PROGRESS").map { String(cString: $0) }
      return Output(
        write: { text in
          var text = text
          // A closed standard error must not end a run, so the failure is dropped.
          text.withUTF8 { _ = cplatform_write(2, $0.baseAddress, Int64($0.count)) }
        }, now: { cplatform_nanoseconds() }, isTerminal: wish == "bar" || wish != "lines" && cplatform_is_terminal(2) == 1,
        columns: { Int(cplatform_terminal_columns(2)) })
    }
  }

  private let label: String
  private let bar: Bool
  private let quiet: Bool
  private let output: Output
  private let begun: UInt64
  private let doneBefore: Double
  private var lastWritten: UInt64?
  private var lastTenth = -1
  private var shown = ""

  /// - `label`: what is going on: "simulate", "build", "train".
  /// - `bar`: draws a percentage and a bar; without it the detail follows the label at once.
  /// - `doneBefore`: fraction that an earlier run has done already, 0...1; the remaining time is estimated from the rest.
  /// - `quiet`: writes nothing at all (`--quiet`, and every rank but 0).
  public init(_ label: String, bar: Bool = true, doneBefore: Double = 0, quiet: Bool, output: Output = .standardError) {
    self.label = label
    self.bar = bar
    self.quiet = quiet
    self.output = output
    self.doneBefore = doneBefore
    begun = output.now()
  }

  /// Tells how far the run is; costs a clock reading unless a line is due.
  ///
  /// - Parameters:
  ///   - fraction: of the whole run, 0...1.
  ///   - detail: the middle of the line, made only when written: "4.20/10.00 s  RTF 2.73  3.1 Hz".
  public mutating func report(_ fraction: Double, _ detail: @autoclosure () -> String) {
    if quiet { return }
    let now = output.now()
    guard isDue(fraction, now) else { return }
    write(line(fraction, detail(), now), now)
    lastTenth = Int(fraction * 10)
  }

  /// Writes the last line, whatever was written before, and ends it.
  public mutating func finish(at fraction: Double = 1, _ detail: @autoclosure () -> String) {
    if quiet { return }
    let now = output.now()
    write(line(fraction, detail(), now), now)
    if output.isTerminal { output.write("\n") }
    shown = ""
  }

  /// Writes a note or warning on a line of its own; on a terminal the progress line moves below it.
  public mutating func note(_ text: String) {
    if quiet { return }
    output.write(shown.isEmpty ? text + "\n" : "\r\u{1B}[K" + text + "\n" + shown)
  }

  private func isDue(_ fraction: Double, _ now: UInt64) -> Bool {
    guard let lastWritten else { return true }
    let since = now &- lastWritten
    if output.isTerminal { return since >= 100_000_000 }
    return since >= 60_000_000_000 || (Int(fraction * 10) > lastTenth && since >= 1_000_000_000)
  }

  private mutating func write(_ line: String, _ now: UInt64) {
    lastWritten = now
    guard output.isTerminal else { return output.write(line + "\n") }
    let columns = output.columns()
    // A line as wide as the terminal would wrap and could not be rewritten.
    shown = columns > 1 && line.count >= columns ? String(line.prefix(columns - 1)) : line
    output.write("\r\u{1B}[K" + shown)
  }

  private func line(_ fraction: Double, _ detail: String, _ now: UInt64) -> String {
    let part = min(1, max(0, fraction))
    let elapsed = Double(now &- begun) * 1e-9
    // The first moments say nothing about the rest.
    let isKnown = part > doneBefore && elapsed >= 0.1
    let remaining = part >= 1 ? 0 : isKnown ? elapsed * (1 - part) / (part - doneBefore) : Double.nan
    let tail = "\(detail)\(detail.isEmpty ? "" : "  ")\(HumanUnits.clock(elapsed))<\(HumanUnits.clock(remaining))"
    guard bar else { return "\(label)  \(tail)" }
    let filled = Int(part * 18)
    let percent = String(Int(part * 100)).leftPadded(to: 3)
    return "\(label) \(percent)% |\(String(repeating: "#", count: filled).padded(to: 18))| \(tail)"
  }
}
