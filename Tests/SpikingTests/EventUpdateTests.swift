// `lif_sfa` beside the event-driven neuron of the column-grid papers' own program.
import Foundation
import Testing

@testable import Spiking

/// Reference cases beside the repository, or `nil` where they are not.
private let events: URL? = {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let file = root.deletingLastPathComponent().appendingPathComponent("shared/golden/dpsnn/lifca_events.json")
  return FileManager.default.fileExists(atPath: file.path) ? file : nil
}()

/// The file's parts that are used: for each event its time [ms], jump [mV], and potential, adaptation and spike after it.
private struct EventFile: Decodable {
  struct Case: Decodable {
    let `case`: String
    let events: [[Double]]
  }
  struct Parameters: Decodable {
    let Tau, Theta, H, Tarp, AlphaC, TauC, gC: Double
    var named: [String: Double] {
      ["tau_m": Tau, "V_th": Theta, "V_reset": H, "t_ref": Tarp, "alpha_c": AlphaC, "tau_c": TauC, "g_c": gC, "E_L": 0, "C_m": 1]
    }
  }
  let cases: [Case]
  let params: [String: Parameters]
}

@Suite(.enabled(if: events != nil, "the reference cases (../shared/golden) are not here")) struct EventUpdateTests {
  /// From the state after each event to the state after the next one: the original advances by two explicit half-steps, whose error over
  /// a time dt is V (dt / tau_m)^2 / 4; times are rounded to the microsecond here.
  @Test(arguments: ["excitatory", "inhibitory"]) func fromEventToEvent(name: String) throws {
    let file = try JSONDecoder().decode(EventFile.self, from: Data(contentsOf: try #require(events)))
    let events = try #require(file.cases.first { $0.case == name }).events
    let p = try #require(file.params[name])
    let h = 0.001
    // One neuron for each gap between two events.
    let gaps = events.count - 1
    let tile = try TileHarness<Double>("lif_sfa", p.named, count: gaps, resolution: h)
    let (v, c, left) = (try tile.column("V_m"), try tile.column("c"), try tile.column("refractory"))
    var lengths: [Int] = []
    var free: [Double] = []
    var ready = -Double.infinity
    for i in 0..<gaps {
      let (now, next) = (events[i], events[i + 1])
      if now[4] == 1 { ready = now[0] + p.Tarp }
      (tile[v, i], tile[c, i], tile[left, i]) = (now[2], now[3], max(0, ((ready - now[0]) / h).rounded()))
      lengths.append(Int(((next[0] - now[0]) / h).rounded()))
      free.append(max(0, next[0] - max(now[0], ready)))
    }
    let after = [Double](repeating: .nan, count: gaps)
    var (potentials, adaptations, fired) = (after, after, [Bool](repeating: false, count: gaps))
    for step in 1...lengths.max()! {
      let spikes = tile.step(arrivals: { _, i in i < gaps && lengths[i] == step ? events[i + 1][1] : 0 })
      for i in spikes where lengths[i] == step { fired[i] = true }
      for i in 0..<gaps where lengths[i] == step { (potentials[i], adaptations[i]) = (tile[v, i], tile[c, i]) }
    }
    var (compared, lost, spikes) = (0, 0, 0)
    for i in 0..<gaps where lengths[i] > 0 {
      let (now, next) = (events[i], events[i + 1])
      let x = free[i] / p.Tau
      let bound = 20 * (x * x / 4 + h / p.Tau) + (p.gC * (now[3] + 1) * (free[i] * (x + free[i] / p.TauC) + h)) + 1e-6
      // A potential that meets the threshold within the error may fire or not.
      let before = fired[i] ? p.Theta : potentials[i]
      if fired[i] != (next[4] == 1) {
        #expect((before - p.Theta).magnitude < bound, "event \(i + 1)")
        continue
      }
      compared += 1
      spikes += fired[i] ? 1 : 0
      lost += free[i] == 0 ? 1 : 0
      #expect((potentials[i] - next[2]).magnitude < bound, "event \(i + 1)")
      #expect((adaptations[i] - next[3]).magnitude < 2e-5 * (1 + next[3]), "event \(i + 1)")
    }
    #expect(compared > 590 && spikes > 10 && lost > 20)
  }

  /// All events in a row: errors relax within tau_m, so the trajectories stay together.
  @Test(arguments: ["excitatory", "inhibitory"]) func allEventsInARow(name: String) throws {
    let file = try JSONDecoder().decode(EventFile.self, from: Data(contentsOf: try #require(events)))
    let events = try #require(file.cases.first { $0.case == name }).events
    let p = try #require(file.params[name])
    let h = 0.005
    let tile = try TileHarness<Double>("lif_sfa", p.named, count: 1, resolution: h)
    let (v, c) = (try tile.column("V_m"), try tile.column("c"))
    tile[v, 0] = p.H
    var arrivals: [Int: Double] = [:]
    for event in events { arrivals[Int((event[0] / h).rounded()), default: 0] += event[1] }
    let end = Int((events[events.count - 1][0] / h).rounded())
    var spikes = 0
    for step in 0...end { spikes += tile.step(arrivals: { _, _ in arrivals[step] ?? 0 }).count }
    let last = events[events.count - 1]
    let expected = events.count { $0[4] == 1 }
    #expect(abs(spikes - expected) <= 1)
    #expect((tile[c, 0] - last[3]).magnitude < 1.1 && tile[v, 0] <= p.Theta)
  }
}
