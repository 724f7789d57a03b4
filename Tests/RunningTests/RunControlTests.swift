// When a run stops: ahead of its limit, what it knows to come counted.
import Parallel
import Testing

@testable import Running

@Suite struct RunControlTests {
  private static func limits(_ most: Double?) -> RunLimits {
    var limits = RunLimits()
    limits.most = most
    return limits
  }

  @Test func aRunGoesOnFarFromItsLimit() throws {
    let communicator = Communicator.rehearsal(rank: 0, of: 1)
    #expect(try RunControl(Self.limits(nil)).decide(communicator) { _ in 1e9 } == .goOn)
    #expect(try RunControl(Self.limits(1e6)).decide(communicator) == .goOn)
    #expect(try RunControl(Self.limits(1e6)).decide(communicator) { _ in 9e5 } == .goOn)
  }

  @Test func itStopsBeforeWorkThatWouldPassTheLimit() throws {
    let communicator = Communicator.rehearsal(rank: 0, of: 1)
    #expect(try RunControl(Self.limits(1e6)).decide(communicator) { _ in 1e6 } == .stop(.timeLimit))
    #expect(try RunControl(Self.limits(0)).decide(communicator) == .stop(.timeLimit))
  }

  /// Work of another kind that comes after five more calls is told to the one that is the last to ask before it.
  @Test func whatComesIsAskedForUpToTheNextTalk() throws {
    let communicator = Communicator.rehearsal(rank: 0, of: 1)
    let control = RunControl(Self.limits(1e6))
    var decisions: [RunControl.Decision] = []
    for call in 0..<5 { decisions.append(try control.decide(communicator) { calls in call + calls < 5 ? 0 : 1e6 }) }
    #expect(decisions.contains(.stop(.timeLimit)))
  }
}
