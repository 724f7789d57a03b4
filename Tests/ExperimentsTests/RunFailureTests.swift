// What errors of a run come down to: ranks that a full disk refuses different files have one cause.

import Foundation
import Testing

@testable import Experiments
@testable import Storage

@Suite struct RunFailureTests {
  private let folder = RunFolder("/somewhere/run")

  private func failure(_ path: String, _ operation: String, _ number: Int32?, phase: String) throws -> RunFailure {
    let error =
      number.map { StorageError.system(path, operation, number: $0) }
      ?? StorageError(.badData, path: path, operation: operation, reason: "it is damaged", remedy: "use another")
    return try #require(
      throws: RunFailure.self, performing: { try RunFailure.inPhase(of: phase, in: folder) { throw error } })
  }

  @Test func oneErrorNumberInTheRunsFolderIsOneCause() throws {
    let spikes = try failure("/somewhere/run/parts/spikes-1", "write spikes", ENOSPC, phase: "output")
    let checkpoint = try failure("/somewhere/run/checkpoint/2/part-0", "create the file", ENOSPC, phase: "checkpoint")
    #expect(spikes.cause == checkpoint.cause && spikes.description != checkpoint.description)
    #expect(spikes.description.contains("write spikes") && spikes.description.contains("(phase: output)"))
    #expect(spikes.exitCode == 74)
    let forbidden = try failure("/somewhere/run/parts/spikes-1", "write spikes", EACCES, phase: "output")
    #expect(forbidden.cause != spikes.cause)
  }

  @Test func otherErrorsAreToldApartByTheirText() throws {
    let elsewhere = try failure("/elsewhere/spikes.h5", "read spikes", EIO, phase: "build")
    #expect(elsewhere.cause == elsewhere.description)
    let damaged = try failure("/somewhere/run/parts/spikes-1", "read spikes", nil, phase: "build")
    #expect(damaged.cause == damaged.description)
    let near = try failure("/somewhere/running/spikes", "read spikes", EIO, phase: "build")
    #expect(near.cause == near.description)
  }
}
