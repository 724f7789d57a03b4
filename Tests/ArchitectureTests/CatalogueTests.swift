// What lies in a folder of models, studies or jobs is in its catalogue.
import Experiments
import Foundation
import Spiking
import TestKit
import Testing

struct CatalogueTests {
  /// Names of the types in a folder that conform to a protocol, with the file they are in.
  private func types(in folder: String, conformingTo conformance: String) throws -> [(type: String, file: String)] {
    let pattern = try Regex(
      "(?:struct|enum|final class)\\s+([A-Za-z0-9]+)(?:<[^>]*>)?\\s*:[^{]*\\b\(conformance)\\b", as: (Substring, Substring).self)
    return try Repository.files(below: folder, extensions: ["swift"]).flatMap { file in
      try Repository.text(file).matches(of: pattern).map { (String($0.output.1), file) }
    }
  }

  private func expectListed(_ catalogue: String, _ found: [(type: String, file: String)], atLeast least: Int) throws {
    let list = try Repository.text(catalogue)
    #expect(found.count >= least, "\(found)")
    for (type, file) in found {
      #expect(
        list.firstMatch(of: try Regex("\\b\(type)(?:<[^>]*>)?(?:\\.self|\\.description|\\()")) != nil,
        "\(file): \(type) is missing in \(catalogue)")
    }
  }

  @Test func everyNeuronModelIsListed() throws {
    try expectListed(
      "Sources/Spiking/Neurons/NeuronCatalogue.swift", types(in: "Sources/Spiking/Neurons", conformingTo: "NeuronModel"), atLeast: 4)
    let names = NeuronCatalogue.descriptions.map(\.name)
    #expect(Set(names).count == names.count && Set(names).isSuperset(of: ["iaf_psc_exp", "iaf_psc_alpha", "iaf_psc_delta", "lif_sfa"]))
  }

  @Test func everyStudyIsListed() throws {
    try expectListed("Sources/Experiments/Studies/Study.swift", types(in: "Sources/Experiments/Studies", conformingTo: "Study"), atLeast: 5)
    let names = StudyCatalogue.studies.map { $0.name }
    #expect(Set(names).count == names.count)
  }

  @Test func everyCellIsListed() throws {
    try expectListed("Sources/Training/Cells/CellCatalogue.swift", types(in: "Sources/Training/Cells", conformingTo: "Cell"), atLeast: 3)
  }

  @Test func everyDatasetIsListed() throws {
    try expectListed(
      "Sources/Experiments/Training/DatasetCatalogue.swift",
      types(in: "Sources/Experiments/Training/Datasets", conformingTo: "TrainingDataset"), atLeast: 5)
    let names = DatasetCatalogue.datasets.map { $0.name }
    #expect(Set(names).count == names.count)
  }

  /// The table of jobs/csnn/README.md has every key of a training with its default, and no other.
  @Test func everyTrainingKeyIsInTheTable() throws {
    var table: [String: String] = [:]
    for row in try Repository.text("jobs/csnn/README.md").matches(of: /\n\| `([a-z0-9_.]+)` \| ([^|]+) \| [^|\n]+ \|/) {
      table[String(row.output.1)] = row.output.2.trimmingCharacters(in: CharacterSet(charactersIn: "` "))
    }
    let folder = try ScratchFolder()
    var found: Set<String> = ["network", "network_step", "initial_weights"]
    for dataset in DatasetCatalogue.datasets {
      let file = try folder.file("config.yaml", "dataset: \(dataset.name)\n")
      var section = ""
      for line in try TrainingExperiment.load(path: file).configuration.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if !line.hasPrefix(" ") { section = "" }
        if parts.count < 2 || parts[1].isEmpty {
          section = parts[0] + "."
          continue
        }
        let key = section + parts[0]
        found.insert(key)
        let told = table[key]
        #expect(told != nil, "\(key) is not in the table")
        if told == "by data set" || ["dataset", "data_path", "data_seed"].contains(key) { continue }
        #expect(told == parts[1], "\(key)")
      }
    }
    #expect(Set(table.keys) == found)
  }

  /// Each folder of jobs/ holds a configuration that loads, says what it shows, and travels in the program.
  @Test func everyJobLoads() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.place("jobs"))
      .filter { FileManager.default.fileExists(atPath: Repository.place("jobs/\($0)/config.yaml")) }.sorted()
    #expect(folders.count >= 4)
    for folder in folders {
      let readme = try Repository.text("jobs/\(folder)/README.md")
      #expect(readme.hasPrefix("# ") && readme.contains("colonnade "), "\(folder)")
      // What is simulated names a study, and what is trained a data set; a SONATA network lies elsewhere.
      if folder == "sonata" { continue }
      if !(try Repository.text("jobs/\(folder)/config.yaml").contains("\nstudy: ")) {
        let training = try TrainingExperiment.load(path: Repository.place("jobs/\(folder)"))
        #expect(!training.title.isEmpty && !training.name.isEmpty, "\(folder)")
        continue
      }
      if try Repository.text("jobs/\(folder)/config.yaml").contains("dataset:") {
        #expect(!(try TrainingExperiment.load(path: Repository.place("jobs/\(folder)"))).title.isEmpty)
        continue
      }
      let experiment = try Experiment.load(path: Repository.place("jobs/\(folder)"))
      #expect(!experiment.title.isEmpty && experiment.description.network.neurons > 0, "\(folder)")
    }
    let texts = try Set(folders.map { try Repository.text("jobs/\($0)/config.yaml") })
    for name in Examples.names { #expect(texts.contains(try Examples.text(name)), "the example \(name) is not that of jobs/") }
  }

  @Test(.enabled(if: Repository.hasSonata, "\(Repository.sonataMissing)")) func theSonataJobLoads() throws {
    let folder = Repository.sonata + "/300_pointneurons"
    let experiment = try Experiment.load(path: Repository.place("jobs/sonata"), overrides: ["config=\(folder)"])
    #expect(experiment.description.network.neurons == 300)
  }
}
