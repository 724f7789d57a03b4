// The error of this module, and how an error asks for an exit code.

import CMPI

/// A call between ranks that failed: the call, the library's code, and what it means.
///
/// Code 0 marks a check of this module, made before or after the library was asked.
public struct MPIError: Error, Sendable, CustomStringConvertible, ExitCoded {
  public let call: String
  public let code: Int32
  public let text: String

  public init(call: String, code: Int32, text: String) {
    self.call = call
    self.code = code
    self.text = text
  }
  public var description: String { code == 0 ? "\(call): \(text)" : "\(call) failed in the MPI library (code \(code)): \(text)" }
  public var exitCode: Int32 { 70 }

  static func misuse(_ call: String, _ text: String) -> MPIError { MPIError(call: call, code: 0, text: text) }
}

/// An error that knows the exit code of the program it ends; other errors end it with 70.
public protocol ExitCoded {
  var exitCode: Int32 { get }
  /// What the error comes down to: of ranks that fail with the same cause one speaks. The error's text unless it says otherwise.
  var cause: String { get }
}

extension ExitCoded {
  public var cause: String { "\(self)" }
}

/// Throws if the library's code is not success.
@inline(__always)
func check(_ code: Int32, _ call: StaticString) throws(MPIError) {
  if code != 0 { throw libraryError(code, call) }
}
@inline(never)
private func libraryError(_ code: Int32, _ call: StaticString) -> MPIError {
  let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
    cmpi_error_text(code, buffer.baseAddress, 512)
    return String(cString: buffer.baseAddress!)
  }
  return MPIError(call: "\(call)", code: code, text: text)
}
