// The Allen Institute's network of 300 point neurons gives exactly the spikes of the reference simulator, on any number of ranks.
import Foundation
import Storage
import TestKit
import Testing

@Suite(.serialized, .enabled(if: Repository.hasSonata, "\(Repository.sonataMissing)"))
struct SonataNetworkTests {
  static let configuration = Repository.sonata + "/300_pointneurons/simulation_config.json"
  static let settings = ["precision=double", "v_init=-70"]

  @Test func spikesAreThoseOfTheReference() throws {
    let reference = try FinishedRun(Self.configuration, Self.settings, ranks: nil)
    #expect(reference.spikes == 18_828)
    #expect(reference.summary["synapses"]?.int.map { $0 + (reference.summary["external_synapses"]?.int ?? 0) } == 48_432)
    #expect(reference.summary["resolution_ms"]?.double == 0.01 && reference.summary["model_time_s"]?.double == 1.5)
    for ranks in [1, 2, 3, 4] {
      let run = try FinishedRun(Self.configuration, Self.settings, ranks: ranks)
      #expect(run.spikeHash == reference.spikeHash && run.stateHash == reference.stateHash, "\(ranks) ranks")
      #expect(run.spikeFile == reference.spikeFile, "\(ranks) ranks")
    }
  }

  @Test func aStudyAndAFolderAreTheSameRun() throws {
    let short = Self.settings + ["duration=50"]
    let reference = try FinishedRun(Self.configuration, short, ranks: nil)
    #expect(reference.spikes > 100)
    for (place, settings) in [
      (Repository.sonata + "/300_pointneurons", short),
      (Repository.place("jobs/sonata"), short + ["config=\(Repository.sonata)/300_pointneurons"]),
    ] { #expect(try FinishedRun(place, settings, ranks: 2).spikeFile == reference.spikeFile) }
  }
}
