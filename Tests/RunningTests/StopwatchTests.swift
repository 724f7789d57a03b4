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
  @Test func phasesRestAndTotalAddUp() {
    var watch = Stopwatch()
    watch.start()
    watch.accumulate(.update) { spin(milliseconds: 4) }
    watch.accumulate(.update) { spin(milliseconds: 4) }
    spin(milliseconds: 3)
    watch.mark()
    spin(milliseconds: 2)
    watch.lap(.delivery)
    spin(milliseconds: 1)
    watch.lap(.output)
    watch.stop()
    let total = watch.total
    #expect(watch.seconds(of: .update) >= 0.008)
    #expect(watch.seconds(of: .delivery) >= 0.002)
    #expect(watch.seconds(of: .output) >= 0.001)
    #expect(watch.seconds(of: .communication) == 0)
    #expect(watch.rest >= 0.003)
    #expect(abs(watch.seconds(of: Phase.simulation).reduce(0, +) + watch.rest - total) < 1e-9)
    spin(milliseconds: 2)
    #expect(watch.total == total, "a stopped total stands still")
  }

  @Test func continuesAfterAPause() {
    var watch = Stopwatch()
    watch.start()
    spin(milliseconds: 1)
    watch.stop()
    let first = watch.total
    spin(milliseconds: 20)
    watch.start()
    spin(milliseconds: 1)
    watch.stop()
    #expect(watch.total >= first + 0.001)
    #expect(watch.total < first + 0.018)
  }

  @Test func resetForgetsThePresimulation() {
    var watch = Stopwatch()
    watch.start()
    watch.accumulate(.update) { spin(milliseconds: 5) }
    watch.reset()
    #expect(watch.seconds(of: .update) == 0)
    #expect(watch.total < 0.005)
  }

  @Test func countsWhatThrowsToo() {
    struct Stop: Error {}
    var watch = Stopwatch()
    #expect(throws: Stop.self) {
      try watch.accumulate(.output) { () throws(Stop) in
        spin(milliseconds: 2)
        throw Stop()
      }
    }
    #expect(watch.seconds(of: .output) >= 0.002)
    #expect(watch.accumulate(.output) { 7 } == 7)
  }

  @Test func namesAndIndicesAreDistinct() {
    let phases = Set(Phase.simulation + Phase.training)
    #expect(phases.count == Phase.count)
    #expect(Set(phases.map(\.name)).count == Phase.count)
    #expect(phases.allSatisfy { $0.index < Phase.count })
    #expect(Phase.externalInput.key == "external_input")
  }

  @Test func oneLapCostsAboutOneClockReading() {
    var watch = Stopwatch()
    let rounds = 200_000
    func perRound(_ body: () -> Void) -> Double {
      var best = Double.infinity
      for _ in 0..<5 {
        let begin = cplatform_nanoseconds()
        for _ in 0..<rounds { body() }
        best = min(best, Double(cplatform_nanoseconds() - begin) / Double(rounds))
      }
      return best
    }
    let clock = perRound { _ = cplatform_nanoseconds() }
    watch.mark()
    let lap = perRound { watch.lap(.update) }
    let pair = perRound { watch.accumulate(.update) {} }
    print(
      "stopwatch: clock \(HumanUnits.fixed(clock, 1)) ns, lap \(HumanUnits.fixed(lap, 1)) ns, accumulate \(HumanUnits.fixed(pair, 1)) ns")
    // Loose bounds, for debug builds on busy machines.
    #expect(lap < 10 * clock + 200)
    #expect(pair < 20 * clock + 400)
  }
}
