// The stopwatch adds up what it is told and reads the clock cheaply.
import CPlatform
import Testing

@testable import Running

/// Keeps this thread busy for about the given time.
private func spin(milliseconds: Double) {
  let end = cplatform_nanoseconds() + UInt64(milliseconds * 1e6)
  while cplatform_nanoseconds() < end {}
}

@Suite struct StopwatchTests {
  @Test func lapsAndTotalAddUp() {
    var watch = Stopwatch()
    watch.start()
    spin(milliseconds: 3)
    watch.mark()
    spin(milliseconds: 2)
    watch.lap(.delivery)
    spin(milliseconds: 1)
    watch.lap(.output)
    watch.stop()
    let total = watch.total
    #expect(watch.seconds(of: .delivery) >= 0.002)
    #expect(watch.seconds(of: .output) >= 0.001)
    #expect(watch.seconds(of: .communication) == 0)
    #expect(total >= watch.seconds(of: Phase.simulation).reduce(0, +) + 0.003)
    spin(milliseconds: 2)
    #expect(watch.total == total, "a stopped total stands still")
  }

  @Test func continuesAfterAPause() {
    var watch = Stopwatch()
    watch.start()
    spin(milliseconds: 1)
    watch.stop()
    let first = watch.total
    // A pause that no interruption of the rest comes near.
    spin(milliseconds: 300)
    watch.start()
    spin(milliseconds: 1)
    watch.stop()
    #expect(watch.total >= first + 0.001)
    #expect(watch.total < first + 0.2)
  }

  @Test func namesAndIndicesAreDistinct() {
    let phases = Set(Phase.simulation + Phase.training)
    #expect(phases.count == Phase.count)
    #expect(Set(phases.map(\.name)).count == Phase.count)
    #expect(phases.allSatisfy { $0.index < Phase.count })
    #expect(Phase.externalInput.key == "external_input")
  }
}
