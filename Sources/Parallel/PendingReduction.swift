// A reduction that goes on while the ranks compute.

import CMPI

extension Communicator {
  /// Starts the search for the greatest value over all ranks; every rank must wait for the answer, or test until it is there.
  /// In a rehearsal the answer is this rank's own value.
  public func startMaximum(_ value: Int) throws -> PendingReduction { try PendingReduction(self, value) }
}

/// The answer of a reduction that is under way.
public struct PendingReduction: ~Copyable {
  // The value given and the answer; MPI writes to this memory until the request is complete.
  private let memory: UnsafeMutablePointer<Int>
  private let requests: RequestSet
  private var isComplete: Bool

  init(_ communicator: borrowing Communicator, _ value: Int) throws {
    let memory = UnsafeMutablePointer<Int>.allocate(capacity: 2)
    memory.initialize(repeating: value, count: 2)
    let requests = try RequestSet(count: communicator.isAlone ? 0 : 1)
    if !communicator.isAlone { try requests.reduce(memory, into: memory + 1, CMPI_MAX, on: communicator.handle) }
    self.memory = memory
    self.requests = requests
    isComplete = communicator.isAlone
  }
  deinit {
    if isComplete { memory.deallocate() }
  }

  /// The answer, if it is there.
  public mutating func test() throws -> Int? {
    if !isComplete { isComplete = try requests.test(0..<1) }
    return isComplete ? memory[1] : nil
  }
  /// The answer; waits for it.
  public mutating func wait() throws -> Int {
    if !isComplete { try requests.wait(0..<1) }
    isComplete = true
    return memory[1]
  }
}
