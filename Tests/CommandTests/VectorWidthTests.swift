// The width of the vector registers changes no bit of a run: whole simulations and trainings with 256 bits against the widest there is.
import Foundation
import Storage
import TestKit
import Testing

private let data = Repository.place("../shared/data")

@Suite(.serialized) struct VectorWidthTests {
  private func summary(_ line: String, _ folder: ScratchFolder, _ name: String, _ environment: [String: String]) throws -> JSONValue {
    let outcome = try BuiltProgram.shell("colonnade \(line) --quiet --output \(folder.place(name))", environment: environment)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.read(folder.place("\(name)/summary.json"))
  }

  private func compare(_ line: String, hashes: [String]) throws {
    let folder = try ScratchFolder()
    let widest = try summary(line, folder, "widest", [:]), narrow = try summary(line, folder, "narrow", ["COLONNADE_VECTOR": "avx2"])
    let bits = try #require(widest["vector_bits"]?.int)
    #expect(narrow["vector_bits"]?.int == min(bits, 256))
    for hash in hashes { #expect(widest[hash]?.string?.count == 64 && widest[hash] == narrow[hash], "\(hash)") }
  }

  @Test(arguments: [
    "microcircuit --set scale=0.1 --set presimulation=20 --set duration=60",
    "column-grid --set grid=4x4 --set state=AW8.8 --set storage=procedural --set presimulation=20 --set duration=60",
    "brunel --set N=5000 --set presimulation=10 --set duration=50 --set precision=double",
  ]) func simulations(study: String) throws {
    try compare("simulate \(Repository.place("jobs"))/\(study)", hashes: ["spike_hash", "state_hash"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: data), "no data beside the repository (../shared/data)")) func training() throws
  {
    try compare(
      "train \(Repository.place("jobs/csnn")) --set data_path=\(data) --set train_samples=256 --set test_samples=64 --set epoch=1",
      hashes: ["weights_hash"])
  }
}
