// Words of a command line as a shell reads them back.

enum ShellText {
  /// A word as it has to be typed: as it is, or between single quotes.
  static func quoted(_ word: String) -> String {
    !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "_-./".contains($0) }
      ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
