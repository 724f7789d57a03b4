// How gradients travel between the ranks of an MPI run.
import Parallel
import Training

/// Sends and receives whole gradient buffers, apart from all other messages of the run.
final class RankTransport<Scalar: TrainingScalar>: GradientTransport {
  private let communicator: Communicator

  /// Collective.
  init(_ world: borrowing Communicator) throws { communicator = try world.duplicate() }

  var rank: Int { communicator.rank }
  var ranks: Int { communicator.size }
  func send(_ values: UnsafeBufferPointer<Scalar>, to rank: Int) throws { try communicator.send(values, to: rank, tag: 0) }
  func receive(_ values: UnsafeMutableBufferPointer<Scalar>, from rank: Int) throws {
    try communicator.receive(into: values, from: rank, tag: 0)
  }
  func broadcast(_ values: UnsafeMutableBufferPointer<Scalar>, from rank: Int) throws {
    try communicator.broadcast(values, from: rank)
  }
}
