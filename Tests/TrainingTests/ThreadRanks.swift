// Ranks as threads of one process, with mailboxes for messages.
import Foundation

@testable import Training

/// Messages from rank to rank, first in, first out.
private final class Mailboxes: @unchecked Sendable {
  private let condition = NSCondition()
  private var waiting: [Int: [[Float]]] = [:]

  func put(_ values: [Float], _ route: Int) {
    condition.lock()
    waiting[route, default: []].append(values)
    condition.broadcast()
    condition.unlock()
  }

  func take(_ route: Int) throws -> [Float] {
    condition.lock()
    defer { condition.unlock() }
    let limit = Date(timeIntervalSinceNow: 60)
    while waiting[route, default: []].isEmpty {
      if !condition.wait(until: limit) { throw TrainingError.invalidBatch("no message came in a minute") }
    }
    return waiting[route, default: []].removeFirst()
  }
}

struct ThreadTransport: GradientTransport {
  let rank: Int
  let ranks: Int
  fileprivate let mail: Mailboxes

  func send(_ values: UnsafeBufferPointer<Float>, to other: Int) { mail.put(Array(values), rank * ranks + other) }
  func receive(_ values: UnsafeMutableBufferPointer<Float>, from other: Int) throws {
    _ = values.update(fromContentsOf: try mail.take(other * ranks + rank))
  }
  func broadcast(_ values: UnsafeMutableBufferPointer<Float>, from root: Int) throws {
    if rank == root {
      for other in 0..<ranks where other != root { send(UnsafeBufferPointer(values), to: other) }
    } else {
      try receive(values, from: root)
    }
  }
}

private final class Results<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Result<Value, any Error>] = []
  func add(_ value: Result<Value, any Error>) { lock.withLock { values.append(value) } }
  func all() throws -> [Value] { try lock.withLock { try values.map { try $0.get() } } }
}

/// Runs `body` on each of `ranks` threads and returns what they gave.
func onRanks<Value>(_ ranks: Int, _ body: @escaping @Sendable (ThreadTransport) throws -> Value) throws -> [Value] {
  let mail = Mailboxes(), results = Results<Value>(), done = DispatchGroup()
  for rank in 0..<ranks {
    done.enter()
    let thread = Thread {
      results.add(Result { try body(ThreadTransport(rank: rank, ranks: ranks, mail: mail)) })
      done.leave()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
  done.wait()
  return try results.all()
}
